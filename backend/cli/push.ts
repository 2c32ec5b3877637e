import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { applianceFamilies } from '../../contract/metrics.ts';
import { pushLimits, type PushSettings, type PushSettingsBody, type PushTest } from '../../contract/push.ts';
import { systemClock } from '../lib/clock.ts';
import { ConfigError } from '../config/error.ts';
import type { Services } from '../services.ts';
import { staleGroups } from '../push/service.ts';
import { nodeConstants, readRelease } from '../lib/release.ts';
import { configOf, localActor, withCommonOptions, withServices, type CommonOptions } from './context.ts';
import { print, printable, printJson, printTable } from './output.ts';

interface SetOptions {
  url?: string;
  job?: string;
  instance?: string;
  interval?: string;
  username?: string | false;
  passwordFile?: string;
  enable?: boolean;
}

const FOLLOWS = 'A running server follows within two seconds.';

export function addPushCommands(push: Command): void {
  withCommonOptions(push.command('show').description('the settings, and what still has to be removed')).action(
    (options: CommonOptions) =>
      withServices(options, async ({ push, database }) => {
        const settings = await push.read();
        const stale = await staleGroups(database);
        if (options.json) return printJson({ settings, staleGroups: stale });
        printSettings(settings);
        if (stale.length === 0) return;
        print();
        print('No longer pushed, and still to be removed from a Pushgateway:');
        printTable(
          ['URL', 'JOB', 'INSTANCE', 'SINCE', 'WHY IT IS STILL THERE'],
          stale.map((group) => [group.url, group.job, group.instance, group.since, group.failure]),
        );
      }),
  );

  withSettings(push.command('set').description('change the settings; what is not named stays'))
    .option('--enable', 'begin to push')
    .action((options: CommonOptions & SetOptions) =>
      withServices(options, async ({ push }) => {
        const settings = await push.change(changed(await push.read(), options), localActor());
        if (options.json) return printJson({ settings });
        printSettings(settings);
        print(FOLLOWS);
      }),
    );

  withSettings(
    push.command('test').description('push once and remove it; with these settings, or the ones kept'),
  ).action((options: CommonOptions & SetOptions) =>
    withServices(options, async (services) => {
      const isAvailable = configOf(options).prometheus.enabled;
      const { createTestPush } = await import('../push/test-push.ts'); // an HTTP client, for this command alone
      const test = createTestPush({
        settings: services.push,
        database: services.database,
        exposition: isAvailable ? () => buildInfo(services) : undefined,
        clock: systemClock,
      });
      const result = await test(changed(await services.push.read(), options));
      if (options.json) printJson(result);
      else print(sentence(result));
      if (!result.ok) process.exitCode = 1;
    }),
  );

  withCommonOptions(push.command('disable').description('stop pushing, and have removed what was pushed')).action(
    (options: CommonOptions) =>
      withServices(options, async ({ push }) => {
        const settings = await push.change({ ...changed(await push.read(), {}), enabled: false }, localActor());
        if (options.json) return printJson({ settings });
        print(`Nothing is pushed any more. ${FOLLOWS} It removes what was pushed.`);
      }),
  );
}

function withSettings(command: Command): Command {
  const { min, max } = pushLimits.interval;
  return withCommonOptions(command)
    .option('--url <url>', 'of the Pushgateway, e.g. http://pushgateway:9091')
    .option('--job <job>', 'the label job of what is pushed')
    .option('--instance <instance>', 'its label instance; may be empty')
    .option('--interval <seconds>', `how often, ${min} to ${max}`)
    .option('--username <name>', 'for basic authentication')
    .option('--no-username', 'without authentication')
    .option('--password-file <file>', 'the password of that user, in a file; - reads standard input');
}

function changed(settings: PushSettings, options: SetOptions): PushSettingsBody {
  const { enabled, url, job, instance, intervalSeconds, username } = settings;
  const user = options.username === false ? null : options.username;
  return {
    enabled: enabled || options.enable === true,
    url: options.url ?? url,
    job: options.job ?? job,
    instance: options.instance ?? instance,
    intervalSeconds: options.interval === undefined ? intervalSeconds : Number(options.interval),
    username: user === undefined ? username : user,
    ...(options.passwordFile !== undefined && { password: readPassword(options.passwordFile) }),
  };
}

function readPassword(file: string): string {
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new ConfigError(
      `--password-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    );
  }
}

/** What a test pushes: the server's own numbers are in its process, but which release this is, is known here, too. */
async function buildInfo({ constants }: Services): Promise<string> {
  const { createFamilyWriter } = await import('../exposition/text.ts');
  const { version, commit } = readRelease();
  const { nodeVersion } = nodeConstants;
  const labels = { version, commit, go_version: constants.goVersion, node_version: nodeVersion };
  return createFamilyWriter(applianceFamilies.buildInfo, 'text')([{ labels, value: 1 }]);
}

function printSettings(settings: PushSettings): void {
  const { enabled, url, job, instance, intervalSeconds, username, changedAt, changedBy } = settings;
  const rows: [string, string][] = [
    ['pushes', enabled ? `every ${intervalSeconds} s` : `no (every ${intervalSeconds} s when enabled)`],
    ['url', url === '' ? '—' : url],
    ['job', job],
    ['instance', instance === '' ? '(empty)' : instance],
    ['user name', username ?? '— (no authentication)'],
    ['changed', changedAt === null ? 'never' : `${changedAt} by ${changedBy ?? 'unknown'}`],
  ];
  for (const [name, value] of rows) print(`${name.padEnd(10)} ${printable(value)}`);
}

function sentence({ ok, message, durationSeconds }: PushTest): string {
  return `${message}${ok ? ` It took ${durationSeconds.toFixed(2)} s.` : ''}`;
}
