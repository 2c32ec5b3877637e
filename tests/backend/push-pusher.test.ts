import { describe, expect, test } from 'vitest';
import type { PushSettingsBody } from '../../contract/api.ts';
import { createPusher, startPush, type Pusher } from '../../backend/push/pusher.ts';
import { createPushService } from '../../backend/push/service.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { rawConnection } from '../support/services.ts';
import { fakePushgateway, type FakePushgateway } from '../support/fake-pushgateway.ts';
import { parseExposition } from './parse-exposition.ts';

const MINUTE = 60_000;
const HERE = '/metrics/job/vitals/instance/here';

interface Stage {
  readonly t: TestApp;
  readonly gateway: FakePushgateway;
  readonly pusher: Pusher;
  readonly logged: () => Record<string, unknown>[];
  set(change?: Partial<PushSettingsBody>): Promise<unknown>;
  health(): ReturnType<ReturnType<typeof createPushService>['read']>;
  /** The process dies, and another one starts. */
  successor(): Pusher;
}

async function stage(): Promise<Stage> {
  const t = await testApp();
  const gateway = await fakePushgateway();
  const { services, app, clock } = t;
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  const successor = () =>
    createPusher({
      settings: services.push,
      database: services.database,
      encryption: services.encryption,
      state: services.metrics.push,
      exposition: app.exposition!,
      clock,
      logger,
    });
  const service = createPushService({
    settings: services.push,
    database: services.database,
    state: services.metrics.push,
    test: () => Promise.reject(new Error('not asked')),
  });
  return {
    t,
    gateway,
    pusher: successor(),
    successor,
    logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    set: (change = {}) => {
      clock.advance(1);
      const usual = { enabled: true, url: gateway.url, job: 'vitals', instance: 'here', intervalSeconds: 15 };
      return services.push.change({ ...usual, username: null, ...change }, actor);
    },
    health: service.read,
  };
}

const methods = ({ requests }: FakePushgateway) => requests.map(({ method, path }) => `${method} ${path}`);
const stale = async (s: Stage) => (await s.health()).health.staleGroups;
const groupRows = ({ t }: Stage) => rawConnection(t.config).prepare('select * from push_groups').all();

describe('while it is on', () => {
  test('it pushes at once, and then once every interval', async () => {
    const s = await stage();
    await s.set();
    for (const [wait, pushes] of [
      [0, 1],
      [0, 1],
      [14_999, 1],
      [1, 2],
      [2_000, 2],
      [13_000, 3],
      [10 * MINUTE, 4],
    ] as const) {
      s.t.clock.advance(wait);
      await s.pusher.tick();
      expect(methods(s.gateway), `${wait} ms later`).toEqual(Array(pushes).fill(`PUT ${HERE}`));
    }
    const text = s.gateway.groups.get(HERE)!;
    const seen = parseExposition(text).samples.find(({ name }) => name.endsWith('push_last_success_timestamp_seconds'));
    expect(seen?.value).toBe((s.t.clock.now() - 10 * MINUTE) / 1000);
    expect((await s.health()).health).toMatchObject({
      status: 'ok',
      lastSuccessAt: new Date(s.t.clock.now()).toISOString(),
      lastFailure: null,
    });
  });

  test('a changed interval holds from the next look on', async () => {
    const s = await stage();
    await s.set({ intervalSeconds: 300 });
    await s.pusher.tick();
    await s.set({ intervalSeconds: 1 });
    for (let i = 0; i < 3; i++) {
      await s.pusher.tick();
      s.t.clock.advance(1_000);
    }
    expect(s.gateway.requests).toHaveLength(4);
  });

  test('the group is written down before anything is pushed to it', async () => {
    const s = await stage();
    await s.set();
    const raw = rawConnection(s.t.config);
    raw.exec(`create trigger broken before insert on push_groups begin select raise(abort, 'broken'); end`);
    await expect(s.pusher.tick()).rejects.toThrow('broken');
    expect(s.gateway.requests).toEqual([]);
  });
});

describe('where a push fails', () => {
  test('it is counted by its reason, told once in the log, and told again when it works', async () => {
    const s = await stage();
    await s.set();
    s.gateway.answer(503);
    for (let i = 0; i < 3; i++) {
      await s.pusher.tick();
      s.t.clock.advance(15_000);
    }
    expect((await s.health()).health).toMatchObject({
      status: 'failing',
      lastSuccessAt: null,
      lastFailure: { reason: 'server_error', message: expect.stringMatching(/HTTP 503/) },
      failures: { server_error: 3, unreachable: 0 },
    });
    s.gateway.answer(200);
    await s.pusher.tick();
    expect((await s.health()).health).toMatchObject({ status: 'ok', lastFailure: { reason: 'server_error' } });
    expect(s.logged()).toMatchObject([
      { level: 40, reason: 'server_error', msg: expect.stringMatching(/^push to the Pushgateway failed/) },
      { level: 30, msg: expect.stringMatching(/^push to the Pushgateway works again$/) },
    ]);
    const { host } = new URL(s.gateway.url);
    expect(JSON.stringify(s.logged())).not.toContain(host);
  });

  test('a Pushgateway that was never reached leaves nothing to be removed', async () => {
    const s = await stage();
    await s.gateway.away();
    await s.set();
    await s.pusher.tick();
    expect((await s.health()).health).toMatchObject({ status: 'failing', failures: { unreachable: 1 } });
    expect(groupRows(s)).toEqual([]);
    await s.set({ enabled: false });
    await s.pusher.tick();
    expect((await s.health()).health).toMatchObject({ status: 'off', staleGroups: [], failures: { unreachable: 1 } });
  });

  test('one that may have taken the push all the same is asked to remove it', async () => {
    const s = await stage();
    await s.set();
    s.gateway.answer('hangs up');
    await s.pusher.tick();
    expect(s.gateway.groups.size).toBe(1);
    s.gateway.answer(200);
    await s.set({ enabled: false });
    await s.pusher.tick();
    expect(s.gateway.groups.size).toBe(0);
  });
});

describe('what was pushed is removed', () => {
  test('when it is disabled', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    await s.set({ enabled: false });
    await s.pusher.tick();
    expect(methods(s.gateway)).toEqual([`PUT ${HERE}`, `DELETE ${HERE}`]);
    expect(groupRows(s)).toEqual([]);
    s.t.clock.advance(MINUTE);
    await s.pusher.tick();
    expect(s.gateway.requests).toHaveLength(2);
  });

  test.each([
    ['its job', { job: 'other' }],
    ['its instance', { instance: '' }],
  ])('when %s changes, and the new group is pushed at once', async (_what, change) => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    await s.set(change);
    await s.pusher.tick();
    expect(methods(s.gateway).slice(0, 2)).toEqual([`PUT ${HERE}`, `DELETE ${HERE}`]);
    expect(s.gateway.groups.size).toBe(1);
    expect(s.gateway.groups).not.toContain(HERE);
    expect(groupRows(s)).toHaveLength(1);
  });

  test('when it goes to another Pushgateway, with the credentials of the old one', async () => {
    const s = await stage();
    await s.set({ username: 'pusher', password: 'old' });
    await s.pusher.tick();
    const next = await fakePushgateway();
    await s.set({ url: next.url, username: 'somebody', password: 'new' });
    await s.pusher.tick();
    expect(s.gateway.groups.size).toBe(0);
    expect(next.groups.size).toBe(1);
    const sent = ({ requests }: FakePushgateway) =>
      requests.map(({ headers }) => Buffer.from(headers.authorization!.slice(6), 'base64').toString());
    expect(sent(s.gateway)).toEqual(['pusher:old', 'pusher:old']);
    expect(sent(next)).toEqual(['somebody:new']);
  });

  test('on a clean stop, and a stop without any push asks nobody', async () => {
    const s = await stage();
    await s.pusher.close();
    expect(s.gateway.requests).toEqual([]);
    const another = s.successor();
    await s.set();
    await another.tick();
    await another.close();
    expect(methods(s.gateway)).toEqual([`PUT ${HERE}`, `DELETE ${HERE}`]);
    expect(groupRows(s)).toEqual([]);
  });

  test('by the next process, where this one was killed and is no longer to push it', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    const next = s.successor();
    await s.set({ instance: 'there' });
    await next.tick();
    expect([...s.gateway.groups.keys()]).toEqual(['/metrics/job/vitals/instance/there']);
    expect(groupRows(s)).toHaveLength(1);
  });

  test('once by the next process where the endpoint is off in it, and nothing is pushed', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    const off = await testApp({ folder: s.t.folder, settings: { prometheus: { enabled: false } } });
    const { services, app, clock } = off;
    const { database, encryption, push: settings, metrics } = services;
    const { exposition, log: logger } = app;
    await startPush({ database, encryption, settings, state: metrics.push, exposition, clock, logger }).firstRun;
    expect(methods(s.gateway)).toEqual([`PUT ${HERE}`, `DELETE ${HERE}`]);
    expect(groupRows(s)).toEqual([]);
  });
});

describe('where the removal fails', () => {
  test('the group is shown as stale, tried again at longer and longer intervals, and gone when it works', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    const disabledAt = s.t.clock.now() + 1;
    await s.set({ enabled: false });
    s.gateway.answer(500);
    await s.pusher.tick();
    const shown = {
      url: s.gateway.url,
      job: 'vitals',
      instance: 'here',
      since: new Date(disabledAt).toISOString(),
      failure: expect.stringMatching(/HTTP 500/),
    };
    expect(await stale(s)).toEqual([shown]);
    const attempts = [];
    for (let second = 2; second <= 1200; second += 2) {
      const before = s.gateway.requests.length;
      s.t.clock.advance(2_000);
      await s.pusher.tick();
      if (s.gateway.requests.length > before) attempts.push(second);
    }
    expect(attempts).toEqual([10, 30, 70, 150, 310, 610, 910]);
    expect((await s.health()).health.failures).toMatchObject({ server_error: 8 });
    expect(await stale(s)).toEqual([shown]);
    await s.gateway.away();
    s.t.clock.advance(5 * MINUTE);
    await s.pusher.tick();
    expect(await stale(s)).toMatchObject([{ since: shown.since, failure: expect.stringMatching(/Nothing listens/) }]);

    await s.gateway.back();
    s.gateway.answer(202);
    s.t.clock.advance(5 * MINUTE);
    await s.pusher.tick();
    expect(await stale(s)).toEqual([]);
    expect(s.gateway.groups.size).toBe(0);
    expect(s.logged()).toMatchObject([
      { level: 40, msg: expect.stringMatching(/^removing a Pushgateway group failed/) },
      { level: 30, msg: expect.stringMatching(/^stale Pushgateway group removed$/) },
    ]);
  });

  test('the new group is pushed all the same, and at once when a removal came late', async () => {
    const s = await stage();
    await s.set({ intervalSeconds: 300 });
    await s.pusher.tick();
    s.gateway.answerTo('DELETE', 503);
    await s.set({ instance: 'there', intervalSeconds: 300 });
    await s.pusher.tick();
    expect(s.gateway.groups.size).toBe(2);
    s.gateway.answerTo('DELETE', 202);
    s.t.clock.advance(10_000);
    await s.pusher.tick();
    expect(methods(s.gateway).slice(-2)).toEqual([`DELETE ${HERE}`, 'PUT /metrics/job/vitals/instance/there']);
  });

  test('a new password for the same Pushgateway opens it for what is stale, too', async () => {
    const s = await stage();
    await s.set({ username: 'pusher', password: 'old' });
    await s.pusher.tick();
    s.gateway.answer(401);
    await s.set({ enabled: false, username: 'pusher' });
    await s.pusher.tick();
    expect(await stale(s)).toHaveLength(1);
    s.gateway.answer(200);
    await s.set({ enabled: false, username: 'pusher', password: 'new' });
    await s.pusher.tick();
    expect(await stale(s)).toEqual([]);
    const { headers } = s.gateway.requests.at(-1)!;
    expect(Buffer.from(headers.authorization!.slice(6), 'base64').toString()).toBe('pusher:new');
  });

  test('a group that is pushed again is stale no longer', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    s.gateway.answer(503);
    await s.set({ enabled: false });
    await s.pusher.tick();
    expect(await stale(s)).toHaveLength(1);
    await s.set();
    await s.pusher.tick();
    expect(await stale(s)).toEqual([]);
    s.gateway.answer(200);
    s.t.clock.advance(MINUTE);
    await s.pusher.tick();
    expect(methods(s.gateway).at(-1)).toBe(`PUT ${HERE}`);
  });

  test('a stop does not wait for a Pushgateway that hangs, and leaves the group to the next process', async () => {
    const s = await stage();
    await s.set();
    await s.pusher.tick();
    s.gateway.answer('hangs');
    await s.pusher.close();
    expect(await stale(s)).toMatchObject([{ instance: 'here', failure: expect.stringMatching(/did not answer/) }]);
    s.gateway.answer(200);
    await s.set({ enabled: false });
    await s.successor().tick();
    expect(await stale(s)).toEqual([]);
  });
});

test('a password that is kept with a group is sealed there, too', async () => {
  const s = await stage();
  await s.set({ username: 'pusher', password: 'canary-password' });
  await s.pusher.tick();
  expect(groupRows(s)).toMatchObject([{ username: 'pusher', stale_since: null }]);
  expect(JSON.stringify(groupRows(s))).not.toContain('canary');
});
