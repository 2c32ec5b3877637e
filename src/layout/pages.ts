import type { NavModelItem } from '@grafana/data';
import { t } from '@grafana/i18n';
import { helpPath, paths } from '../lib/constants.ts';
import { catalogueOf, isTab, type Topic } from '../lib/topics.ts';
import { hrefTo } from '../lib/href.ts';

/** A page as Grafana names it: `nav` gives the breadcrumbs, and the title where `title` says nothing else. */
export interface Page {
  readonly nav: NavModelItem;
  readonly title?: string;
  /** Where the help speaks of what is on the page. */
  readonly help?: string;
}

export function integrationsPage(): Page {
  return {
    nav: { text: t('integrations.title', 'Integrations'), url: hrefTo(paths.integrations) },
    help: helpPath('overview'),
  };
}

/** Integrations › Prometheus › Scrape tokens. */
export function tokensPage(): Page {
  const integrations = { ...integrationsPage().nav, parentItem: inPlaceOf(paths.tokens) };
  const prometheus = {
    text: t('tokens.page.parent', 'Prometheus'),
    url: hrefTo(paths.integrations),
    parentItem: integrations,
  };
  return {
    nav: { text: t('tokens.page.name', 'Scrape tokens'), url: hrefTo(paths.tokens), parentItem: prometheus },
    title: t('tokens.page.title', 'Prometheus Scrape Tokens'),
    help: helpPath('operations', 'let-a-prometheus-scrape'),
  };
}

export function alarmsPage(): Page {
  return {
    nav: { text: t('alarms.page.title', 'Alarms'), url: hrefTo(paths.alarms) },
    help: helpPath('operations', 'alarms-and-notifications'),
  };
}

export function auditPage(): Page {
  return {
    nav: { text: t('audit.page.title', 'Sessions & Audit'), url: hrefTo(paths.audit) },
    help: helpPath('operations', 'the-audit-log'),
  };
}

/** A document of the help; Grafana itself puts “Help” before it. */
export function helpPage(topic: Topic): Page {
  const name = topicName(topic);
  return {
    nav: { text: name, url: hrefTo(helpPath(topic)) },
    title: t('help.title', 'Help: {{name}}', { name }),
  };
}

export function topicName(topic: Topic): string {
  if (!isTab(topic)) return catalogueOf(topic);
  switch (topic) {
    case 'overview':
      return t('help.topic.overview', 'Overview');
    case 'alerts':
      return t('help.topic.alerts', 'Alerts');
    case 'metrics':
      return t('help.topic.metrics', 'Metrics');
    case 'operations':
      return t('help.topic.operations', 'Operations');
    case 'security':
      return t('help.topic.security', 'Security');
    case 'catalogues':
      return t('help.topic.catalogues', 'Other systems');
  }
}

/**
 * Grafana puts the page's own entry of the sidebar before the breadcrumbs of a page, unless they begin with the same
 * address. A page with parents says so by an ancestor that is not shown; otherwise it would be named twice.
 */
function inPlaceOf(path: string): NavModelItem {
  return { text: '', url: hrefTo(path), hideFromBreadcrumbs: true };
}
