import { severities, type Severity } from '../../contract/appliance.ts';
import type { ParamsFormat } from '../ui/usePageParams.ts';

export const alarmTabs = ['active', 'past', 'rules'] as const;
export type AlarmTab = (typeof alarmTabs)[number];

/** What the alarms page shows. `alarm` is the one whose details are open. */
export interface AlarmParams {
  readonly tab: AlarmTab;
  readonly severity: Severity | undefined;
  readonly alarm: string | undefined;
}

export const alarmParams: ParamsFormat<AlarmParams> = {
  parse: (params) => ({
    tab: alarmTabs.find((tab) => tab === params.get('tab')) ?? 'active',
    severity: severities.find((severity) => severity === params.get('severity')),
    alarm: params.get('alarm')?.slice(0, 100) || undefined,
  }),
  format: ({ tab, severity, alarm }) => ({ tab: tab === 'active' ? undefined : tab, severity, alarm }),
};
