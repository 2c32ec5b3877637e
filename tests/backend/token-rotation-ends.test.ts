import { describe, expect, test } from 'vitest';
import { actor, testApp, type TestApp } from '../support/app.ts';
import { MINUTE, pass, scrape, story, testMaintenance } from '../support/tokens.ts';

async function rotated(t: TestApp, id: string, expiresAt?: string) {
  const { token, secret } = await t.services.tokens.rotate(
    id,
    { grace: 'observed', ...(expiresAt !== undefined && { expiresAt }) },
    actor,
  );
  return { id: token.id, secret };
}

const linksOf = async ({ services }: TestApp, ...ids: string[]) => {
  const tokens = await Promise.all(ids.map((id) => services.tokens.get(id)));
  return tokens.map(({ status, predecessorId, successorId }) => [status, predecessorId, successorId]);
};
const progressOf = async ({ services }: TestApp, id: string) => (await services.tokens.rotation(id)).progress;
const eventsFrom = async (t: TestApp, from: number) =>
  (await story(t, from)).map(({ event, via, actor: who, target }) => [event, via, who, target]);

describe('a rotation whose successor ends too early is called off: the predecessor stays and can be rotated again', () => {
  test('revoked, at once and by whoever revoked it', async () => {
    const t = await testApp();
    const old = await t.mint();
    const next = await rotated(t, old.id);
    const before = (await story(t)).length;
    await t.services.tokens.revoke(next.id, actor);
    expect(await eventsFrom(t, before)).toEqual([
      ['token.revoked', 'cli', 'tester', next.id],
      ['token.rotation_called_off', 'cli', 'tester', old.id],
    ]);
    expect((await story(t)).at(-1)?.details).toEqual({ name: 'Prometheus', successor: next.id });
    expect(await linksOf(t, old.id, next.id)).toEqual([
      ['active', null, null],
      ['revoked', null, null],
    ]);
    expect(await progressOf(t, old.id)).toBeNull();
    expect(await scrape(t, old.secret)).toBe(200);
    const again = await rotated(t, old.id);
    expect(await linksOf(t, old.id)).toEqual([['active', null, again.id]]);
  });

  test('expired, which maintenance finds', async () => {
    const t = await testApp();
    const maintenance = testMaintenance(t);
    const old = await t.mint();
    await rotated(t, old.id, '2027-01-01T00:10:00Z');
    await pass(t, maintenance, 9 * MINUTE);
    const before = (await story(t)).length;
    await pass(t, maintenance, 2 * MINUTE);
    expect(await eventsFrom(t, before)).toEqual([['token.rotation_called_off', 'system', null, old.id]]);
    expect(await linksOf(t, old.id)).toEqual([['active', null, null]]);
  });

  test('expired while no server runs, which the next rotation finds', async () => {
    const t = await testApp();
    const old = await t.mint();
    const next = await rotated(t, old.id, '2027-01-01T00:10:00Z');
    t.clock.advance(11 * MINUTE);
    const again = await rotated(t, old.id);
    expect(await linksOf(t, old.id, next.id)).toEqual([
      ['active', null, again.id],
      ['expired', null, null],
    ]);
  });

  test('at the predecessor’s latest date too', async () => {
    const t = await testApp();
    const old = await t.mint();
    const times = { latestAt: '2027-01-01T01:00:00Z', expiresAt: '2027-01-01T00:59:00Z' };
    await t.services.tokens.rotate(old.id, { grace: 'observed', ...times }, actor);
    t.clock.advance(120 * MINUTE);
    await testMaintenance(t).run();
    expect(await linksOf(t, old.id)).toEqual([['active', null, null]]);
  });
});

test('a predecessor that is revoked by hand, or expires, ends the rotation and keeps its successor', async () => {
  const t = await testApp();
  const maintenance = testMaintenance(t);
  const revoked = await t.mint();
  const expiring = await t.mint('Expiring', '2027-01-01T00:01:00Z');
  const [one, other] = [await rotated(t, revoked.id), await rotated(t, expiring.id, '2028-01-01T00:00:00Z')];
  await t.services.tokens.revoke(revoked.id, actor);
  expect(await progressOf(t, one.id)).toBeNull();
  expect(await progressOf(t, other.id)).not.toBeNull();
  const before = (await story(t)).length;
  await pass(t, maintenance, 2 * MINUTE);
  expect(await progressOf(t, other.id)).toBeNull();
  expect(await linksOf(t, revoked.id, one.id, expiring.id, other.id)).toEqual([
    ['revoked', null, one.id],
    ['active', revoked.id, null],
    ['expired', null, other.id],
    ['active', expiring.id, null],
  ]);
  expect(await story(t, before)).toEqual([]);
});

describe('a successor that is rotated itself before the rotation is done', () => {
  async function chain() {
    const t = await testApp();
    const maintenance = testMaintenance(t);
    const first = await t.mint();
    const second = await rotated(t, first.id);
    const third = await rotated(t, second.id);
    await maintenance.run();
    return { t, maintenance, first, second, third };
  }

  test('passes it on: whoever comes last takes over from all', async () => {
    const { t, maintenance, first, second, third } = await chain();
    await scrape(t, third.secret);
    await pass(t, maintenance, 11 * MINUTE);
    expect(await linksOf(t, first.id, second.id, third.id)).toEqual([
      ['revoked', null, second.id],
      ['revoked', first.id, third.id],
      ['active', second.id, null],
    ]);
    for (const { id } of [first, second, third]) {
      expect((await t.services.tokens.rotation(id)).chain.map((token) => token.id)).toEqual([
        first.id,
        second.id,
        third.id,
      ]);
    }
  });

  test('and whose successor is revoked too calls off what it was part of', async () => {
    const { t, first, second, third } = await chain();
    await t.services.tokens.revoke(second.id, actor);
    expect(await linksOf(t, first.id)).toEqual([['active', null, second.id]]);
    await t.services.tokens.revoke(third.id, actor);
    expect(await linksOf(t, first.id, second.id)).toEqual([
      ['active', null, null],
      ['revoked', null, third.id],
    ]);
  });
});

test('what the command line begins beside a running server, the server’s maintenance brings to its end', async () => {
  const t = await testApp();
  const maintenance = testMaintenance(t);
  const beside = await testApp({ folder: t.folder, clock: t.clock });
  const old = await t.mint();
  const next = await rotated(beside, old.id);
  await scrape(t, next.secret);
  await pass(t, maintenance, 11 * MINUTE);
  expect(await linksOf(beside, old.id, next.id)).toEqual([
    ['revoked', null, next.id],
    ['active', old.id, null],
  ]);
});

test('a chain shows at most fifty tokens before and fifty after the one that is asked for', async () => {
  const t = await testApp();
  const ids = [(await t.mint()).id];
  for (let i = 0; i < 120; i++) {
    const { token } = await t.services.tokens.rotate(ids.at(-1)!, { grace: 0 }, actor);
    ids.push(token.id);
  }
  expect((await t.services.tokens.rotation(ids[60]!)).chain.map(({ id }) => id)).toEqual(ids.slice(10, 111));
});
