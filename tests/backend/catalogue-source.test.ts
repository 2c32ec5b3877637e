import { expect, test } from 'vitest';
import {
  changed,
  checkText,
  greenhouse,
  plain,
  temperature,
  testErrors,
  withFamily,
  type LintCase,
} from '../support/catalogues.ts';

const scope = 'scope: inventory';
const beside = (lines: string) => `${lines}\n${scope}`;

const sources: LintCase[] = [
  ['source', scope, beside('source: {}'), '{}', /\{scrape: URL\} or \{socket: FILE\}/],
  [
    'source',
    scope,
    beside('source: { scrape: http://127.0.0.1:9100/metrics, socket: /run/exporter }'),
    '{ scrape',
    /\{scrape: URL\} or \{socket: FILE\}/,
  ],
  ['source', scope, beside("source: { scrape: '127.0.0.1:9100' }"), "'127", /http:\/\/ or https:\/\/ URL/],
  ['source', scope, beside('source: { scrape: file:///etc/passwd }'), 'file:', /http:\/\/ or https:\/\/ URL/],
  [
    'source',
    scope,
    beside('source: { scrape: http://user@127.0.0.1:9100/metrics }'),
    'http://user',
    /user name or a password/,
  ],
  [
    'source',
    scope,
    beside('source: { scrape: http://:secret@127.0.0.1:9100/metrics }'),
    'http://:secret',
    /user name or a password/,
  ],
  [
    'source',
    scope,
    beside('source: { scrape: http://127.0.0.1:9100/metrics, path: /metrics }'),
    'path: /metrics',
    /in the URL already/,
  ],
  ['source', scope, beside('source: { socket: run/exporter }'), 'run/exporter', /absolute path/],
  ['source', scope, beside('source: { socket: ../exporter }'), '../exporter', /absolute path/],
  ['source', scope, beside(`source: { socket: /${'ä'.repeat(60)} }`), '/ä', /at most 107 bytes/],
  ['source', scope, beside('source: { socket: "/run/\\0exporter" }'), '"/run', /none of them 0/],
  ['source', scope, beside('source: { socket: /run/exporter, path: metrics }'), 'metrics }', /begin with \//],
  ['unknown-key', scope, beside('source: { url: http://127.0.0.1:9100/metrics }'), 'url:', /no such key/],
  [
    'source',
    scope,
    beside('source: { scrape: http://127.0.0.1:9100/metrics }\ninstances: [north]'),
    'instances',
    /those that report, but this catalogue has a local exporter/,
  ],
];

const instances: LintCase[] = [
  ['instance', scope, beside('instances: ["no\\nrth"]'), '"no', /a character that no instance may have/],
  ['form', scope, beside('instances: [1]'), '[1]', /^has to be a list of texts \(.*\) or \{open: true, max: NUMBER\}$/],
  ['form', scope, beside('instances: { open: true, max: 1001 }'), '{ open: true, max: 1001', /or \{open: true/],
  ['missing-bound', scope, beside('instances: { open: true }'), '{ open: true }', /open without a bound/],
  [
    'open-label',
    scope,
    'instances: { open: true, max: 3 }\nscope: platform-health',
    '{ open: true, max: 3 }',
    /in the scope platform-health every value is listed/,
  ],
];

testErrors({ sources, instances });

const errorsOf = (text: string) => checkText(text).findings.filter(({ severity }) => severity === 'error');

test('where several instances report, no family has a label of that name itself', () => {
  const labelled = changed(greenhouse, temperature, withFamily(`${plain}    labels: { instance: [a] }\n`));
  expect(errorsOf(labelled)).toEqual([]);
  expect(errorsOf(changed(labelled, scope, beside('instances: [north, south]')))).toMatchObject([
    { rule: 'label-name', path: 'families.greenhouse_more.labels.instance' },
  ]);
});

test.each([
  ['http://127.0.0.1:9100/metrics', { scrape: 'http://127.0.0.1:9100/metrics' }],
  ['"https://[::1]:9100/metrics?collect[]=loadavg"', { scrape: 'https://[::1]:9100/metrics?collect[]=loadavg' }],
])('a local exporter at %s', (url, source) => {
  expect(checkText(changed(greenhouse, scope, beside(`source: { scrape: ${url} }`))).described).toMatchObject({
    catalogue: { source },
  });
});

test.each([
  ['{ socket: /run/exporter.sock }', '/metrics'],
  ['{ socket: /run/exporter.sock, path: /probe }', '/probe'],
])('a local exporter on a socket: %s', (source, path) => {
  expect(checkText(changed(greenhouse, scope, beside(`source: ${source}`))).described).toMatchObject({
    catalogue: { source: { socket: '/run/exporter.sock', path } },
  });
});

test.each([
  ['[north, south]', ['north', 'south']],
  ['{ open: true, max: 1000 }', { open: true, max: 1000 }],
])('instances that report side by side: %s', (text, expected) => {
  expect(checkText(changed(greenhouse, scope, beside(`instances: ${text}`))).described).toMatchObject({
    catalogue: { instances: expected },
  });
});
