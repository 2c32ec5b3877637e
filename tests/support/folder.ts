import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { whenOver } from './over.ts';

/** An empty folder that is gone when the test, or the file that shares it, is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vitals-test-'));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
