import { t } from '@grafana/i18n';
import { Badge, type BadgeColor, type IconName } from '@grafana/ui';
import type { Severity } from '../../contract/appliance.ts';

const looks: Record<Severity, { readonly color: BadgeColor; readonly icon: IconName }> = {
  critical: { color: 'red', icon: 'exclamation-circle' },
  warning: { color: 'orange', icon: 'exclamation-triangle' },
  info: { color: 'blue', icon: 'info-circle' },
};

/** A severity by its word and its icon: never by colour alone. */
export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <Badge {...looks[severity]} text={severityName(severity)} />;
}

export function severityName(severity: Severity): string {
  switch (severity) {
    case 'critical':
      return t('severity.critical', 'Critical');
    case 'warning':
      return t('severity.warning', 'Warning');
    case 'info':
      return t('severity.info', 'Info');
  }
}
