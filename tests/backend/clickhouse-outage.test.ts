import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startClickHouse } from '../../backend/clickhouse/service.ts';
import { newClickHouseState } from '../../backend/clickhouse/state.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { fakeClock } from '../support/clock.ts';

test('while ClickHouse is away the log says so once, and again at growing intervals, not at each attempt', async () => {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(500).end('away');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: string[] = [];
  const logger = createLogger({ write: (line: string) => void lines.push(line) });
  const clock = fakeClock();
  const service = await startClickHouse({
    settings: {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      database: 'vitals',
      staleness_seconds: 120,
    },
    state: newClickHouseState(),
    clock,
    logger,
    migrateAgainMs: 1,
  });
  onTestFinished(async () => {
    await service.close();
    server.close();
  });
  const logged = () => lines.filter((line) => line.includes('migrating the ClickHouse tables failed')).length;
  const attempts = (more: number) => {
    const before = asked;
    return vi.waitFor(() => expect(asked).toBeGreaterThan(before + more));
  };
  await attempts(10);
  expect(logged()).toBe(1);
  clock.advance(60_000);
  await attempts(10);
  expect(logged()).toBe(2);
  clock.advance(60_000);
  await attempts(10);
  expect(logged()).toBe(2);
});
