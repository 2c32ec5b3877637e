/** An error in the words of ClickHouse's HTTP interface: `Code: 60. DB::Exception: … (UNKNOWN_TABLE)`. */
import { SessionPoolFull } from './session-pool.ts';
import { StatementRejected } from './statement.ts';

/** Codes of ClickHouse's ErrorCodes.cpp that the embedded server itself answers with. */
const names = {
  36: 'BAD_ARGUMENTS',
  117: 'INCORRECT_DATA',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  241: 'MEMORY_LIMIT_EXCEEDED',
  354: 'ZLIB_INFLATE_FAILED',
  396: 'TOO_MANY_ROWS_OR_BYTES',
  452: 'SETTING_CONSTRAINT_VIOLATION',
  497: 'ACCESS_DENIED',
  516: 'AUTHENTICATION_FAILED',
  1002: 'UNKNOWN_EXCEPTION',
} as const;

export class HttpError extends Error {
  readonly status: number;
  readonly code: keyof typeof names;
  constructor(status: number, code: keyof typeof names, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ErrorResponse {
  readonly status: number;
  readonly code: number;
  readonly text: string;
}

/** Status by code as in ClickHouse's exceptionCodeToHTTPStatus: what is missing, what cannot be read, what is too busy. */
const missing = new Set([46, 47, 50, 56, 60, 81, 115]);
const unreadable = new Set([
  6, 8, 16, 20, 26, 27, 33, 36, 38, 41, 43, 53, 62, 69, 70, 72, 117, 252, 377, 386, 456, 636,
]);

export function errorResponse(error: unknown): ErrorResponse {
  if (error instanceof HttpError) return response(error.status, error.code, error.message);
  if (error instanceof StatementRejected) return response(403, 497, error.message);
  if (error instanceof SessionPoolFull) return response(503, 202, error.message);
  const message = error instanceof Error ? error.message : String(error);
  const found = /Code: (\d+)\. DB::Exception: [^]*/.exec(message);
  if (found === null) return response(500, 1002, message);
  const code = Number(found[1]);
  const status = missing.has(code) ? 404 : unreadable.has(code) ? 400 : code === 497 ? 403 : 500;
  return { status, code, text: found[0] };
}

function response(status: number, code: keyof typeof names, message: string): ErrorResponse {
  return { status, code, text: `Code: ${code}. DB::Exception: ${message} (${names[code]})` };
}
