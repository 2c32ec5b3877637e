import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, yaml } from '../support/compose.ts';
import { expand, type GoData } from '../support/go-template.ts';

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly title: string; readonly annotations: Readonly<Record<string, string>> }[];
  }[];
}

const files = [
  'provisioning/alerting/rules.yaml',
  ...readdirSync(join(root, 'provisioning/catalogues')).map((id) => `provisioning/catalogues/${id}/alerting.yaml`),
];
const rules = files.flatMap((file) => yaml<Rules>(file).groups.flatMap((group) => group.rules));
const externalUrl = 'https://grafana.example.com/sub/';
/** Every label has a value: those that a rule's series lack, no text of it names. */
const labels = new Proxy<Record<string, string>>({}, { get: (_all, name) => `the ${String(name)}` });

const absent: GoData = { values: {}, labels: { alertname: 'x', datasource_uid: 'd', ref_id: 'A' }, externalUrl };
const zero: GoData = { values: { A: { Value: 0 }, C: { Value: 0 } }, labels, externalUrl };
const firing: GoData = { values: { A: { Value: 7 }, C: { Value: 1 } }, labels, externalUrl };

describe.each(rules)('$title', ({ title, annotations }) => {
  test.each([
    ['without a series', absent],
    ['at zero', zero],
    ['firing', firing],
  ])('says something whole %s', (_state, data) => {
    for (const [name, template] of Object.entries(annotations)) {
      const text = expand(template, data);
      expect(text, name).toMatch(/\S/);
      expect(text, name).not.toMatch(/no value|undefined|NaN|\{\{|\$| {2}/);
    }
  });

  test('tells the value and the labels where there are some', () => {
    const text = `${annotations['summary']} ${annotations['description']}`;
    const reported = expand(text, firing);
    for (const [, label] of text.matchAll(/\$labels\.(\w+)/g)) expect(reported).toContain(`the ${label}`);
    if (text.includes('.Value')) expect(reported).toMatch(/humanize\w*\(7\)/);
  });

  test('has a runbook inside this Grafana, at a URL of its own', () => {
    const url = new URL(expand(annotations['runbook_url']!, absent));
    expect(url.origin).toBe('https://grafana.example.com');
    expect(url.pathname).toMatch(/^\/sub\/a\/appliance-vitals-app\/help\/(alerts|catalogue-[a-z-]+)$/);
    expect(url.hash).toBe(`#${title.toLowerCase()}`);
  });
});

test('there are rules of the appliance and of every catalogue', () => {
  expect(files.length).toBeGreaterThan(4);
  expect(rules.length).toBeGreaterThan(20);
});

describe('the templates of these tests are Go’s', () => {
  test.each<[string, string]>([
    ['{{ with $values.A }}is {{ .Value }}{{ else }}none{{ end }}', 'none'],
    ['{{ if $values.A }}is{{ end }}.', '.'],
    ['{{ $labels.instance }}', '<no value>'],
    ['{{ $values.A }}', '<no value>'],
    ['{{ $values.A.Value }}', '<no value>'],
    ['{{ with $labels.ref_id }}{{ . }}{{ end }}', 'A'],
    ['{{ reReplaceAll "/+$" "" externalURL }}/x', 'https://grafana.example.com/sub/x'],
  ])('%s without a series', (template, text) => {
    expect(expand(template, absent)).toBe(text);
  });

  test('zero is a value', () => {
    expect(expand('{{ with $values.A }}{{ .Value | humanize }}{{ else }}none{{ end }}', zero)).toBe('humanize(0)');
    expect(expand('{{ if $values.A.Value }}some{{ else }}zero{{ end }}', zero)).toBe('zero');
  });

  test('a function of nothing is an error, and so is what does not parse', () => {
    expect(() => expand('{{ $values.A.Value | humanize }}', absent)).toThrow('error calling humanize');
    expect(() => expand('{{ with $values.A }}', absent)).toThrow('unexpected EOF');
    expect(() => expand('{{ end }}', absent)).toThrow('unexpected {{end}}');
    expect(() => expand('{{ .Value }}', absent)).toThrow('nil data');
    expect(() => expand('{{ 1 | shout }}', absent)).toThrow();
  });
});
