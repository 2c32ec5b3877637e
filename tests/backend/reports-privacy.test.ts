import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applianceFamilies } from '../../contract/appliance.ts';
import { labelSets, openMetricsName, sampleNames, type PlatformFamily } from '../../contract/catalogue-model.ts';
import { Refusal } from '../../backend/http/refusal.ts';
import type { ValidationOptions } from '../../backend/reports/validate/accepted.ts';
import { describedOf, read, textOf } from './reports-fixture.ts';

const families: PlatformFamily[] = [
  ...Object.values(applianceFamilies),
  { name: 'demo_release_info', type: 'info', help: 'Release.', labels: { version: { constant: 'version' } } },
  { name: 'demo_mode', type: 'stateset', help: 'Mode.', labels: { demo_mode: ['on', 'off'] } },
];
const described = describedOf(families, 'platform-health');
const { constants } = described;

/** What no report of a closed catalogue may bring out. */
const canaries = ['02:00:5e:10:00:01', '192.0.2.77', '00010001deadbeef', 'MSFT 5.0', 'canary_name', 'Kafeekanne'];

/** Every line that can come out, up to its value. */
const listed = new Set(
  families.flatMap((family) => {
    const { buckets } = family;
    return labelSets(family, constants).flatMap((labels) => {
      const start = (name: string, all: Record<string, string>) => {
        const pairs = Object.entries(all).map(([label, value]) => `${label}="${value}"`);
        return pairs.length > 0 ? `${name}{${pairs.join()}}` : name;
      };
      if (!buckets) return [start(family.name, labels)];
      const bounds = [...buckets.map(String), '+Inf'];
      return [
        ...bounds.map((le) => start(`${family.name}_bucket`, { ...labels, le })),
        ...['sum', 'count'].map((part) => start(`${family.name}_${part}`, labels)),
      ];
    });
  }),
);
const number = /^(?:NaN|[+-]Inf|-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;

const canary = fc.constantFrom(...canaries);
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const anyName = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...families.flatMap((family) => [
        ...sampleNames(family),
        openMetricsName(family),
        `${openMetricsName(family)}_created`,
      ]),
    ),
  },
  fc.constantFrom('canary_name', 'canary_name_total'),
);
const listedLabels = families.flatMap((family) => labelSets(family, constants)).flatMap((set) => Object.entries(set));
const anyLabel = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...listedLabels, ['le', '+Inf'] as const, ['le', '0.001'] as const) },
  fc.tuple(
    fc.oneof(fc.constantFrom(...listedLabels.map(([label]) => label)), fc.constantFrom('mac', 'le', 'canary_name')),
    canary,
  ),
);
const anyValue = fc.oneof(fc.constantFrom('0', '1', 'NaN', '-1', '3.5'), canary, fc.double().map(String));
const anySample = fc
  .tuple(anyName, fc.array(anyLabel, { maxLength: 3 }), anyValue, fc.option(canary, { freq: 8 }))
  .map(([name, labels, value, exemplar]) => {
    const pairs = [...new Map(labels)].map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}{${pairs.join()}} ${value}${exemplar === null ? '' : ` # {mac="${exemplar}"} 1`}`;
  });
/** A right series of a family with all of its lines, so that something comes out. */
const rightSeries = fc.constantFrom(...families).chain((family) =>
  fc.constantFrom(...labelSets(family, constants)).map((labels) => {
    const pairs = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    const line = (name: string, le?: string) =>
      `${name}{${[...pairs, ...(le === undefined ? [] : [`le="${le}"`])].join()}} 1`;
    const bounds = [...(family.buckets ?? []).map(String), '+Inf'];
    if (!family.buckets) return [line(family.name)];
    return [
      ...bounds.map((le) => line(`${family.name}_bucket`, le)),
      line(`${family.name}_sum`),
      line(`${family.name}_count`),
    ];
  }),
);
const anyDescription = fc.oneof(
  fc.tuple(anyName, canary).map(([name, text]) => `# HELP ${name} ${text}`),
  fc
    .tuple(anyName, fc.constantFrom('gauge', 'counter', 'histogram', 'info', 'untyped'))
    .map(([name, type]) => `# TYPE ${name} ${type}`),
  canary.map((text) => `# ${text}`),
);
const line = fc.oneof(anySample, anyDescription).map((one) => [one]);
const anyText = fc
  .tuple(
    fc.array(fc.oneof(rightSeries, line), { maxLength: 12 }),
    fc.constantFrom<ValidationOptions['dialect']>('text', 'openmetrics'),
  )
  .map(([lines, dialect]) => ({
    text: `${[...lines.flat(), ...(dialect === 'text' ? [] : ['# EOF'])].join('\n')}\n`,
    dialect,
  }));

test('whatever a program says, a closed catalogue shows nothing that it does not list', async () => {
  let shown = 0;
  await fc.assert(
    fc.asyncProperty(
      anyText,
      fc.constantFrom<ValidationOptions['onInvalid']>('drop', 'reject'),
      async ({ text, dialect }, onInvalid) => {
        try {
          const accepted = await read(text, { described, dialect, onInvalid });
          for (const sample of textOf(accepted).split('\n').slice(0, -1)) {
            const end = sample.lastIndexOf(' ');
            if (!listed.has(sample.slice(0, end)) || !number.test(sample.slice(end + 1))) throw new Error(sample);
            shown++;
          }
          const out = textOf(accepted) + textOf(accepted, 'openmetrics') + JSON.stringify([...accepted.values]);
          for (const one of canaries) if (out.includes(one)) throw new Error(`${one} came out`);
          // Names of families and labels are told, values are not.
          const reported = JSON.stringify(accepted.dropped.map(({ reason, samples }) => [reason, samples]));
          for (const one of canaries) if (reported.includes(one)) throw new Error(`${one} is told`);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const reported = JSON.stringify(error.toProblem());
          for (const one of canaries)
            if (one !== 'canary_name' && reported.includes(one)) throw new Error(`${one} is told`, { cause: error });
        }
      },
    ),
    { numRuns: 3000 },
  );
  expect(shown).toBeGreaterThan(1000);
});
