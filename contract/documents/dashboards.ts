/** The dashboards that are shipped. `npm run generate` writes them, and tests run every one of their queries. */
import { health } from '../dashboards/health/health.ts';
import { integration } from '../dashboards/integration.ts';
import type { DashboardSpec } from '../dashboards/spec.ts';

export const dashboards: readonly DashboardSpec[] = [health, integration];
