import { clickhouseOperations, type ClickHouseOperation } from '../../contract/metrics.ts';

/** Plain state: whoever fails at an operation adds one, the alarm engine and the registry read. */
export type ClickHouseErrors = Record<ClickHouseOperation, number>;

export const createClickHouseErrors = () =>
  Object.fromEntries(clickhouseOperations.map((operation) => [operation, 0])) as ClickHouseErrors;
