/**
 * A small gateway to LLM providers that speak OpenAI's chat completions, which reports for the catalogue `deepintshield`.
 *
 *   VITALS_CREDENTIAL_FILE=reporter.jwt node examples/deepintshield/gateway.mjs --listen 127.0.0.1:8080
 *   curl -H 'Authorization: Bearer KEY' -d '{"model": …, "messages": […]}' http://127.0.0.1:8080/v1/chat/completions
 *
 *   --gateway FILE   providers, keys and prices (gateway.json beside this file); paths in it are relative to it
 *
 * Measured, by really passing requests on: everything of HTTP; requests to providers with retries and fallbacks, their latency
 * and errors; tokens as the provider counts them (`usage`); time to the first token and between tokens of streams; hits of a
 * cache that keeps whole answers for a minute (`direct`; there is no semantic one). Declared in the file: providers in the order
 * in which they are tried, virtual keys with their team and customer, and prices. Cost is tokens times the declared price.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { commonOptions, runReporter, say } from '../reporter.mjs';
import { metrics, registry } from './metrics.mjs';
import { complete } from './providers.mjs';

/** @typedef {{id: string, name: string}} Named */
/** @typedef {Named & {file: string, team?: Named, customer?: Named}} VirtualKey */
/** @typedef {{providers: import('./providers.mjs').Provider[], retries: number, prices: import('./providers.mjs').Prices, virtualKeys: VirtualKey[]}} Gateway */

const { values: options } = parseArgs({
  options: {
    ...commonOptions,
    listen: { type: 'string', default: '127.0.0.1:8080' },
    gateway: { type: 'string', default: join(import.meta.dirname, 'gateway.json') },
  },
});
const place = (/** @type {string} */ path) => resolve(dirname(options.gateway), path);
/** @type {Gateway} */
const declared = JSON.parse(readFileSync(options.gateway, 'utf8'));
const gateway = {
  ...declared,
  providers: declared.providers.map((one) => ({ ...one, key: { ...one.key, file: place(one.key.file) } })),
};
const hash = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
const callers = new Map(
  gateway.virtualKeys.map(({ file, ...key }) => [hash(readFileSync(place(file), 'utf8').trim()), labelsOfCaller(key)]),
);

/** @param {Omit<VirtualKey, 'file'>} key @returns {Record<string, string>} */
function labelsOfCaller({ id, name, team, customer }) {
  return {
    virtual_key_id: id,
    virtual_key_name: name,
    ...(team && { team_id: team.id, team_name: team.name }),
    ...(customer && { customer_id: customer.id, customer_name: customer.name }),
  };
}

const CACHE_MS = 60_000;
const MAX_CACHED = 1000;
const MAX_BODY_BYTES = 1024 * 1024;
const CHAT = '/v1/chat/completions';

/** Whole answers by caller and request. @type {Map<string, {until: number, answer: Buffer, labels: Record<string, string>}>} */
const cache = new Map();

/**
 * @param {import('node:http').IncomingMessage} request @param {Buffer} body
 * @param {(status: number, contentType: string) => void} begin @param {(chunk: Uint8Array) => void} send
 */
async function answer(request, body, begin, send) {
  const refuse = (/** @type {number} */ status, /** @type {string} */ message) => {
    begin(status, 'application/json');
    send(Buffer.from(JSON.stringify({ error: { message } })));
  };
  if (request.method !== 'POST' || request.url !== CHAT) return refuse(404, `Only POST ${CHAT} is here.`);
  const [, key = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
  const caller = callers.get(hash(key));
  if (!caller) return refuse(401, 'There is no such virtual key.');
  /** @type {import('./providers.mjs').ChatRequest} */
  let chat;
  try {
    chat = JSON.parse(body.toString('utf8'));
  } catch {
    return refuse(400, 'The body is no JSON.');
  }

  const cacheKey = hash(JSON.stringify([caller, chat]));
  const cached = cache.get(cacheKey);
  if (cached && cached.until > performance.now()) {
    metrics.cacheHits.inc({ ...cached.labels, cache_type: 'direct' });
    begin(200, 'application/json');
    return send(cached.answer);
  }
  /** @type {Uint8Array[]} */
  const chunks = [];
  const labels = await complete(gateway, chat, caller, begin, (chunk) => {
    if (chat.stream !== true) chunks.push(chunk);
    send(chunk);
  });
  if (!labels) return refuse(502, `No provider answered for ${chat.model}.`);
  if (chat.stream === true) return;
  cache.set(cacheKey, { until: performance.now() + CACHE_MS, answer: Buffer.concat(chunks), labels });
  const [oldest] = cache.keys();
  if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
async function serve(request, response) {
  const startedAt = performance.now();
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (encoding !== undefined || Number(length) > MAX_BODY_BYTES) {
    response.writeHead(413, { connection: 'close' }).end(); // nothing of it is read, so nothing of it is counted
    return;
  }
  const body = await buffer(request);
  let sent = 0;
  await answer(
    request,
    body,
    (status, contentType) => response.writeHead(status, { 'content-type': contentType }),
    (chunk) => {
      sent += chunk.length;
      response.write(chunk);
    },
  );
  response.end();
  const labels = {
    path: request.url === CHAT ? CHAT : 'other', // paths that anybody may think of are no series
    method: request.method ?? '',
    status: String(response.statusCode),
  };
  metrics.requests.inc(labels);
  metrics.duration.observe(labels, (performance.now() - startedAt) / 1000);
  metrics.requestSize.observe(labels, body.length);
  metrics.responseSize.observe(labels, sent);
}

const server = createServer((request, response) => {
  serve(request, response).catch((/** @type {unknown} */ error) => {
    say(`A request broke off: ${error instanceof Error ? error.message : String(error)}`);
    response.destroy();
  });
});
const { hostname, port } = new URL(`tcp://${options.listen}`);
server.listen(Number(port), hostname.replace(/^\[|\]$/g, ''));
await once(server, 'listening');
say(`The gateway listens at http://${options.listen}${CHAT}.`);

await runReporter({ catalogue: 'deepintshield', registry, look: () => undefined, options });
server.close();
server.closeIdleConnections();
