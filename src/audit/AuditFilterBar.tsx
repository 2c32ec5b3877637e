import { css } from '@emotion/css';
import { useCallback } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Combobox, TimeRangeInput, useStyles2 } from '@grafana/ui';
import { auditEventNames, auditEvents } from '../../contract/audit-events.ts';
import { DebouncedInput } from '../ui/DebouncedInput.tsx';
import { ACTOR_MAX_LENGTH, IP_MAX_LENGTH, timeRangeOf, timesOf, type AuditParams } from './auditParams.ts';

interface Props {
  readonly query: AuditParams;
  readonly onChange: (change: Partial<AuditParams>) => void;
}

const events = auditEventNames.map((value) => ({ value, label: value, description: auditEvents[value] }));

/** Time, event, actor and address. Each is the server's work. */
export function AuditFilterBar({ query, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const onActor = useCallback((actor: string) => onChange({ actor: actor.trim() }), [onChange]);
  const onIp = useCallback((ip: string) => onChange({ ip: ip.trim() }), [onChange]);
  return (
    <div className={styles.bar} role="search">
      <div className={styles.field} role="group" aria-label={t('audit.filter.time', 'Time')}>
        <TimeRangeInput
          clearable
          showIcon
          value={timeRangeOf(query)}
          placeholder={t('audit.filter.any-time', 'Any time')}
          onChange={(range) => onChange(timesOf(range))}
        />
      </div>
      <div className={styles.field}>
        <Combobox
          isClearable
          aria-label={t('audit.filter.event', 'Event')}
          placeholder={t('audit.filter.any-event', 'Any event')}
          options={events}
          value={query.event ?? null}
          onChange={(option) => onChange({ event: option?.value })}
        />
      </div>
      <div className={styles.field}>
        <DebouncedInput
          label={t('audit.filter.actor', 'Filter by actor')}
          value={query.actor}
          maxLength={ACTOR_MAX_LENGTH}
          onChange={onActor}
        />
      </div>
      <div className={styles.field}>
        <DebouncedInput
          label={t('audit.filter.ip', 'Filter by address')}
          value={query.ip}
          maxLength={IP_MAX_LENGTH}
          onChange={onIp}
        />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
  field: css({
    flex: '1 1 200px',
    maxWidth: 320,
    // Grafana's placeholder here is too faint to read.
    '& button span > span': { color: theme.colors.text.secondary },
  }),
});
