/**
 * What the reporters beside this file share: look, render with prom-client, send the text to Vitals, wait.
 *
 *   VITALS_URL              where Vitals listens; http://127.0.0.1:9470 where it is not set
 *   VITALS_CREDENTIAL_FILE  a file with the JWT that `vitals credential issue --role reporter --catalogue ID` printed
 *   VITALS_INSTANCE         by which name to report, the label `instance`; this machine's name where it is not set
 *
 *   --every SECONDS         how often (15)
 *   --once                  one report; the exit code says whether it was taken
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

/** Options that every reporter has, for parseArgs. */
export const commonOptions = /** @type {const} */ ({
  every: { type: 'string', default: '15' },
  once: { type: 'boolean', default: false },
});

export const instance = process.env.VITALS_INSTANCE ?? hostname();

const ANSWER_WITHIN_MS = 10_000;
const LONGEST_WAIT_SECONDS = 300;

/** @typedef {import('prom-client').Registry<any>} Registry `any` as OpenMetrics or text */
/** @typedef {{status: number, retryAfterSeconds: number | undefined}} Answer status 0: there was none */
/**
 * @typedef {object} Reporter
 * @property {string} catalogue
 * @property {Registry} registry its content type is that of the reports
 * @property {() => Promise<void> | void} look brings the registry up to date
 * @property {{every: string, once: boolean}} options
 * @property {(sent: {method: string, path: string, status: number}) => void} [answered]
 */

/** @param {string} text */
export const say = (text) => void process.stderr.write(`${text}\n`);

/**
 * Reports until SIGTERM or SIGINT; with `--once`, once.
 * @param {Reporter} reporter
 */
export async function runReporter({ catalogue, registry, look, options, answered }) {
  const every = Number(options.every);
  if (!(every > 0)) throw new Error(`--every: ${options.every} is no number of seconds.`);
  const stopping = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stopping.abort());

  let failures = 0;
  let wasTaken = false;
  while (!stopping.signal.aborted) {
    await look();
    const answer = await send(catalogue, registry, wasTaken);
    wasTaken = answer.status === 200;
    if (answer.status > 0) answered?.({ method: 'POST', path: pathOf(catalogue), status: answer.status });
    if (options.once) {
      process.exitCode = wasTaken ? 0 : 1;
      return;
    }
    const isBusy = answer.status === 0 || answer.status === 429 || answer.status >= 500;
    failures = isBusy ? failures + 1 : 0;
    const seconds = isBusy ? pause(every, failures, answer.retryAfterSeconds) : every;
    await wait(seconds * 1000, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}

/** Twice as long each time, at least as long as the backend asked for. @param {number} every @param {number} failures @param {number | undefined} asked */
function pause(every, failures, asked) {
  return Math.max(Math.min(every * 2 ** (failures - 1), LONGEST_WAIT_SECONDS), asked ?? 0);
}

/** @param {string} catalogue */
const pathOf = (catalogue) => `/api/reports/${catalogue}`;

/**
 * The credential is read each time: it may have been renewed.
 * @param {string} catalogue @param {Registry} registry @param {boolean} isQuiet where all is well as before
 * @returns {Promise<Answer>}
 */
async function send(catalogue, registry, isQuiet) {
  const { VITALS_URL = 'http://127.0.0.1:9470' } = process.env;
  const credential = readCredential();
  if (credential === undefined) return { status: 0, retryAfterSeconds: undefined };
  const url = new URL(`${pathOf(catalogue)}?instance=${encodeURIComponent(instance)}`, VITALS_URL);
  let response;
  let text;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential}`, 'content-type': registry.contentType },
      body: await registry.metrics(),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    text = await response.text();
  } catch (error) {
    say(`Vitals does not answer at ${url.origin}: ${reasonOf(error)}`);
    return { status: 0, retryAfterSeconds: undefined };
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? NaN);
  if (!response.ok) say(refusalText(response.status, text));
  else if (!isQuiet) say(acceptedText(text));
  return { status: response.status, retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined };
}

function readCredential() {
  const file = process.env.VITALS_CREDENTIAL_FILE ?? '';
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    say(`VITALS_CREDENTIAL_FILE has to name the file with the credential: ${reasonOf(error)}`);
    return undefined;
  }
}

/** @param {string} text what stands under POST /api/reports in the API's description */
function acceptedText(text) {
  /** @type {{families: number, series: number, expiresAt: string}} */
  const { families, series, expiresAt } = JSON.parse(text);
  return `Vitals took ${series} series of ${families} families from ${instance}, which count until ${expiresAt}.`;
}

/** @param {number} status @param {string} text */
function refusalText(status, text) {
  const { title = '', detail = '', errors = [] } = readProblem(text);
  const lines = errors.map(({ field, message }) => `\n  ${field}: ${message}`);
  return `Vitals answered ${status}: ${[title, detail].join(' ').trim()}${lines.join('')}`;
}

/**
 * @param {string} text application/problem+json, unless something in between answered
 * @returns {{title?: string, detail?: string, errors?: {field: string, message: string}[]}}
 */
function readProblem(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { title: 'which is no answer of Vitals.' };
  }
}

/** @param {unknown} error */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
