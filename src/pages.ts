import type { NavModelItem } from '@grafana/data';
import { t } from '@grafana/i18n';
import { paths } from './constants.ts';
import { hrefTo } from './ui/href.ts';

/** A page as Grafana names it: `nav` gives the breadcrumbs, and the title where `title` says nothing else. */
export interface Page {
  readonly nav: NavModelItem;
  readonly title?: string;
}

export function integrationsPage(): Page {
  return { nav: { text: t('integrations.title', 'Integrations'), url: hrefTo(paths.integrations) } };
}

/** Integrations › Prometheus › Scrape tokens. */
export function tokensPage(): Page {
  const url = hrefTo(paths.tokens);
  const integrations = { ...integrationsPage().nav, parentItem: inPlaceOf(url) };
  const prometheus = {
    text: t('tokens.page.parent', 'Prometheus'),
    url: hrefTo(paths.integrations),
    parentItem: integrations,
  };
  return {
    nav: { text: t('tokens.page.name', 'Scrape tokens'), url, parentItem: prometheus },
    title: t('tokens.page.title', 'Prometheus Scrape Tokens'),
  };
}

export function alarmsPage(): Page {
  return { nav: { text: t('alarms.page.title', 'Alarms'), url: hrefTo(paths.alarms) } };
}

export function auditPage(): Page {
  return { nav: { text: t('audit.page.title', 'Sessions & Audit'), url: hrefTo(paths.audit) } };
}

/**
 * Grafana puts the page's own entry of the sidebar before the breadcrumbs of a page, unless they begin with the same
 * address. A page with parents says so by an ancestor that is not shown; otherwise it would be named twice.
 */
function inPlaceOf(url: string): NavModelItem {
  return { text: '', url, hideFromBreadcrumbs: true };
}
