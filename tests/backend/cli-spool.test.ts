import { randomUUID } from 'node:crypto';
import {
  chownSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSpooler } from '../../backend/ingest/spool/spooler.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { openJournal } from '../../backend/ingest/spool/journal.ts';
import { quarantineFolder } from '../../backend/ingest/spool/quarantine.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvents, dhcpRequest, ndjson } from '../support/ingest.ts';

/** A stopped backend's spool with these requests in it, each a part. */
async function spoolWith(...counts: number[]) {
  const place = temporaryFolder();
  const folder = join(place, 'spool');
  const config = join(place, 'config.yaml');
  writeFileSync(config, 'ingest:\n  spool_dir: spool\n');
  const spooler = openSpooler({ folder, maxBytes: 64 << 20, clock: systemClock });
  for (const count of counts) await spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(count, 0, Date.now()))));
  spooler.close();
  const run = async (command: string) => {
    const { code, stdout, stderr } = await runVitals('spool', command, '--json', '--config', config);
    return { code, stderr, answer: stdout === '' ? undefined : (JSON.parse(stdout) as Record<string, unknown>) };
  };
  return { folder, config, run, parts: () => readdirSync(partsFolder(folder)) };
}

const loseJournal = (folder: string) => rmSync(join(folder, 'journal.db'));

test('a sound spool is said to be, and one in use is left alone', async () => {
  const t = await spoolWith(10);
  expect(await t.run('check')).toMatchObject({ code: 0, answer: { ok: true, findings: [] } });
  const spooler = openSpooler({ folder: t.folder, maxBytes: 64 << 20, clock: systemClock });
  expect(await t.run('check')).toMatchObject({ code: 1, stderr: expect.stringContaining('stop the backend first') });
  expect(await t.run('recover')).toMatchObject({ code: 1, stderr: expect.stringContaining('stop the backend first') });
  spooler.close();
});

test('check names a torn part, an unknown one and a lost journal, and makes no journal', async () => {
  const t = await spoolWith(10);
  const [file = ''] = t.parts();
  writeFileSync(join(partsFolder(t.folder), 'stranger.ndjson'), '{}\n');
  truncateSync(join(partsFolder(t.folder), file), 300);
  const findings = [
    { file, finding: 'torn: 10 rows' },
    { file: 'stranger.ndjson', finding: 'unknown to the journal' },
  ];
  expect(await t.run('check')).toMatchObject({ code: 1, answer: { ok: false, findings } });
  loseJournal(t.folder);
  const { answer } = await t.run('check');
  expect(answer?.['findings']).toHaveLength(2);
  expect(existsSync(join(t.folder, 'journal.db'))).toBe(false);
});

test('check names what may have been acknowledged by a lost journal, also once a new one is there', async () => {
  const t = await spoolWith(10);
  const [file = ''] = t.parts();
  renameSync(join(partsFolder(t.folder), file), join(partsFolder(t.folder), `${file}.partial`));
  loseJournal(t.folder);
  openJournal(join(t.folder, 'journal.db')).close();
  const findings = [{ file: `${file}.partial`, finding: 'unknown to the journal' }];
  expect(await t.run('check')).toMatchObject({ code: 1, answer: { ok: false, findings } });
});

test('recover brings back whole rows after the journal is lost, once, and leaves what fits no stream', async () => {
  const t = await spoolWith(10, 5);
  const torn = t.parts()[0] ?? '';
  const path = join(partsFolder(t.folder), torn);
  truncateSync(path, 450); // within the third row
  const stranger = '00000000-0000-0000-0000-000000000000.ndjson';
  writeFileSync(join(partsFolder(t.folder), stranger), '{}\n');
  loseJournal(t.folder);
  const { code, answer } = await t.run('recover');
  expect(code).toBe(1);
  const files = answer?.['files'] as { file: string; rows: number; problem: string | null }[];
  expect(files).toHaveLength(3);
  expect(files.find(({ file }) => file === torn)).toMatchObject({ rows: 2, problem: null });
  expect(files.find(({ file }) => file === stranger)?.problem).toBe('Its first line is a row of no stream.');
  expect(readdirSync(quarantineFolder(t.folder))).toEqual([stranger]);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const spooler = openSpooler({ folder: t.folder, maxBytes: 64 << 20, clock: systemClock });
  expect(spooler.state.waitingRows).toBe(rows);
  spooler.close();
  renameSync(join(quarantineFolder(t.folder), stranger), join(t.folder, 'away'));
  expect(await t.run('recover')).toMatchObject({ code: 0, answer: { files: [] } });
});

test('recover brings back a spool that was full: what lies in quarantine takes no room from its own rows', async () => {
  const t = await spoolWith(...Array.from({ length: 60 }, () => 1));
  writeFileSync(t.config, 'ingest:\n  spool_dir: spool\n  spool_max_mb: 1\n');
  loseJournal(t.folder);
  const { code, answer } = await t.run('recover');
  const files = answer?.['files'] as { rows: number; problem: string | null }[];
  expect(files.filter(({ problem }) => problem !== null)).toEqual([]);
  expect([code, files.length]).toEqual([0, 60]);
});

test('recover takes rows by the age of their file, and leaves the Idempotency-Keys of collectors as they are', async () => {
  const t = await spoolWith();
  const hour = 3600 * 1000;
  const keyed = { ...dhcpRequest, idempotencyKey: 'once' };
  const body = ndjson(dhcpEvents(3, 0, Date.now()));
  const open = () => openSpooler({ folder: t.folder, maxBytes: 64 << 20, clock: systemClock });
  const send = async () => {
    const spooler = open();
    const { batchId } = await spooler.accept(keyed, chunks(body));
    spooler.close();
    return batchId;
  };
  const first = await send();
  const rejected = join(quarantineFolder(t.folder), `${randomUUID()}.ndjson`);
  const at = Date.now() - 9 * 24 * hour; // their rows would be too old by now
  writeFileSync(rejected, ndjson(dhcpEvents(2, 0, at)));
  utimesSync(rejected, at / 1000, at / 1000);
  expect(await t.run('recover')).toMatchObject({ code: 0, answer: { files: [{ rows: 2, problem: null }] } });
  expect(await send()).toBe(first);
});

describe('a spool of another user', () => {
  const isRoot = process.geteuid?.() === 0;

  test.skipIf(!isRoot).each(['check', 'recover'])('is left alone by %s, which says whose it is', async (command) => {
    const t = await spoolWith(1);
    loseJournal(t.folder);
    chownSync(t.folder, 54_321, 54_321);
    const before = readdirSync(t.folder);
    const { code, stderr } = await t.run(command);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ingest\.spool_dir: .* belongs to another user/)]);
    expect(readdirSync(t.folder)).toEqual(before);
  });
});

test.each(['check', 'recover'])('%s makes no folder where there is none', async (command) => {
  const t = await spoolWith();
  rmSync(t.folder, { recursive: true });
  expect((await t.run(command)).code).toBe(0);
  expect(existsSync(t.folder)).toBe(false);
});
