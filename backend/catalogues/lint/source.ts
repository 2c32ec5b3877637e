/** Where a catalogue's numbers come from: reports of so many instances, or a local exporter. */
import { isOpen, type Family } from '../../../contract/catalogue-model.ts';
import { forbiddenInNames } from '../../../contract/names.ts';
import type { FindingCollector } from '../../lib/finding.ts';
import type { CatalogueFile } from '../file/schema.ts';

/** What the system's calls have room for. */
const MAX_SOCKET_BYTES = 107;

export function lintSource(
  file: CatalogueFile,
  families: Readonly<Record<string, Family>>,
  report: FindingCollector,
): void {
  const { source, instances, scope } = file;
  if (source) lintSourceAddress(source, report);
  if (!instances) return;
  const path = ['instances'];
  if (source)
    report.error('source', { path, on: 'key' }, 'are those that report, but this catalogue has a local exporter');
  if (!isOpen(instances)) {
    instances.forEach((name, index) => {
      if (forbiddenInNames.test(name)) {
        report.error('instance', { path: [...path, index] }, 'has a character that no instance may have');
      }
    });
  } else if (scope === 'platform-health') {
    report.error(
      'open-label',
      { path },
      'are open, but in the scope platform-health every value is listed: list them, or choose the scope inventory',
    );
  }
  for (const { name, labels } of Object.values(families)) {
    if (!Object.hasOwn(labels, 'instance')) continue;
    const message = 'is a label of every family already, because several instances report';
    report.error('label-name', { path: ['families', name, 'labels', 'instance'], on: 'key' }, message);
  }
}

function lintSourceAddress(
  { scrape, socket, path }: NonNullable<CatalogueFile['source']>,
  report: FindingCollector,
): void {
  if ((scrape === undefined) === (socket === undefined)) {
    return report.error('source', { path: ['source'] }, 'has to be {scrape: URL} or {socket: FILE}');
  }
  if (socket !== undefined) {
    const place = { path: ['source', 'socket'] };
    if (!socket.startsWith('/')) report.error('source', place, 'has to be an absolute path');
    else if (Buffer.byteLength(socket) > MAX_SOCKET_BYTES || socket.includes('\0')) {
      report.error(
        'source',
        place,
        `is no path of a socket: these have at most ${MAX_SOCKET_BYTES} bytes, none of them 0`,
      );
    }
    if (path !== undefined && !path.startsWith('/')) {
      report.error('source', { path: ['source', 'path'] }, 'has to begin with /');
    }
    return;
  }
  if (path !== undefined) report.error('source', { path: ['source', 'path'], on: 'key' }, 'stands in the URL already');
  const url = URL.canParse(scrape ?? '') ? new URL(scrape ?? '') : undefined;
  const place = { path: ['source', 'scrape'] };
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    report.error('source', place, 'has to be an http:// or https:// URL');
  } else if (url.username !== '' || url.password !== '') {
    report.error('source', place, 'may not contain a user name or a password');
  }
}
