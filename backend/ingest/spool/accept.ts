import { createHash } from 'node:crypto';
import { ingestLimits, type Accepted, type IngestStream } from '../../../contract/ingest.ts';
import type { Clock } from '../../lib/clock.ts';
import { createClockSteps } from '../../lib/clock-steps.ts';
import { newId } from '../../lib/ids.ts';
import { isDatabaseUnavailable } from '../../database/database.ts';
import { isStorageFull } from '../../database/storage-full.ts';
import { Refusal } from '../../http/refusal.ts';
import { inflated, type BodyLimits, type Encoding } from '../../http/request-body.ts';
import type { Part, SpoolFiles } from './files.ts';
import type { Journal } from './journal.ts';
import { createRowReader } from './rows.ts';

/** How long an Idempotency-Key is remembered, in milliseconds. */
const KEY_LIFE_MS = 24 * 3600 * 1000;

const limits: BodyLimits = {
  compressedBytes: ingestLimits.compressedBytes,
  inflatedBytes: ingestLimits.inflatedBytes,
  tooLarge: 'ingest_too_large',
  broken: 'invalid_rows',
};

export interface IngestRequest {
  readonly stream: IngestStream;
  /** The collector's credential: keys of two collectors never meet. */
  readonly credentialId: string;
  readonly idempotencyKey: string | undefined;
  readonly encoding: Encoding;
  /** When its rows came, where that was not now, in milliseconds since the Unix epoch: their age is judged by it. */
  readonly receivedAt?: number;
}

export interface AcceptOptions {
  readonly journal: Journal;
  readonly files: SpoolFiles;
  readonly clock: Clock;
  /** So many rows were added to the spool. */
  readonly onStored: (rows: number) => void;
  /** A request was refused because the spool is full. */
  readonly onFull: () => void;
}

/** Checks and stores a request's rows, all or nothing. Once it resolves they are on disk and will be in ClickHouse. */
export type Accept = (request: IngestRequest, body: AsyncIterable<Buffer>) => Promise<Accepted>;

export function createAccept({ journal, files, clock, onStored, onFull }: AcceptOptions): Accept {
  const steps = createClockSteps(clock);

  /** However the clock is set, an Idempotency-Key is remembered for as long. */
  function followClock(): void {
    const by = steps.pending();
    if (by === 0) return;
    journal.moveKeys(by, steps.now());
    steps.follow(by);
  }

  /** Stores parts and key together; where the key was known, gives what was answered then. */
  function store(request: IngestRequest, parts: readonly Part[], rows: number, bodyHash: Uint8Array | undefined) {
    const now = steps.now();
    const batchId = newId('bat');
    if (bodyHash !== undefined) {
      const id = keyId(request);
      const known = journal.findKey(id, now - KEY_LIFE_MS);
      if (known) {
        if (Buffer.compare(known.body_hash, bodyHash) !== 0) throw new Refusal('idempotency_key_reused');
        return { answer: { accepted: known.rows, batchId: known.batch_id }, stored: false };
      }
      journal.rememberKey({ id, body_hash: bodyHash, batch_id: batchId, rows, received_at: now }, now - KEY_LIFE_MS);
    }
    for (const part of parts) journal.addPart(request.stream, { ...part, received_at: now });
    return { answer: { accepted: rows, batchId }, stored: true };
  }

  return async (request, body) => {
    const reader = createRowReader(request.stream, request.receivedAt ?? clock.now());
    const writer = files.write();
    const hash = request.idempotencyKey === undefined ? undefined : createHash('sha256');
    let kept = false;
    try {
      for await (const chunk of inflated(body, request.encoding, limits)) {
        hash?.update(chunk);
        await writer.add(reader.read(chunk));
      }
      await writer.add(reader.end());
      const parts = await writer.finish();
      followClock();
      const { answer, stored } = await journal.commit(() => store(request, parts, reader.rows, hash?.digest()));
      kept = stored;
      if (stored) {
        files.settle(parts);
        onStored(reader.rows);
      }
      return answer;
    } catch (error) {
      const refusal = toRefusal(error);
      if (refusal?.code === 'spool_full') onFull();
      throw refusal ?? error;
    } finally {
      if (!kept) await writer.discard();
    }
  };
}

function keyId({ stream, credentialId, idempotencyKey = '' }: IngestRequest): Uint8Array {
  return createHash('sha256').update(`${stream}\n${credentialId}\n${idempotencyKey}`).digest();
}

/** The folder cannot be written at the moment: a person has to look at it, and the rows are welcome afterwards. */
const UNWRITABLE = new Set(['EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOENT', 'ENOTDIR', 'EMFILE', 'ENFILE']);

function isUnwritable(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error && UNWRITABLE.has(String(error.code));
}

function toRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (isStorageFull(error)) return new Refusal('storage_full', undefined, undefined, { cause: error });
  const isUnavailable = isDatabaseUnavailable(error) || isUnwritable(error);
  return isUnavailable ? new Refusal('unavailable', undefined, undefined, { cause: error }) : undefined;
}
