import { chownSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test as always } from 'vitest';
import { openDatabase } from '../../backend/database/database.ts';
import { createReserve, RESERVE_BYTES } from '../../backend/database/reserve.ts';
import { createFreeSpace, newStorageState } from '../../backend/storage/free-space.ts';
import { actor, bearer, testApp } from '../support/app.ts';
import { ruleBody, testEngine, tokenCreated } from '../support/alarms.ts';
import { rawConnection } from '../support/services.ts';
import { isWithoutSmallDisk, mountSmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/folder.ts';

const test = always.skipIf(isWithoutSmallDisk);
const DISK_MB = 16;

async function onSmallDisk() {
  const disk = mountSmallDisk(DISK_MB);
  const t = await testApp({ folder: disk.folder });
  const headers = bearer(await t.jwt('admin'));
  const post = (url: string, payload: object = {}) => t.app.inject({ method: 'POST', url, headers, payload });
  const get = (url: string) => t.app.inject({ url, headers });
  return { ...t, disk, get, post };
}

const reserveOf = (folder: string) => statSync(join(folder, 'data', 'vitals.db-reserve'));

test('on a full disk a change is 503 with the time to come back, and the log says why', async () => {
  const t = await onSmallDisk();
  t.disk.fill();
  const changes: [string, object][] = [
    ['/api/tokens', { name: 'One more' }],
    ['/api/alarm-rules', ruleBody(tokenCreated, { name: 'Minted' })],
  ];
  for (const [path, body] of changes) {
    const answer = await t.post(path, body);
    expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '30']);
    expect(answer.json()).toMatchObject({ code: 'storage_full' });
  }
  expect(t.logged()).toContain('database or disk is full');
  expect(t.logged()).not.toContain('cannot rollback');
});

test('on a full disk the health is degraded and says why; then it is ok again', async () => {
  const t = await onSmallDisk();
  expect((await t.get('/api/health')).json()).toMatchObject({ status: 'ok', reasons: [] });
  t.disk.fill();
  const reasons = ['There is no room on the disk of the database. Make some.'];
  expect((await t.get('/api/health')).json()).toMatchObject({ status: 'degraded', database: 'ok', reasons });
  t.disk.free();
  expect((await t.get('/api/health')).json()).toMatchObject({ status: 'ok', reasons: [] });
});

test('a disk that refuses what is written, whatever it says of its room, is in the health until a write succeeds', async () => {
  const t = await onSmallDisk();
  t.disk.fill();
  await t.post('/api/tokens', { name: 'One more' });
  t.disk.free();
  expect((await t.get('/api/health')).json()).toMatchObject({ status: 'degraded' });
  await t.post('/api/tokens', { name: 'One more' });
  expect((await t.get('/api/health')).json()).toMatchObject({ status: 'ok', reasons: [] });
});

test('a disk with less room than is configured opens an alarm, which ends with that', async () => {
  const disk = mountSmallDisk(DISK_MB);
  const t = await testApp({ folder: disk.folder, settings: { storage: { min_free_mb: 8 } } });
  const engine = testEngine(t);
  const firing = async () => {
    await t.services.freeSpace.look();
    await engine.tick();
    const { items } = await t.services.alarms.list({ state: 'active', limit: 10 });
    return items.map(({ ruleId }) => ruleId);
  };
  expect(await firing()).toEqual([]);
  disk.fill(6);
  expect(await firing()).toEqual(['storage-low']);
  disk.free();
  expect(await firing()).toEqual([]);
});

test('on a full disk tokens and credentials are revoked, with their audit events', async () => {
  const t = await onSmallDisk();
  const tokens = [];
  for (let at = 0; at < 100; at += 1) tokens.push(await t.mint(`Token ${at}`));
  const issued = { role: 'viewer', name: 'Somebody', ttlSeconds: 3600 } as const;
  const { credential } = await t.services.credentials.issue(issued, actor);
  t.disk.fill();
  for (const { id } of tokens) {
    const answer = await t.post(`/api/tokens/${id}/revoke`);
    expect(answer.json()).toMatchObject({ token: { id, status: 'revoked' } });
  }
  await t.services.credentials.revoke(credential.id, actor);
  const { items } = await t.services.audit.list({ limit: 101 });
  expect(items.map(({ target }) => target)).toEqual([credential.id, ...tokens.map(({ id }) => id).reverse()]);
  expect(await t.services.audit.verify()).toMatchObject({ ok: true });
});

test('what else is written neither takes the reserve nor what was given up of it, which comes back with the room', async () => {
  const t = await onSmallDisk();
  const { id } = await t.mint();
  expect(reserveOf(t.folder)).toMatchObject({ size: RESERVE_BYTES, blocks: RESERVE_BYTES / 512 });
  t.disk.fill();
  for (let at = 0; at < 20; at += 1) await t.post('/api/tokens', { name: 'One more' });
  expect(reserveOf(t.folder).size).toBe(RESERVE_BYTES);
  expect((await t.post(`/api/tokens/${id}/revoke`)).statusCode).toBe(200);
  t.disk.fill();
  expect((await t.post('/api/tokens', { name: 'One more' })).json()).toMatchObject({ code: 'storage_full' });
  t.disk.free();
  expect((await t.post('/api/tokens', { name: 'One more' })).statusCode).toBe(201);
  expect(reserveOf(t.folder).size).toBe(RESERVE_BYTES);
});

test('on a full disk tokens are revoked while a read holds the log, and others take what room is left each time', async () => {
  const t = await onSmallDisk();
  const tokens = [];
  for (let at = 0; at < 30; at += 1) tokens.push(await t.mint(`Token ${at}`));
  rawConnection(t.config).exec('begin; select count(*) from scrape_tokens');
  for (const { id } of tokens) {
    t.disk.fill();
    expect((await t.post(`/api/tokens/${id}/revoke`)).statusCode).toBe(200);
  }
  t.disk.fill();
  expect((await t.post('/api/tokens', { name: 'One more' })).json()).toMatchObject({ code: 'storage_full' });
});

always('the reserve lies beside the database that a link leads to, as what SQLite writes does', async () => {
  const [there, here] = [temporaryFolder(), temporaryFolder()];
  await (await openDatabase(`sqlite:${join(there, 'vitals.db')}`)).close();
  symlinkSync(join(there, 'vitals.db'), join(here, 'vitals.db'));
  const database = await openDatabase(`sqlite:${join(here, 'vitals.db')}`);
  await database.transaction((tx) => tx.selectFrom('scrape_tokens').selectAll().execute());
  await database.close();
  expect(readdirSync(here)).toEqual(['vitals.db']);
  expect(statSync(join(there, 'vitals.db-reserve')).size).toBe(RESERVE_BYTES);
});

always.skipIf(process.getuid?.() !== 0)(
  'a reserve that root makes belongs to whom the database belongs to',
  async () => {
    const path = join(temporaryFolder(), 'vitals.db');
    await (await openDatabase(`sqlite:${path}`)).close();
    chownSync(path, 1234, 1234);
    createReserve(path).fill();
    expect(statSync(`${path}-reserve`).uid).toBe(1234);
  },
);

always('a disk that does not tell its room counts as low, and keeps nobody from looking at the others', async () => {
  const state = newStorageState();
  const folders = { database: '/vitals\0', spool: temporaryFolder() };
  const problems = await createFreeSpace({ folders, minBytes: 1, state }).look();
  expect([...problems]).toEqual([['database', 'unreadable']]);
  expect([state.database.isLow, state.spool.isLow]).toEqual([true, false]);
});
