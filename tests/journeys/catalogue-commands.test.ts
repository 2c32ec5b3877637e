import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { PrometheusRules } from '../../contract/alerts/prometheus.ts';
import { changed, greenhouse, shippedFiles, writeCatalogue } from '../support/catalogues.ts';
import { runVitals } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folder.ts';

const catalogue = (...args: string[]) => runVitals('catalogue', ...args);

test('the example of the documentation can be used, and so can all catalogues that are shipped, together', async () => {
  const file = writeCatalogue(greenhouse);
  expect(await catalogue('check', file)).toEqual({
    code: 0,
    stdout: `${file}: can be used: 3 families, 0 errors, 0 warnings\n`,
    stderr: '',
  });
  const { code, stdout, stderr } = await catalogue('check', ...shippedFiles);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const shipped of shippedFiles) expect(stdout).toContain(`${shipped}: can be used: `);
});

test('an error exits with 1 and names file, line and column, a warning exits with 0; --json says the same', async () => {
  const wrong = writeCatalogue(changed(greenhouse, 'result="error"', 'result="failed"'));
  const said = 'expr: result is never "failed": it is one of ok, error (unknown-value)\n';
  const place = `${wrong}:30:66: error: dashboard.rows.0.panels.1.queries.0.`;
  expect(await catalogue('check', wrong)).toEqual({
    code: 1,
    stdout: `${place}${said}${wrong}: 1 error, 0 warnings\n`,
    stderr: '',
  });
  const json = await catalogue('check', wrong, '--json');
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    files: [
      {
        file: wrong,
        ok: false,
        id: null,
        findings: [{ severity: 'error', rule: 'unknown-value', line: 30, column: 66 }],
      },
    ],
  });

  const unusual = writeCatalogue(greenhouse.replaceAll('GreenhouseTooHot', 'TooHot'));
  const warned = await catalogue('check', unusual, '--json');
  expect(warned.code).toBe(0);
  expect(JSON.parse(warned.stdout)).toMatchObject({
    ok: true,
    files: [{ id: 'greenhouse', families: 3, findings: [{ severity: 'warning', rule: 'naming', line: 32 }] }],
  });
});

test('dashboard, rules and docs are printed, or written where one says', async () => {
  const file = writeCatalogue(greenhouse);
  const dashboard = JSON.parse((await catalogue('dashboard', file)).stdout) as { uid: string };
  expect(dashboard).toMatchObject({ uid: 'catalogue-greenhouse', title: 'Greenhouse' });

  const rules = parse(
    (await catalogue('rules', file, '--runbook', 'https://docs.example/hot')).stdout,
  ) as PrometheusRules;
  expect(rules.groups[0]!.rules).toMatchObject([
    {
      alert: 'GreenhouseTooHot',
      expr: 'max by (instance, bed) (greenhouse_temperature_celsius) > 40',
      annotations: {
        summary: 'Bed {{ $labels.bed }} is too hot',
        runbook_url: 'https://docs.example/hot#greenhousetoohot',
      },
    },
  ]);
  expect((await catalogue('rules', file)).stdout).not.toContain('runbook_url');
  const grafana = parse((await catalogue('rules', file, '--grafana', '--datasource', 'mine')).stdout) as object;
  expect(grafana).toMatchObject({
    apiVersion: 1,
    groups: [
      {
        folder: 'Vitals',
        rules: [
          { title: 'GreenhouseTooHot', dashboardUid: 'catalogue-greenhouse', data: [{ datasourceUid: 'mine' }, {}] },
        ],
      },
    ],
  });

  const page = join(temporaryFolder(), 'greenhouse.md');
  expect(await catalogue('docs', file, '--output', page)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(page, 'utf8')).toMatch(
    /^# Greenhouse\n[^]*### `greenhouse_temperature_celsius`[^]*### GreenhouseTooHot/,
  );
});

test('a catalogue with an error, one without a dashboard, and a place that cannot be written are refused in a sentence', async () => {
  const wrong = writeCatalogue(changed(greenhouse, 'type: info', 'type: summary'));
  const output = join(temporaryFolder(), 'kept.json');
  writeFileSync(output, 'kept');
  for (const command of ['dashboard', 'rules', 'docs']) {
    const { code, stdout, stderr } = await catalogue(command, wrong, '--output', output);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${wrong}:8:11: error: families.greenhouse_build_info.type: has to be one of`);
  }
  expect(readFileSync(output, 'utf8')).toBe('kept');

  const bare = writeCatalogue(
    greenhouse.replace(/^dashboard:[^]*?(?=^alerts:)/m, '').replace('    panel: Temperature\n', ''),
  );
  expect(await catalogue('dashboard', bare)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no dashboard'),
  });
  const nowhere = join(temporaryFolder(), 'absent/out.json');
  expect(await catalogue('dashboard', writeCatalogue(greenhouse), '--output', nowhere)).toMatchObject({
    code: 1,
    stderr: `${nowhere}: cannot be written (ENOENT).\n`,
  });
  expect(await catalogue('check', nowhere)).toMatchObject({
    code: 1,
    stderr: `${nowhere}: cannot be read (ENOENT).\n`,
  });
});

test('text of a catalogue plays no tricks on a terminal', async () => {
  const file = writeCatalogue(changed(greenhouse, 'panel: Temperature', 'panel: "\\e[31mred"'));
  const { code, stdout } = await catalogue('check', file);
  expect(code).toBe(1);
  expect(stdout).toContain('red');
  expect(stdout).not.toContain('\u001b');
});
