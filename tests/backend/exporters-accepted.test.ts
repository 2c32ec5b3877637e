import { expect, test } from 'vitest';
import { newExporterState } from '../../backend/exporters/state.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { validateExposition } from '../../backend/reports/validate/validate.ts';
import { createExporters } from '../../backend/exporters/exporters.ts';
import { checkText } from '../support/catalogues.ts';
import { fakeClock } from '../support/clock.ts';
import { shows, startLocalExporter, type LocalExporter } from '../support/local-exporter.ts';

const SECRET = 'b8:27:eb:12:34:56';
const openMetrics = { 'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8' };

/** A closed catalogue and the exporter behind it, read as the backend reads it. */
function start(exporter: LocalExporter) {
  const { described } = checkText(`id: attic
title: Attic
description: What is under the roof.
namespace: attic
scope: platform-health
source: { scrape: '${exporter.url}' }
families:
  attic_lamp: { type: gauge, help: Whether the lamp is on., labels: { mode: ['on', 'off'] } }
  attic_runs_total: { type: counter, help: Runs. }
`);
  const state = newExporterState(['attic']);
  const options = { sourceHosts: [], version: '1.2.3', clock: fakeClock(), logger: silentLogger, state };
  const exporters = createExporters({ ...options, catalogues: [described!], validate: validateExposition });
  const read = async () => {
    const accepted = (await exporters.scrape(['attic'], 30_000)).get('attic');
    return accepted?.families.map(({ lines }) => lines.text.toString()).join('');
  };
  return { exporters, state, read };
}

const lamp = '# TYPE attic_lamp gauge\nattic_lamp{mode="on"} 1\n';
const runs = '# TYPE attic_runs_total counter\nattic_runs_total 7\n';

test('what the catalogue allows comes out, and nothing else: no other family, label or value', async () => {
  const exporter = await startLocalExporter(
    shows(
      `${lamp}attic_lamp{mode="${SECRET}"} 1
attic_lamp{mode="off",mac="${SECRET}"} 1
${runs}attic_other{mac="${SECRET}"} 1
`,
    ),
  );
  const { exporters, state, read } = start(exporter);
  expect(await read()).toBe('attic_lamp{mode="on"} 1\nattic_runs_total 7\n');
  expect(state.dropped.get('attic')).toMatchObject({ unknown_family: 1, unknown_label: 1, unknown_value: 1 });
  const presented = exporters.present('attic');
  expect(presented?.dropped.map(({ reason, name, label }) => [reason, name, label])).toEqual([
    ['unknown_value', 'attic_lamp', 'mode'],
    ['unknown_label', 'attic_lamp', 'mac'],
    ['unknown_family', 'attic_other', null],
  ]);
  expect(JSON.stringify(presented)).not.toContain(SECRET);
});

test('OpenMetrics is read as such', async () => {
  const text = '# TYPE attic_runs counter\nattic_runs_total 7\n# EOF\n';
  const { read, exporters } = start(await startLocalExporter(shows(text, openMetrics)));
  expect(await read()).toBe('attic_runs_total 7\n');
  expect(exporters.series('attic')).toBe(1);
});

test.each([
  ['OpenMetrics without its end', '# TYPE attic_runs counter\nattic_runs_total 7\n', openMetrics],
  ['text whose last line is not whole', `${lamp}attic_lamp{mode="o`, undefined],
  ['bytes that are no text', Buffer.concat([Buffer.from(lamp), Buffer.from([0xff, 0x00, 0x0a])]), undefined],
  ['a page', '<html><body>Metrics</body></html>\n', undefined],
])('%s is a failure, and nothing of it comes out', async (_what, body, headers) => {
  const { read, exporters, state } = start(await startLocalExporter(shows(body, headers)));
  expect(await read()).toBeUndefined();
  expect(state.up.get('attic')).toBe(false);
  expect(exporters.present('attic')?.failure).toMatch(/^What it sent cannot be read: line \d+ .*\.$/);
});

test('what a real exporter sends out of turn comes out: families in turns, times, no end, no Content-Type', async () => {
  const text = `attic_lamp{mode="on"} 1 1700000000000
attic_runs_total 7
# TYPE attic_lamp gauge
attic_lamp{mode="off",} 0`;
  const { read, state } = start(await startLocalExporter(shows(text, {})));
  expect(await read()).toBe('attic_lamp{mode="on"} 1\nattic_lamp{mode="off"} 0\nattic_runs_total 7\n');
  expect(Object.values(state.dropped.get('attic') ?? {}).every((count) => count === 0)).toBe(true);
});

test('an exporter that shows nothing is one that answers', async () => {
  const { read, state } = start(await startLocalExporter(shows('')));
  expect(await read()).toBe('');
  expect(state.up.get('attic')).toBe(true);
});
