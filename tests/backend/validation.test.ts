import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import { describe, expect, test } from 'vitest';
import Type from 'typebox';
import { CreateTokenBody, ListTokensQuery, NoBody } from '../../contract/api.ts';
import { strictValidatorCompiler } from '../../backend/http/validation.ts';
import { testApp, unaskedIngest } from '../support/app.ts';

const compile = (httpPart: string, schema: object) =>
  strictValidatorCompiler({ schema, method: 'POST', url: '/', httpPart });

describe('a body means what it says', () => {
  const validate = compile('body', CreateTokenBody);
  test.each([[{ name: 'a' }], [{ name: 'a', expiresAt: null }], [{ name: 'a', expiresAt: '2027-01-01T00:00:00Z' }]])(
    '%j is taken',
    (body) => {
      expect(validate(body)).toBe(true);
    },
  );
  test.each([
    [{}],
    [{ name: 1 }],
    [{ name: null }],
    [{ name: true }],
    [{ name: ['a'] }],
    [{ name: '' }],
    [{ name: 'a', expiresAt: 0 }],
    [{ name: 'a', expiresAt: '' }],
    [{ name: 'a', more: 1 }],
    [[]],
    ['name'],
    [null],
  ])('%j is refused', (body) => {
    expect(validate(body)).toBe(false);
  });

  test('what is refused stays as it was sent', () => {
    const body = { name: 'a', more: 1 };
    validate(body);
    expect(body).toEqual({ name: 'a', more: 1 });
  });

  test('no body is none or an empty object', () => {
    const nothing = compile('body', NoBody);
    expect([null, {}, [], '', { a: 1 }, 0].map((body) => nothing(body))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('a query is text, of which numbers are made', () => {
  const validate = compile('querystring', ListTokensQuery);
  test('with its defaults', () => {
    const query = { limit: '7' };
    expect(validate(query)).toBe(true);
    expect(query).toEqual({ limit: 7, sort: '-createdAt' });
  });
  test.each([
    [{ limit: '0' }],
    [{ limit: '201' }],
    [{ limit: '1.5' }],
    [{ limit: 'ten' }],
    [{ limit: '' }],
    [{ limit: ['1', '2'] }],
    [{ status: 'gone' }],
    [{ status: ['active', 'expired'] }],
    [{ sort: 'hash' }],
    [{ sort: '--name' }],
    [{ search: 'a'.repeat(201) }],
    [{ cursor: '' }],
    [{ toString: 'x' }],
    [{ more: '1' }],
  ])('%j is refused', (query) => {
    expect(validate(query)).toBe(false);
  });
});

describe('schemas, which are compiled with the first request that needs them', () => {
  test('one that is none is refused then, each time', () => {
    for (const schema of [{ type: 'nonsense' }, Type.Object({}, { unknownKeyword: true })]) {
      const validate = compile('body', schema);
      for (let request = 0; request < 2; request++) expect(() => validate({})).toThrow();
    }
  });

  test('of every route are sound', async () => {
    const { routes } = await testApp({ ingest: unaskedIngest });
    const compileAnswer = SerializerSelector()({}, {});
    let compiled = 0;
    for (const { url, schema = {} } of routes) {
      for (const httpPart of ['body', 'querystring', 'params', 'headers'] as const) {
        if (schema[httpPart] === undefined) continue;
        expect(() => compile(httpPart, schema[httpPart] as object)({}), `${httpPart} of ${url}`).not.toThrow();
        compiled += 1;
      }
      for (const [httpStatus, answer] of Object.entries((schema.response ?? {}) as Record<string, object>)) {
        const route = { url, httpStatus, method: 'GET', schema: answer };
        expect(() => compileAnswer(route), `${httpStatus} of ${url}`).not.toThrow();
        compiled += 1;
      }
    }
    expect(compiled).toBeGreaterThan(50);
  });
});
