/** Every number is fed by the thing it measures: each family's proof does that thing to a real backend, and looks. */
import { applianceFamilies } from '../../contract/metrics.ts';
import { alarmProofs } from './truth/alarms.ts';
import { catalogueProofs } from './truth/catalogues.ts';
import { clickhouseProofs } from './truth/clickhouse.ts';
import { httpProofs } from './truth/http.ts';
import { notificationProofs } from './truth/notifications.ts';
import { pushProofs } from './truth/push.ts';
import { startProofs } from './truth/process.ts';
import { proveAll } from './truth/prove-all.ts';
import { spoolProofs } from './truth/spool.ts';
import { tokenProofs } from './truth/tokens.ts';

proveAll(applianceFamilies, {
  ...tokenProofs,
  ...alarmProofs,
  ...notificationProofs,
  ...clickhouseProofs,
  ...spoolProofs,
  ...httpProofs,
  ...pushProofs,
  ...startProofs,
  ...catalogueProofs,
});
