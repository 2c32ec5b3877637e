/** Which failures of ClickHouse pass by themselves and which never will, and how to speak of one without its content. */
import { ClickHouseError } from '@clickhouse/client';

/** `permanent`: these rows, or this statement, are rejected however often they are sent. Everything else is `transient`. */
export type ErrorKind = 'transient' | 'permanent';

/**
 * The codes that speak of the content; numbers and names are those of ClickHouse's src/Common/ErrorCodes.cpp. A code is
 * on the list only where retrying cannot help: good rows that are taken for bad ones go to quarantine, the other way round
 * they merely wait. So all else is transient: what a migration or an administrator heals (60 UNKNOWN_TABLE,
 * 81 UNKNOWN_DATABASE, 16 NO_SUCH_COLUMN_IN_TABLE, 497 ACCESS_DENIED, 516 AUTHENTICATION_FAILED, 242 TABLE_IS_READ_ONLY,
 * 243 NOT_ENOUGH_SPACE), what a busy server says (159 TIMEOUT_EXCEEDED, 202 TOO_MANY_SIMULTANEOUS_QUERIES,
 * 241 MEMORY_LIMIT_EXCEEDED), what the network does (33 CANNOT_READ_ALL_DATA), and what nobody has thought of.
 */
export const permanentCodes: ReadonlyMap<number, string> = new Map([
  [6, 'CANNOT_PARSE_TEXT'],
  [25, 'CANNOT_PARSE_ESCAPE_SEQUENCE'],
  [26, 'CANNOT_PARSE_QUOTED_STRING'],
  [27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
  [38, 'CANNOT_PARSE_DATE'],
  [41, 'CANNOT_PARSE_DATETIME'],
  [53, 'TYPE_MISMATCH'],
  [62, 'SYNTAX_ERROR'],
  [69, 'ARGUMENT_OUT_OF_BOUND'],
  [70, 'CANNOT_CONVERT_TYPE'],
  [72, 'CANNOT_PARSE_NUMBER'],
  [117, 'INCORRECT_DATA'],
  [128, 'TOO_LARGE_ARRAY_SIZE'],
  [131, 'TOO_LARGE_STRING_SIZE'],
  [248, 'INVALID_PARTITION_VALUE'],
  [252, 'TOO_MANY_PARTS'], // of one insert, see below
  [321, 'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE'],
  [349, 'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN'],
  [376, 'CANNOT_PARSE_UUID'],
  [396, 'TOO_MANY_ROWS_OR_BYTES'], // half of it may pass
  [407, 'DECIMAL_OVERFLOW'],
  [467, 'CANNOT_PARSE_BOOL'],
  [469, 'VIOLATED_CONSTRAINT'],
  [632, 'UNEXPECTED_DATA_AFTER_PARSED_VALUE'],
  [675, 'CANNOT_PARSE_IPV4'],
  [676, 'CANNOT_PARSE_IPV6'],
  [691, 'UNKNOWN_ELEMENT_OF_ENUM'],
]);

/**
 * Two codes with two meanings each. 252 TOO_MANY_PARTS: rows of more partitions than `max_partitions_per_insert_block`
 * (100) never fit into one insert, while too many parts in a table are merged away (MergeTreeDataWriter.cpp,
 * MergeTreeData.cpp). 117 INCORRECT_DATA: broken JSON stays broken, while a field that the table does not have yet
 * waits for its migration (JSONEachRowRowInputFormat.cpp).
 */
const passing: ReadonlyMap<number, RegExp> = new Map([
  [252, /^(?!.*too many partitions)/is],
  [117, /unknown field/i],
]);

export function classifyError(error: unknown): ErrorKind {
  const code = errorCode(error);
  if (code === undefined || !permanentCodes.has(code)) return 'transient';
  return passing.get(code)?.test((error as Error).message) === true ? 'transient' : 'permanent';
}

/** ClickHouse's own code, where it was ClickHouse that answered. */
export function errorCode(error: unknown): number | undefined {
  return error instanceof ClickHouseError ? Number(error.code) : undefined;
}

/** For logs and alarms: what kind of failure it was, without the message, which can quote rows. */
export function errorLabel(error: unknown): string {
  if (error instanceof ClickHouseError)
    return `ClickHouse ${error.code}${error.type === undefined ? '' : ` ${error.type}`}`;
  if (!(error instanceof Error)) return 'unknown';
  if (error.message === 'Timeout error.') return 'timeout'; // how @clickhouse/client says it
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name;
}
