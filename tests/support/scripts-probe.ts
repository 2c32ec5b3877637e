/**
 * Loaded into a process by `--import`: when it ends, it writes down which scripts were loaded. The file to write to is in
 * VITALS_PROBE.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const scripts: string[] = [];
const session = new Session();
session.connect();
session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params.url));
session.post('Debugger.enable');

process.on('exit', () => writeFileSync(process.env['VITALS_PROBE'] ?? '', JSON.stringify(scripts)));
