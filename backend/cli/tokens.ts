import { InvalidArgumentError, type Command } from 'commander';
import { stringify } from 'yaml';
import {
  ListTokensQuery,
  OBSERVED,
  PLATFORM,
  ROTATION_GRACE_MAX_SECONDS,
  type RotatedToken,
  type RotateTokenBody,
  type Token,
} from '../../contract/api.ts';
import { nameField } from '../http/fields.ts';
import { hashSecret, newSecret } from '../tokens/model/token.ts';
import { checkQuery, duration, localActor, withCommonOptions, withServices, type CommonOptions } from './context.ts';
import { print, printable, printJson, printTable } from './output.ts';

export function addTokenCommands(token: Command): void {
  withCommonOptions(token.command('create').description('create a scrape token; it is shown this once'))
    .requiredOption('--name <name>', 'what the operator of the monitoring stack will recognise')
    .option('--expires <time>', 'ISO 8601 with an offset, e.g. 2027-01-31T00:00:00Z')
    .option('--catalogue <id...>', `what it may read (default: ${PLATFORM}, the platform's own endpoint)`)
    .action((options: CommonOptions & { name: string; expires?: string; catalogue?: string[] }) =>
      withServices(options, async ({ tokens }) => {
        const { name, expires, catalogue } = options;
        const created = await tokens.create({ name, expiresAt: expires, catalogues: catalogue }, localActor());
        if (options.json) return printJson(created);
        print(created.secret);
        print();
        print(
          `This is the only time the token of ${named(created.token)} is shown. Expires: ${created.token.expiresAt ?? 'never'}.`,
        );
      }),
    );

  token
    .command('generate')
    .description('make a token for prometheus.provisioned_tokens; asks neither configuration nor database')
    .option('--name <name>', 'what it will be called', 'Prometheus')
    .option('--json', 'print JSON')
    .action(({ name, json }: { name: string; json?: boolean }) => {
      const secret = newSecret();
      const entry = { name: nameField(name), sha256: hashSecret(secret) };
      if (json) return printJson({ secret, ...entry });
      print(secret);
      print();
      print(`This is the only time the token is shown. Its SHA-256 is ${entry.sha256}.`);
      print('For the configuration, where expires_at and catalogues may follow:');
      print();
      print(stringify({ prometheus: { provisioned_tokens: [entry] } }, { lineWidth: 0 }).trimEnd());
    });

  withCommonOptions(token.command('list').description('list scrape tokens, newest first'))
    .option('--status <status>', 'active, expired or revoked')
    .option('--search <text>', 'part of a name')
    .option('--sort <field>', 'createdAt, name, expiresAt or lastUsedAt; with - before it, from the end')
    .option('--limit <n>', 'how many, at most 200')
    .option('--cursor <cursor>', 'where the page before ended')
    .action((options: CommonOptions) =>
      withServices(options, async ({ tokens }) => {
        const list = await tokens.list(checkQuery(ListTokensQuery, { ...options }));
        if (options.json) return printJson(list);
        printTable(
          [
            'ID',
            'NAME',
            'STATUS',
            'CREATED',
            'EXPIRES',
            'LAST USED',
            'LAST IP',
            'CATALOGUES',
            'ORIGIN',
            'SUCCESSOR',
            'WARNINGS',
          ],
          list.items.map((t) => [
            ...[t.id, t.name, t.status, t.createdAt, t.expiresAt ?? 'never', t.lastUsedAt, t.lastIp],
            ...[t.catalogues.join(', '), t.origin, t.successorId],
            t.concerns.length === 0 ? null : t.concerns.join(', '),
          ]),
        );
        print(
          `${list.items.length} of ${list.total}${list.nextCursor === null ? '' : `; more with --cursor ${list.nextCursor}`}`,
        );
      }),
    );

  withCommonOptions(token.command('rename').description('give a scrape token another name'))
    .argument('<id>')
    .requiredOption('--name <name>')
    .action((id: string, options: CommonOptions & { name: string }) =>
      withServices(options, async ({ tokens }) => {
        const renamed = await tokens.rename(id, options.name, localActor());
        if (options.json) return printJson({ token: renamed });
        print(`The token is now called ${named(renamed)}.`);
      }),
    );

  withCommonOptions(
    token.command('rotate').description('create a successor, and end this token when it has taken over'),
  )
    .argument('<id>')
    .option(
      '--grace <grace>',
      `${OBSERVED}; or how long both work, e.g. 30m, 7d; 0: revoke immediately (leaked)`,
      graceOf,
      OBSERVED,
    )
    .option('--expires <time>', 'of the successor, or never (default: it lives as long as this one was meant to)')
    .option('--latest <time>', `with ${OBSERVED}: when this token ends in any case`)
    .action((id: string, options: CommonOptions & RotateOptions) =>
      withServices(options, async ({ tokens }) => {
        const rotated = await tokens.rotate(id, rotateBody(options), localActor());
        if (options.json) return printJson(rotated);
        print(rotated.secret);
        print();
        print(
          `This is the only time the successor ${rotated.token.id} is shown. Expires: ${rotated.token.expiresAt ?? 'never'}.`,
        );
        print(ending(rotated, options));
      }),
    );

  withCommonOptions(token.command('revoke').description('revoke a scrape token for good'))
    .argument('<id>')
    .action((id: string, options: CommonOptions) =>
      withServices(options, async ({ tokens }) => {
        const revoked = await tokens.revoke(id, localActor());
        if (options.json) return printJson({ token: revoked });
        print(`${named(revoked)} is revoked: its next scrape is refused.`);
      }),
    );
}

function named(token: Token): string {
  return `“${printable(token.name)}” (${token.id})`;
}

interface RotateOptions {
  grace: RotateTokenBody['grace'];
  expires?: string;
  latest?: string;
}

function rotateBody({ grace, expires, latest }: RotateOptions): RotateTokenBody {
  return {
    grace,
    ...(expires !== undefined && { expiresAt: expires === 'never' ? null : expires }),
    ...(latest !== undefined && { latestAt: latest }),
  };
}

/** `observed`, seconds, or a duration such as `7d`. */
function graceOf(text: string): RotateTokenBody['grace'] {
  if (text === OBSERVED) return OBSERVED;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : duration(text);
  if (seconds > ROTATION_GRACE_MAX_SECONDS) throw new InvalidArgumentError('At most 90 days.');
  return seconds;
}

function ending({ predecessor }: RotatedToken, { grace, latest }: RotateOptions): string {
  const who = named(predecessor);
  if (grace === 0) return `${who} is revoked: its next scrape is refused.`;
  if (grace !== OBSERVED) return `${who} is revoked in ${grace} seconds, by the running server.`;
  const atLatest = latest === undefined ? '' : `, at the latest at ${latest}`;
  return `${who} is revoked by the running server when the successor is used and it is no longer used itself${atLatest}.`;
}
