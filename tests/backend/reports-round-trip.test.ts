import fc from 'fast-check';
import { expect, test } from 'vitest';
import { metricTypes, type Family, type LabelValues, type MetricType } from '../../contract/catalogue-model.ts';
import { expositionFormats } from '../../backend/exposition/negotiate.ts';
import { createRenderer } from '../../backend/exposition/renderer.ts';
import { familyHeader, type FamilySnapshot, type Series } from '../../backend/exposition/text.ts';
import { describedOf, read } from './reports-fixture.ts';

const endings: Readonly<Record<MetricType, readonly string[]>> = {
  gauge: ['', '_total'],
  counter: ['', '_total', '_seconds_total'],
  histogram: ['', '_seconds'],
  info: ['', '_info'],
  stateset: [''],
};
const anyText = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: fc.constantFrom('\\', '"', '\n', 'n', ' ', '{', '}', ',', '#', '\r', '\t'), minLength: 1 }),
  )
  .filter((text) => text.isWellFormed() && !text.includes('\0'));
const anyValues: fc.Arbitrary<LabelValues> = fc.oneof(
  fc.constant<LabelValues>({ open: true, max: 100 }),
  fc.uniqueArray(anyText, { minLength: 1, maxLength: 4 }),
);
const anyLabels = fc.dictionary(fc.constantFrom('a', 'b', 'path', '_x1', 'constructor'), anyValues, {
  noNullPrototype: true,
});
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const anyBounds = fc
  .uniqueArray(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((bound) => bound + 0),
    { maxLength: 5 },
  )
  .map((bounds) => bounds.toSorted((a, b) => a - b));

interface Shape {
  readonly type: MetricType;
  readonly ending: number;
  readonly help: string;
  readonly hasUnit: boolean;
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly bounds: readonly number[];
  readonly isOpen: boolean;
}

const anyShape = fc.record<Shape>({
  type: fc.constantFrom(...metricTypes),
  ending: fc.nat(2),
  help: anyText,
  hasUnit: fc.boolean(),
  labels: anyLabels,
  bounds: anyBounds,
  isOpen: fc.boolean(),
});

function familyOf({ type, ending, help, hasUnit, labels, bounds, isOpen }: Shape, index: number): Family {
  const name = `demo_${index}${endings[type][ending % endings[type].length] ?? ''}`;
  const states = type === 'stateset' && { [name]: ['on', 'off'] };
  return {
    ...{ name, type, help, labels: { ...labels, ...states } },
    ...(hasUnit && { unit: 'seconds' as const }),
    ...(type === 'histogram' && { buckets: isOpen ? { open: true, max: 5 } : bounds }),
  };
}

function anyLabelSet(family: Family): fc.Arbitrary<Record<string, string>> {
  const entries = Object.entries(family.labels).map(([label, values]): [string, fc.Arbitrary<string | undefined>] => {
    const value = Array.isArray(values) ? fc.constantFrom<string[]>(...(values as string[])) : anyText;
    return [label, label === family.name ? value : fc.option(value, { nil: undefined })];
  });
  // In the catalogue's order, which is that of what comes out.
  return fc.tuple(...entries.map(([, value]) => value)).map((values) => {
    const present = entries.map(([label], index) => [label, values[index]] as const);
    return Object.fromEntries(present.filter((one): one is [string, string] => one[1] !== undefined));
  });
}

function anySeries(family: Family, bounds: readonly number[]): fc.Arbitrary<Series> {
  const labels = anyLabelSet(family);
  if (family.type === 'histogram') {
    const counts = fc
      .array(positive, { minLength: bounds.length + 1, maxLength: bounds.length + 1 })
      .map((all) => all.toSorted((a, b) => a - b));
    return fc.record({ labels, counts, sum: positive });
  }
  const values = { gauge: fc.double(), counter: positive, info: fc.constant(1), stateset: fc.nat(1) };
  return fc.record({ labels, value: values[family.type] });
}

const anySnapshot = fc.array(anyShape, { minLength: 1, maxLength: 4 }).chain((shapes) => {
  const families = shapes.map(familyOf);
  const snapshots = families.map((family, index): fc.Arbitrary<FamilySnapshot> => {
    const bounds = shapes[index]?.bounds ?? [];
    const series = fc.uniqueArray(anySeries(family, bounds), {
      maxLength: 4,
      selector: ({ labels }) => JSON.stringify(Object.entries(labels)),
    });
    return fc.record({ family: fc.constant({ ...family, buckets: bounds }), series });
  });
  return fc.tuple(fc.constant(families), fc.tuple(...snapshots));
});

test.each(expositionFormats)('whatever our renderer writes in %s is read as it was', async (format) => {
  const dialect = format === 'openmetrics-1.0.0' ? 'openmetrics' : 'text';
  await fc.assert(
    fc.asyncProperty(anySnapshot, async ([families, snapshot]) => {
      const text = createRenderer().render({ snapshot }, format).toString();
      const accepted = await read(text, { dialect, described: describedOf(families) });
      const byName = new Map(families.map((family) => [family.name, family]));
      for (const other of ['text', 'openmetrics'] as const) {
        let again = '';
        for (const { name, lines } of accepted.families)
          again += familyHeader(byName.get(name)!, other) + lines[other].toString();
        const expected = createRenderer()
          .render({ snapshot }, other === 'text' ? 'text-0.0.4' : 'openmetrics-1.0.0')
          .toString();
        expect(other === 'text' ? again : `${again}# EOF\n`).toBe(expected);
      }
    }),
    { numRuns: 300 },
  );
});
