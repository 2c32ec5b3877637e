/** Catalogue files for tests: the one of the documentation, changed ones, and those that are shipped. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkCatalogues, loadCatalogues, type CheckedCatalogue } from '../../backend/catalogues/check.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import { temporaryFolder } from './folder.ts';

const root = join(import.meta.dirname, '../..');

/** The complete example of docs/catalogues.md. */
export const greenhouse =
  /^```yaml\n([^]*?)^```/m.exec(readFileSync(join(root, 'docs/catalogues.md'), 'utf8'))?.[1] ?? '';

export function writeCatalogue(text: string | Uint8Array, name = 'catalogue.yaml'): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

export function checkText(text: string): CheckedCatalogue {
  const [checked] = checkCatalogues([writeCatalogue(text)]);
  return checked!;
}

/** The text with one part replaced, which has to stand in it exactly once. */
export function changed(text: string, part: string, by: string): string {
  const parts = text.split(part);
  if (parts.length !== 2) throw new Error(`stands ${parts.length - 1} times in the catalogue: ${part}`);
  return parts.join(by);
}

export const shippedFiles = readdirSync(join(root, 'catalogues'))
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => join(root, 'catalogues', file));

export function shippedCatalogues(): DescribedCatalogue[] {
  return loadCatalogues(shippedFiles);
}

/** One replacement in the example and the finding that it leads to. */
export type LintCase = readonly [rule: string, part: string, by: string, at: string, message: RegExp];

/** A family of the example, to put others behind. */
export const temperature = `    type: gauge
    help: Air temperature above a bed.
    labels: { bed: { open: true, max: 200 } }
`;
/** A family `greenhouse_more` with these lines. */
export const withFamily = (lines: string) => `${temperature}  greenhouse_more:\n${lines}`;
export const plain = '    type: gauge\n    help: More.\n';

/** What a test of one case calls itself. */
export const titleOf = ([rule, , , at, message]: LintCase) => `${rule}: ${at.split('\n')[0] ?? ''}: ${message.source}`;

/** The finding of a case, where it stands in the text: at those words. */
export function findingOf([rule, part, by, at]: LintCase) {
  const text = changed(greenhouse, part, by);
  const before = text.slice(0, text.indexOf(at)).split('\n');
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const { findings, described } = checkText(text);
  return { rule, place, findings, described };
}

/** A test for each case, by what the cases are about: its error is found where it stands, and the file cannot be used. */
export function testErrors(cases: Readonly<Record<string, readonly LintCase[]>>): void {
  describe.each(Object.entries(cases))(
    'an error of %s is found where it stands, and the file cannot be used',
    (_what, all) => {
      test.each(all.map((one) => [titleOf(one), one] as const))('%s', (_title, one) => {
        const { rule, place, findings, described } = findingOf(one);
        const message = expect.stringMatching(one[4]);
        expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', rule, ...place, message }));
        expect(described).toBeUndefined();
      });
    },
  );
}
