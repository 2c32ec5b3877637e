import { Option, type Command } from 'commander';
import { ListCredentialsQuery } from '../../contract/api.ts';
import { roles, type Role } from '../../contract/roles.ts';
import { checkQuery, duration, localActor, withCommonOptions, withServices, type CommonOptions } from './context.ts';
import { print, printable, printJson, printTable } from './output.ts';

export function addCredentialCommands(credential: Command): void {
  withCommonOptions(credential.command('issue').description('issue a JWT; it is shown this once'))
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .requiredOption('--name <name>', 'who or what will hold it')
    .option('--catalogue <id>', 'of a reporter: the catalogue that it reports for')
    .option('--ttl <duration>', 'how long it lives, e.g. 30m, 12h, 365d; people get 1h unless told otherwise', duration)
    .action((options: CommonOptions & { role: Role; name: string; ttl?: number; catalogue?: string }) =>
      withServices(options, async ({ credentials, catalogues }) => {
        const issued = await credentials.issue(
          { role: options.role, name: options.name, ttlSeconds: options.ttl, catalogue: options.catalogue },
          localActor(),
        );
        if (options.json) return printJson(issued);
        print(issued.jwt);
        print();
        print(
          `This is the only time it is shown. ${issued.credential.id}, ${options.role}, until ${issued.credential.expiresAt}.`,
        );
        const bound = issued.credential.catalogue;
        if (bound !== null && !catalogues.some(({ catalogue }) => catalogue.id === bound)) {
          print(`No catalogue ${bound} is configured yet (prometheus.catalogues).`);
        }
      }),
    );

  withCommonOptions(credential.command('list').description('list credentials, newest first'))
    .option('--status <status>', 'active, expired or revoked')
    .option('--role <role>', roles.join(', '))
    .option('--limit <n>', 'how many, at most 200')
    .option('--cursor <cursor>', 'where the page before ended')
    .action((options: CommonOptions) =>
      withServices(options, async ({ credentials }) => {
        const list = await credentials.list(checkQuery(ListCredentialsQuery, { ...options }));
        if (options.json) return printJson(list);
        printTable(
          ['ID', 'NAME', 'ROLE', 'CATALOGUE', 'STATUS', 'EXPIRES', 'LAST USED', 'LAST IP'],
          list.items.map((c) => [c.id, c.name, c.role, c.catalogue, c.status, c.expiresAt, c.lastUsedAt, c.lastIp]),
        );
        if (list.nextCursor !== null) print(`more with --cursor ${list.nextCursor}`);
      }),
    );

  withCommonOptions(credential.command('revoke').description('revoke a credential for good'))
    .argument('<id>')
    .action((id: string, options: CommonOptions) =>
      withServices(options, async ({ credentials }) => {
        const revoked = await credentials.revoke(id, localActor());
        if (options.json) return printJson({ credential: revoked });
        print(`“${printable(revoked.name)}” (${revoked.id}) is revoked: its next request is refused.`);
      }),
    );
}
