import { expect, test } from 'vitest';
import { createOutageLog } from '../../backend/lib/outage-log.ts';
import { fakeClock } from '../support/clock.ts';

const MINUTE = 60_000;

function outage() {
  const lines: [level: string, message: string, details: object][] = [];
  const note = (level: string) => (details: object, message: string) => void lines.push([level, message, details]);
  const clock = fakeClock();
  const logger = { info: note('info'), warn: note('warn'), error: note('error') } as never;
  const log = createOutageLog({ logger, failing: 'it fails', recovered: 'it works', monotonic: clock.monotonic });
  return { clock, lines, log };
}

test('a failure is told at once, then at intervals that double up to an hour, and the recovery once', () => {
  const { clock, lines, log } = outage();
  const toldAt: number[] = [];
  for (let minute = 0; minute <= 6 * 60; minute++) {
    const before = lines.length;
    log.failed({ reason: 'away' });
    if (lines.length > before) toldAt.push(minute);
    clock.advance(MINUTE);
  }
  expect(toldAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303]);
  expect(lines[0]).toEqual(['error', 'it fails', { reason: 'away' }]);
  expect(lines[1]).toEqual(['error', 'it fails', { reason: 'away', failures: 2, forSeconds: 60 }]);
  log.succeeded();
  log.succeeded();
  expect(lines.slice(toldAt.length)).toEqual([['info', 'it works', { failures: 361, forSeconds: 21_660 }]]);
});

test('where nothing failed nothing is told, and after a recovery the next failure is told at once', () => {
  const { lines, log } = outage();
  log.succeeded();
  expect(lines).toEqual([]);
  log.failed({});
  log.succeeded();
  log.failed({});
  expect(lines.map(([, message]) => message)).toEqual(['it fails', 'it works', 'it fails']);
});
