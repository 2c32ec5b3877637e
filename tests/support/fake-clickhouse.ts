import { ClickHouseError } from '@clickhouse/client';
import { classifyError, errorLabel } from '../../backend/clickhouse/errors.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import type { InserterOptions } from '../../backend/ingest/inserter.ts';
import { silentLogger } from '../../backend/lib/logger.ts';

/** An insert as it arrived. */
export interface Attempt {
  readonly table: string;
  readonly token: string;
  readonly lines: readonly string[];
}

/** What ClickHouse says of rows that it will never take. */
export const rejectedPermanently = () =>
  new ClickHouseError({ message: 'Cannot parse input', code: '27', type: 'CANNOT_PARSE_INPUT_ASSERTION_FAILED' });

/** ClickHouse as far as an inserter knows it: a token is written once, and `answer` decides what becomes of an attempt. */
export function fakeClickHouse() {
  const attempts: Attempt[] = [];
  const written = new Map<string, readonly string[]>();
  const failed: string[] = [];
  let inserted = 0;
  const fake = {
    attempts,
    failed,
    /** Called before an attempt is written. What it throws is the answer. */
    before: (_attempt: Attempt): void | Promise<void> => undefined,
    /** Called after it was written: an answer that is lost on the way. */
    after: (_attempt: Attempt): void | Promise<void> => undefined,
    get rows() {
      return [...written.values()].flat();
    },
    get inserted() {
      return inserted;
    },
    options: {
      ready: Promise.resolve(),
      async insert(table, rows, { token }) {
        const parts: Buffer[] = [];
        for await (const part of rows) parts.push(part);
        const attempt = { table, token, lines: Buffer.concat(parts).toString('utf8').trimEnd().split('\n') };
        attempts.push(attempt);
        await fake.before(attempt);
        if (!written.has(token)) written.set(token, attempt.lines);
        await fake.after(attempt);
      },
      isPermanent: (error) => classifyError(error) === 'permanent',
      label: errorLabel,
      clock: systemClock,
      logger: silentLogger,
      onInserted: () => (inserted += 1),
      onFailed: (stream) => failed.push(stream),
      backoffMs: () => 1,
    } satisfies InserterOptions as InserterOptions,
  };
  return fake;
}
