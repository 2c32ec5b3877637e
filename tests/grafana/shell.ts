/** Where the plugin runs in a test: in a real Grafana, or in the workbench that stands in for one. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { trustIn } from '../../scripts/workbench.mjs';
import { startWorkbench } from '../../workbench/server/workbench.ts';
import { enter, openVisit, type Look, type Visit } from '../journeys/browser.ts';
import { whenOver } from '../support/over.ts';
import { freePort } from '../support/server.ts';
import type { GivenGrafana } from './given.ts';
import { grafanaApi, type GrafanaApi } from './grafana-api.ts';
import { PLUGIN_ID, startGrafana, type GrafanaOptions } from './grafana-process.ts';

/** The same three people in both. */
export const people = { ada: 'Admin', grace: 'Editor', vint: 'Viewer' } as const;
export type Login = keyof typeof people;

/** What the backend's `auth.grafana` says. */
export interface Trust {
  readonly jwks_url: string;
  readonly issuer: string;
  readonly org_id: number;
}

/** What a shell is told of the appliance behind it. */
export interface Connection {
  readonly folder: string;
  readonly backendUrl: string;
  readonly credential: string;
  readonly prometheusUrl?: string | undefined;
}

export type ShellOptions = Pick<GrafanaOptions, 'ini' | 'amend'> & { readonly subPath?: string };

export interface Shell {
  /** Its root URL without a trailing slash. */
  readonly origin: string;
  /** A fresh browser profile, with this person signed in. */
  enter(browser: Browser, login: Login, look?: Look): Promise<Visit>;
  /** Where a page of the app is, by its path below the app's own. */
  page(path: string): string;
  /** The plugin's configuration page. */
  readonly settingsPage: string;
  /** The names of the plugin's pages in the menu. */
  menu(page: Page): Promise<string[]>;
}

export interface Grafana extends Shell {
  readonly api: GrafanaApi;
  readonly output: () => string;
}

/** A shell whose address is known, so that a backend can be told to believe it, and that is not started yet. */
export interface Prepared<Kind extends Shell = Shell> {
  readonly trust: Trust;
  start(connection: Connection): Promise<Kind>;
}

const pagesOf = (origin: string) => ({
  origin,
  page: (path: string) => `${origin}/a/${PLUGIN_ID}/${path}`,
  settingsPage: `${origin}/plugins/${PLUGIN_ID}`,
});

export async function prepareWorkbench({ subPath = '' }: ShellOptions = {}): Promise<Prepared> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}${subPath}`;
  return {
    trust: trustIn(origin),
    async start({ folder, backendUrl, credential }) {
      const dataDir = join(folder, 'workbench');
      const workbench = await startWorkbench({ port, subPath, dataDir, backendUrl, credential });
      whenOver(() => workbench.close());
      return {
        ...pagesOf(origin),
        menu: async (page) =>
          trimmed(await page.getByRole('list', { name: 'Vitals' }).getByRole('link').allInnerTexts()),
        async enter(browser, login, look) {
          const visit = await enter(browser, workbench.newLink(), look);
          await visit.context.request.post(`${origin}/api/workbench`, {
            headers: { origin: new URL(origin).origin },
            data: JSON.stringify({ login }),
          });
          await visit.page.goto('about:blank');
          visit.complaints.splice(0);
          return visit;
        },
      };
    },
  };
}

export async function prepareGrafana(given: GivenGrafana, options: ShellOptions = {}): Promise<Prepared<Grafana>> {
  if (given.kind === 'running') return runningGrafana(given);
  const { subPath = '', ini = {}, amend } = options;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}${subPath}`;
  return {
    trust: trustIn(origin),
    async start(connection) {
      const { binary, home } = given;
      const own = { binary, home, port, subPath, ini, ...(amend && { amend }) };
      const { password, output } = await startGrafana({ ...own, ...connection });
      return usedBy(origin, grafanaApi(origin, 'admin', password), output);
    },
  };
}

/** Its plugin is pointed at the test's backend; nothing else of it is changed but the three people. */
function runningGrafana({ url, user, password }: GivenGrafana & { kind: 'running' }): Prepared<Grafana> {
  const api = grafanaApi(url, user, password);
  return {
    trust: trustIn(url),
    async start({ backendUrl, credential }) {
      await api.send('POST', `/api/plugins/${PLUGIN_ID}/settings`, {
        enabled: true,
        pinned: true,
        jsonData: { backendUrl },
        secureJsonData: { apiToken: credential },
      });
      return usedBy(url, api, () => '');
    },
  };
}

const trimmed = (texts: readonly string[]) => texts.map((text) => text.trim());

/** A Grafana in which the three people exist. */
async function usedBy(origin: string, api: GrafanaApi, output: () => string): Promise<Grafana> {
  const password = randomBytes(18).toString('base64url');
  for (const [login, role] of Object.entries(people)) await addPerson(api, login, role, password);
  return {
    ...pagesOf(origin),
    output,
    api,
    menu: async (page) => {
      const list = page.getByRole('list', { name: 'Navigation' });
      const app = list.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'Vitals', exact: true }) });
      const expand = app.getByRole('button', { name: 'Expand section: Vitals' });
      if (await expand.isVisible()) await expand.click();
      const entries = app.last().getByRole('listitem').getByRole('link');
      return trimmed(await entries.allInnerTexts());
    },
    async enter(browser, login, look) {
      const visit = await openVisit(browser, look);
      const answer = await visit.context.request.post(`${origin}/login`, { data: { user: login, password } });
      if (!answer.ok()) throw new Error(`${login} cannot sign in: ${answer.status()} ${await answer.text()}`);
      return visit;
    },
  };
}

async function addPerson(api: GrafanaApi, login: string, role: string, password: string): Promise<void> {
  const [known] = await api.send<{ id: number }>('GET', `/api/users/lookup?loginOrEmail=${login}`).then(
    (user) => [user],
    () => [],
  );
  if (known) await api.send('PUT', `/api/admin/users/${known.id}/password`, { password });
  const { id } =
    known ??
    (await api.send<{ id: number }>('POST', '/api/admin/users', {
      name: login,
      login,
      email: `${login}@example.com`,
      password,
      OrgId: 1,
    }));
  await api.send('PATCH', `/api/org/users/${id}`, { role });
}
