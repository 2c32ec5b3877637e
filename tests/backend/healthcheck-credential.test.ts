import { countedEvents } from '../support/core.ts';
import { expect, test } from 'vitest';
import { actor, testApp } from '../support/app.ts';

test('health checks that begin at the same moment share one credential', async () => {
  const { core } = await testApp();
  await Promise.all([1, 2, 3].map(() => core.credentials.healthcheckJwt(actor)));
  expect((await core.credentials.list({ limit: 10 })).items).toHaveLength(1);
  expect((await countedEvents(core))['credential.issued']).toBe(1);
});

test('a credential that happens to have the health check’s name, but another role, is left alone', async () => {
  const { core } = await testApp();
  await core.credentials.issue({ role: 'collector', name: 'vitals healthcheck', ttlSeconds: 3600 }, actor);
  const jwt = await core.credentials.healthcheckJwt(actor);
  expect(await core.credentials.authenticate(jwt)).toMatchObject({ role: 'viewer' });
});
