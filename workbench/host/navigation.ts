import { PluginIncludeType, type AppPluginMeta, type IconName, type NavModelItem } from '@grafana/data';
import { basePath } from './base.ts';
import type { WorkbenchUser } from './workbench.ts';

const roles = ['Viewer', 'Editor', 'Admin'];

/** Whether a page for this role is for the user; for everybody where it names none. */
export const isFor = ({ role: own }: WorkbenchUser, role = 'Viewer'): boolean =>
  roles.indexOf(own) >= roles.indexOf(role);

const home: NavModelItem = { text: 'Home', url: `${basePath}/` };
const moreApps: NavModelItem = { text: 'More apps', url: `${basePath}/apps`, parentItem: home };

/**
 * The app's section of the menu as Grafana makes it of plugin.json's `includes`: the default page lends the section its
 * address and is no entry of its own.
 */
export function appSection({ id, name, includes = [] }: AppPluginMeta, user: WorkbenchUser): NavModelItem {
  const pages = includes.filter(({ type, role }) => type === PluginIncludeType.page && isFor(user, role));
  const listed = pages.filter(({ addToNav }) => addToNav);
  const byDefault = listed.find(({ defaultNav }) => defaultNav)?.path ?? `/a/${id}`;
  const section: NavModelItem = { text: name, url: `${basePath}${byDefault}`, parentItem: moreApps };
  section.children = listed
    .filter(({ path }) => path !== byDefault)
    .map((page) => ({
      text: page.name,
      icon: page.icon as IconName,
      url: `${basePath}${page.path ?? ''}`,
      parentItem: section,
    }));
  return section;
}

/** Which entry of the section a page belongs to: the one with the longest address that it begins with. */
export function activeEntry(section: NavModelItem, pathname: string): NavModelItem {
  const url = `${basePath}${pathname}`;
  const fitting = (section.children ?? []).filter((child) => url.startsWith(child.url ?? ''));
  return fitting.sort((a, b) => (b.url ?? '').length - (a.url ?? '').length)[0] ?? section;
}

/** Grafana's way to breadcrumbs: the page's own ancestry, then the section's without an address that was just named. */
export function breadcrumbs(section: NavModelItem, page: NavModelItem | undefined): NavModelItem[] {
  const crumbs: NavModelItem[] = [];
  let last: string | undefined;
  const add = (item: NavModelItem | undefined, isDeduped: boolean): void => {
    if (!item) return;
    const path = item.url?.split('?')[0] ?? '';
    const isRepeated = isDeduped && path !== '' && path === last;
    last = path;
    if (!isRepeated && !item.hideFromBreadcrumbs) crumbs.unshift(item);
    add(item.parentItem, isDeduped);
  };
  add(page, false);
  add(section, true);
  return crumbs;
}
