import { useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button, LinkButton, LoadingPlaceholder, Stack } from '@grafana/ui';
import type { Alarm } from '../../contract/api.ts';
import { canAcknowledge, isAdmin } from '../lib/access.ts';
import { acknowledgeAlarm } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { alarmQuery } from '../api/queries.ts';
import { paths, tokenPath } from '../lib/constants.ts';
import { DetailList } from '../ui/DetailList.tsx';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { hrefTo } from '../lib/href.ts';
import { SeverityBadge } from '../ui/SeverityBadge.tsx';
import { Drawer } from '../ui/dialogs.tsx';
import { useRequest } from '../ui/useRequest.ts';
import { StateBadge } from './StateBadge.tsx';
import { Timeline } from './Timeline.tsx';

interface Props {
  readonly id: string;
  readonly onChanged: (alarm: Alarm) => void;
  readonly onClose: () => void;
}

/** One alarm with all that happened to it. */
export function AlarmDrawer({ id, onChanged, onClose }: Props) {
  const { value: alarm, failure, refresh, update } = useRequest(alarmQuery(id));
  const [actionFailure, setActionFailure] = useState<ApiFailure>();

  async function acknowledge() {
    setActionFailure(undefined);
    try {
      const changed = await acknowledgeAlarm(id);
      update(() => changed);
      onChanged(changed);
    } catch (error) {
      setActionFailure(toFailure(error));
      refresh();
    }
  }

  return (
    <Drawer title={alarm?.ruleName ?? t('alarms.drawer.title', 'Alarm')} subtitle={alarm?.summary} onClose={onClose}>
      {failure && <FailureAlert failure={failure} onRetry={refresh} />}
      {actionFailure && <FailureAlert failure={actionFailure} />}
      {!alarm && !failure && <LoadingPlaceholder text={t('alarms.drawer.loading', 'Loading the alarm…')} />}
      {alarm && (
        <>
          <DetailList
            details={[
              { label: t('alarms.column.severity', 'Severity'), value: <SeverityBadge severity={alarm.severity} /> },
              { label: t('alarms.column.state', 'State'), value: <StateBadge state={alarm.state} /> },
              { label: t('alarms.drawer.subject', 'About'), value: subjectText(alarm) },
            ]}
          />
          <h4>{t('alarms.drawer.timeline', 'Timeline')}</h4>
          <Timeline entries={alarm.timeline} />
          <Stack gap={1} wrap="wrap">
            {canAcknowledge() && alarm.state === 'firing' && (
              <Button icon="check" onClick={() => void acknowledge()}>
                <Trans i18nKey="alarms.acknowledge">Acknowledge</Trans>
              </Button>
            )}
            <Subject alarm={alarm} />
          </Stack>
        </>
      )}
    </Drawer>
  );
}

function subjectText({ subject }: Alarm): string {
  switch (subject.kind) {
    case 'metric': {
      const labels = Object.entries(subject.labels).map(([label, value]) => `${label}="${value}"`);
      return labels.length > 0 ? labels.join(', ') : t('alarms.subject.metric', 'The metric (no labels)');
    }
    case 'audit_event':
      return t('alarms.subject.event', 'Row {{seq}} of the audit log: {{event}}', subject);
    case 'audit_events':
      return t('alarms.subject.events', 'Rows of the audit log: {{event}}', subject);
    case 'token':
      return t('alarms.subject.token', 'A scrape token: {{tokenId}}', subject);
    case 'rule':
      return t('alarms.subject.rule', 'The rule itself, which could not be evaluated');
    default:
      return JSON.stringify(subject);
  }
}

/** The way to what the alarm is about, for those who may go there. */
function Subject({ alarm: { subject } }: { readonly alarm: Alarm }) {
  if (!isAdmin()) return null;
  if (subject.kind === 'token') {
    return (
      <LinkButton variant="secondary" icon="key-skeleton-alt" href={hrefTo(tokenPath(subject.tokenId))}>
        <Trans i18nKey="alarms.to-token">Open the token</Trans>
      </LinkButton>
    );
  }
  if (subject.kind === 'audit_event' || subject.kind === 'audit_events') {
    return (
      <LinkButton variant="secondary" icon="history" href={hrefTo(`${paths.audit}?event=${subject.event}`)}>
        <Trans i18nKey="alarms.to-audit">Open the audit log</Trans>
      </LinkButton>
    );
  }
  return null;
}
