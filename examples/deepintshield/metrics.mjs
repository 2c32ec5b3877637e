/** The families of the catalogue `deepintshield`. Labels that do not apply are left out. */
import { Counter, Histogram, Registry } from 'prom-client';

const common = [
  ...['provider', 'model', 'method', 'virtual_key_id', 'virtual_key_name', 'selected_key_id', 'selected_key_name'],
  ...['number_of_retries', 'fallback_index', 'team_id', 'team_name', 'customer_id', 'customer_name'],
];
const http = ['path', 'method', 'status'];
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const tokenSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const bytes = [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000];

/** @type {import('../reporter.mjs').Registry} */
export const registry = new Registry();
registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE); // before the first counter, which is named by it
const registers = [registry];
/** @param {string} name @param {string} help @param {string[]} labelNames */
const counter = (name, help, labelNames) => new Counter({ name, help, labelNames, registers });
/** @param {string} name @param {string} help @param {string[]} labelNames @param {number[]} buckets */
const histogram = (name, help, labelNames, buckets) => new Histogram({ name, help, labelNames, buckets, registers });

export const metrics = {
  requests: counter('http_requests_total', 'Requests to this gateway.', http),
  duration: histogram('http_request_duration_seconds', 'Until the answer was sent.', http, seconds),
  requestSize: histogram('http_request_size_bytes', 'Bodies of requests.', http, bytes),
  responseSize: histogram('http_response_size_bytes', 'Bodies of answers.', http, bytes),
  upstream: counter('bifrost_upstream_requests_total', 'Requests to providers.', common),
  latency: histogram('bifrost_upstream_latency_seconds', 'Of providers.', [...common, 'is_success'], seconds),
  successes: counter('bifrost_success_requests_total', 'Providers answered well.', common),
  errors: counter('bifrost_error_requests_total', 'Providers did not answer well.', [...common, 'reason']),
  inputTokens: counter('bifrost_input_tokens_total', 'Tokens of prompts.', common),
  outputTokens: counter('bifrost_output_tokens_total', 'Tokens of answers.', common),
  cost: counter('bifrost_cost_total', 'USD by the price list.', common),
  cacheHits: counter('bifrost_cache_hits_total', 'Answers from the cache.', [...common, 'cache_type']),
  firstToken: histogram('bifrost_stream_first_token_latency_seconds', 'To the first token.', common, seconds),
  nextToken: histogram('bifrost_stream_inter_token_latency_seconds', 'Between tokens.', common, tokenSeconds),
};
