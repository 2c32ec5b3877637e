import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { EmptyState, Stack, useStyles2 } from '@grafana/ui';
import type { Catalogue } from '../../contract/api.ts';
import { secondsText } from '../ui/secondsText.ts';
import { DetailList } from '../ui/DetailList.tsx';
import { Warning } from '../ui/Warning.tsx';
import { scopeLabel } from './catalogueLabels.ts';
import { DroppedTable } from './DroppedTable.tsx';
import { FamilyTable } from './FamilyTable.tsx';
import { FeedBadge } from './FeedBadge.tsx';
import { feedDetails } from './feedDetails.tsx';
import { feedStateOf } from './feedState.ts';
import { HowToReport } from './HowToReport.tsx';
import { InstanceTable } from './InstanceTable.tsx';
import { Drawer } from '../ui/dialogs.tsx';

interface Props {
  /** None: there is no such catalogue. */
  readonly catalogue: Catalogue | undefined;
  readonly onClose: () => void;
}

/** All that is known of one catalogue: who feeds it, what was dropped, and which families it has. */
export function CatalogueDrawer({ catalogue, onClose }: Props) {
  return (
    <Drawer
      size="lg"
      title={catalogue?.title ?? t('catalogues.details.title', 'Catalogue')}
      subtitle={catalogue?.description}
      onClose={onClose}
    >
      {catalogue ? (
        <Details catalogue={catalogue} />
      ) : (
        <EmptyState
          variant="not-found"
          message={t('catalogues.details.none', 'The appliance has no such catalogue any more')}
        />
      )}
    </Drawer>
  );
}

function Details({ catalogue }: { readonly catalogue: Catalogue }) {
  const { scope, path, namespace, ttlSeconds, source, reports, families } = catalogue;
  return (
    <Stack direction="column" gap={3}>
      {source?.failure && <Warning>{source.failure}</Warning>}
      <DetailList
        details={[
          { label: t('catalogues.detail.state', 'State'), value: <FeedBadge state={feedStateOf(catalogue)} /> },
          { label: t('catalogues.detail.scope', 'Scope'), value: scopeLabel(scope) },
          { label: t('catalogues.detail.path', 'Metrics endpoint'), value: <code>{path}</code> },
          { label: t('catalogues.detail.namespace', 'Namespace'), value: <code>{namespace}</code> },
          ...feedDetails(catalogue),
          ...(reports
            ? [{ label: t('catalogues.detail.ttl', 'Reports expire after'), value: secondsText(ttlSeconds) }]
            : []),
        ]}
      />
      {reports && (
        <Section title={t('catalogues.instances.title', 'Reporting instances')}>
          <InstanceTable instances={reports.instances} />
          <HowToReport catalogue={catalogue} />
        </Section>
      )}
      {source && (
        <Section title={t('catalogues.dropped.title', 'Dropped')}>
          <DroppedTable dropped={source.dropped} />
        </Section>
      )}
      <Section title={t('catalogues.families.title', 'Families')}>
        <FamilyTable families={families} />
      </Section>
    </Stack>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <section className={styles.section}>
      <h4>{title}</h4>
      {children}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ width: '100%', '& > * + *': { marginTop: theme.spacing(1) } }),
});
