import { expect, test } from 'vitest';
import type { AcceptedExposition, ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { createReports, MAX_SERIES } from '../../backend/reports/reports.ts';
import { checkText } from '../support/catalogues.ts';
import { fakeClock } from '../support/clock.ts';
import { greenhouses } from '../support/reports.ts';

const accepted = (series: number): AcceptedExposition => ({ families: [], series, values: new Map(), dropped: [] });

test('all instances of a catalogue have 250,000 series together: a report gets what the others leave', async () => {
  expect(MAX_SERIES).toBe(250_000);
  const clock = fakeClock();
  const asked: ValidationOptions[] = [];
  const reports = createReports({
    catalogues: [checkText(greenhouses).described!],
    clock,
    validate: (body, options) => {
      asked.push(options);
      return Promise.resolve(accepted(Number(Buffer.from(body).toString())));
    },
  });
  const room = async (instance: string, series: number) => {
    await reports.accept('greenhouse', { instance, body: Buffer.from(String(series)), dialect: 'text' });
    return asked.at(-1)?.maxSeries;
  };
  expect(await room('a', 100)).toBe(250_000);
  expect(await room('b', 20)).toBe(249_900);
  expect(await room('a', 7)).toBe(249_980);
  expect(await room('c', 1)).toBe(249_973);
  clock.advance(24 * 3600 * 1000);
  expect(await room('c', 1)).toBe(250_000);
});
