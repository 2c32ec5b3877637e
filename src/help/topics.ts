/** The documents that the app shows, in the order of their tabs. */
export const topics = ['overview', 'alerts', 'metrics', 'operations', 'security'] as const;

export type Topic = (typeof topics)[number];

/** Where each one's text lies in the repository; links between them are relative to that. */
export const sources: Readonly<Record<Topic, string>> = {
  overview: 'src/README.md',
  alerts: 'docs/alerts.md',
  metrics: 'docs/metrics.md',
  operations: 'docs/operations.md',
  security: 'docs/security.md',
};

export function isTopic(name: string | undefined): name is Topic {
  return topics.some((topic) => topic === name);
}
