import { describe, expect, test } from 'vitest';
import { draftOf, pushErrors, type PushDraft } from '../../src/push/pushDraft.ts';
import { makePush } from './fakePush.ts';

const good: PushDraft = {
  ...draftOf(makePush({ url: 'https://gw.example.com:9091/prefix/' }).settings),
  enabled: true,
};
const errors = (change: Partial<PushDraft>) =>
  Object.entries(pushErrors({ ...good, ...change }, true)).filter(([, words]) => words !== undefined);

test('settings as the backend gives them have no errors', () => {
  expect(errors({})).toEqual([]);
});

describe('what the backend would refuse is told at its field', () => {
  test.each<[keyof PushDraft, string, RegExp]>([
    ['url', '', /^Enter the address/],
    ['url', 'gw', /^This is no URL/],
    ['url', 'ftp://gw.example.com', /has to begin with https/],
    ['url', 'https://ada:pass@gw.example.com', /fields of their own/],
    ['url', 'https://gw.example.com/?a=b', /after the path/],
    ['url', `https://gw.example.com/${'x'.repeat(500)}`, /longer than 500/],
    ['job', ' ', /^Give it a job/],
    ['job', 'x'.repeat(201), /longer than 200/],
    ['instance', 'x'.repeat(201), /longer than 200/],
    ['interval', '', /from 1 to 300/],
    ['interval', '0', /from 1 to 300/],
    ['interval', '301', /from 1 to 300/],
    ['interval', '1.5', /from 1 to 300/],
  ])('%s %j', (field, text, words) => {
    expect(errors({ [field]: text })).toEqual([[field, expect.stringMatching(words)]]);
  });

  test('a user name that is too long, and one without a password', () => {
    expect(errors({ username: 'x'.repeat(201), password: 'p' })).toEqual([
      ['username', expect.stringMatching(/longer than 200/)],
    ]);
    expect(errors({ username: 'ada' })).toEqual([['password', expect.stringMatching(/^Enter the password/)]]);
  });
});

test.each(['1', '300', ' 15 '])('an interval of %j is fine', (interval) => {
  expect(errors({ interval })).toEqual([]);
});
