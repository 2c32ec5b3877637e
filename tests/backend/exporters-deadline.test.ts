import { expect, test } from 'vitest';
import { exporterDeadline } from '../../backend/scrape/plugin.ts';

test.each([
  ['10', 9_000],
  ['30', 27_000],
  ['60', 54_000],
  ['1.5', 1_250],
  ['1', 750],
  ['0.5', 250],
  ['1e+01', 9_000],
])('of a scrape timeout of %s s a tenth or a quarter of a second is left to answer in', (header, ms) => {
  expect(exporterDeadline(header)).toBe(ms);
});

test.each(['0.3', '0.000001', '1e-05'])('nobody is given less than 0.1 s: %s', (header) => {
  expect(exporterDeadline(header)).toBe(100);
});

test.each(['61000', '999999999999', '1e+30'])('nobody is waited for longer than a minute: %s', (header) => {
  expect(exporterDeadline(header)).toBe(60_000);
});

test.each([
  undefined,
  '',
  '0',
  '-1',
  '+5',
  'NaN',
  'Infinity',
  '1e+999',
  '0x10',
  '10s',
  ' 10',
  '10, 10',
  '9'.repeat(400),
  ['1', '2'],
])('what is no time counts as Prometheus’ own ten seconds: %s', (header) => {
  expect(exporterDeadline(header)).toBe(9_000);
});
