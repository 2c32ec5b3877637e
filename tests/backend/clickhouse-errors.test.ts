import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, test } from 'vitest';
import { ClickHouseUnavailable } from '../../backend/clickhouse/client.ts';
import { classifyError, errorCode, errorLabel, permanentCodes } from '../../backend/clickhouse/errors.ts';

const from = (code: number, type: string, message = 'it says') =>
  new ClickHouseError({ code: String(code), type, message });
const network = (code: string) => Object.assign(new Error(`connect ${code} 127.0.0.1:1`), { code });

describe('a failure of ClickHouse', () => {
  test.each([...permanentCodes])('%i %s is permanent', (code, type) => {
    expect(classifyError(from(code, type, 'Too many partitions'))).toBe('permanent');
  });

  test.each([
    [60, 'UNKNOWN_TABLE'],
    [81, 'UNKNOWN_DATABASE'],
    [16, 'NO_SUCH_COLUMN_IN_TABLE'],
    [159, 'TIMEOUT_EXCEEDED'],
    [202, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
    [241, 'MEMORY_LIMIT_EXCEEDED'],
    [242, 'TABLE_IS_READ_ONLY'],
    [243, 'NOT_ENOUGH_SPACE'],
    [497, 'ACCESS_DENIED'],
    [516, 'AUTHENTICATION_FAILED'],
    [999999, 'OF_A_LATER_VERSION'],
  ])('%i %s is transient', (code, type) => {
    expect(classifyError(from(code, type))).toBe('transient');
  });

  test('252 is permanent where one insert meets too many partitions, transient where merges lag behind', () => {
    const partitions = 'Too many partitions for single INSERT block (more than 100).';
    const parts =
      'Too many parts (3000 with average size of 1.00 MiB) in table. Merges are processing significantly slower';
    expect(classifyError(from(252, 'TOO_MANY_PARTS', partitions))).toBe('permanent');
    expect(classifyError(from(252, 'TOO_MANY_PARTS', parts))).toBe('transient');
  });

  test('117 is permanent where JSON is broken, transient where the table lacks a field', () => {
    const broken = 'JSON object not ended';
    const lacking = 'Unknown field found while parsing JSONEachRow format: surprise: (at row 1)';
    expect(classifyError(from(117, 'INCORRECT_DATA', broken))).toBe('permanent');
    expect(classifyError(from(117, 'INCORRECT_DATA', lacking))).toBe('transient');
  });

  test.each([
    [network('ECONNREFUSED'), 'ECONNREFUSED'],
    [network('ECONNRESET'), 'ECONNRESET'],
    [new Error('Timeout error.'), 'timeout'],
    [new Error('<html>502 Bad Gateway</html>'), 'Error'],
    [new ClickHouseUnavailable('away'), 'CLICKHOUSE_UNAVAILABLE'],
    ['a string', 'unknown'],
  ])('%s is transient and is called %s', (error, label) => {
    expect(classifyError(error)).toBe('transient');
    expect(errorCode(error)).toBeUndefined();
    expect(errorLabel(error)).toBe(label);
  });

  test('is spoken of without its message, which can quote rows', () => {
    const error = from(27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED', "expected '\"' before: '02:00:00:00:00:01'");
    expect(errorLabel(error)).toBe('ClickHouse 27 CANNOT_PARSE_INPUT_ASSERTION_FAILED');
  });
});
