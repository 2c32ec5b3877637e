/** A program that shows every family of a catalogue, for a Prometheus to scrape. Its values are made up and keep rising. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { onTestFinished } from 'vitest';
import { createFamilyWriter, type Series } from '../../backend/exposition/text.ts';
import { isOpen, type Catalogue, type Family } from '../../contract/catalogue-model.ts';

/** Values of open labels that queries ask for by name; of others there are two that nobody knows. */
const known: Readonly<Record<string, readonly [string, string]>> = {
  status: ['running', 'stopped'],
  state: ['running', 'error'],
};
const BOUNDS = [0.1, 1, 10];

/** @returns host and port */
export async function startExporter({ families }: Catalogue): Promise<string> {
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes += 1;
    const all: readonly Family[] = Object.values(families);
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(all.map((family) => familyText(family, scrapes)).join(''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

function familyText(family: Family, scrapes: number): string {
  const buckets = family.buckets && !isOpen(family.buckets) ? family.buckets : BOUNDS;
  const { name, type, help } = family;
  const isHistogram = type === 'histogram';
  const series = labelSets(family).map((labels): Series => {
    if (!isHistogram) return { labels, value: type === 'info' ? 1 : scrapes };
    return { labels, counts: [...buckets.map((_bound, index) => scrapes * (index + 1)), scrapes * 9], sum: scrapes };
  });
  return createFamilyWriter({ name, type, help, ...(isHistogram && { buckets }) }, 'text')(series);
}

/** Every combination of the listed values, each with two sets of the open ones. */
function labelSets({ labels }: Family): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}];
  const open = Object.entries(labels).filter(([, values]) => isOpen(values));
  for (const [label, values] of Object.entries(labels)) {
    if (Array.isArray(values))
      sets = sets.flatMap((set) => values.map((value: string) => ({ ...set, [label]: value })));
  }
  if (open.length === 0) return sets;
  const two = [0, 1].map((index) =>
    Object.fromEntries(open.map(([label]) => [label, known[label]?.[index] ?? `${label} ${index}`])),
  );
  return sets.flatMap((set) => two.map((some) => ({ ...set, ...some })));
}
