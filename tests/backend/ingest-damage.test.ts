/** What was acknowledged never vanishes without a word: it is set aside, counted and named, and holds nothing up. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { SealedParts } from '../../backend/ingest/spool/inserts.ts';
import { partsFolder } from '../../backend/ingest/spool/files.ts';
import { journalFile, openJournal } from '../../backend/ingest/spool/journal.ts';
import { quarantineFolder } from '../../backend/ingest/spool/quarantine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { chunks, dhcpEvents, dhcpRequest, drain, ndjson, testSpooler, type TestSpooler } from '../support/ingest.ts';

const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row));
const accept = (t: TestSpooler, count: number, from = 0) =>
  t.spooler.accept(dhcpRequest, chunks(ndjson(dhcpEvents(count, from))));
const pathsOf = ({ folder }: TestSpooler) =>
  readdirSync(partsFolder(folder)).map((file) => join(partsFolder(folder), file));
const quarantinedText = ({ folder }: TestSpooler) =>
  readdirSync(quarantineFolder(folder))
    .filter((file) => file.includes('.ndjson'))
    .map((file) => readFileSync(join(quarantineFolder(folder), file), 'utf8'))
    .join('');

/** Three acknowledged parts of ten rows, oldest first, and their paths. */
async function threeParts() {
  const t = testSpooler();
  for (let n = 0; n < 3; n += 1) await accept(t, 10, n * 10);
  t.clock.advance(1_000);
  const { files } = (await t.spooler.next('dhcp-events', [])) as SealedParts;
  return { ...t, paths: files.map((file) => join(partsFolder(t.folder), file)) };
}

/** The same spool after a kill; `damage` is done in between. */
function afterKill(t: TestSpooler, damage: (folder: string) => void): TestSpooler {
  const folder = temporaryFolder();
  cpSync(t.folder, folder, { recursive: true });
  damage(folder);
  return testSpooler({ folder, clock: t.clock });
}

describe('a journal that is lost, or does not hold together', () => {
  const removeJournal = (folder: string) => {
    for (const file of readdirSync(folder)) if (file.startsWith('journal.db')) rmSync(join(folder, file));
  };

  test.each<[string, (folder: string) => void, number]>([
    ['is gone', removeJournal, 30],
    ['lost its newest pages', (folder) => rmSync(`${journalFile(folder)}-wal`), 30],
    [
      'is no database',
      (folder) => {
        removeJournal(folder);
        writeFileSync(journalFile(folder), 'x'.repeat(10_000));
      },
      31,
    ],
  ])('which %s: every part is in quarantine, counted and named', async (_what, damage, counted) => {
    const t = await threeParts();
    const names = t.paths.map((path) => basename(path)).sort();
    const after = afterKill(t, damage);
    expect(after.spooler.state).toMatchObject({ waitingRows: 0, quarantinedRows: counted, quarantinedBefore: 0 });
    const found = after.damage.filter(({ why }) => why === 'unknown to the journal');
    expect(found.map(({ file }) => file).sort()).toEqual(names);
    expect(found.every(({ to }) => to !== null && existsSync(to))).toBe(true);
    expect(quarantinedText(after).trimEnd().split('\n').sort()).toEqual(lines(dhcpEvents(30)).sort());
    await accept(after, 5, 100);
    expect((await drain(after)).flat()).toEqual(lines(dhcpEvents(5, 100)));
  });

  test('which is cut off in the middle is set aside itself, and a new one takes its place', async () => {
    const t = await threeParts();
    t.spooler.close();
    const after = afterKill(t, (folder) => truncateSync(journalFile(folder), 3 * 4096));
    expect(after.damage[0]).toMatchObject({ file: 'journal.db', why: 'damaged', rows: 1 });
    expect(existsSync(after.damage[0]?.to ?? '')).toBe(true);
    expect(quarantinedText(after).trimEnd().split('\n')).toHaveLength(30);
  });

  test('keeps what was about to be acknowledged as well', async () => {
    const t = await threeParts();
    const after = afterKill(t, (folder) => {
      removeJournal(folder);
      const [file = ''] = readdirSync(partsFolder(folder));
      renameSync(join(partsFolder(folder), file), join(partsFolder(folder), `${file}.partial`));
    });
    expect(after.spooler.state.quarantinedRows).toBe(30);
  });

  test('keeps it also where somebody has opened the new journal before, and removes it only from then on', async () => {
    const t = await threeParts();
    const [name = ''] = t.paths.map((path) => `${basename(path)}.partial`);
    const after = afterKill(t, (folder) => {
      removeJournal(folder);
      renameSync(join(partsFolder(folder), basename(t.paths[0]!)), join(partsFolder(folder), name));
      openJournal(journalFile(folder)).close();
    });
    expect(after.spooler.state).toMatchObject({ quarantinedRows: 30, quarantinedBefore: 0 });
    expect(existsSync(join(quarantineFolder(after.folder), name))).toBe(true);
    await accept(after, 1, 100);
    const again = afterKill(after, (folder) => writeFileSync(join(partsFolder(folder), name), '{}\n'));
    expect([again.damage, again.spooler.state.quarantinedRows]).toEqual([[], 30]);
    expect(existsSync(join(partsFolder(again.folder), name))).toBe(false);
  });

  test('is not taken for lost where an earlier release has written it', async () => {
    const t = await threeParts();
    const partial = 'part.ndjson.partial';
    const after = afterKill(t, (folder) => {
      const journal = new Database(journalFile(folder));
      journal.exec(`DELETE FROM numbers WHERE name = 'checked'; PRAGMA user_version = 2`);
      journal.close();
      writeFileSync(join(partsFolder(folder), partial), '{}\n');
    });
    expect([after.damage, existsSync(join(partsFolder(after.folder), partial))]).toEqual([[], false]);
    expect(after.spooler.state.waitingRows).toBe(30);
  });
});

test('a kill between the journal and the name of a part loses nothing', async () => {
  const t = await threeParts();
  const after = afterKill(t, (folder) => {
    for (const file of readdirSync(partsFolder(folder)))
      renameSync(join(partsFolder(folder), file), join(partsFolder(folder), `${file}.partial`));
  });
  expect(after.damage).toEqual([]);
  expect((await drain(after)).flat()).toEqual(lines(dhcpEvents(30)));
});

test('a kill between the acknowledgement of an insert and the removal of its files sets nothing aside', async () => {
  const t = await threeParts();
  const kept = temporaryFolder();
  cpSync(partsFolder(t.folder), kept, { recursive: true });
  await drain(t);
  const after = afterKill(t, (folder) => cpSync(kept, partsFolder(folder), { recursive: true }));
  expect([after.damage, pathsOf(after)]).toEqual([[], []]);
  expect(after.spooler.state).toMatchObject({ quarantinedRows: 0, waitingRows: 0 });
});

const damages: [string, string, (path: string) => void][] = [
  ['a folder', 'not a file', (path) => (rmSync(path), mkdirSync(path))],
  ['shorter than it was', 'torn', (path) => truncateSync(path, 100)],
  ['empty', 'torn', (path) => truncateSync(path, 0)],
  ['a link', 'not a file', (path) => (renameSync(path, `${path}.moved`), symlinkSync(`${path}.moved`, path))],
  ['gone', 'missing', (path) => rmSync(path)],
];

describe.each(damages)('a part that is %s', (_what, why, damage) => {
  const left = [...lines(dhcpEvents(10)), ...lines(dhcpEvents(10, 20))];

  test('at the start is set aside, and the others go their way', async () => {
    const t = await threeParts();
    const name = basename(t.paths[1]!);
    const after = afterKill(t, (folder) => damage(join(partsFolder(folder), name)));
    expect(after.damage).toMatchObject([{ file: name, why, rows: 10 }]);
    expect(after.spooler.state).toMatchObject({ waitingRows: 20, quarantinedRows: 10 });
    expect((await drain(after)).flat()).toEqual(left);
  });

  test('later is set aside when its turn comes, and the others go their way', async () => {
    const t = await threeParts();
    damage(t.paths[1]!);
    expect((await drain(t)).flat()).toEqual(left);
    expect(t.damage).toMatchObject([{ file: basename(t.paths[1]!), why, rows: 10 }]);
    expect(t.spooler.state).toMatchObject({ waitingRows: 0, quarantinedRows: 10 });
  });
});

test('a file that cannot be removed does not hold up the acknowledgement of its insert', async () => {
  const t = await threeParts();
  const insert = (await t.spooler.next('dhcp-events', [])) as SealedParts;
  rmSync(t.paths[0]!);
  mkdirSync(t.paths[0]!);
  await t.spooler.acknowledge(insert.id);
  expect(t.spooler.state.waitingRows).toBe(0);
  expect(t.damage).toMatchObject([{ file: basename(t.paths[0]!), why: 'could not be removed' }]);
});

test('a folder of parts that is away for a while is not taken for lost rows', async () => {
  const t = await threeParts();
  renameSync(partsFolder(t.folder), `${partsFolder(t.folder)}.away`);
  await expect(t.spooler.next('dhcp-events', [])).rejects.toThrow('is not there');
  await expect(accept(t, 1)).rejects.toMatchObject({ code: 'unavailable' });
  renameSync(`${partsFolder(t.folder)}.away`, partsFolder(t.folder));
  expect((await drain(t)).flat()).toHaveLength(30);
});
