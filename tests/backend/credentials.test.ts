import { decodeJwt } from 'jose';
import { describe, expect, test } from 'vitest';
import { tokenStatuses } from '../../contract/metrics.ts';
import { roles } from '../../contract/roles.ts';
import { actor, bearer, testApp, reportedBy } from '../support/app.ts';
import { testServices } from '../support/services.ts';
import { everyPage } from '../support/pages.ts';

const HOUR = 3600;

describe('the life of a credential', () => {
  test('is an hour for people who do not say, and has to be said for services', async () => {
    const { services, clock } = await testServices();
    for (const role of roles) {
      const issuing = services.credentials.issue(
        { role, name: role, ttlSeconds: undefined, ...reportedBy(role) },
        actor,
      );
      if (role === 'admin' || role === 'viewer') {
        const { credential } = await issuing;
        expect(Date.parse(credential.expiresAt)).toBe(clock.now() + HOUR * 1000);
      } else {
        await expect(issuing).rejects.toMatchObject({ code: 'invalid_request', errors: [{ field: 'ttl' }] });
      }
    }
  });

  test('is of a reporter for one catalogue, which nobody else has', async () => {
    const { services } = await testServices();
    const input = { role: 'reporter', name: 'r', ttlSeconds: HOUR } as const;
    const { credential } = await services.credentials.issue({ ...input, catalogue: 'greenhouse' }, actor);
    expect(credential.catalogue).toBe('greenhouse');
    const wrong = [input, { ...input, catalogue: 'Green House' }, { ...input, role: 'admin', catalogue: 'greenhouse' }];
    for (const one of wrong as (typeof input)[]) {
      await expect(services.credentials.issue(one, actor)).rejects.toMatchObject({ errors: [{ field: 'catalogue' }] });
    }
  });

  test('is what was said, for every role, in the row and in the JWT', async () => {
    const { services, clock } = await testServices();
    for (const role of roles) {
      const input = { role, name: role, ttlSeconds: 90 * 24 * HOUR, ...reportedBy(role) };
      const { credential, jwt } = await services.credentials.issue(input, actor);
      expect(Date.parse(credential.expiresAt)).toBe(clock.now() + 90 * 24 * HOUR * 1000);
      expect(decodeJwt(jwt)).toMatchObject({ role, jti: credential.id, exp: Date.parse(credential.expiresAt) / 1000 });
    }
  });

  test.each([0, -1, NaN, Infinity, 11 * 366 * 24 * HOUR])(
    'of %d seconds is refused, and nothing is recorded',
    async (ttlSeconds) => {
      const { services } = await testServices();
      const issuing = services.credentials.issue({ role: 'collector', name: 'c', ttlSeconds }, actor);
      await expect(issuing).rejects.toMatchObject({ code: 'invalid_request' });
      expect(await services.audit.head()).toMatchObject({ seq: 0 });
    },
  );
});

test('names follow the rules of token names', async () => {
  const { services } = await testServices();
  for (const name of ['', ' ', 'a\u202eb', 'a'.repeat(201), '\ud800']) {
    const issuing = services.credentials.issue({ role: 'admin', name, ttlSeconds: 60 }, actor);
    await expect(issuing).rejects.toMatchObject({ code: 'invalid_request', errors: [{ field: 'name' }] });
  }
});

test('the listing shows every credential once, newest first, however it is paged, with its status', async () => {
  const t = await testServices();
  const ids: string[] = [];
  for (let index = 0; index < 11; index++) {
    if (index % 3 === 0) t.clock.advance(1000);
    const { credential } = await t.services.credentials.issue(
      { role: 'viewer', name: `c${index}`, ttlSeconds: 60 + index },
      actor,
    );
    ids.push(credential.id);
  }
  await t.services.credentials.revoke(ids[10]!, actor);
  t.clock.advance(61_000);
  const whole = (await t.services.credentials.list({ limit: 200 })).items;
  expect(new Set(whole.map(({ id }) => id))).toEqual(new Set(ids));
  const times = whole.map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().reverse());
  expect(whole.find(({ id }) => id === ids[0])?.status).toBe('expired');
  expect(whole.find(({ id }) => id === ids[9])?.status).toBe('active');
  expect(whole.find(({ id }) => id === ids[10])).toMatchObject({ status: 'revoked', revokedBy: 'tester' });
  for (let limit = 1; limit <= 12; limit++) {
    const { items } = await everyPage((cursor) => t.services.credentials.list({ limit, ...cursor }));
    expect(items).toEqual(whole);
  }
});

test('revoking tells the audit log, once, and is refused by name where it cannot be done', async () => {
  const { services } = await testServices();
  const { credential } = await services.credentials.issue({ role: 'grafana', name: 'Grafana', ttlSeconds: 60 }, actor);
  await services.credentials.revoke(credential.id, actor);
  await expect(services.credentials.revoke(credential.id, actor)).rejects.toMatchObject({
    code: 'credential_already_revoked',
  });
  await expect(services.credentials.revoke('crd_nobody', actor)).rejects.toMatchObject({
    code: 'credential_not_found',
  });
  const { items } = await services.audit.list({ limit: 10 });
  expect(items.map(({ event, target, details }) => [event, target, details])).toEqual([
    ['credential.revoked', credential.id, { name: 'Grafana', role: 'grafana' }],
    ['credential.issued', credential.id, { name: 'Grafana', role: 'grafana', expiresAt: credential.expiresAt }],
  ]);
});

test('an administrator can revoke the credential they are calling with', async () => {
  const { app, jwt } = await testApp();
  const admin = await jwt('admin');
  const { jti } = decodeJwt(admin);
  const revoke = () =>
    app.inject({ method: 'POST', url: `/api/credentials/${jti ?? ''}/revoke`, headers: bearer(admin) });
  expect((await revoke()).statusCode).toBe(200);
  expect((await revoke()).statusCode).toBe(401);
});

test('health checks live a minute, may read the health and nothing else, and share one row', async () => {
  const { app, services, clock } = await testApp();
  const first = await services.credentials.healthcheckJwt(actor);
  const second = await services.credentials.healthcheckJwt(actor);
  const status = async (jwt: string, url: string) => (await app.inject({ url, headers: bearer(jwt) })).statusCode;
  expect([await status(first, '/api/health'), await status(second, '/api/health')]).toEqual([200, 200]);
  expect(await status(first, '/api/tokens')).toBe(403);
  expect((await services.credentials.list({ limit: 10 })).items).toHaveLength(1);
  clock.advance(60_000);
  expect(await status(first, '/api/health')).toBe(401);
});

test('status and role choose among them, over any number of pages', async () => {
  const { services, clock } = await testServices();
  for (const [index, role] of [...roles, ...roles, ...roles].entries()) {
    const input = { role, name: `one ${index}`, ttlSeconds: 60 + index, ...reportedBy(role) };
    const { credential } = await services.credentials.issue(input, actor);
    if (index % 4 === 0) await services.credentials.revoke(credential.id, actor);
    if (index % 2 === 0) clock.advance(1);
  }
  clock.advance(66_000);
  const all = (await services.credentials.list({ limit: 200 })).items;
  expect(new Set(all.map(({ status }) => status))).toEqual(new Set(tokenStatuses));
  for (const status of [undefined, ...tokenStatuses]) {
    for (const role of [undefined, ...roles]) {
      const asked = { ...(status && { status }), ...(role && { role }) };
      const { items } = await everyPage((cursor) => services.credentials.list({ ...asked, limit: 2, ...cursor }));
      const expected = all.filter((one) => (!status || one.status === status) && (!role || one.role === role));
      expect({ asked, items }).toEqual({ asked, items: expected });
    }
  }
});
