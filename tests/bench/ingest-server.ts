/** The product with an embedded ClickHouse, as `npm start` runs it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Health } from '../../contract/api.ts';
import { configure, createToken, issueCredential, memoryMb, serve } from './product.ts';
import { bearer } from './prometheus.ts';

export interface IngestServer {
  readonly port: number;
  readonly collector: string;
  readonly scraper: string;
  /** Resolves once every acknowledged row is in ClickHouse. */
  drained(): Promise<void>;
  /** The most memory that it has used so far, in MB. */
  peakMemory(): number;
  stop(): Promise<void>;
}

export async function startIngestServer(folder: string): Promise<IngestServer> {
  const settings = await configure(folder, {
    clickhouse: { url: 'embedded:clickhouse' },
    ingest: { spool_dir: 'spool', spool_max_mb: 1024 },
  });
  const scraper = await createToken(settings);
  const collector = await issueCredential(settings, 'collector');
  const headers = bearer(await issueCredential(settings, 'viewer'));
  const { port, pid, stop } = await serve(settings);

  async function waitingRows(): Promise<number | undefined> {
    const health = (await (await fetch(`http://127.0.0.1:${port}/api/health`, { headers })).json()) as Health;
    return health.spool?.waitingRows;
  }

  return {
    ...{ port, collector, scraper, stop },
    async drained() {
      await pause(60); // the spool tells its numbers that often
      while ((await waitingRows()) !== 0) await pause(20);
    },
    peakMemory: () => memoryMb(pid, 'VmHWM'),
  };
}
