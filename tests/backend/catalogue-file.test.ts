import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkCatalogues, loadCatalogues } from '../../backend/catalogues/check.ts';
import { MAX_CATALOGUE_BYTES } from '../../backend/catalogues/file/read.ts';
import { checkText, greenhouse, writeCatalogue } from '../support/catalogues.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Three levels of ten aliases each unfold to a thousand. */
const bomb = `x1: &x1 [${'a,'.repeat(10)}]
x2: &x2 [${'*x1,'.repeat(10)}]
x3: &x3 [${'*x2,'.repeat(10)}]
x4: [${'*x3,'.repeat(10)}]
`;

describe('what is not usable YAML is one finding where it stands', () => {
  const rejected: [what: string, text: string, line: number, message: RegExp][] = [
    ['an alias bomb', bomb, 1, /more than 50 aliases/],
    ['an alias inside of itself', `${greenhouse}x: &x [1, *x]\n`, 41, /inside of itself/],
    ['an alias that stands for nothing', 'x: *nothing\n', 1, /nothing/],
    ['fifty thousand brackets', '['.repeat(50_000), 1, /nested too deeply/],
    ['a key twice', `${greenhouse}id: again\n`, 41, /must be unique/],
    ['two documents', `${greenhouse}---\nid: again\n`, 41, /multiple documents/],
    ['a tag', greenhouse.replace('title: Greenhouse', 'title: !!js/function Greenhouse'), 2, /Unresolved tag/],
    ['a key that is a list', `${greenhouse}? [a, b]\n: c\n`, 41, /a key has to be a word/],
    ['a tabulator', 'id:\n\t- x\n', 2, /Tabs/],
  ];
  test.each(rejected)('%s', (_what, text, line, message) => {
    const { findings, described } = checkText(text);
    expect(findings[0]).toMatchObject({
      severity: 'error',
      rule: 'yaml',
      line,
      message: expect.stringMatching(message),
    });
    expect(described).toBeUndefined();
  });
});

test('every mistake of its form is named, however many there are', () => {
  const keys = Array.from({ length: 20 }, (_, index) => `unknown${index}`);
  const { findings } = checkText(greenhouse + keys.map((key) => `${key}: 1\n`).join(''));
  expect(findings.map(({ path }) => path)).toEqual(keys);
});

test('aliases within the bound stand for what they name', () => {
  const shared = greenhouse.replace(
    'labels: { bed: { open: true, max: 200 } }',
    'labels: &bed { bed: { open: true, max: 200 } }',
  );
  const { findings, described } = checkText(
    shared.replace(
      'result: [ok, error] }',
      'result: [ok, error] }\n  greenhouse_more:\n    type: gauge\n    help: More.\n    labels: *bed',
    ),
  );
  expect(findings).toEqual([]);
  expect(described?.catalogue.families['greenhouse_more']?.labels).toEqual({ bed: { open: true, max: 200 } });
});

test('what is no catalogue at all is said at its beginning', () => {
  for (const text of ['', '# nothing\n', 'just words', '- a\n- b\n', '7']) {
    expect(checkText(text).findings, text).toMatchObject([{ severity: 'error', line: 1, column: 1 }]);
  }
  expect(checkText('{}').findings.every(({ rule }) => rule === 'missing-key')).toBe(true);
});

test('keys that JavaScript knows are keys like others', () => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const { findings } = checkText(`${greenhouse}${key}: 1\n`);
    expect(findings, key).toMatchObject([{ rule: 'unknown-key', line: 41, column: 1 }]);
    const inside = checkText(greenhouse.replace('[ok, error]', `[ok, error], ${key}: { constant: ${key} }`));
    expect(
      inside.findings.map(({ rule }) => rule),
      key,
    ).toContain('constant');
    const asked = checkText(greenhouse.replace('expr: greenhouse_temperature_celsius', `expr: ${key}`));
    expect(asked.findings, key).toMatchObject([
      { severity: 'error', path: 'dashboard.rows.0.panels.0.queries.0.expr' },
    ]);
  }
});

test('whatever is done to a file, the check answers with findings and never fails', () => {
  const edit = fc.record({
    at: fc.nat(greenhouse.length),
    cut: fc.nat(30),
    put: fc.oneof(
      fc.string({ maxLength: 8 }),
      fc.constantFrom('{', ']', '*a', '&a ', ': ', '\n', '- ', "'", '{{', '[5m]', 'le'),
    ),
  });
  const file = writeCatalogue('');
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = greenhouse;
      for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
      writeFileSync(file, text);
      const [checked] = checkCatalogues([file]);
      const broken = checked!.findings.some(({ severity }) => severity === 'error');
      expect(checked!.described === undefined).toBe(broken);
      for (const { line, column } of checked!.findings) {
        expect(line).toBeGreaterThan(0);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
        expect(column).toBeGreaterThan(0);
      }
    }),
    { numRuns: 200 },
  );
});

describe('a file that is not one is refused in a sentence that names it', () => {
  const refuses = (file: string, message: RegExp) => {
    expect(() => checkCatalogues([file])).toThrow(message);
    expect(() => checkCatalogues([file])).toThrow(expect.objectContaining({ name: 'ConfigError' }));
  };
  test('absent, a folder, a device', () => {
    refuses(join(temporaryFolder(), 'absent.yaml'), /absent\.yaml: cannot be read \(ENOENT\)/);
    refuses(temporaryFolder(), /is not a regular file/);
    refuses('/dev/zero', /is not a regular file/);
  });
  test('a named pipe, without waiting for whoever writes into it', () => {
    const pipe = join(temporaryFolder(), 'pipe.yaml');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    refuses(pipe, /is not a regular file/);
  });
  test('larger than the bound', () => {
    const filled = (size: number) => writeCatalogue(greenhouse + '#'.repeat(size - Buffer.byteLength(greenhouse)));
    refuses(filled(MAX_CATALOGUE_BYTES + 1), /is larger than 256 KiB/);
    expect(checkCatalogues([filled(MAX_CATALOGUE_BYTES)])).toMatchObject([{ findings: [] }]);
  });
  test('not text', () => refuses(writeCatalogue(Uint8Array.from([0xff, 0xfe, 0x00])), /is not UTF-8/));

  test('a link that leads out of its folder, at whatever length; one that stays inside is followed', () => {
    const folder = temporaryFolder();
    const outside = writeCatalogue(greenhouse);
    symlinkSync(outside, join(folder, 'out.yaml'));
    symlinkSync('out.yaml', join(folder, 'chain.yaml'));
    refuses(join(folder, 'out.yaml'), /leads out of its folder/);
    refuses(join(folder, 'chain.yaml'), /leads out of its folder/);

    // As Kubernetes mounts a ConfigMap.
    mkdirSync(join(folder, '..version'));
    writeFileSync(join(folder, '..version/greenhouse.yaml'), greenhouse);
    symlinkSync('..version', join(folder, '..data'));
    symlinkSync('..data/greenhouse.yaml', join(folder, 'greenhouse.yaml'));
    expect(loadCatalogues([join(folder, 'greenhouse.yaml')])).toHaveLength(1);
  });
});
