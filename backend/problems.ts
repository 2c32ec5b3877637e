import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../contract/api.ts';
import { refusals, type RefusalCode } from '../contract/refusals.ts';
import { isDatabaseUnavailable } from './database/database.ts';
import { Refusal } from './refusal.ts';

const PROBLEM = 'application/problem+json; charset=utf-8';

/** Fastify's own errors that a caller brings about, and what they are called here. */
const known: Record<string, RefusalCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'invalid_request',
};

/** Every error as a problem document; what is not a refusal says nothing of its insides. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(answer);
  app.setNotFoundHandler((_request, reply) => send(reply, new Refusal('not_found').toProblem()));
}

export function answer(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(error);
  if (refusal.code === 'unauthorized') void reply.header('www-authenticate', 'Bearer');
  if (refusal.code === 'unavailable') {
    request.log.warn({ err: error }, 'the database cannot be asked');
    void reply.header('retry-after', '5');
  }
  if (refusal.code !== 'internal_error') return send(reply, refusal.toProblem());
  request.log.error({ err: error, requestId: request.id }, 'a request failed');
  return send(reply, refusal.toProblem(request.id));
}

function toRefusal(error: FastifyError): Refusal {
  if (error instanceof Refusal) return error;
  if (isDatabaseUnavailable(error)) return new Refusal('unavailable');
  if (error.validation) return validationRefusal(error);
  const code = known[error.code] ?? (error instanceof SyntaxError ? 'invalid_json' : undefined);
  if (code !== undefined) return new Refusal(code);
  return new Refusal(clientMistake(error) ? 'invalid_request' : 'internal_error');
}

function clientMistake(error: FastifyError): boolean {
  return error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500;
}

function validationRefusal({ validation = [], validationContext }: FastifyError): Refusal {
  const errors = validation.map(({ instancePath, message, params, keyword }) => {
    const path = instancePath.split('/').slice(1).join('.');
    const extra = keyword === 'additionalProperties' ? String(params['additionalProperty']) : undefined;
    const missing = keyword === 'required' ? String(params['missingProperty']) : undefined;
    return {
      field: [path, extra ?? missing].filter(Boolean).join('.') || (validationContext ?? 'request'),
      message: extra === undefined ? `${message ?? 'is not valid'}.` : 'There is no such field.',
    };
  });
  const [first] = errors;
  return new Refusal('invalid_request', first && `${first.field}: ${first.message}`, errors);
}

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).header('content-type', PROBLEM).serializer(JSON.stringify).send(problem);
}

/** Answers what Node refuses before there is a request: broken HTTP, headers that are too large, a request too slow. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'header_too_large' : 'invalid_request';
  const body = JSON.stringify(new Refusal(code).toProblem());
  const { status } = refusals[code];
  socket.end(
    `HTTP/1.1 ${status} ${status === 431 ? 'Request Header Fields Too Large' : 'Bad Request'}\r\n` +
      `Content-Type: ${PROBLEM}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
