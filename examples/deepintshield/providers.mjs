/** One request to a provider: tried again where that may help, measured once. */
import { readFileSync } from 'node:fs';
import { metrics } from './metrics.mjs';
import { createStreamReader } from './stream.mjs';

/** @typedef {{name: string, url: string, models: string[], key: {id: string, name: string, file: string}}} Provider */
/** @typedef {Record<string, {input: number, output: number}>} Prices USD for a million tokens, by model */
/** @typedef {{model: string, messages: unknown[], stream?: boolean, stream_options?: object}} ChatRequest */
/** @typedef {Record<string, string>} Labels */
/** @typedef {{response: Response, retries: number, startedAt: number}} Tried */

const ANSWER_WITHIN_MS = 60_000;

/** Of a status that another attempt may mend. @param {number} status */
const isPassing = (status) => status === 429 || status >= 500;

/**
 * @param {Provider} provider @param {ChatRequest} chat @param {number} maxRetries
 * @returns {Promise<{retries: number, seconds: number, response: Response | undefined, reason: string | undefined}>}
 */
async function attempt(provider, chat, maxRetries) {
  const body = chat.stream ? { ...chat, stream_options: { ...chat.stream_options, include_usage: true } } : chat;
  const key = readFileSync(provider.key.file, 'utf8').trim();
  for (let retries = 0; ; retries += 1) {
    const startedAt = performance.now();
    /** @type {Response | undefined} */
    let response;
    let reason = 'unreachable';
    try {
      response = await fetch(`${provider.url}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      reason = `status_${response.status}`;
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') reason = 'timeout';
    }
    const seconds = (performance.now() - startedAt) / 1000;
    if (response?.ok) return { retries, seconds, response, reason: undefined };
    await response?.body?.cancel();
    const mayMend = response === undefined || isPassing(response.status);
    if (!mayMend || retries >= maxRetries) return { retries, seconds, response, reason };
  }
}

/**
 * Asks the providers of a model in their order until one answers well, and passes its answer on piece by piece.
 * @param {{providers: Provider[], retries: number, prices: Prices}} gateway
 * @param {ChatRequest} chat
 * @param {Labels} caller
 * @param {(status: number, contentType: string) => void} begin
 * @param {(chunk: Uint8Array) => void} send
 * @returns {Promise<Labels | undefined>} of the request that was answered; nothing where no provider answered well
 */
export async function complete({ providers, retries: maxRetries, prices }, chat, caller, begin, send) {
  for (const [index, provider] of providers.filter(({ models }) => models.includes(chat.model)).entries()) {
    const { retries, seconds, response, reason } = await attempt(provider, chat, maxRetries);
    const labels = {
      ...caller,
      ...labelsOf(provider, chat.model),
      number_of_retries: String(retries),
      fallback_index: String(index),
    };
    metrics.upstream.inc(labels);
    metrics.latency.observe({ ...labels, is_success: String(reason === undefined) }, seconds);
    if (reason !== undefined || !response) {
      metrics.errors.inc({ ...labels, reason: reason ?? 'unreachable' });
      continue;
    }
    metrics.successes.inc(labels);
    begin(200, response.headers.get('content-type') ?? 'application/json');
    const usage = await passOn(response, chat.stream === true, labels, seconds, send);
    count(usage, prices[chat.model], labels);
    return labels;
  }
  return undefined;
}

/** @param {Provider} provider @param {string} model @returns {Labels} */
export const labelsOf = ({ name, key }, model) => ({
  provider: name,
  model,
  method: 'chat',
  selected_key_id: key.id,
  selected_key_name: key.name,
});

/** @param {Response} response @param {boolean} isStream @param {Labels} labels @param {number} headSeconds @param {(chunk: Uint8Array) => void} send */
async function passOn(response, isStream, labels, headSeconds, send) {
  const headAt = performance.now();
  const reader = createStreamReader({
    firstToken: () => metrics.firstToken.observe(labels, headSeconds + (performance.now() - headAt) / 1000),
    nextToken: (seconds) => metrics.nextToken.observe(labels, seconds),
  });
  /** @type {Uint8Array[]} */
  const chunks = [];
  /** @type {AsyncIterable<Uint8Array> | never[]} */
  const body = response.body ?? [];
  for await (const chunk of body) {
    send(chunk);
    if (isStream) reader.push(chunk);
    else chunks.push(chunk);
  }
  if (isStream) return reader.usage();
  /** @type {{usage?: import('./stream.mjs').Usage}} */
  const { usage } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return usage;
}

/** @param {import('./stream.mjs').Usage | undefined} usage @param {Prices[string] | undefined} price @param {Labels} labels */
function count(usage, price, labels) {
  if (!usage) return;
  metrics.inputTokens.inc(labels, usage.prompt_tokens);
  metrics.outputTokens.inc(labels, usage.completion_tokens);
  if (!price) return; // what a model costs that is not on the list is not known
  metrics.cost.inc(labels, (usage.prompt_tokens * price.input + usage.completion_tokens * price.output) / 1e6);
}
