import Fastify from 'fastify';
import { Value } from 'typebox/value';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Problem } from '../../contract/api.ts';
import { refusals, type RefusalCode } from '../../contract/refusals.ts';
import { createLogger } from '../../backend/lib/logger.ts';
import { handleErrors } from '../../backend/http/problems.ts';
import { Refusal } from '../../backend/http/refusal.ts';

/** An application whose only route throws this. */
async function thrown(error: unknown) {
  const lines: string[] = [];
  const app = Fastify({ loggerInstance: createLogger({ write: (line: string) => void lines.push(line) }) });
  onTestFinished(() => app.close());
  handleErrors(app);
  app.get('/', () => {
    throw error;
  });
  const answer = await app.inject('/');
  const errors = lines.filter((line) => line.includes('"level":50') || line.includes('"level":40'));
  return { answer, errors };
}

describe('a refusal is its problem document:', () => {
  const codes = Object.keys(refusals) as RefusalCode[];
  test.each(codes.filter((code) => code !== 'internal_error'))('%s', async (code) => {
    const fields = [{ field: 'name', message: 'Shorten it.' }];
    const { answer } = await thrown(new Refusal(code, 'name: Shorten it.', fields));
    expect(answer.statusCode).toBe(refusals[code].status);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers['www-authenticate']).toBe(code === 'unauthorized' ? 'Bearer' : undefined);
    expect(answer.headers['retry-after']).toBe(
      { unavailable: '5', spool_full: '30', storage_full: '30' }[code as string],
    );
    expect(Value.Errors(Problem, answer.json())).toEqual([]);
    expect(answer.json()).toEqual({
      type: 'about:blank',
      title: refusals[code].title,
      status: refusals[code].status,
      code,
      detail: 'name: Shorten it.',
      errors: fields,
    });
  });

  test('what is not refused by name has no more than its code, status and sentence', async () => {
    const { answer } = await thrown(new Refusal('forbidden'));
    expect(Object.keys(answer.json<object>())).toEqual(['type', 'title', 'status', 'code']);
  });
});

describe('anything else that is thrown', () => {
  test.each([
    new Error('canary inside'),
    new TypeError('canary inside', { cause: new Error('canary deeper') }),
    Object.assign(new Error('canary inside'), { statusCode: 503 }),
    Object.assign(new Error('canary inside'), { code: 'SQLITE_BUSY' }),
  ])('is a 500 that says nothing of its insides, and one log line that says everything: %o', async (error) => {
    const { answer, errors } = await thrown(error);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('canary');
    const { requestId } = answer.json<{ requestId: string }>();
    expect(errors).toHaveLength(1);
    expect(JSON.parse(errors[0] ?? '{}')).toMatchObject({
      level: 50,
      requestId,
      err: { message: expect.stringContaining('canary inside') },
    });
  });

  test('that is the caller’s mistake is a 400, without its insides', async () => {
    const { answer, errors } = await thrown(Object.assign(new Error('canary'), { statusCode: 418 }));
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'invalid_request' }]);
    expect(answer.body).not.toContain('canary');
    expect(errors).toEqual([]);
  });
});
