import { createHash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DiagnoseTokenBody, TokenDiagnosis } from '../../contract/api.ts';
import { BASE62, withChecksum } from '../../contract/token-format.ts';
import { crc32 } from '../../src/tokens/diagnosis/crc32.ts';
import { traitsOf } from '../../src/tokens/diagnosis/traits.ts';
import TokensPage from '../../src/tokens/TokensPage.tsx';
import { makeToken } from './fakeBackend.ts';
import { unseen } from './fakeTokens.ts';
import { failed, on, refusal, requests, resetBackend, sent, show } from './grafana.tsx';

vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

const DIAGNOSE = '/api/tokens/diagnose';
const SECRET = withChecksum(`vst_${'7Kd0aQz'.repeat(6)}X`, zlibCrc32);
const MISTYPED = `${SECRET.slice(0, 30)}~${SECRET.slice(31)}`;

const anySecret = fc
  .string({ unit: fc.constantFrom(...BASE62), minLength: 43, maxLength: 43 })
  .map((random) => withChecksum(`vst_${random}`, zlibCrc32));

const token = makeToken({ id: 't', name: 'Rack <7>', lastUsedAt: '2026-11-20T09:59:00Z', lastIp: '10.0.0.5' });

beforeEach(() => {
  resetBackend();
  on('GET', '/api/tokens', { data: { items: [token], nextCursor: null, total: 1 } });
  on('GET', '/api/integrations', { data: [] });
  on('GET', '/api/tokens/t', { data: { token } });
  on('GET', '/api/tokens/t/rotation', { data: { chain: [token], progress: null } });
  on('GET', '/api/tokens/t/consumers', { data: unseen });
  say({ verdict: 'active', token });
});

const say = (diagnosis: TokenDiagnosis) => on('POST', DIAGNOSE, { data: diagnosis });
const bodies = () => sent('POST', DIAGNOSE).map(({ data }) => data as DiagnoseTokenBody);

async function openDialog() {
  const page = show(<TokensPage />);
  await page.user.click(await screen.findByRole('button', { name: 'Diagnose a token' }));
  const dialog = within(await screen.findByRole('dialog', { name: 'Diagnose a token' }));
  const input = dialog.getByRole<HTMLInputElement>('textbox', { name: /Scrape token/ });
  const diagnose = async (text: string) => {
    fireEvent.change(input, { target: { value: text } });
    await page.user.click(dialog.getByRole('button', { name: 'Diagnose' }));
  };
  return { ...page, dialog, input, diagnose };
}

/** Every eight characters of a secret that reach beyond its public prefix of ten. */
function secretPieces(secret: string): string[] {
  return Array.from({ length: secret.length - 10 }, (_, at) => secret.slice(at + 3, at + 11));
}

describe('what leaves the browser', () => {
  test('is the public prefix, the checksum’s verdict and the hash that the backend stores', async () => {
    const { dialog, diagnose } = await openDialog();
    await diagnose(` ${SECRET}\n`);
    await dialog.findByTestId('vitals-verdict');
    const sha256 = createHash('sha256').update(SECRET).digest('hex');
    expect(bodies()).toEqual([{ prefix: SECRET.slice(0, 10), checksum: 'ok', sha256 }]);
  });

  test.each([
    ['a good one', SECRET],
    ['a mistyped one', MISTYPED],
    ['half of one', SECRET.slice(0, 30)],
  ])('has nothing of the secret beyond its public prefix: %s', async (_, text) => {
    const { dialog, diagnose, address } = await openDialog();
    await diagnose(text);
    await dialog.findByTestId('vitals-verdict');
    const wire = [...requests.map((request) => JSON.stringify(request)), address()].join();
    expect(secretPieces(SECRET).filter((piece) => wire.includes(piece))).toEqual([]);
  });

  test('holds for every token and every mistake', () => {
    fc.assert(
      fc.property(anySecret, fc.nat(52), fc.string({ maxLength: 2 }), (secret, at, mistake) => {
        for (const text of [secret, secret.slice(0, at) + mistake + secret.slice(at + 1), secret.slice(0, at)]) {
          const traits = JSON.stringify(traitsOf(text));
          expect(secretPieces(secret).filter((piece) => traits.includes(piece))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is no hash that half a token could be guessed back from', () => {
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    expect(traitsOf(SECRET.slice(0, 14))).toEqual({
      prefix: SECRET.slice(0, 10),
      checksum: 'bad',
      sha256: hash(SECRET.slice(0, 10)),
    });
  });
});

test('the browser computes what the backend computes', () => {
  fc.assert(
    fc.property(anySecret, (secret) => {
      expect(crc32(secret)).toBe(zlibCrc32(secret));
      const sha256 = createHash('sha256').update(secret).digest('hex');
      expect(traitsOf(secret)).toEqual({ prefix: secret.slice(0, 10), checksum: 'ok', sha256 });
    }),
  );
});

test('a prefix is sent only as far as it is one', () => {
  expect(traitsOf('vst_')).toMatchObject({ prefix: 'vst_', checksum: 'bad' });
  expect(traitsOf('vst_ab c')).toMatchObject({ prefix: 'vst_ab', checksum: 'bad' });
});

describe('what is said without asking anybody', () => {
  test.each([
    ['nothing', ' ', /Paste a scrape token/],
    ['a JWT', 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', /This is a JWT/],
    ['something else', 'hunter2', /This is no scrape token/],
  ])('%s', async (_, text, words) => {
    const { dialog, input, diagnose } = await openDialog();
    await diagnose(text);
    expect(await dialog.findByText(words)).toBeVisible();
    expect(input).toHaveFocus();
    expect(bodies()).toEqual([]);
  });
});

describe('the verdict', () => {
  const expired = { ...token, status: 'expired', expiresAt: '2026-11-01T00:00:00Z' } as const;
  const revoked = { ...token, status: 'revoked', revokedAt: '2026-11-02T08:00:00Z', revokedBy: 'grace' } as const;

  test.each<[string, TokenDiagnosis, RegExp]>([
    ['typo, and which token was meant', { verdict: 'typo', token }, /mistyped or cut off.*It begins like Rack <7>/],
    ['typo of nobody knows what', { verdict: 'typo', token: null }, /mistyped or cut off.*Its checksum is wrong/],
    ['unknown', { verdict: 'unknown', token: null }, /No such token was created here/],
    ['expired when', { verdict: 'expired', token: expired }, /Rack <7> expired on 2026-11-01 00:00:00/],
    ['revoked by whom and when', { verdict: 'revoked', token: revoked }, /revoked on 2026-11-02 08:00:00 by grace/],
    [
      'fine, and when it was last used',
      { verdict: 'active', token },
      /is fine. It was last used on 2026-11-20 09:59:00/,
    ],
    [
      'fine, and never used',
      { verdict: 'active', token: { ...token, lastUsedAt: null } },
      /is fine. It has never been used/,
    ],
  ])('%s', async (_, diagnosis, words) => {
    say(diagnosis);
    const { dialog, diagnose } = await openDialog();
    await diagnose(diagnosis.verdict === 'typo' ? MISTYPED : SECRET);
    expect(await dialog.findByTestId('vitals-verdict')).toHaveTextContent(words);
    expect(dialog.queryAllByRole('button', { name: 'Show the token' })).toHaveLength(diagnosis.token ? 1 : 0);
  });

  test('leads to the token’s details', async () => {
    const { user, dialog, diagnose, address } = await openDialog();
    await diagnose(SECRET);
    await user.click(await dialog.findByRole('button', { name: 'Show the token' }));
    expect(await screen.findByRole('dialog', { name: 'Rack <7>' })).toBeVisible();
    expect(address()).toBe('?token=t');
  });

  test('goes away when another token is diagnosed', async () => {
    const { dialog, diagnose } = await openDialog();
    await diagnose(SECRET);
    await dialog.findByTestId('vitals-verdict');
    await diagnose('hunter2');
    expect(dialog.queryByText(/is fine/)).toBeNull();
  });
});

describe('the pasted token is forgotten', () => {
  test('with the verdict', async () => {
    const { dialog, input, diagnose } = await openDialog();
    await diagnose(SECRET);
    await dialog.findByTestId('vitals-verdict');
    expect(input).toHaveValue('');
    expect(document.documentElement.outerHTML).not.toContain(SECRET);
  });

  test('when the dialog is closed', async () => {
    const { user, dialog, input } = await openDialog();
    fireEvent.change(input, { target: { value: SECRET } });
    await user.click(dialog.getByText('Close', { selector: 'button *' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(input.value).toBe('');
    expect(requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

test.each([
  ['the role does not allow it', refusal('forbidden'), /Your role does not allow this/],
  ['too many attempts were made', refusal('too_many_attempts'), /refused Grafana's service credential/],
  ['nobody is there', failed(502), /cannot be reached/],
])('when %s, the dialog says so and can be tried again', async (_, reply, words) => {
  on('POST', DIAGNOSE, reply);
  const { user, dialog, diagnose } = await openDialog();
  await diagnose(SECRET);
  expect(await dialog.findByRole('alert')).toHaveTextContent(words);
  say({ verdict: 'active', token });
  await user.click(dialog.getByRole('button', { name: 'Diagnose' }));
  expect(await dialog.findByText(/Rack <7> is fine/)).toBeVisible();
});
