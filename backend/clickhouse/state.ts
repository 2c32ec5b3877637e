import type { Probe } from './probe.ts';
import { createClickHouseErrors, type ClickHouseErrors } from './operations.ts';

/** What is known of ClickHouse. Plain state: whoever uses ClickHouse moves it, the alarm engine and the registry read. */
export interface ClickHouseState {
  /** Absent where none is configured. */
  probe: Pick<Probe, 'up'> | undefined;
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
