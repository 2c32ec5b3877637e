import { renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RotatedToken } from '../../contract/api.ts';
import { systemClock } from '../../backend/lib/clock.ts';
import { testApp, type TestApp } from '../support/app.ts';
import type { FakeClock } from '../support/clock.ts';
import { makePlace } from '../support/place.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';
import { eventually, startServer } from '../support/server.ts';
import { pass, story, testMaintenance, TICK, tokenApi } from '../support/tokens.ts';
import { testWith } from '../tools.ts';

/** Goes as time does, and can be moved on besides. */
function movableClock(): FakeClock {
  let ahead = 0;
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() + ahead,
    advance: (ms) => void (ahead += ms),
    step: () => undefined,
  };
}

interface Target {
  readonly health: string;
  readonly lastError: string;
  readonly lastScrape: string;
}

/** Every state of Prometheus' one target that could be seen, until it is told to stop. */
function watchTarget(prometheus: Prometheus): () => Promise<Target[]> {
  const seen: Target[] = [];
  const stop = new AbortController();
  const done = (async () => {
    while (!stop.signal.aborted) {
      const { activeTargets } = await prometheus.api<{ activeTargets: Target[] }>('targets');
      seen.push(...activeTargets);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  done.catch(() => undefined); // where the test has failed already, nobody waits for it
  return async () => {
    stop.abort();
    await done;
    return seen;
  };
}

async function listeningOn(t: TestApp): Promise<string> {
  await t.app.listen({ host: '127.0.0.1', port: 0 });
  return `127.0.0.1:${(t.app.server.address() as AddressInfo).port}`;
}

testWith(
  'prometheus',
  'a rotation while a real Prometheus scrapes: its credentials file is switched in the middle, no scrape fails, and the predecessor is revoked by itself',
  async ({ prometheus: binary }) => {
    const t = await testApp({ clock: movableClock() });
    const maintenance = testMaintenance(t);
    const api = await tokenApi(t);
    const old = await t.mint('Production Prometheus');
    const credentials = join(t.folder, 'token');
    writeFileSync(credentials, old.secret);
    const prometheus = await startPrometheus(binary, t.folder, [
      {
        job_name: 'dhcp-dpi',
        metrics_path: '/api/metrics/prometheus',
        scrape_interval: '1s',
        scrape_timeout: '1s',
        authorization: { type: 'Bearer', credentials_file: credentials },
        static_configs: [{ targets: [await listeningOn(t)] }],
      },
    ]);
    const usesOf = async (id: string) => (await api.consumers(id)).consumers[0]?.scrapes ?? 0;
    await eventually('its interval is known', async () => (await api.consumers(old.id)).usualIntervalSeconds !== null);
    const stopWatching = watchTarget(prometheus);

    const { token, secret } = await api.rotate(old.id);
    // As long as nobody has switched, nothing ends, however long that takes.
    await pass(t, maintenance, 40 * TICK);
    const before = await usesOf(old.id);
    await eventually('the predecessor still scrapes', async () => (await usesOf(old.id)) > before);
    expect((await api.rotation(old.id)).progress).toMatchObject({ waitingFor: 'successor' });

    // In one step, or Prometheus could read half a token.
    writeFileSync(`${credentials}.new`, secret);
    renameSync(`${credentials}.new`, credentials);
    await eventually('the successor scrapes', async () => (await usesOf(token.id)) > 0);
    const { progress } = await api.rotation(old.id);
    expect(progress).toMatchObject({ waitingFor: 'silence', silentSecondsNeeded: 600 });
    await pass(t, maintenance, 600_000);
    expect(await t.services.tokens.get(old.id)).toMatchObject({ status: 'active' });
    await pass(t, maintenance, 3 * TICK);
    expect(await t.services.tokens.get(old.id)).toMatchObject({ status: 'revoked', revokedBy: 'rotation' });
    const taken = await usesOf(token.id);
    await eventually('the successor scrapes on', async () => (await usesOf(token.id)) >= taken + 5);

    const targets = await stopWatching();
    const scraped = targets.filter(({ lastScrape }) => !lastScrape.startsWith('0001-'));
    expect(new Set(scraped.map(({ lastScrape }) => lastScrape)).size).toBeGreaterThan(5);
    expect(new Set(targets.map(({ health, lastError }) => `${health} ${lastError}`))).toEqual(new Set(['up ']));
    const up = (await prometheus.query('up[10m]')).flatMap(({ samples }) => samples.map(({ value }) => value));
    expect(up.length).toBeGreaterThan(8);
    expect(new Set(up)).toEqual(new Set([1]));

    const { items } = await t.services.audit.list({ limit: 200, event: 'scrape.refused' });
    expect(items).toEqual([]);
    const reported = (await story(t)).filter(({ target }) => target === old.id || target === token.id);
    expect(reported).toMatchObject([
      { event: 'token.created', target: old.id },
      { event: 'token.created', target: token.id, details: { predecessor: old.id } },
      { event: 'token.rotated', target: old.id, via: 'api', details: { successor: token.id, grace: 'observed' } },
      { event: 'token.revoked', target: old.id, via: 'system', details: { reason: 'rotation', successor: token.id } },
    ]);
    expect(await t.services.audit.verify()).toMatchObject({ ok: true });
  },
);

test('a rotation that the command line begins beside a running server comes to its end there', async () => {
  const place = await makePlace();
  const server = await startServer(place.config);
  const { token } = await place.mint('Prometheus');
  const rotated = await place.cli<RotatedToken>('token', 'rotate', token.id, '--grace', '1s');
  const row = await eventually('the predecessor is revoked', async () =>
    (await place.tokens()).find(({ id, status }) => id === token.id && status === 'revoked'),
  );
  expect(row).toMatchObject({ revokedBy: 'rotation', successorId: rotated.token.id });
  expect((await place.story()).at(-1)).toMatchObject({ event: 'token.revoked', via: 'system', target: token.id });
  expect(await server.kill('SIGTERM')).toBe(0);
});
