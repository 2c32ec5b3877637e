import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { checkConfig } from '../../backend/config/config.ts';
import { silentLogger } from '../../backend/lib/logger.ts';
import { provisionedTokens } from '../../backend/tokens/provisioning/settings.ts';
import { newSecret } from '../../backend/tokens/model/token.ts';
import { testApp } from '../support/app.ts';
import { temporaryFolder } from '../support/folder.ts';
import { generated, onlyToken, problemOf, provision, tokens, type Entry } from '../support/provisioned.ts';
import { scrape, story } from '../support/tokens.ts';

const DAY = 24 * 3600 * 1000;

describe('the maximum lifetime', () => {
  const limitedLife = () => testApp({ settings: { prometheus: { enabled: true }, tokens: { max_lifetime_days: 30 } } });

  test('holds for what comes in, and the line names the entry', async () => {
    const t = await limitedLife();
    const good = generated({ expires_at: '2027-01-31T00:00:00Z' }).entry;
    const until = 'Choose a time until 2027-01-31T00:00:00.000Z.';
    expect(await problemOf(() => provision(t, [good, generated().entry]))).toBe(
      `prometheus.provisioned_tokens.1.expires_at: On this appliance every scrape token has to expire. ${until}`,
    );
    expect(await problemOf(() => provision(t, [generated({ expires_at: '2027-02-01T00:00:00Z' }).entry]))).toBe(
      `prometheus.provisioned_tokens.0.expires_at: No scrape token may live longer than 30 days. ${until}`,
    );
    expect(await tokens(t)).toEqual([]);
    await provision(t, [good]);
    expect(await onlyToken(t)).toMatchObject({ status: 'active' });
  });

  test('counts from when a token came in, so that no later expiry makes it live for ever', async () => {
    const t = await limitedLife();
    const { entry } = generated({ expires_at: '2027-01-20T00:00:00Z' });
    await provision(t, [entry]);
    t.clock.advance(10 * DAY);
    await provision(t, [entry]);
    expect(await problemOf(() => provision(t, [{ ...entry, expires_at: '2027-02-05T00:00:00Z' }]))).toMatch(
      /^prometheus\.provisioned_tokens\.0\.expires_at: No scrape token may live longer than 30 days\./,
    );
    await provision(t, [{ ...entry, expires_at: '2027-01-31T00:00:00Z' }]);
    expect(await onlyToken(t)).toMatchObject({ expiresAt: '2027-01-31T00:00:00.000Z' });
  });

  test('leaves tokens from before with the expiry that they have', async () => {
    const unlimited = await testApp();
    const { secret, entry } = generated();
    await provision(unlimited, [entry]);
    const t = await testApp({
      folder: unlimited.folder,
      settings: { prometheus: { enabled: true }, tokens: { max_lifetime_days: 30 } },
    });
    await provision(t, [{ ...entry, name: 'Renamed' }]);
    expect(await scrape(t, secret)).toBe(200);
    expect(await onlyToken(t)).toMatchObject({ name: 'Renamed', expiresAt: null });
  });
});

describe('VITALS_SCRAPE_TOKEN_FILE', () => {
  function fileOf(text: string, mode = 0o600): string {
    const file = join(temporaryFolder(), 'token');
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  test('brings in the token that it holds, shown by its own first characters; another one replaces it', async () => {
    const t = await testApp();
    const [first, second] = [newSecret(), newSecret()];
    await provision(t, [], fileOf(`${first}\n`));
    expect(await onlyToken(t)).toMatchObject({
      name: 'provisioned by file',
      prefix: first.slice(0, 10),
      origin: 'provisioned',
      catalogues: ['platform'],
      expiresAt: null,
    });
    await provision(t, [], fileOf(second));
    expect([await scrape(t, first), await scrape(t, second)]).toEqual([401, 200]);
    await provision(t, [], '');
    expect(await scrape(t, second)).toBe(401);
    const rows = JSON.stringify(await story(t)) + t.logged();
    for (const secret of [first, second]) expect(rows).not.toContain(secret.slice(10, 40));
  });

  test('that cannot be used is one line, which never shows what is in the file', async () => {
    const t = await testApp();
    const secret = newSecret();
    const typo = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
    const wrong: [string, RegExp][] = [
      [join(temporaryFolder(), 'none'), /^VITALS_SCRAPE_TOKEN_FILE: \S+none cannot be read \(ENOENT\)\.$/],
      [temporaryFolder(), /^VITALS_SCRAPE_TOKEN_FILE: \S+ cannot be read \(EISDIR\)\.$/],
      [fileOf(''), /does not hold a scrape token/],
      [fileOf('a password'), /does not hold a scrape token/],
      [fileOf(typo), /was mistyped or cut off/],
      [fileOf(`${secret}\n${newSecret()}\n`), /was mistyped or cut off/],
      [fileOf(`token: ${secret}`), /does not hold a scrape token/],
    ];
    for (const [file, line] of wrong) {
      const problem = await problemOf(() => provision(t, [], file));
      expect(problem).toMatch(line);
      for (const part of [secret.slice(10, 40), 'a password', '\n']) expect(problem).not.toContain(part);
    }
    expect(await tokens(t)).toEqual([]);
  });

  test('that other users can read is warned of, and used all the same', () => {
    const warn = vi.fn();
    const logger = { ...silentLogger, warn };
    expect(provisionedTokens([], fileOf(newSecret(), 0o640), logger)).toHaveLength(1);
    expect(warn).not.toHaveBeenCalled();
    const file = fileOf(newSecret(), 0o644);
    expect(provisionedTokens([], file, logger)).toHaveLength(1);
    expect(warn.mock.calls).toEqual([[`VITALS_SCRAPE_TOKEN_FILE: ${file} can be read by other users`]]);
  });

  test('whose token stands in the configuration, too, is a mistake', async () => {
    const t = await testApp();
    const { secret, entry } = generated();
    expect(await problemOf(() => provision(t, [generated().entry, entry], fileOf(secret)))).toBe(
      'prometheus.provisioned_tokens.1.sha256: is that of the token in VITALS_SCRAPE_TOKEN_FILE, too. Remove one of the two.',
    );
  });

  test('cannot be used where every token has to expire', async () => {
    const t = await testApp({ settings: { prometheus: { enabled: true }, tokens: { max_lifetime_days: 30 } } });
    expect(await problemOf(() => provision(t, [], fileOf(newSecret())))).toMatch(
      /^VITALS_SCRAPE_TOKEN_FILE: On this appliance every scrape token has to expire\./,
    );
  });
});

describe('an entry that is wrong is named by its path', () => {
  const { entry } = generated();
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['sha256', { sha256: newSecret() }, /^has to be 64 hexadecimal digits in lower case, as `vitals token generate`/],
    ['sha256', { sha256: entry.sha256.toUpperCase().replace(/\d/, 'A') }, /^has to be 64 hexadecimal digits/],
    ['sha256', { sha256: entry.sha256.slice(1) }, /^has to be 64 hexadecimal digits/],
    ['name', { name: ' ' }, /^Give it a name/],
    ['name', { name: 'a\u202eb' }, /^The name contains a control/],
    ['name', { name: newSecret() }, /^The name contains a token\./],
    ['expires_at', { expires_at: 'tomorrow' }, /^has to be a date and time with an offset/],
    ['expires_at', { expires_at: '2027-02-30T00:00:00Z' }, /^has to be a date and time with an offset/],
    ['expires_at', { expires_at: '2027-01-31' }, /^has to be a date and time with an offset/],
    ['catalogues', { catalogues: [] }, /./],
    ['catalogues.0', { catalogues: ['Not an id'] }, /./],
    ['token', { token: 'x' }, /^there is no such setting/],
  ])('%s: %j', async (field, more, sentence) => {
    const tokens: unknown[] = [generated().entry, { ...entry, ...more }];
    const problem = await problemOf(() => checkConfig({ prometheus: { provisioned_tokens: tokens } }, '/srv'));
    const key = `prometheus.provisioned_tokens.1.${field}: `;
    expect(problem.slice(0, key.length)).toBe(key);
    expect(problem.slice(key.length)).toMatch(sentence);
    expect(problem).not.toMatch(/vst_\w{12}/);
  });

  test('two with one hash', async () => {
    const tokens: Entry[] = [generated().entry, entry, { ...entry, name: 'Twin' }];
    expect(await problemOf(() => checkConfig({ prometheus: { provisioned_tokens: tokens } }, '/srv'))).toBe(
      'prometheus.provisioned_tokens.2.sha256: is that of prometheus.provisioned_tokens.1, too. Remove one of the two.',
    );
  });
});
