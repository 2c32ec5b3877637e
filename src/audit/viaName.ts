import { t } from '@grafana/i18n';
import type { AuditVia } from '../../contract/audit-events.ts';

/** Which door a change came through, in words. */
export function viaName(via: AuditVia): string {
  switch (via) {
    case 'api':
      return t('audit.via.api', 'API');
    case 'grafana':
      return t('audit.via.grafana', 'Grafana');
    case 'cli':
      return t('audit.via.cli', 'Command line');
    case 'scrape':
      return t('audit.via.scrape', 'Scrape');
    case 'system':
      return t('audit.via.system', 'The appliance itself');
    default:
      return via;
  }
}
