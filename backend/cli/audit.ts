import { readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import Type from 'typebox';
import { Value } from 'typebox/value';
import { auditExportFormats, ExportAuditQuery, ListAuditQuery } from '../../contract/api.ts';
import type { ChainHead } from '../audit/chain.ts';
import { brokenSentence } from '../audit/chain-reader.ts';
import { ConfigError } from '../config/error.ts';
import { checkQuery, localActor, withCommonOptions, withServices, type CommonOptions } from './context.ts';
import { complain, print, printJson, printTable, writeTo } from './output.ts';

export function addAuditCommands(audit: Command): void {
  withCommonOptions(audit.command('list').description('list audit events, newest first'))
    .option('--event <event>')
    .option('--actor <name>')
    .option('--ip <address>', 'exactly this one')
    .option('--target <id>', 'of what it was done to')
    .option('--from <time>', 'ISO 8601 with an offset')
    .option('--to <time>', 'ISO 8601 with an offset')
    .option('--limit <n>', 'how many, at most 200')
    .option('--cursor <cursor>', 'where the page before ended')
    .action((options: CommonOptions) =>
      withServices(options, async ({ audit: log }) => {
        const list = await log.list(checkQuery(ListAuditQuery, { ...options }));
        if (options.json) return printJson(list);
        printTable(
          ['SEQ', 'AT', 'EVENT', 'ACTOR', 'VIA', 'IP', 'TARGET', 'DETAILS'],
          list.items.map((e) => [
            String(e.seq),
            e.at,
            e.event,
            e.actor,
            e.via,
            e.ip,
            e.target,
            JSON.stringify(e.details),
          ]),
        );
        if (list.nextCursor !== null) print(`more with --cursor ${list.nextCursor}`);
      }),
    );

  withCommonOptions(audit.command('export').description('write what is filtered of the audit log, oldest first'))
    .addOption(new Option('--format <format>', 'of the file').choices(auditExportFormats).default('csv'))
    .option('--event <event>')
    .option('--actor <name>')
    .option('--ip <address>', 'exactly this one')
    .option('--target <id>', 'of what it was done to')
    .option('--from <time>', 'ISO 8601 with an offset')
    .option('--to <time>', 'ISO 8601 with an offset')
    .option('--output <file>', 'instead of standard output')
    .action((options: CommonOptions & { output?: string }) =>
      withServices(options, async ({ exportAudit }) => {
        const query = checkQuery(ExportAuditQuery, { ...options });
        await writeTo(options.output, await exportAudit(query, localActor()));
      }),
    );

  withCommonOptions(
    audit.command('head').description('print the last row’s number and hash, to be kept elsewhere'),
  ).action((options: CommonOptions) =>
    withServices(options, async ({ audit: log }) => {
      printJson(await log.head());
    }),
  );

  withCommonOptions(
    audit.command('verify').description('walk the whole chain and name the first row that does not fit'),
  )
    .option('--head <file>', 'what `vitals audit head` printed earlier: shows whether the end was cut off')
    .action((options: CommonOptions & { head?: string }) =>
      withServices(options, async ({ audit: log }) => {
        const result = await log.verify(options.head === undefined ? undefined : readHeadFile(options.head));
        if (options.json) printJson(result);
        if (!result.ok) {
          if (!options.json) complain(brokenSentence(result));
          process.exitCode = 1;
          return;
        }
        if (options.json) return;
        const { rows, head, removedUpTo, knownIsRemoved } = result;
        print(`${rows} rows verified. Head: ${head.seq} ${head.hash}`);
        if (removedUpTo !== undefined) print(`Rows up to ${removedUpTo} were removed by retention.`);
        if (knownIsRemoved) print('The row of the given head is among them and was not compared: keep a newer head.');
      }),
    );
}

const Head = Type.Object({ seq: Type.Integer({ minimum: 0 }), hash: Type.String() });

function readHeadFile(path: string): ChainHead {
  try {
    const head: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (Value.Check(Head, head)) return head;
  } catch {
    // said below
  }
  throw new ConfigError(`--head: ${path} does not hold what \`vitals audit head\` prints.`);
}
