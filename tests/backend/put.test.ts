import { expect, test } from 'vitest';
import type { AlarmRule, Condition, Push, PushSettingsBody } from '../../contract/api.ts';
import { breakerOpen, ruleBody, tokenCreated } from '../support/alarms.ts';
import { bearer, testApp, type TestApp } from '../support/app.ts';

/** Something that is put: its route, a whole body, of which nothing is as usual, and what is stored of it. */
interface Put {
  readonly route: string;
  readonly body: object;
  readonly stored: (t: TestApp) => Promise<unknown>;
}

const conditions: Condition[] = [
  { ...breakerOpen, metric: 'scrapeTokens', labels: { status: 'active' }, forSeconds: 60 } as Condition,
  {
    ...breakerOpen,
    metric: 'scrapeAuthFailures',
    labels: { reason: 'expired' },
    windowSeconds: 60,
    forSeconds: 60,
  } as Condition,
  { ...tokenCreated, atLeast: 5 } as Condition,
  { kind: 'token_expiry', withinSeconds: 3600 },
];

const push: PushSettingsBody = {
  enabled: true,
  url: 'http://gateway:9091',
  job: 'vitals',
  instance: 'here',
  intervalSeconds: 30,
  username: 'pusher',
  password: 'canary-password',
};

const puts: Put[] = [
  ...conditions.map((condition) => ({
    route: '/api/alarm-rules/:id',
    body: ruleBody(condition, { enabled: false, severity: 'critical', channels: [] }),
    stored: async (t: TestApp) => {
      const answer = await call(t, 'GET', '/api/alarm-rules');
      return answer.json<{ items: AlarmRule[] }>().items.at(-1);
    },
  })),
  {
    route: '/api/push',
    body: push,
    stored: async (t) => (await call(t, 'GET', '/api/push')).json<Push>().settings,
  },
];

async function call(t: TestApp, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  const headers = bearer(await t.jwt('admin'));
  return t.app.inject({ method, url, headers, ...(payload && { payload }) });
}

/** Every body that lacks one field, at any depth, by the field's name. */
function withoutOne(body: object): [name: string, body: object][] {
  return Object.entries(body).flatMap(([name, value]): [string, object][] => {
    const { [name as never]: _left, ...rest } = body;
    const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
    const within = isNested ? withoutOne(value as object) : [];
    const deeper = within.map(([inner, one]): [string, object] => [`${name}.${inner}`, { ...body, [name]: one }]);
    return [[name, rest], ...deeper];
  });
}

test('there is no other route that is put', async () => {
  const { routes } = await testApp();
  const urls = routes.filter(({ method }) => [method].flat().includes('PUT')).map(({ url }) => url);
  expect(urls.sort()).toEqual([...new Set(puts.map(({ route }) => route))].sort());
});

test.each(puts)('what is left out of a PUT of $route changes nothing: $body', async ({ route, body, stored }) => {
  const t = await testApp();
  let url = route;
  if (route.includes(':id')) {
    const answer = await call(t, 'POST', '/api/alarm-rules', body);
    url = route.replace(':id', answer.json<{ rule: AlarmRule }>().rule.id);
  }
  expect((await call(t, 'PUT', url, body)).statusCode).toBe(200);
  const whole = withoutTimes(await stored(t));
  for (const [name, less] of withoutOne(body)) {
    if (/^condition\.labels\./.test(name)) continue; // what the labels are is said by their whole
    expect([200, 400], name).toContain((await call(t, 'PUT', url, less)).statusCode);
    expect(withoutTimes(await stored(t)), name).toEqual(whole);
  }
});

const withoutTimes = (one: unknown) => ({ ...(one as object), changedAt: null });
