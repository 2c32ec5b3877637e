import { expect, test } from 'vitest';
import { createBaseline, createIncidents } from '../../examples/flowtriq/baseline.mjs';

const rule = { multiple: 5, floor: 100, learn: 20 };

function learned(pps: number, looks = 100) {
  const baseline = createBaseline(rule);
  for (let look = 0; look < looks; look += 1) baseline.see(pps);
  return baseline;
}

test('what is usual is the history before the look, at its mean and percentiles', () => {
  const baseline = createBaseline(rule);
  expect(baseline.see(100)).toEqual({ average: 100, p95: 100, p99: 100, isAttack: false });
  for (let pps = 1; pps <= 99; pps += 1) baseline.see(pps);
  expect(baseline.see(0)).toEqual({ average: 50.5, p95: 95, p99: 99, isAttack: false });
});

test('an attack is more than so many times the 99th percentile', () => {
  expect(learned(200).see(1000).isAttack).toBe(false);
  expect(learned(200).see(1001).isAttack).toBe(true);
});

test('a quiet network’s first busy moment is no attack: there is a floor, and there is a time to learn', () => {
  expect(learned(1).see(100).isAttack).toBe(false);
  expect(learned(1).see(101).isAttack).toBe(true);
  expect(learned(1, 19).see(5000).isAttack).toBe(false);
});

test('an attack does not become what is usual, however long it goes on', () => {
  const baseline = learned(200);
  for (let look = 0; look < 1000; look += 1) expect(baseline.see(5000)).toMatchObject({ p99: 200, isAttack: true });
});

test('an incident lasts as long as its node is under attack, and counts for a day after that', () => {
  const hour = 3600_000;
  const incidents = createIncidents();
  expect(incidents.see(new Set(), 0)).toEqual({ active: 0, lastDay: 0 });
  expect(incidents.see(new Set(['eth0']), 0)).toEqual({ active: 1, lastDay: 1 });
  expect(incidents.see(new Set(['eth0', 'eth1']), hour)).toEqual({ active: 2, lastDay: 2 });
  expect(incidents.see(new Set(['eth1']), 2 * hour)).toEqual({ active: 1, lastDay: 2 });
  expect(incidents.see(new Set(['eth0', 'eth1']), 3 * hour)).toEqual({ active: 2, lastDay: 3 });
  expect(incidents.see(new Set(['eth1']), 26 * hour)).toEqual({ active: 1, lastDay: 2 });
  expect(incidents.see(new Set(['eth1']), 90 * hour)).toEqual({ active: 1, lastDay: 1 });
});
