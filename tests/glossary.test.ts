/** Words that this project once used for what the field has a name for. One term for one thing: none of them comes back. */
import { readFileSync, readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Names of files and folders, without extension, by where they may not be. What replaced them stands behind. */
const files: readonly (readonly [where: RegExp, name: RegExp, instead: string])[] = [
  [/^(?!workbench)/, /^(?:key-set|keyset)$/, 'auth/jwks, lib/pagination'],
  [/^backend\//, /^keys$/, 'auth/signing-keys'],
  [/./, /^sealing$/, 'lib/encryption, spool/batching'],
  [
    /^contract\//,
    /^(?:references?|catalogues?)$/,
    'metrics-reference, reference-pages, catalogue-model, catalogue-api',
  ],
  [/^backend\/tokens\/[^/]*$/, /^rotations?\.ts$/, 'rotation/policy, rotation/service'],
  [/^backend\/audit\//, /^(?:verify|verifier|walk)$/, 'verify-once, background-verifier, chain-reader'],
  [
    /^backend\//,
    /^(?:sources|shared|host|guest|life|core|numbers|platform-numbers|uses|facts)$/,
    'exporters, single-flight, rpc-server, rpc-client, record-times, services, metrics/values, usage, queries',
  ],
  [
    /./,
    /^(?:blocks|pieces|syncing|standing|filling|fit|fitted|misfits|turns|pacing|priority|producers)$/,
    'chunks, fsync, exporter-health, exposition-source, validate, accepted, rejections, event-loop, background',
  ],
  [
    /./,
    /^(?:presented|own-families|keeper|silence|concerns|expiry-bell|trial|lane|vocabulary|behind|door)$/,
    'credentials, per-request-families, maintenance, idle-time, warnings, expiry-notifications, test-push, session-pool, metric-index, internals, session',
  ],
  [/^src\//, /(?:Address|Words|Facts|Concerns)$/, '…Params, …Labels, …Details, …Warnings'],
];

/** Identifiers, whole or by their end. */
const identifiers: readonly (readonly [where: RegExp, name: RegExp, instead: string])[] = [
  [/./, /^told$/, 'notificationTexts, or what it is'],
  [/./, /^(?:noteKnock|knock(?:s|ing|edAt)?|Knock(?:ing)?)$/, 'recordRejectedUse, usedAfterEnd'],
  [/./, /^(?:lingerOn|ledOut|goThrough|stretchOf|limited)$/, 'drainThenDestroy, notLocalHost, makeUncancellable, …'],
  [/./, /^(?:inHand|setAside)$/, 'inFlight, quarantine'],
  [/./, /^refused$/, 'rejected'],
  [/./, /^(?:useAnswer|usePolled|useAsking|useAddress|PausedInput|MomentField)$/, 'useRequest, usePolling, …'],
  [/^src\//, /(?:[a-z]Address|Words|Facts)$/, '…Params, …Labels, …Details'],
];

/** Sentences that people read, or read once. */
const texts: readonly (readonly [text: string, instead: string])[] = [
  ['Who may ask this appliance how it is', 'Connect monitoring systems to this appliance.'],
  ['Change the push', 'Configure Pushgateway'],
  ['Still knocking', 'Still in use'],
  ['Addresses of late', 'Recent clients'],
  ['Usual interval', 'Scrape interval'],
  ['What it may read', 'Scope'],
  ['Where it comes from', 'Source'],
  ['Nothing has rung yet', 'No notifications'],
  ['Now: it leaked', 'Revoke immediately (leaked)'],
  ['Comes out at', 'Metrics endpoint'],
  ['Never asked', 'Not scraped yet'],
  ['Actor, exactly', 'Filter by actor'],
  ['has changed it meanwhile', 'This changed in the meantime'],
  ['ask the running backend how it is', 'check backend health'],
  ['nothing could be pushed', 'push failed'],
  ['could not be looked after', 'token maintenance failed'],
  ['could not be worked on', 'outbox delivery failed'],
  ['ticked off', 'acknowledging insert failed'],
];

const folders = ['backend', 'contract', 'src', 'workbench', 'docs', 'tests', 'scripts', 'examples'];
const paths = [
  'README.md',
  'CONTRIBUTING.md',
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path.replaceAll('\\', '/')}`,
    ),
  ),
].filter((path) => path !== 'tests/glossary.test.ts');
const readable = paths.filter((path) => /\.(?:tsx?|mjs|md|json|ya?ml)$/.test(path));

/** Every name that a file declares: not words in strings or comments, nor keys of data. */
function namesIn(path: string, source: string): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const { name } = node as { name?: ts.Node };
    if (name && ts.isIdentifier(name) && !isKey(node)) names.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  return names;
}

const isKey = (node: ts.Node) => ts.isPropertyAccessExpression(node) || ts.isPropertyAssignment(node);

/** The API's own codes and fields, which stay: a warning about a token is called `knocking` on the wire. */
const onTheWire = new Set(['knocking']);

test('no file is named by an old word', () => {
  const found = paths.flatMap((path) => {
    const name = basename(path, extname(path)).replace(/\.test$/, '');
    return files
      .filter(([where, old]) => where.test(path) && (old.test(name) || old.test(basename(path))))
      .map(([, , instead]) => `${path}: ${instead}`);
  });
  expect(found).toEqual([]);
});

test('no identifier is an old word', { timeout: 120_000 }, () => {
  const found = readable
    .filter((path) => /\.(?:tsx?|mjs)$/.test(path))
    .flatMap((path) =>
      [...namesIn(path, readFileSync(join(root, path), 'utf8'))]
        .filter((name) => !onTheWire.has(name))
        .flatMap((name) =>
          identifiers
            .filter(([where, old]) => where.test(path) && old.test(name))
            .map(([, , instead]) => `${path}: ${name}: ${instead}`),
        ),
    );
  expect(found).toEqual([]);
});

test('no text has an old sentence', () => {
  const found = readable.flatMap((path) => {
    const content = readFileSync(join(root, path), 'utf8');
    return texts.filter(([old]) => content.includes(old)).map(([old, instead]) => `${path}: ${old}: ${instead}`);
  });
  expect(found).toEqual([]);
});
