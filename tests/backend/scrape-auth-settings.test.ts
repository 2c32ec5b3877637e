import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../backend/config/error.ts';
import { checkConfig } from '../../backend/config/config.ts';
import { recordScrapeAuth, scrapeAuthWarnings } from '../../backend/auth/scrape-auth.ts';
import { breakInserts, rawConnection, testServices, type TestCore } from '../support/services.ts';

const settings = (auth: object) => checkConfig({ prometheus: { auth } }, '/srv').prometheus.auth;

/** The one line that a person gets to read. */
function problemOf(auth: object, host = '127.0.0.1'): string {
  try {
    checkConfig({ server: { host }, prometheus: { auth } }, '/srv');
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'none';
}

describe('who may be let in without a credential:', () => {
  const anonymous = true;

  test.each(['127.0.0.1', '127.8.8.8', '::1', 'localhost'])('anybody on %s, where nobody else connects', (host) => {
    expect(problemOf({ anonymous }, host)).toBe('none');
  });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'appliance.example.com', '1127.0.0.1'])(
    'on %s only where a network is named',
    (host) => {
      expect(problemOf({ anonymous }, host)).toBe(
        `prometheus.auth.anonymous: is refused while server.host is ${host}. Name the networks that need no credential in prometheus.auth.anonymous_networks, or listen on loopback.`,
      );
      expect(problemOf({ anonymous, anonymous_networks: ['192.0.2.0/24'] }, host)).toBe('none');
    },
  );

  test.each(['prometheus.example', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '', 'all'])(
    'not what is no network: %j',
    (network) => {
      expect(problemOf({ anonymous, anonymous_networks: ['10.0.0.1', network] })).toBe(
        'prometheus.auth.anonymous_networks.1: has to be an IP address or a CIDR range.',
      );
    },
  );

  test.each(['0.0.0.0/0', '::/0', '10.0.0.0/00'])('not everybody: %s', (network) => {
    expect(problemOf({ anonymous, anonymous_networks: [network] })).toMatch(
      /^prometheus\.auth\..+\.0: names everybody/,
    );
  });

  test('a network where nobody is let in is a mistake', () => {
    expect(problemOf({ anonymous_networks: ['10.0.0.0/8'] })).toMatch(
      /^prometheus\.auth\.anonymous_networks: says nothing while prometheus\.auth\.anonymous is off\. /,
    );
  });
});

test('each way that is on is warned of in a sentence of its own, and none where none is', () => {
  const keys = (auth: object) => scrapeAuthWarnings(settings(auth)).map((sentence) => sentence.split(' ')[0]);
  expect(keys({})).toEqual([]);
  expect(keys({ basic_password: true, query_token: true, anonymous: true })).toEqual([
    'prometheus.auth.basic_password',
    'prometheus.auth.query_token',
    'prometheus.auth.anonymous',
  ]);
  const named = scrapeAuthWarnings(settings({ anonymous: true, anonymous_networks: ['192.0.2.0/24', '::1'] }));
  expect(named).toEqual([expect.stringContaining('192.0.2.0/24, ::1')]);
});

describe('a change of the ways is an audit event', () => {
  const record = ({ services }: TestCore, auth: object) => recordScrapeAuth(services, settings(auth));
  async function changes({ services }: TestCore) {
    const { items } = await services.audit.list({ event: 'scrape.authentication_changed', limit: 200 });
    return items.reverse();
  }

  test('by the system, with what was and what is; not at a start that changes nothing', async () => {
    const t = await testServices();
    await record(t, {});
    expect(await changes(t)).toEqual([]);
    await record(t, { query_token: true, anonymous: true });
    await t.restart();
    await record(t, { query_token: true, anonymous: true });
    await record(t, {});
    expect(await changes(t)).toMatchObject([
      {
        actor: null,
        via: 'system',
        ip: null,
        target: null,
        details: {
          before: { authentication: ['bearer'], openTo: [] },
          after: { authentication: ['bearer', 'query', 'none'], openTo: ['127.0.0.0/8', '::1/128'] },
        },
      },
      { details: { after: { authentication: ['bearer'], openTo: [] } } },
    ]);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true });
  });

  test('also of the networks alone, whatever their order', async () => {
    const t = await testServices();
    const open = (...networks: string[]) => record(t, { anonymous: true, anonymous_networks: networks });
    await open('10.0.0.0/8', '192.0.2.1');
    await open('192.0.2.1', '10.0.0.0/8', '10.0.0.0/8');
    await open('192.0.2.1');
    expect((await changes(t)).map(({ details }) => details['after'])).toEqual([
      { authentication: ['bearer', 'none'], openTo: ['10.0.0.0/8', '192.0.2.1'] },
      { authentication: ['bearer', 'none'], openTo: ['192.0.2.1'] },
    ]);
  });

  test('and where it cannot be recorded, the next start tries again', async () => {
    const t = await testServices();
    const mend = breakInserts(t.config, 'audit_events');
    await expect(record(t, { basic_password: true })).rejects.toThrow('the disk of this test is full');
    const kept = rawConnection(t.config).prepare("select value from meta where name = 'scrape_authentication'").all();
    expect(kept).toEqual([]);
    mend();
    await record(t, { basic_password: true });
    expect(await changes(t)).toHaveLength(1);
  });
});
