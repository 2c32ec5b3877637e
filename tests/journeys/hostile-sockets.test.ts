/** A real process with the limits that it has in earnest, and who would take it away from others. */
import { expect, test } from 'vitest';
import { descriptorLimit } from '../../backend/lib/descriptor-limit.ts';
import { ask } from '../support/http.ts';
import { makePlace, type Place } from '../support/place.ts';
import { listeningPorts, readProcess } from '../support/proc.ts';
import { eventually, startServer } from '../support/server.ts';
import { hold, slowPost, type HeldConnection } from '../support/socket.ts';

/** Opened a few at a time, or the queue of those not accepted yet is full. */
async function holdMany(port: number, count: number): Promise<HeldConnection[]> {
  const held: HeldConnection[] = [];
  while (held.length < count) {
    const some = Array.from({ length: Math.min(100, count - held.length) }, () => hold(port));
    held.push(...(await Promise.all(some)));
  }
  return held;
}

async function scrapes(place: Place, secret: string): Promise<void> {
  const headers = { authorization: `Bearer ${secret}` };
  for (let time = 0; time < 20; time += 1) {
    const { status } = await ask(`${place.origin}/api/metrics/prometheus`, { headers });
    expect(status).toBe(200);
  }
}

test('10,000 idle connections keep nobody else from being answered, and cost no more than the configured ones', async () => {
  const own = descriptorLimit() ?? Infinity;
  expect(own, 'this test holds 10,000 connections: raise the limit of open files (ulimit -n)').toBeGreaterThan(10_500);
  const place = await makePlace();
  const { secret } = await place.mint('Prometheus');
  const server = await startServer(place.config);
  const before = readProcess(server.child.pid ?? 0).openFds;
  const idle = await holdMany(place.port, 10_000);
  await scrapes(place, secret);
  expect(readProcess(server.child.pid ?? 0).openFds).toBeLessThanOrEqual(before + 1_000 + 1);
  for (const { socket } of idle) socket.destroy();
  await eventually('all are closed', () => readProcess(server.child.pid ?? 0).openFds <= before + 1);
  expect(await server.kill('SIGTERM')).toBe(0);
});

test('700 silent connections to a process that may open 600 files are no end of it', async () => {
  const place = await makePlace();
  const { secret } = await place.mint('Prometheus');
  const server = await startServer(place.config, { openFiles: 600 });
  await holdMany(place.port, 700);
  await scrapes(place, secret);
  expect(server.output()).toContain('"limit":400');
  expect(await server.kill('SIGTERM')).toBe(0);
});

test('with the limits as they are, half a header, half a body and silence end in a 408', async () => {
  const place = await makePlace();
  const jwt = await place.jwt('admin');
  const server = await startServer(place.config);
  const openFds = () => readProcess(server.child.pid ?? 0).openFds;
  const before = openFds();
  const authorization = `Authorization: Bearer ${jwt}`;
  const held = await Promise.all([
    hold(place.port),
    hold(place.port, 'GET /api/health HTTP/1.1\r\nHost: a\r\nX-Slow: '),
    hold(place.port, slowPost('/api/tokens', authorization, 'Content-Type: application/json')),
    hold(place.port, slowPost('/api/reports/greenhouse', authorization)),
  ]);
  await Promise.all(held.map(({ hungUp }) => hungUp));
  await eventually('the server has closed them, though nobody else has', () => openFds() <= before);
  expect(held.map(({ heard }) => Number(heard().split(' ')[1]))).toEqual([408, 408, 408, 403]);
  expect(await server.kill('SIGTERM')).toBe(0);
});

test('a server on localhost is one server: there is none beside it that has no limits', async () => {
  const place = await makePlace({ settings: { server: { host: 'localhost' } } });
  const server = await startServer(place.config);
  expect(listeningPorts(server.child.pid ?? 0)).toEqual([place.port]);
  expect((await ask(`http://localhost:${place.port}/api/health`)).status).toBe(401);
});
