/** A catalogue with 100,000 series, what is reported for it, and a server that has it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configure, createToken, issueCredential, serve, type Running } from './product.ts';
import { ask, bearer, type Question } from './prometheus.ts';

const HOSTS = 1000;
const DEVICES = 100;

const catalogue = `id: demo
title: Demo
description: Disks of many machines.
namespace: demo
scope: inventory
ttl: 1h
families:
  demo_disk_written_bytes:
    type: gauge
    unit: bytes
    help: Bytes written.
    labels: { host: { open: true, max: ${HOSTS} }, device: { open: true, max: ${DEVICES} } }
`;

/** About 8 MB. */
function exposition(): Buffer {
  const lines = Array.from({ length: HOSTS * DEVICES }, (_, i) => {
    const labels = `host="machine-${i % HOSTS}.example.net",device="disk-${Math.floor(i / HOSTS)}"`;
    return `demo_disk_written_bytes{${labels}} ${i * 12_345.678}\n`;
  });
  return Buffer.from(`# TYPE demo_disk_written_bytes gauge\n${lines.join('')}`);
}

export interface ServerWithSeries {
  readonly running: Running;
  /** A scrape token for what is reported, and one for the platform. */
  readonly secrets: { readonly demo: string; readonly platform: string };
  readonly scrape: Pick<Question, 'port' | 'path'>;
  /** Its size in bytes. */
  readonly reportBytes: number;
  report(): Promise<void>;
}

export async function serveManySeries(folder: string, preload?: string): Promise<ServerWithSeries> {
  writeFileSync(join(folder, 'demo.yaml'), catalogue);
  const settings = await configure(folder, { prometheus: { enabled: true, catalogues: ['demo.yaml'] } });
  const secrets = { demo: await createToken(settings, 'demo'), platform: await createToken(settings) };
  const jwt = await issueCredential(settings, 'reporter', '--catalogue', 'demo');
  const running = await serve(settings, preload);
  const { port } = running;
  const body = exposition();
  const headers = { 'content-type': 'text/plain; version=0.0.4', ...bearer(jwt) };
  return {
    running,
    secrets,
    scrape: { port, path: '/api/metrics/catalogues/demo' },
    reportBytes: body.length,
    async report() {
      await ask({ port, path: '/api/reports/demo', headers, body });
    },
  };
}
