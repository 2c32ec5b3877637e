import { describe, expect, test } from 'vitest';
import { stepped } from '../support/regex-steps.ts';
import { findRegularExpressions } from '../support/regular-expressions.ts';
import { worstInput } from '../support/worst-input.ts';

const LENGTH = 64 * 1024;
/** Of an engine that goes back for another try: what takes more of them grows faster than the text. */
const STEPS_PER_CHARACTER = 100;
const LIMIT = LENGTH * STEPS_PER_CHARACTER;

const steps = (expression: RegExp) => worstInput(stepped(expression), LENGTH, LIMIT).steps;

describe('the count of steps tells linear growth from any other', () => {
  test.each([
    /eyJ[\w-]{8,}\.[\w-]{8,}/g,
    /\s+$/,
    /(a+)+$/,
    /^(a|a)*b/,
    /<!--[^]*-->/,
    /"(?:[^"\\]|\\.)*"/g,
    /[a-z]{1,4096}!/,
    /(?<=a+)b/,
  ])('%s takes too many', (expression) => {
    expect(steps(expression)).toBe(LIMIT);
  });

  test.each([/^\s+/, /[a-z]/g, /^(?:[a-z]+-)*$/, /(?<![\w-])\w+\./, /\bvst_[0-9A-Za-z]{8,}/g, /^(?:a?){3}$/])(
    '%s does not',
    (expression) => {
      expect(steps(expression)).toBeLessThan(LIMIT);
    },
  );
});

describe('no regular expression of the product takes a time that grows faster than its text:', () => {
  const { expressions, madeAtRunTime } = findRegularExpressions();

  test('each takes few steps for 64 KB of its worst input', () => {
    expect(expressions.length).toBeGreaterThan(100);
    const known = new Map<string, boolean>();
    const slow = expressions.filter(({ expression }) => {
      const text = expression.toString();
      const isSlow = known.get(text) ?? (stepped(expression).isUnbounded && steps(expression) >= LIMIT);
      known.set(text, isSlow);
      return isSlow;
    });
    expect(slow.map(({ place, expression }) => `${place} ${expression.toString()}`)).toEqual([]);
  });

  test('and those that are put together at run time are made of few and fixed parts', () => {
    expect(madeAtRunTime).toEqual([
      'backend/credentials/service.ts',
      'backend/ingest/spool/canonical-rows.ts',
      'backend/push/client.ts',
      'contract/documents/metrics-reference.ts',
    ]);
  });
});
