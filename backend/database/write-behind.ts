import type { Database, Tx } from './database.ts';
import type { Logger } from '../lib/logger.ts';
import { createOutageLog } from '../lib/outage-log.ts';

/** How long a value may wait in memory before it is written, in milliseconds. */
const FLUSH_AFTER_MS = 5_000;

/**
 * Values by id that may be written a little later: gathered in memory, the latest of an id wins unless they add up,
 * written in batches and at shutdown. Nobody waits for the disk; a crash loses at most the last five seconds.
 */
export interface WriteBehind<Value> {
  note(id: string, value: Value): void;
  /** A value that is not known to be written yet. */
  pending(id: string): Value | undefined;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface WriteBehindOptions<Value> {
  readonly database: Database;
  readonly logger: Logger;
  /** What is written, for the log line of a batch that has to wait. */
  readonly what: string;
  readonly save: (tx: Tx, batch: ReadonlyMap<string, Value>) => Promise<void>;
  /** Makes one value of two of the same id that wait together; absent: the later one wins. */
  readonly merge?: (earlier: Value, later: Value) => Value;
}

export function createWriteBehind<Value>({
  database,
  logger,
  what,
  save,
  merge = (_earlier, later) => later,
}: WriteBehindOptions<Value>): WriteBehind<Value> {
  const outage = createOutageLog({
    logger,
    failing: `${what} could not be written yet`,
    recovered: `${what} are written again`,
  });
  let gathered = new Map<string, Value>();
  let beingWritten: ReadonlyMap<string, Value> = new Map();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function add(to: Map<string, Value>, id: string, value: Value): void {
    const waiting = to.get(id);
    to.set(id, waiting === undefined ? value : merge(waiting, value));
  }

  function arm(): void {
    timer ??= setTimeout(() => void flush(), FLUSH_AFTER_MS).unref();
  }

  async function writeBatch(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.size === 0) return;
    const batch = gathered;
    beingWritten = batch;
    gathered = new Map();
    try {
      await database.transaction((tx) => save(tx, batch));
      outage.succeeded();
    } catch (error) {
      outage.failed({ err: error });
      const since = gathered;
      gathered = new Map(batch);
      for (const [id, value] of since) add(gathered, id, value);
      arm();
    } finally {
      beingWritten = new Map();
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(writeBatch);
    return writing;
  }

  return {
    note(id, value) {
      add(gathered, id, value);
      arm();
    },
    pending: (id) => gathered.get(id) ?? beingWritten.get(id),
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
    },
  };
}

/** When and from where something was used. */
export interface Use {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly ip: string;
}
