import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifySchemaValidationError,
} from 'fastify';

import type { Problem } from '../../contract/api.ts';
import type { RefusalCode } from '../../contract/refusals.ts';
import { isDatabaseUnavailable } from '../database/database.ts';
import { isStorageFull } from '../database/storage-full.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { lingerThenDestroy } from './linger.ts';
import { Refusal, refusalOf } from './refusal.ts';

const PROBLEM = 'application/problem+json; charset=utf-8';

/** Fastify's own errors that a caller brings about, and what they are called here. */
const known: Record<string, RefusalCode> = {
  FST_ERR_BAD_URL: 'invalid_path',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
};

/** When to come back where the refusal does not say it, in seconds. */
const retryAfterSeconds: Partial<Record<RefusalCode, number>> = { unavailable: 5, spool_full: 30, storage_full: 30 };

/** Every error as a problem document; what is not a refusal says nothing of its insides. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(errorHandler);
  app.setNotFoundHandler(answerNotFound);
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return send(reply, new Refusal('not_found').toProblem());
}

export function errorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // A request that broke off while it was read is no failure of ours, and there is nobody to answer.
  const refusal = request.raw.errored ? new Refusal('invalid_request') : toRefusal(error);
  if (refusal.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer');
  if (refusal.code === 'unavailable' || refusal.code === 'storage_full')
    request.log.warn({ err: error }, 'request refused for now: the caller may try again');
  const wait = refusal.retryAfterSeconds ?? retryAfterSeconds[refusal.code];
  if (wait !== undefined) void reply.header('retry-after', String(wait));
  if (refusal.code !== 'internal_error') return send(reply, refusal.toProblem());
  request.log.error({ err: error, requestId: request.id }, 'a request failed');
  return send(reply, refusal.toProblem(request.id));
}

function toRefusal(error: FastifyError): Refusal {
  const refusal = refusalOf(error);
  if (refusal) return refusal;
  if (isStorageFull(error)) return new Refusal('storage_full');
  if (isDatabaseUnavailable(error)) return new Refusal('unavailable');
  if (error.validation) return validationRefusal(error);
  const code = known[error.code] ?? (error instanceof SyntaxError ? 'invalid_json' : undefined);
  if (code !== undefined) return new Refusal(code);
  return new Refusal(clientMistake(error) ? 'invalid_request' : 'internal_error');
}

function clientMistake(error: FastifyError): boolean {
  return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
}

/** One entry a field: where a value may take several forms, the first of them says what is expected. */
function validationRefusal({ validation = [], validationContext }: FastifyError): Refusal {
  const byField = new Map<string, string>();
  for (const problem of validation) {
    const field = fieldOf(problem) || (validationContext ?? 'request');
    if (!byField.has(field)) byField.set(field, sentenceOf(problem));
  }
  const errors = Array.from(byField, ([field, message]) => ({ field, message }));
  const [first] = errors;
  return new Refusal('invalid_request', first && `${first.field}: ${first.message}`, errors);
}

/** With what the validator adds where it is verbose. */
type ValidationProblem = FastifySchemaValidationError & {
  readonly parentSchema?: { readonly description?: string };
  readonly data?: unknown;
};

function fieldOf({ instancePath, keyword, params }: ValidationProblem): string {
  const named = { additionalProperties: params['additionalProperty'], required: params['missingProperty'] };
  const path = instancePath.split('/').slice(1);
  return [...path, ...(keyword in named ? [String(named[keyword as keyof typeof named])] : [])].join('.');
}

function sentenceOf(problem: ValidationProblem): string {
  const { keyword, message = 'is not valid', parentSchema, instancePath, data } = problem;
  if (instancePath === '' && keyword === 'type' && data === null) return 'is missing. Send a JSON object.';
  if (keyword === 'additionalProperties') return 'There is no such field.';
  if (keyword === 'required') return 'is missing.';
  if (keyword === 'pattern' && parentSchema?.description) return `has to be ${parentSchema.description}.`;
  return `${message}.`;
}

/** With the headers of every answer, because what is refused before routing meets no hook. */
function send(reply: FastifyReply, problem: Problem): FastifyReply {
  void reply.code(problem.status).header('content-type', PROBLEM).headers(ANSWER_HEADERS);
  return reply.serializer(JSON.stringify).send(problem);
}

/** What Node refuses before there is a request, and what that is called here; anything else is no HTTP. */
const refusedByNode: Record<string, RefusalCode> = {
  HPE_HEADER_OVERFLOW: 'header_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};
/** Connections that have had their last answer: what they still send is read, and is nothing new to refuse. */
const answered = new WeakSet<Socket>();

/**
 * Answers what Node refuses before there is a request: broken HTTP, headers that are too large, a request too slow. Then
 * the connection ends, also where the other side keeps it open.
 */
export function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (answered.has(socket)) return;
  if (isBeyondWords(error, socket)) {
    socket.destroy();
    return;
  }
  answered.add(socket);
  const problem = new Refusal(refusedByNode[error.code ?? ''] ?? 'invalid_request').toProblem();
  const body = JSON.stringify(problem);
  const headers = { ...ANSWER_HEADERS, 'content-type': PROBLEM, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n${lines.join('')}connection: close\r\n\r\n${body}`,
  );
  lingerThenDestroy(socket);
}

/** Whether nothing can be answered: nobody is there, the failure is one of TLS, or an answer has begun. */
function isBeyondWords({ code = '' }: NodeJS.ErrnoException, socket: Socket): boolean {
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse | null }; // as Node itself finds it
  return code === 'ECONNRESET' || /^ERR_(SSL|TLS)/.test(code) || !socket.writable || answer?.headersSent === true;
}
