import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.map': 'application/json; charset=utf-8',
};

/** Serves one file of a folder; false where there is none. Nothing outside of the folder is ever served. */
export function serveFile(folder: string, path: string, response: ServerResponse): boolean {
  const file = normalize(join(folder, path));
  if (!file.startsWith(folder + sep)) return false;
  const type = types[extname(file)];
  const size = fileSize(file);
  if (type === undefined || size === undefined) return false;
  response.writeHead(200, { 'content-type': type, 'content-length': size });
  pipeline(createReadStream(file), response, () => undefined); // a file that goes away meanwhile ends its answer only
  return true;
}

function fileSize(file: string): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}
