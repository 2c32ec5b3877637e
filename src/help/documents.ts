import type { Topic } from './topics.ts';

/** The text of each document, in a chunk of its own: only what somebody reads is loaded. */
export const documents: Readonly<Record<Topic, () => Promise<{ readonly default: string }>>> = {
  overview: () => import(/* webpackChunkName: "help-overview" */ '../README.md?raw'),
  alerts: () => import(/* webpackChunkName: "help-alerts" */ '../../docs/alerts.md?raw'),
  metrics: () => import(/* webpackChunkName: "help-metrics" */ '../../docs/metrics.md?raw'),
  operations: () => import(/* webpackChunkName: "help-operations" */ '../../docs/operations.md?raw'),
  security: () => import(/* webpackChunkName: "help-security" */ '../../docs/security.md?raw'),
};
