/** The lines that are added to a log. */
import { createReadStream, statSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

/** A log that is not there has no lines; one that became shorter begins again. @param {string} file */
export function followLog(file) {
  let offset = 0;
  return async function read() {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < offset) offset = 0;
    if (size === offset) return [];
    const bytes = await buffer(createReadStream(file, { start: offset, end: size - 1 }));
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1); // the last line is being written
    offset += whole.length;
    return whole.toString('utf8').split('\n').filter(Boolean).map(readEntry);
  };
}

/** @param {string} line @returns {{action?: string, alert?: string, severity?: string}} */
function readEntry(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {}; // no entry
  }
}
