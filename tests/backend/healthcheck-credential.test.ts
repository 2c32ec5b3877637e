import { countedEvents } from '../support/services.ts';
import { expect, test } from 'vitest';
import { actor, testApp } from '../support/app.ts';

test('health checks that begin at the same moment share one credential', async () => {
  const { services } = await testApp();
  await Promise.all([1, 2, 3].map(() => services.credentials.healthcheckJwt(actor)));
  expect((await services.credentials.list({ limit: 10 })).items).toHaveLength(1);
  expect((await countedEvents(services))['credential.issued']).toBe(1);
});

test('a credential that happens to have the health check’s name, but another role, is left alone', async () => {
  const { services } = await testApp();
  await services.credentials.issue({ role: 'collector', name: 'vitals healthcheck', ttlSeconds: 3600 }, actor);
  const jwt = await services.credentials.healthcheckJwt(actor);
  expect(await services.credentials.authenticate(jwt)).toMatchObject({ role: 'viewer' });
});
