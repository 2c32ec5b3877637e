/** What the ClickHouse tests share: directories that vanish, a logger that remembers, the compiled child. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  startEmbedded,
  type EmbeddedClickHouse,
  type EmbeddedOptions,
} from '../../backend/clickhouse/embedded/process.ts';
import type { Logger } from '../../backend/lib/logger.ts';

export const buildFolder = fileURLToPath(new URL('../../build/backend/clickhouse', import.meta.url));

if (!existsSync(join(buildFolder, 'embedded/child.js'))) throw new Error('Run `npx tsc --build backend` first.');

export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vitals-clickhouse-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export interface Logged {
  readonly level: string;
  readonly fields: unknown;
  readonly message: unknown;
}

export function rememberingLogger(): { logger: Logger; lines: Logged[] } {
  const lines: Logged[] = [];
  const write = (level: string) => (fields: unknown, message?: unknown) => void lines.push({ level, fields, message });
  const logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  return { logger: logger, lines };
}

/** Stopped when the test ends. */
export async function startedEmbedded(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedClickHouse> {
  const dir = options.dir ?? temporaryDirectory();
  const embedded = await startEmbedded({ backoffMs: () => 10, logger: rememberingLogger().logger, ...options, dir });
  onTestFinished(() => embedded.stop());
  return embedded;
}

/** A process that has ended but was not yet collected by its parent counts as gone. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
