import { t } from '@grafana/i18n';
import { Badge } from '@grafana/ui';
import type { AlarmState } from '../../contract/appliance.ts';

/** Where an alarm is in its life, by a word and an icon: never by colour alone. */
export function StateBadge({ state }: { readonly state: AlarmState }) {
  switch (state) {
    case 'firing':
      return <Badge color="red" icon="fire" text={stateName(state)} />;
    case 'acknowledged':
      return <Badge color="blue" icon="eye" text={stateName(state)} />;
    case 'resolved':
      return <Badge color="green" icon="check" text={stateName(state)} />;
  }
}

export function stateName(state: AlarmState): string {
  switch (state) {
    case 'firing':
      return t('alarms.state.firing', 'Firing');
    case 'acknowledged':
      return t('alarms.state.acknowledged', 'Acknowledged');
    case 'resolved':
      return t('alarms.state.resolved', 'Resolved');
  }
}
