import type { Topic } from '../lib/topics.ts';

/** The text of each document, in a chunk of its own: only what somebody reads is loaded. */
export const documents: Readonly<Record<Topic, () => Promise<{ readonly default: string }>>> = {
  overview: () => import(/* webpackChunkName: "help-overview" */ '../README.md?raw'),
  alerts: () => import(/* webpackChunkName: "help-alerts" */ '../../docs/alerts.md?raw'),
  metrics: () => import(/* webpackChunkName: "help-metrics" */ '../../docs/metrics.md?raw'),
  operations: () => import(/* webpackChunkName: "help-operations" */ '../../docs/operations.md?raw'),
  security: () => import(/* webpackChunkName: "help-security" */ '../../docs/security.md?raw'),
  catalogues: () => import(/* webpackChunkName: "help-catalogues" */ '../../docs/catalogues.md?raw'),
  'catalogue-circuit-breaker': () =>
    import(/* webpackChunkName: "help-circuit-breaker" */ '../../docs/catalogues/circuit-breaker.md?raw'),
  'catalogue-deepintshield': () =>
    import(/* webpackChunkName: "help-deepintshield" */ '../../docs/catalogues/deepintshield.md?raw'),
  'catalogue-dockmesh': () => import(/* webpackChunkName: "help-dockmesh" */ '../../docs/catalogues/dockmesh.md?raw'),
  'catalogue-flowtriq': () => import(/* webpackChunkName: "help-flowtriq" */ '../../docs/catalogues/flowtriq.md?raw'),
  'catalogue-node-exporter': () =>
    import(/* webpackChunkName: "help-node-exporter" */ '../../docs/catalogues/node-exporter.md?raw'),
};
