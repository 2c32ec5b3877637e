import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../contract/documents/generated-files.ts';
import { shippedCatalogues } from '../support/catalogues.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = join(import.meta.dirname, '..', '..');

function generate(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/generate.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

test('what is generated is what is committed, to the byte; a file that was edited, or is left over, is named', () => {
  const out = temporaryFolder();
  const paths = generatedFiles({ shipped: shippedCatalogues() }).map(({ path }) => path);
  expect(generate('--out', out)).toMatchObject({ status: 0, output: `Wrote ${paths.join(', ')}.\n` });
  for (const path of paths) expect(readFileSync(join(out, path), 'utf8')).toBe(readFileSync(join(root, path), 'utf8'));
  expect(generate('--out', out, '--check')).toEqual({ status: 0, output: '' });

  const rules = join(out, 'provisioning/prometheus/rules.yaml');
  const forgotten = join(out, 'provisioning/dashboards/vitals-forgotten.json');
  const former = join(out, 'provisioning/catalogues/former/rules.yaml');
  appendFileSync(rules, '# edited by hand\n');
  writeFileSync(forgotten, '{}');
  mkdirSync(dirname(former));
  writeFileSync(former, 'groups: []');
  const rejected = generate('--out', out, '--check');
  expect(rejected.status).toBe(1);
  expect(rejected.output).toContain(
    'Not as the contract says: provisioning/prometheus/rules.yaml, provisioning/dashboards/vitals-forgotten.json, provisioning/catalogues/former/rules.yaml.',
  );
  expect(existsSync(forgotten)).toBe(true);

  expect(generate('--out', out).status).toBe(0);
  expect(existsSync(forgotten)).toBe(false);
  expect(existsSync(former)).toBe(false);
  expect(readFileSync(rules, 'utf8')).not.toContain('edited');
});

test('where the runbooks are may be said: both forms of the rules then name that Grafana', () => {
  const out = temporaryFolder();
  expect(generate('--out', out, '--runbook-base', 'https://grafana.example.com/sub/').status).toBe(0);
  for (const file of ['prometheus/rules.yaml', 'alerting/rules.yaml', 'catalogues/node-exporter/rules.yaml']) {
    const urls = [...readFileSync(join(out, 'provisioning', file), 'utf8').matchAll(/runbook_url: (.+)/g)];
    expect(urls.length).toBeGreaterThan(2);
    for (const [, url] of urls)
      expect(url).toMatch(/^https:\/\/grafana\.example\.com\/sub\/a\/appliance-vitals-app\/help\//);
  }
  const rejected = generate('--out', out, '--runbook-base', 'grafana');
  expect(rejected.status).toBe(1);
  expect(rejected.output).toContain('--runbook-base grafana is no http:// or https:// URL.');
});
