import type { Command } from 'commander';
import { ListTokensQuery, type Token } from '../../contract/api.ts';
import { checkQuery, localActor, withCommonOptions, withCore, type CommonOptions } from './context.ts';
import { print, printable, printJson, printTable } from './output.ts';

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('mint, list, rename and revoke scrape tokens');

  withCommonOptions(token.command('create').description('mint a scrape token; it is shown this once'))
    .requiredOption('--name <name>', 'what the operator of the monitoring stack will recognise')
    .option('--expires <time>', 'ISO 8601 with an offset, e.g. 2027-01-31T00:00:00Z')
    .action((options: CommonOptions & { name: string; expires?: string }) =>
      withCore(options, async ({ tokens }) => {
        const created = await tokens.create({ name: options.name, expiresAt: options.expires }, localActor());
        if (options.json) return printJson(created);
        print(created.secret);
        print();
        print(
          `This is the only time the token of ${named(created.token)} is shown. Expires: ${created.token.expiresAt ?? 'never'}.`,
        );
      }),
    );

  withCommonOptions(token.command('list').description('list scrape tokens, newest first'))
    .option('--status <status>', 'active, expired or revoked')
    .option('--search <text>', 'part of a name')
    .option('--sort <field>', 'createdAt, name, expiresAt or lastUsedAt; with - before it, from the end')
    .option('--limit <n>', 'how many, at most 200')
    .option('--cursor <cursor>', 'where the page before ended')
    .action((options: CommonOptions) =>
      withCore(options, async ({ tokens }) => {
        const list = await tokens.list(checkQuery(ListTokensQuery, { ...options }));
        if (options.json) return printJson(list);
        printTable(
          ['ID', 'NAME', 'STATUS', 'CREATED', 'EXPIRES', 'LAST USED', 'LAST IP'],
          list.items.map((t) => [t.id, t.name, t.status, t.createdAt, t.expiresAt ?? 'never', t.lastUsedAt, t.lastIp]),
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
      withCore(options, async ({ tokens }) => {
        const renamed = await tokens.rename(id, options.name, localActor());
        if (options.json) return printJson({ token: renamed });
        print(`The token is now called ${named(renamed)}.`);
      }),
    );

  withCommonOptions(token.command('revoke').description('revoke a scrape token for good'))
    .argument('<id>')
    .action((id: string, options: CommonOptions) =>
      withCore(options, async ({ tokens }) => {
        const revoked = await tokens.revoke(id, localActor());
        if (options.json) return printJson({ token: revoked });
        print(`${named(revoked)} is revoked: its next scrape is refused.`);
      }),
    );
}

function named(token: Token): string {
  return `“${printable(token.name)}” (${token.id})`;
}
