import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  expositionFormats,
  type ExpositionFormat,
  acceptsGzip,
  negotiateFormat,
} from '../../backend/exposition/negotiate.ts';

const protobuf = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';

const scrapers: [who: string, accept: string | undefined, expected: ExpositionFormat][] = [
  ['nobody in particular (no header)', undefined, 'text-0.0.4'],
  ['curl', '*/*', 'text-0.0.4'],
  ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text-0.0.4'],
  [
    'Prometheus 2.42',
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'openmetrics-1.0.0',
  ],
  [
    'Prometheus 2.42 with native histograms',
    `${protobuf},application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    'openmetrics-1.0.0',
  ],
  [
    'Prometheus 3 and the OpenTelemetry collector, which scrapes with its library',
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'openmetrics-1.0.0',
  ],
  [
    'Prometheus 3 with native histograms',
    `${protobuf};q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
    'openmetrics-1.0.0',
  ],
  [
    'Prometheus 3 with scrape_protocols [PrometheusText1.0.0]',
    'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5',
    'text-1.0.0',
  ],
  ['VictoriaMetrics', 'text/plain;version=0.0.4;q=1,*/*;q=0.1', 'text-0.0.4'],
  ['Prometheus 1 and Telegraf', `${protobuf};q=0.7,text/plain;version=0.0.4;q=0.3`, 'text-0.0.4'],
];

test.each(scrapers)('%s gets the best text format it asks for', (_who, accept, expected) => {
  expect(negotiateFormat(accept)).toBe(expected);
});

const rules: [rule: string, accept: string, expected: ExpositionFormat][] = [
  ['text/plain without a version is 0.0.4', 'text/plain', 'text-0.0.4'],
  ['OpenMetrics without a version is 1.0.0', 'application/openmetrics-text', 'openmetrics-1.0.0'],
  ['text/* is text/plain', 'text/*, application/openmetrics-text;q=0.5', 'text-0.0.4'],
  ['application/* is OpenMetrics', 'application/*, text/*;q=0.5', 'openmetrics-1.0.0'],
  ['the highest weight wins, wherever it stands', 'text/plain;q=0.2, text/plain;version=1.0.0;q=0.9', 'text-1.0.0'],
  ['a tie goes to what is listed first', 'text/plain;version=1.0.0, text/plain;version=0.0.4', 'text-1.0.0'],
  ['a tie goes to what is listed first', 'text/plain;version=0.0.4, text/plain;version=1.0.0', 'text-0.0.4'],
  ['a tie goes to what is listed first', 'application/openmetrics-text, text/plain', 'openmetrics-1.0.0'],
  ['a weight of 0 rules a format out', 'application/openmetrics-text;q=0, text/plain;q=0.1', 'text-0.0.4'],
  ['a weight of 0 holds against a wildcard', 'text/plain;version=0.0.4;q=0, */*', 'text-1.0.0'],
  ['a weight of 0 holds against a wildcard', '*/*;q=0.5, text/*;q=0', 'openmetrics-1.0.0'],
  ['a named format is weighed by its name, not by a wildcard', '*/*;q=0.5, text/plain;q=0.1', 'text-1.0.0'],
  ['OpenMetrics 0.0.1 is not supported', 'application/openmetrics-text;version=0.0.1', 'text-0.0.4'],
  [
    'a version of the future is not supported',
    'text/plain;version=2.0.0, text/plain;version=1.0.0;q=0.1',
    'text-1.0.0',
  ],
  ['nothing supported falls back to 0.0.4', 'application/json, image/*', 'text-0.0.4'],
  ['what is refused is not the fallback', 'application/openmetrics-text;q=0', 'text-0.0.4'],
  ['everything refused falls back to 0.0.4', '*/*;q=0', 'text-0.0.4'],
  ['parameters may be quoted', 'text/plain; version="1.0.0"; q="1"', 'text-1.0.0'],
  ['quoted separators separate nothing', 'text/plain;x="a,b;q=0";version=1.0.0', 'text-1.0.0'],
  ['an escaped quote does not close a string', 'text/plain;x="\\",*/*;q=0,";version="1.0\\.0"', 'text-1.0.0'],
  ['names are read in any case', 'Text/PLAIN; VERSION=1.0.0; Q=1', 'text-1.0.0'],
  ['white space does not matter', ' text/plain ; version = 1.0.0 ;q= 1 ,\ttext/plain; q=0.1', 'text-1.0.0'],
  [
    'an element with a weight that is none is passed over',
    'text/plain;version=1.0.0;q=high, text/plain;q=0.1',
    'text-0.0.4',
  ],
  ['a weight above 1 is none', 'application/openmetrics-text;q=5, text/plain;version=1.0.0;q=0.1', 'text-1.0.0'],
  ['a quote that never closes ends the list', 'text/plain;version=1.0.0;q=0.1, text/plain;x="', 'text-1.0.0'],
  ['empty elements are passed over', ',,;q=1,text/plain;version=1.0.0,', 'text-1.0.0'],
];

test.each(rules)('%s: %s', (_rule, accept, expected) => {
  expect(negotiateFormat(accept)).toBe(expected);
});

test.each([
  ['gzip', true],
  ['gzip, deflate, br', true],
  ['identity, GZIP;q=0.1', true],
  ['x-gzip', true],
  ['*', true],
  ['br;q=1, *;q=0.1', true],
  ['', false],
  [undefined, false],
  ['identity', false],
  ['gzip;q=0', false],
  ['gzip;q=0.000', false],
  ['gzip;q=0, *', false],
  ['*;q=0', false],
  ['*;q=0, gzip', true],
  ['gzipped', false],
  ['gzip;q=no', false],
])('Accept-Encoding %j allows gzip: %s', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

const pieces = fc.constantFrom(
  ...[
    'text/plain',
    'application/openmetrics-text',
    '*/*',
    'text/*',
    ';',
    ',',
    '"',
    '\\',
    '=',
    'q=',
    'version=',
    '1.0.0',
  ],
  ...['0.0.4', '0', '.5', ' ', '\t', '\0', 'ä', '\ud800', 'gzip', '__proto__'],
);

test('any header at all gets one of the three formats and never throws', () => {
  const garbage = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(garbage, (header) => {
      expect(expositionFormats).toContain(negotiateFormat(header));
      expect(acceptsGzip(header)).toBeTypeOf('boolean');
    }),
  );
});

test('a header of 200,000 characters is read in one pass', () => {
  for (const piece of ['"', '\\', ',', ';', '=', ' ', 'a', 'text/plain;q=0.1,', ';q="', '"\\', ';version=" ', '0.']) {
    const header = piece.repeat(200_000 / piece.length);
    expect(negotiateFormat(header)).toBe('text-0.0.4');
    expect(negotiateFormat(`text/plain;version=1.0.0;q=0.1${header}`)).toMatch(/^text-/);
    expect(acceptsGzip(header)).toBe(false);
  }
});
