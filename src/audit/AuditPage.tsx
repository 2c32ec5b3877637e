import { t } from '@grafana/i18n';
import { useLocation } from 'react-router';
import { paths } from '../lib/constants.ts';
import { auditPage } from '../layout/pages.ts';
import { Sessions } from '../sessions/Sessions.tsx';
import { PageTabs } from '../ui/PageTabs.tsx';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { AuditLog } from './AuditLog.tsx';

/** Sessions & Audit: who may do something here, and what was done. */
export default function AuditPage() {
  const isSessions = new URLSearchParams(useLocation().search).get('tab') === 'sessions';
  return (
    <VitalsPage page={auditPage()} subTitle={t('audit.page.subtitle', 'Credentials for the API, and the audit log.')}>
      <PageTabs
        active={isSessions ? 'sessions' : 'log'}
        tabs={[
          { id: 'log', label: t('audit.tab.log', 'Audit log'), path: paths.audit },
          {
            id: 'sessions',
            label: t('audit.tab.sessions', 'Sessions & credentials'),
            path: `${paths.audit}?tab=sessions`,
          },
        ]}
      />
      {isSessions ? <Sessions /> : <AuditLog />}
    </VitalsPage>
  );
}
