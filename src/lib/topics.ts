/** The documents that have a tab, in that order. */
export const tabs = ['overview', 'alerts', 'metrics', 'operations', 'security', 'catalogues'] as const;

/** The catalogues that are shipped: each has a page of its metrics and alerts, to which its alerts lead. */
const catalogues = ['circuit-breaker', 'deepintshield', 'dockmesh', 'flowtriq', 'node-exporter'] as const;

export type Tab = (typeof tabs)[number];
export type CatalogueTopic = `catalogue-${(typeof catalogues)[number]}`;
export type Topic = Tab | CatalogueTopic;

/** Every document that the app shows. */
export const topics: readonly Topic[] = [...tabs, ...catalogues.map((id) => `catalogue-${id}` as const)];

/** Where each one's text lies in the repository; links between them are relative to that. */
export function sourceOf(topic: Topic): string {
  if (topic === 'overview') return 'src/README.md';
  return isTab(topic) ? `docs/${topic}.md` : `docs/catalogues/${catalogueOf(topic)}.md`;
}

/** The id of the catalogue that a page is about. */
export const catalogueOf = (topic: CatalogueTopic): string => topic.slice('catalogue-'.length);

export function isTab(topic: Topic): topic is Tab {
  return tabs.some((tab) => tab === topic);
}

export function isTopic(name: string | undefined): name is Topic {
  return topics.some((topic) => topic === name);
}
