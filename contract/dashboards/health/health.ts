/** Is the appliance healthy? The dashboard that the appliance's manual describes, and what stands behind its numbers. */
import { pages } from '../../pages.ts';
import { events, presence } from '../appliance.ts';
import { behind } from './internals.ts';
import { build, notifications } from './notifications.ts';
import { platform } from './platform.ts';
import { process } from './process.ts';
import { state } from './state.ts';
import type { DashboardSpec } from '../spec.ts';

export const health: DashboardSpec = {
  uid: 'vitals-health',
  title: 'Appliance health',
  description: 'Is the appliance healthy? Platform health only: no client, device or rule is a series.',
  tags: ['vitals'],
  presence,
  target: 'Appliance',
  links: [pages.alarms, pages.integrations],
  annotations: events,
  rows: [state, platform, notifications, build, behind, process],
};
