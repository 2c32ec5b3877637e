/** `npm run screenshots [-- FOLDER]`: builds the plugin and takes a picture of every screen in both themes and widths. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { buildPlugin } from './build-plugin.mjs';
import { buildWorkbench } from './build-workbench.mjs';

await buildPlugin();
await buildWorkbench();
const folder = resolve(process.argv[2] ?? 'build/screenshots');
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', 'tests/journeys/plugin-screens'],
  {
    stdio: 'inherit',
    env: { ...process.env, SCREENSHOTS: folder },
  },
);
process.stdout.write(`${folder}\n`);
process.exitCode = status ?? 1;
