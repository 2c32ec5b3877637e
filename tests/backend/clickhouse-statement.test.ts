import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStatementGuard, StatementRejected } from '../../backend/clickhouse/embedded/statement.ts';
import { attacks } from './clickhouse-attacks.ts';

/** Some of the engine's list; the journey test has them all. */
const tableFunctions = new Set(
  `file url s3 remote mysql postgresql mongodb executable numbers eval format view viewifpermitted merge loop filecluster
   filesystem sqlite iceberglocal deltalakelocal dictionary input null values`.split(/\s+/),
);
const guard = createStatementGuard(tableFunctions);

describe('the guard of the embedded server', () => {
  test.each([
    'SELECT 1',
    'select 1;',
    "SELECT 'ping'",
    'SELECT count() FROM numbers(1000) WHERE number % 2 = 0',
    'SELECT mac, max(ts) FROM dhcp_events WHERE ip = {ip:String} GROUP BY mac ORDER BY 2 DESC LIMIT 10 FORMAT JSONEachRow',
    'WITH t AS (SELECT `set`, size FROM set_stats) SELECT * FROM t',
    "SELECT 'it''s; -- /* # $$ \u2018 not SQL', '\\'', \"a column\" FROM x",
    'SELECT a FROM t SETTINGS max_threads = 1, max_execution_time = 5 FORMAT JSON',
    'SELECT name FROM system.tables WHERE database = {database:String}',
    'SELECT 1.5e3, -1, [1, 2], (1, 2), x ? y : z, a::UInt8, {m:Map(String, String)} AS m',
  ])('lets a SELECT pass: %s', (sql) => {
    expect(guard.check(sql)).toEqual({ kind: 'select' });
  });

  test.each([
    'CREATE DATABASE IF NOT EXISTS `vitals`',
    'CREATE TABLE IF NOT EXISTS vitals.t (a UInt8, b String) ENGINE = MergeTree PARTITION BY a ORDER BY (a, b) SETTINGS ttl_only_drop_parts = 1',
    'CREATE TABLE t (a UInt8) ENGINE = ReplacingMergeTree ORDER BY a',
    'ALTER TABLE vitals.t MODIFY TTL toDateTime(ts) + toIntervalDay(90)',
    'ALTER TABLE t ADD COLUMN IF NOT EXISTS b Nullable(String)',
    'DROP TABLE IF EXISTS vitals.t',
  ])('lets a definition pass: %s', (sql) => {
    expect(guard.check(sql)).toEqual({ kind: 'definition' });
  });

  test.each([
    ['INSERT INTO t FORMAT JSONEachRow', 't', []],
    ['insert into `vitals`.`t` (a, `b`) format JSONEachRow', 'vitals.t', ['a', 'b']],
  ])('takes an insert apart: %s', (sql, table, columns) => {
    expect(guard.check(sql)).toEqual({ kind: 'insert', table, columns });
  });

  test.each(attacks('/etc/passwd', '/tmp/written'))('refuses %j', (sql) => {
    expect(() => guard.check(sql)).toThrow(StatementRejected);
  });

  test('refuses a function that reads files wherever it stands in a SELECT', () => {
    const words = 'SELECT a , max ( b ) AS c FROM t WHERE a = 1 AND b IN ( 2 , 3 ) GROUP BY a ORDER BY c LIMIT 5'.split(
      ' ',
    );
    const names = fc.constantFrom(
      'file',
      'File',
      'FILE',
      '`file`',
      '"file"',
      'catboostEvaluate',
      'dictGet',
      'aiGenerate',
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: words.length }), names, (at, name) => {
        const sql = [...words.slice(0, at), name, ...words.slice(at)].join(' ');
        expect(() => guard.check(sql)).toThrow(StatementRejected);
      }),
    );
  });

  test('never fails in another way than by refusing', () => {
    const piece = fc.constantFrom(
      'SELECT',
      'INSERT',
      'INTO',
      'CREATE',
      'TABLE',
      'SETTINGS',
      'FORMAT',
      '=',
      '(',
      ')',
      ',',
      "'",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 8 }))), (pieces) => {
        try {
          guard.check(pieces.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(StatementRejected);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('refuses what is too long to be read', () => {
    expect(() => guard.check(`SELECT '${'x'.repeat(300_000)}'`)).toThrow(StatementRejected);
  });
});
