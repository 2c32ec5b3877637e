import { useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import type { Push } from '../../contract/api.ts';
import { isAdmin } from '../lib/access.ts';
import { testIds } from '../lib/testIds.ts';
import { DetailCard } from '../ui/DetailCard.tsx';
import { RelativeTime } from '../ui/RelativeTime.tsx';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { Warning } from '../ui/Warning.tsx';
import { PushBadge } from './PushBadge.tsx';
import { PushEditor } from './PushEditor.tsx';
import { pushDetails } from './pushDetails.tsx';
import { StaleGroups } from './StaleGroups.tsx';

interface Props {
  /** None: it is not known. */
  readonly push: Push | undefined;
  /** Whether the integration is on: without it there is nothing to push. */
  readonly isEnabled: boolean;
  readonly onSaved: (push: Push) => void;
}

/** Whether platform health is pushed to a Pushgateway, how that goes, and the way to change it. */
export function PushCard({ push, isEnabled, onSaved }: Props) {
  const [isEditing, setEditing] = useState(false);
  const rememberFocus = useReturnFocus(isEditing);
  const edit = () => {
    rememberFocus();
    setEditing(true);
  };
  return (
    <>
      <DetailCard
        testId={testIds.push}
        title={t('push.title', 'Pushgateway')}
        badge={(push || !isEnabled) && <PushBadge status={isEnabled && push ? push.health.status : 'off'} />}
        details={push ? pushDetails(push) : []}
        actions={
          isAdmin() &&
          isEnabled &&
          push && (
            <Button variant="secondary" icon="cog" onClick={edit}>
              <Trans i18nKey="push.edit">Configure Pushgateway</Trans>
            </Button>
          )
        }
      >
        <div>
          <Trans i18nKey="push.description">
            If the appliance cannot be scraped, it can push its platform health to a Pushgateway. Prefer scraping where
            it is possible: a Pushgateway keeps the last values for ever and cannot tell when the appliance is down.
          </Trans>
        </div>
        {!isEnabled && (
          <div>
            {t(
              'push.unavailable',
              'Nothing is pushed while the Prometheus integration is disabled: without it no metrics are collected.',
            )}
          </div>
        )}
        {push && isEnabled && <LastFailure {...push.health} />}
        {push && <StaleGroups groups={push.health.staleGroups} />}
      </DetailCard>
      {isEditing && push && (
        <PushEditor
          settings={push.settings}
          onSaved={(saved) => {
            onSaved(saved);
            setEditing(false);
          }}
          onCancel={() => setEditing(false)}
        />
      )}
    </>
  );
}

function LastFailure({ status, lastFailure }: Push['health']) {
  if (status !== 'failing' || !lastFailure) return null;
  return (
    <Warning>
      {t('push.failed', 'The last push failed:')} {lastFailure.message} (<RelativeTime at={lastFailure.at} />)
    </Warning>
  );
}
