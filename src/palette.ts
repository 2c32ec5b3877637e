import { PluginExtensionPoints, type PluginExtensionAddedLinkConfig } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { isAdmin } from './lib/access.ts';
import { paths } from './lib/constants.ts';

const shared = {
  targets: PluginExtensionPoints.CommandPalette,
  icon: 'key-skeleton-alt',
  category: 'Vitals',
  /** Nothing hides the entry: tokens are for administrators. */
  configure: () => (isAdmin() ? {} : undefined),
} as const;

/** The command palette calls an entry's `onClick` and follows no `path`. Grafana's history adds its own base path. */
const goTo = (search: string) => () => locationService.push(paths.tokens + search);

/**
 * Entries of Grafana's command palette. The same titles, descriptions and targets stand in plugin.json, by which Grafana
 * knows that it has to load the plugin for them; so they are in English only.
 */
export const paletteLinks: readonly PluginExtensionAddedLinkConfig[] = [
  {
    ...shared,
    title: 'Create scrape token',
    description: 'Create a token with which a monitoring stack may scrape the appliance',
    onClick: goTo('?action=create'),
  },
  {
    ...shared,
    title: 'Revoke scrape token',
    description: 'Search the active scrape tokens for the one to revoke',
    onClick: goTo('?status=active&action=revoke'),
  },
];
