import { t } from '@grafana/i18n';
import type { Channel } from '../../contract/appliance.ts';

/** Where a rule's alarms are told, in words. */
export function channelName(channel: Channel): string {
  return channel === 'bell' ? t('rules.channel.bell', 'Bell in Grafana') : t('rules.channel.vector', 'Vector');
}
