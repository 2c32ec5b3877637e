import fc from 'fast-check';
import type { LightMyRequestResponse } from 'fastify';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  AuditList,
  CreatedToken,
  CredentialList,
  OneToken,
  Problem,
  RotatedToken,
  TokenDiagnosis,
  TokenList,
} from '../../contract/api.ts';
import { auditEventNames } from '../../contract/audit-events.ts';
import { encodeCursor } from '../../backend/lib/pagination.ts';
import { bearer, nextAddress, sharedApp, type TestApp } from '../support/app.ts';

/** Of each property, with other values at every run; `VITALS_FUZZ_RUNS` asks for more. */
const RUNS = Number(process.env['VITALS_FUZZ_RUNS'] ?? 1_000);
const TIMEOUT = 60_000 + 20 * RUNS;

const shared = sharedApp();
let t: TestApp;
let token: { id: string; secret: string };
let admin: string;

beforeAll(async () => {
  t = shared();
  token = await t.mint();
  admin = await t.jwt('admin');
});

/** Never a 5xx, and every refusal is a problem document of the closed list. */
function expectGood(answer: LightMyRequestResponse, schemas: Record<number, TSchema>): void {
  const { statusCode: status } = answer;
  expect(status).toBeLessThan(500);
  const schema = status >= 400 ? Problem : schemas[status];
  if (!schema) throw new Error(`nothing is promised for ${status}`);
  expect(Value.Errors(schema, answer.json())).toEqual([]);
}

describe('whatever is sent, nothing breaks:', () => {
  test(
    'Authorization headers let in only the credential itself',
    async () => {
      const good = () => fc.constantFrom(token.secret, admin);
      const latin = fc.string({ unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)) });
      const mistyped = fc
        .tuple(
          good(),
          fc.nat({ max: 400 }),
          fc.constantFrom('a', 'Z', '0', '-', '_', '.', '~', '+', '/', '=', ' ', '\t', ',', '"', 'é'),
          fc.constantFrom(0, 1),
        )
        .map(([credential, at, character, keep]) => {
          const place = at % (credential.length + 1);
          return credential.slice(0, place) + character + credential.slice(place + keep);
        });
      const scheme = fc.constantFrom('Bearer ', 'bearer ', 'Bearer', 'Bearer  ', 'Basic ', ' Bearer ', 'Bearer\t', '');
      const credential = fc.oneof(
        good(),
        mistyped,
        latin,
        fc.base64String(),
        latin.map((text) => `vst_${text}`),
      );
      const header = fc.oneof(
        latin,
        fc.tuple(scheme, credential, fc.constantFrom('', '', ' ', '=', ',')).map((parts) => parts.join('')),
      );
      await fc.assert(
        fc.asyncProperty(header, fc.boolean(), async (authorization, scrape) => {
          const url = scrape ? '/api/metrics/prometheus' : '/api/health';
          const answer = await t.app.inject({ url, headers: { authorization }, remoteAddress: nextAddress() });
          // The scheme is in any case. `=` may follow a b64token; with one it is another credential.
          const [, sent] = /^bearer (.*)$/is.exec(authorization) ?? [];
          const lets = sent === (scrape ? token.secret : admin);
          expect(answer.statusCode).toBe(lets ? 200 : 401);
        }),
        { numRuns: RUNS },
      );
    },
    TIMEOUT,
  );

  test(
    'bodies and their types',
    async () => {
      const name = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 }), fc.jsonValue());
      const expiresAt = fc.oneof(
        fc.jsonValue(),
        fc.date({ noInvalidDate: true }).map((date) => date.toJSON()),
        fc.string(),
      );
      const grace = fc.oneof(fc.jsonValue(), fc.integer(), fc.constant('observed'));
      const prefix = fc.oneof(fc.jsonValue(), fc.string(), fc.constantFrom('vst_', 'vst_AAAAAA'));
      const checksum = fc.oneof(fc.jsonValue(), fc.constantFrom('ok', 'bad'));
      const sha256 = fc.oneof(fc.jsonValue(), fc.string(), fc.stringMatching(/^[0-9a-f]{64}$/));
      const object = fc.oneof(
        fc.record({ name, expiresAt, more: fc.jsonValue() }, { requiredKeys: [] }),
        fc.record({ expiresAt, grace, latestAt: expiresAt, more: fc.jsonValue() }, { requiredKeys: [] }),
        fc.record({ prefix, checksum, sha256, more: fc.jsonValue() }, { requiredKeys: [] }),
      );
      const body = fc.oneof(
        object.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.tuple(object, fc.nat({ max: 60 })).map(([value, cut]) => JSON.stringify(value).slice(0, cut)),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.constant('x'.repeat(70_000)),
        fc.constant('['.repeat(30_000)),
        fc.constant('{"name":"a","__proto__":{}}'),
      );
      const type = fc.oneof(
        { weight: 5, arbitrary: fc.constant('application/json') },
        fc.constantFrom(
          'application/json; charset=utf-8',
          'application/json; charset=utf-16',
          'text/plain',
          '',
          ';',
          'a/b',
        ),
        fc.string({ unit: 'grapheme-ascii' }),
      );
      const path = fc.constantFrom(
        '',
        `/${token.id}/rename`,
        `/${token.id}/rotate`,
        '/diagnose',
        '/nobody/rename',
        '/nobody/revoke',
        '/nobody/rotate',
      );
      let rotations = 0;
      await fc.assert(
        fc.asyncProperty(body, type, path, async (payload, contentType, under) => {
          const headers = { ...bearer(admin), 'content-type': contentType };
          const answer = await t.app.inject({ method: 'POST', url: `/api/tokens${under}`, headers, payload });
          const rotates = under.endsWith('/rotate');
          expectGood(answer, {
            200: under === '/diagnose' ? TokenDiagnosis : OneToken,
            201: rotates ? RotatedToken : CreatedToken,
          });
          if (!rotates || answer.statusCode !== 201) return;
          rotations += 1;
          token = await t.mint();
        }),
        { numRuns: RUNS, examples: [['{}', 'application/json', `/${token.id}/rotate`]] },
      );
      expect(rotations).toBeGreaterThan(0);
      expect(await t.services.audit.verify()).toMatchObject({ ok: true });
    },
    TIMEOUT,
  );

  test(
    'queries, ids and cursors',
    async () => {
      const listings = ['tokens -createdAt', 'tokens name', 'audit -seq', 'credentials -createdAt'];
      const cursor = fc
        .tuple(
          fc.constantFrom(...listings),
          fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer()),
          fc.string({ unit: 'binary' }),
        )
        .map(([listing, key, id]) => encodeCursor({ listing, key, id }));
      const value = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.integer().map(String),
        cursor,
        fc.constantFrom(...auditEventNames, '1', '%', '2027-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59', '\0'),
      );
      const key = fc.oneof(
        fc.constantFrom('limit', 'cursor', 'search', 'sort', 'status', 'role', 'event', 'actor', 'ip', 'from', 'to'),
        fc.string(),
      );
      const pairs = fc
        .array(fc.tuple(key, value), { maxLength: 4 })
        .map((all) =>
          all.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('=')).join('&'),
        );
      const listing = { '/api/tokens': TokenList, '/api/audit': AuditList, '/api/credentials': CredentialList };
      const path = fc.constantFrom(...(Object.keys(listing) as (keyof typeof listing)[]));
      const query = fc.oneof(
        { weight: 4, arbitrary: pairs },
        fc.webQueryParameters(),
        fc.stringMatching(/^[%&=+a-z0-9[\]]{0,20}$/),
      );
      await fc.assert(
        fc.asyncProperty(path, query, async (url, text) => {
          const answer = await t.app.inject({ url, query: text, headers: bearer(admin) });
          expectGood(answer, { 200: listing[url] });
        }),
        { numRuns: RUNS },
      );
      await fc.assert(
        fc.asyncProperty(fc.oneof(value, fc.constant(token.id)), async (id) => {
          const url = `/api/tokens/${encodeURIComponent(id.toWellFormed())}`;
          expectGood(await t.app.inject({ url, headers: bearer(admin) }), { 200: OneToken });
        }),
        { numRuns: Math.ceil(RUNS / 10) },
      );
    },
    TIMEOUT,
  );
});
