import { clickhouseOperations, type ClickHouseOperation } from '../../contract/metrics.ts';

/** Failures by operation since the process started: whoever fails adds one. */
export type ClickHouseErrors = Record<ClickHouseOperation, number>;

export const createClickHouseErrors = () =>
  Object.fromEntries(clickhouseOperations.map((operation) => [operation, 0])) as ClickHouseErrors;

/** What is known of ClickHouse. Plain state: whoever uses ClickHouse moves it, the alarm engine and the registry read. */
export interface ClickHouseState {
  /** Absent where none is configured. */
  probe: { readonly up: boolean } | undefined;
  readonly errors: ClickHouseErrors;
  /** A batch went in, in so many seconds. */
  batchInserted(seconds: number): void;
  onBatchInserted(listener: (seconds: number) => void): void;
}

export function newClickHouseState(): ClickHouseState {
  const listeners: ((seconds: number) => void)[] = [];
  return {
    probe: undefined,
    errors: createClickHouseErrors(),
    batchInserted: (seconds) => {
      for (const listener of listeners) listener(seconds);
    },
    onBatchInserted: (listener) => {
      listeners.push(listener);
    },
  };
}
