#!/usr/bin/env node
import '../lib/ignore-debugger-signal.ts';
import { Command, CommanderError } from 'commander';
import { loadConfiguredCatalogues } from '../catalogues/configured.ts';
import { configOf, localActor, withCommonOptions, withServices, type CommonOptions } from './context.ts';
import { complain, print, printJson } from './output.ts';
import type { Config } from '../config/config.ts';
import { ConfigError, InvalidConfig } from '../config/error.ts';
import { isDatabaseUnavailable } from '../database/database.ts';
import { isStorageFull } from '../database/storage-full.ts';
import { Refusal, refusalOf } from '../http/refusal.ts';
import { readRelease } from '../lib/release.ts';
import { nameSourcesInStackTraces } from '../lib/stack-trace.ts';

/** Commands by their first word. What a group consists of is loaded only where the arguments name it. */
const groups: readonly { name: string; description: string; load: () => Promise<(group: Command) => void> }[] = [
  {
    name: 'token',
    description: 'create, generate, list, rename, rotate and revoke scrape tokens',
    load: async () => (await import('./tokens.ts')).addTokenCommands,
  },
  {
    name: 'credential',
    description: 'issue, list and revoke credentials for the API',
    load: async () => (await import('./credentials.ts')).addCredentialCommands,
  },
  {
    name: 'audit',
    description: 'read and verify the audit log',
    load: async () => (await import('./audit.ts')).addAuditCommands,
  },
  {
    name: 'catalogue',
    description: 'describe other systems: check files, make what Grafana and Prometheus load',
    load: async () => (await import('./catalogues.ts')).addCatalogueCommands,
  },
  {
    name: 'push',
    description: 'push platform health to a Pushgateway',
    load: async () => (await import('./push.ts')).addPushCommands,
  },
  {
    name: 'spool',
    description: 'check the spool of ingested rows, and recover what was quarantined of it',
    load: async () => (await import('./spool.ts')).addSpoolCommands,
  },
];

/** Exit codes: 0 done, 1 refused (why is on standard error), 2 wrong usage. */
async function main(args: string[]): Promise<number> {
  try {
    await (await commands(args)).parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, args.includes('--json'));
  }
}

async function commands(args: string[]): Promise<Command> {
  const program = new Command('vitals')
    .description('Scrape tokens and platform health of this appliance.')
    .version(readRelease().version)
    .exitOverride()
    .showHelpAfterError('(vitals --help lists the commands)');

  withCommonOptions(program.command('serve').description('run the backend')).action(async (options: CommonOptions) => {
    const config = configOf(options);
    const { serve } = await import('../server.ts'); // everything that the other commands do without
    await serve(config);
  });

  const config = program.command('config').description('the configuration file');
  withCommonOptions(config.command('check').description('check it whole, without starting')).action(
    async (options: CommonOptions) => {
      const config = readConfig(options);
      if (config instanceof InvalidConfig) {
        process.exitCode = 1;
        return printJson({ ok: false, mistakes: config.mistakes });
      }
      const { server, prometheus, auth } = config;
      await loadConfiguredCatalogues(prometheus);
      const { host, port, tls, public_url = null } = server;
      if (options.json) {
        const { grafana } = auth;
        const listens = { host, port, tls: tls !== undefined, public_url };
        return printJson({ ok: true, server: listens, prometheus, auth: { grafana } });
      }
      print('The configuration is valid.');
    },
  );

  for (const { name, description, load } of groups) {
    const group = program.command(name).description(description);
    if (args.includes(name)) (await load())(group);
  }

  withCommonOptions(program.command('healthcheck').description('check backend health')).action(
    async (options: CommonOptions) => {
      const jwt = await withServices(options, ({ credentials }) => credentials.healthcheckJwt(localActor()));
      const { checkHealth } = await import('./healthcheck.ts');
      const health = await checkHealth(configOf(options), jwt);
      if (options.json) printJson(health);
      else print(`${health.status}: version ${health.version}, database ${health.database}`);
      if (!options.json) for (const reason of health.reasons) print(reason);
      if (health.status !== 'ok') process.exitCode = 1;
    },
  );
  return program;
}

/** The mistakes instead, where a machine asks for them. */
function readConfig(options: CommonOptions): Config | InvalidConfig {
  try {
    return configOf(options);
  } catch (error) {
    if (options.json && error instanceof InvalidConfig) return error;
    throw error;
  }
}

function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const refusal = refusalOf(error);
  if (refusal) {
    complain(json ? JSON.stringify(refusal.toProblem()) : refusal.message);
    return 1;
  }
  if (error instanceof ConfigError) {
    complain(error.message);
    return 1;
  }
  if (isStorageFull(error)) {
    const full = new Refusal('storage_full');
    complain(json ? JSON.stringify(full.toProblem()) : full.message);
    return 1;
  }
  if (isDatabaseUnavailable(error)) {
    complain(`The database cannot be used: ${(error as Error).message}.`);
    return 1;
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

nameSourcesInStackTraces();
process.exitCode = await main(process.argv.slice(2));
