/** The engine's own wall, without the guard in front of it: what chDB refuses by its grants. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEngine, type Engine } from '../../backend/clickhouse/embedded/engine.ts';
import { attacks } from './clickhouse-attacks.ts';

const root = mkdtempSync(join(tmpdir(), 'vitals-clickhouse-'));
const [secret, target] = [join(root, 'secret.txt'), join(root, 'target')];
const content = 'the-content-of-a-file-of-the-host';
let engine: Engine;

const ask = async (sql: string, assignments: Record<string, string> = {}) => {
  const signal = new AbortController().signal;
  const { bytes } = await engine.query({ sql, format: 'TabSeparated', database: 'default', assignments, signal });
  return Buffer.from(bytes).toString();
};

beforeAll(async () => {
  writeFileSync(secret, `${content}\n`);
  engine = openEngine(join(root, 'engine'));
  await ask('CREATE DATABASE vitals');
  await ask('CREATE TABLE vitals.t (a String, ts DateTime) ENGINE = MergeTree ORDER BY a');
});

afterAll(() => {
  engine.close();
  rmSync(root, { recursive: true, force: true });
});

/** The grants do not reach these: the guard alone refuses them (clickhouse-statement.test.ts). */
const forTheGuard = /file ?\n?\t?\(|\bfile\b.*\[|APPLY|\\x6c|"file"\(|`file`\(|OUTFILE|INFILE/;

describe('the engine refuses by itself', () => {
  const sources = attacks(secret, target).filter((sql) =>
    /\b(FROM|FUNCTION|ENGINE|SOURCE|TO|USER|GRANT|VIEW)\b/.test(sql),
  );
  test.each(sources.filter((sql) => !forTheGuard.test(sql)))('%s', async (sql) => {
    const answer = await ask(sql).catch((error: unknown) => String(error));
    expect(answer).not.toContain(content);
    expect(existsSync(target)).toBe(false);
  });

  test.each([
    [`SELECT * FROM file('${secret}', 'LineAsString')`, 497],
    [`SELECT * FROM '${secret}'`, 497],
    [`SELECT * FROM \`${secret}\``, 497],
    [`SELECT * FROM numbers(1), '${secret}'`, 497],
    [`INSERT INTO FUNCTION file('${target}', 'CSV', 'a String') SELECT 'x'`, 497],
    [`CREATE TABLE vitals.f (a String) ENGINE = File(CSV, '${secret}')`, 497],
    [`CREATE DATABASE f ENGINE = Filesystem('/')`, 497],
    [`SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')`, 497],
    [`SELECT * FROM s3('http://127.0.0.1:9/bucket/key', 'LineAsString')`, 497],
    [`SELECT * FROM remote('127.0.0.1:9', 'system', 'one')`, 497],
    [`CREATE FUNCTION f AS (x) -> x`, 497],
    [`CREATE USER u`, 497],
    [`GRANT FILE ON *.* TO default`, 497],
    [`SYSTEM FLUSH LOGS`, 497],
    [`DROP DATABASE vitals`, 497],
    [`ALTER TABLE vitals.t FREEZE`, 497],
    [`SELECT 1 FORMAT Template SETTINGS format_template_row = '${secret}'`, 452],
    [`SELECT 1 AS x FORMAT Protobuf SETTINGS format_schema = '${secret}:X'`, 452],
  ])('%s: code %i', async (sql, code) => {
    await expect(ask(sql)).rejects.toThrow(`Code: ${code}.`);
  });

  test('a table engine that was not granted, before it asks what that would read', async () => {
    const file = `CREATE TABLE vitals.f (a String) ENGINE = File(CSV, '${secret}')`;
    await expect(ask(file)).rejects.toThrow('the grant TABLE ENGINE ON File');
  });

  test('a file that is named by a bound identifier, which no look at the text can see', async () => {
    await expect(ask('SELECT * FROM {t:Identifier}', { param_t: secret })).rejects.toThrow('Code: 497.');
  });
});

describe('the engine', () => {
  test('knows the table functions that the guard has to refuse', () => {
    const known = engine.tableFunctions();
    for (const name of ['file', 'url', 's3', 'remote', 'executable', 'sqlite', 'eval', 'numbers']) {
      expect(known).toContain(name);
    }
  });

  test('takes settings back after the query, to the limits of its own profile', async () => {
    const limit = "SELECT getSetting('max_execution_time'), getSetting('max_result_rows')";
    expect(await ask(limit, { max_execution_time: '7', max_result_rows: '100' })).toBe('7\t100\n');
    expect(await ask(limit)).toBe('60\t0\n');
    expect(await ask(limit)).toBe('60\t0\n');
    await expect(ask('SELECT * FROM missing', { max_execution_time: '8' })).rejects.toThrow('Code: 60.');
    for (let count = 0; count < 4; count += 1) {
      expect(await ask(limit)).toBe('60\t0\n');
      expect(await ask(limit, { max_threads: '1' })).toBe('60\t0\n');
    }
  });

  test('keeps the parameters of queries apart that run at the same time', async () => {
    const values = Array.from({ length: 40 }, (_none, index) => `value-${index}`);
    const answers = await Promise.all(values.map((value) => ask('SELECT {v:String}', { param_v: value })));
    expect(answers).toEqual(values.map((value) => `${value}\n`));
    for (let count = 0; count < 4; count += 1) {
      await expect(ask('SELECT {v:String}', { param_other: 'x' })).rejects.toThrow('Code: 456.');
    }
  });

  test('keeps its directory and files for its own user', () => {
    for (const name of ['engine', 'engine/users.xml', 'engine/config.xml']) {
      expect(statSync(join(root, name)).mode & 0o077).toBe(0);
    }
    expect(readFileSync(join(root, 'engine/config.xml'), 'utf8')).toContain(join(root, 'engine/users.xml'));
  });
});
