import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlatformFamily } from '../../contract/catalogue-model.ts';
import { expositionFormats, type ExpositionFormat } from '../../backend/exposition/negotiate.ts';
import { createRenderer, type Renderer } from '../../backend/exposition/renderer.ts';
import { createFamilyWriter, type FamilySnapshot, type Series, type Snapshot } from '../../backend/exposition/text.ts';
import { extra, latency, openMetrics, snapshot, text004 } from './exposition-fixture.ts';
import { parseExposition, type ParsedSample } from './parse-exposition.ts';

function textOf(renderer: Renderer, snapshot: Snapshot, format: ExpositionFormat, own?: Snapshot): string {
  return renderer.render({ snapshot, ...(own && { own }) }, format).toString();
}

test('each format has exactly this text for this snapshot', () => {
  const renderer = createRenderer();
  expect(textOf(renderer, snapshot, 'text-0.0.4', extra)).toBe(text004);
  expect(textOf(renderer, snapshot, 'text-1.0.0', extra)).toBe(text004);
  expect(textOf(renderer, snapshot, 'openmetrics-1.0.0', extra)).toBe(openMetrics);
});

test('info and stateset are types of OpenMetrics, and gauges in text', () => {
  const info: FamilySnapshot = {
    family: { name: 'demo_build_info', type: 'info', help: 'Release.' },
    series: [{ labels: { version: '1' }, value: 1 }],
  };
  const states: FamilySnapshot = {
    family: { name: 'demo_state', type: 'stateset', help: 'State.' },
    series: [{ labels: { demo_state: 'on' }, value: 1 }],
  };
  const text = `# HELP demo_build_info Release.
# TYPE demo_build_info gauge
demo_build_info{version="1"} 1
# HELP demo_state State.
# TYPE demo_state gauge
demo_state{demo_state="on"} 1
`;
  const openMetricsText = `# HELP demo_build Release.
# TYPE demo_build info
demo_build_info{version="1"} 1
# HELP demo_state State.
# TYPE demo_state stateset
demo_state{demo_state="on"} 1
# EOF
`;
  expect(textOf(createRenderer(), [info, states], 'text-0.0.4')).toBe(text);
  expect(textOf(createRenderer(), [info, states], 'openmetrics-1.0.0')).toBe(openMetricsText);
});

test('formats never disturb each other, in whatever order they are asked for', () => {
  const format = fc.constantFrom(...expositionFormats);
  fc.assert(
    fc.property(fc.array(format, { minLength: 2, maxLength: 8 }), (formats) => {
      const renderer = createRenderer();
      for (const one of formats) {
        expect(textOf(renderer, snapshot, one, extra)).toBe(one === 'openmetrics-1.0.0' ? openMetrics : text004);
      }
    }),
  );
});

test("what only one caller may see is not in the next caller's text", () => {
  const renderer = createRenderer();
  const before = textOf(renderer, snapshot, 'openmetrics-1.0.0');
  textOf(renderer, snapshot, 'openmetrics-1.0.0', extra);
  expect(textOf(renderer, snapshot, 'openmetrics-1.0.0')).toBe(before);
  expect(before).not.toContain('demo_expiry');
});

test('an empty snapshot is an empty text, or a bare end mark', () => {
  expect(textOf(createRenderer(), [], 'text-0.0.4')).toBe('');
  expect(textOf(createRenderer(), [], 'openmetrics-1.0.0')).toBe('# EOF\n');
});

function countingRenderer() {
  const written: string[] = [];
  const createWriter: typeof createFamilyWriter = (family, dialect) => {
    const write = createFamilyWriter(family, dialect);
    return (series) => {
      written.push(family.name);
      return write(series);
    };
  };
  return { renderer: createRenderer({ createWriter }), written };
}

test('a family is written again only when it changed', () => {
  const { renderer, written } = countingRenderer();
  const before = textOf(renderer, snapshot, 'text-0.0.4');
  expect(written).toHaveLength(snapshot.length);
  written.length = 0;

  expect(textOf(renderer, [...snapshot], 'text-1.0.0')).toBe(before);
  expect(written).toEqual([]);

  const [api] = snapshot.at(-1)?.series ?? [];
  const labels = api?.labels ?? {};
  const changed = [
    ...snapshot.slice(0, -1),
    { family: latency, series: [{ labels, counts: [0, 2, 5, 5, 5, 7], sum: 9 }] },
  ];
  const text = textOf(renderer, changed, 'text-0.0.4');
  expect(written).toEqual(['demo_latency_seconds']);
  expect(text).toContain('demo_latency_seconds_sum{group="api"} 9\ndemo_latency_seconds_count{group="api"} 7\n');
});

test('whatever changes, comes, goes or is restless: text and gzip are those of a renderer that never saw anything', () => {
  const families = snapshot.map(({ family }) => family);
  const version = (one: FamilySnapshot) => ({ ...one, series: [...one.series] });
  const step = fc.record({
    kept: fc.subarray(snapshot.map((_, position) => position)),
    changed: fc.subarray(snapshot.map((_, position) => position)),
    format: fc.constantFrom(...expositionFormats),
    hasExtra: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.subarray(families), fc.array(step, { maxLength: 8 }), (restless, steps) => {
      const renderer = createRenderer({ restless });
      const versions = [...snapshot];
      for (const { kept, changed, format, hasExtra } of steps) {
        for (const position of changed) {
          const { family, series } = versions[position] as FamilySnapshot;
          versions[position] = version({ family, series: [...series].reverse() });
        }
        const now = kept.map((position) => versions[position] as FamilySnapshot);
        const own = hasExtra ? extra : [];
        const expected = textOf(createRenderer(), now, format, own);
        expect(textOf(renderer, now, format, own)).toBe(expected);
        expect(gunzipSync(renderer.renderGzip({ snapshot: now, own }, format)).toString()).toBe(expected);
      }
    }),
  );
});

test('a series that does not fit its family is refused, not printed', () => {
  const render = (one: Series) => textOf(createRenderer(), [{ family: latency, series: [one] }], 'text-0.0.4');
  expect(() => render({ labels: { group: 'api' }, value: 1 })).toThrow(TypeError);
  expect(() => render({ labels: { group: 'api' }, counts: [1, 2], sum: 1 })).toThrow(TypeError);
});

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', ' ', '{', '}', ',') }),
);
const anyLabels = fc.dictionary(fc.constantFrom('a', 'b', 'path', '_x1'), anyText, { noNullPrototype: true });

const anyFamily: fc.Arbitrary<FamilySnapshot> = fc.oneof(
  fc.record({
    family: fc.record<PlatformFamily>({
      name: fc.constantFrom('demo_a', 'demo_b_total'),
      type: fc.constantFrom('gauge', 'counter'),
      help: anyText,
      labels: fc.constant({}),
    }),
    series: fc.array(fc.record({ labels: anyLabels, value: fc.double() }), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    family: fc.record<PlatformFamily>({
      name: fc.constant('demo_c_seconds'),
      type: fc.constant('histogram'),
      help: anyText,
      labels: fc.constant({}),
      buckets: fc.constant([0.1, 1]),
    }),
    series: fc.array(
      fc.record({
        labels: anyLabels,
        counts: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
        sum: fc.double({ noNaN: true }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

function samplesOf({ family, series }: FamilySnapshot): ParsedSample[] {
  return series.flatMap((one): ParsedSample[] => {
    if ('value' in one) return [{ name: family.name, labels: { ...one.labels }, value: one.value + 0 }];
    const [first = 0, second = 0, count = 0] = one.counts;
    const bucket = (le: string, value: number) => ({
      name: `${family.name}_bucket`,
      labels: { ...one.labels, le },
      value,
    });
    return [
      ...[bucket('0.1', first), bucket('1', second), bucket('+Inf', count)],
      { name: `${family.name}_sum`, labels: { ...one.labels }, value: one.sum + 0 },
      { name: `${family.name}_count`, labels: { ...one.labels }, value: count },
    ];
  });
}

test('every name, label, value and help reads back from 0.0.4 as it was, whatever was rendered before', () => {
  const renderer = createRenderer();
  fc.assert(
    fc.property(anyFamily, (one) => {
      textOf(renderer, [{ family: one.family, series: [...one.series].reverse() }], 'text-0.0.4');
      textOf(renderer, [one], 'openmetrics-1.0.0');
      const parsed = parseExposition(textOf(renderer, [one], 'text-0.0.4'));
      expect(parsed.samples).toEqual(samplesOf(one));
      expect(parsed.help).toEqual(new Map([[one.family.name, one.family.help]]));
      expect(parsed.type).toEqual(new Map([[one.family.name, one.family.type]]));
    }),
  );
});
