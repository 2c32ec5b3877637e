/** The product as a person meets it: the app in a shell, and behind the plugin proxy a real backend. */
import { test } from 'vitest';
import type { Browser } from 'playwright-core';
import { sharedBrowser } from '../journeys/browser.ts';
import { makePlace, type Place } from '../support/place.ts';
import { startServer, type RunningServer, type Settings } from '../support/server.ts';
import { testWith } from '../tools.ts';
import { givenGrafana, howToGive, type GivenGrafana } from './given.ts';
import {
  prepareGrafana,
  prepareWorkbench,
  type Grafana,
  type Prepared,
  type Shell,
  type ShellOptions,
  type Trust,
} from './shell.ts';

export interface Product<Kind extends Shell = Shell> {
  readonly place: Place;
  readonly server: RunningServer;
  readonly shell: Kind;
  readonly browser: Browser;
  /** The service credential that the plugin proxy adds. */
  readonly credential: string;
}

export interface ProductOptions extends ShellOptions {
  readonly settings?: Settings;
  readonly prometheus?: boolean;
  /** Where a Prometheus listens that Grafana's dashboards and rules ask. */
  readonly prometheusUrl?: (place: Place) => Promise<string>;
  readonly before?: (place: Place) => Promise<unknown>;
  /** What the backend is told to believe instead of the truth. */
  readonly trust?: Partial<Trust>;
}

/** Starts everything that a test needs; each part ends with the test. */
export type StartProduct<Kind extends Shell = Shell> = (options?: ProductOptions) => Promise<Product<Kind>>;

function starter<Kind extends Shell>(prepare: (options: ShellOptions) => Promise<Prepared<Kind>>): StartProduct<Kind> {
  return async (options = {}) => {
    const prepared = await prepare(options);
    const auth = { key_file: 'jwt-key.json', grafana: { ...prepared.trust, ...options.trust } };
    const settings = { ...options.settings, auth };
    const place = await makePlace({ settings, prometheus: options.prometheus ?? true });
    await options.before?.(place);
    const server = await startServer(place.config);
    const credential = await place.jwt('grafana');
    const prometheusUrl = await options.prometheusUrl?.(place);
    const { folder, origin: backendUrl } = place;
    const shell = await prepared.start({ folder, backendUrl, credential, prometheusUrl });
    return { place, server, shell, browser: await sharedBrowser(), credential };
  };
}

/** Programs that every such test finds on PATH. */
const tools = ['chromium', 'prometheus'] as const;
type Tools = Readonly<Record<(typeof tools)[number], string>>;

type Body<Kind extends Shell> = (start: StartProduct<Kind>, tools: Tools) => Promise<void>;

/** One guarantee, kept in the workbench and, where one is given, in a real Grafana. */
export function inEachShell(title: string, body: Body<Shell>): void {
  inWorkbench(title, body);
  inGrafana(title, body);
}

export function inWorkbench(title: string, body: Body<Shell>): void {
  testWith(tools, `${title} (workbench)`, (paths) => body(starter(prepareWorkbench), paths));
}

/** A guarantee about what only Grafana has. Skipped by name where none is given, or not of the kind it needs. */
export function inGrafana(title: string, body: Body<Grafana>, needs?: GivenGrafana['kind']): void {
  const name = `${title} (Grafana)`;
  const given = givenGrafana();
  if (!given) test(name, (context) => context.skip(howToGive));
  else if (needs && given.kind !== needs)
    test(name, (context) => context.skip('This starts a Grafana of its own: give it VITALS_GRAFANA_BIN.'));
  else
    testWith(tools, name, (paths) =>
      body(
        starter((options) => prepareGrafana(given, options)),
        paths,
      ),
    );
}
