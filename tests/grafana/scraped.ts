/** A real Prometheus that scrapes the appliance, for the dashboards and rules of a real Grafana. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../support/place.ts';
import { startPrometheus, type Prometheus } from '../support/prometheus.ts';

/** Provisioned files for a Prometheus that scrapes so often. */
export const everySecond = (path: string, text: string): string =>
  path.startsWith('datasources/') ? text.replace(/timeInterval: \w+/, 'timeInterval: 1s') : text;

/** Scrapes with a token that was minted for it. */
export async function scrapeWith(binary: string, place: Place): Promise<Prometheus> {
  return scrapeBy(binary, place, (await place.mint('Prometheus')).secret);
}

/** Scrapes with this token, every second. The job's name is the one that dashboards and rules ask for. */
export function scrapeBy(binary: string, place: Place, secret: string): Promise<Prometheus> {
  const credentialsFile = join(place.folder, 'dhcp-dpi.token');
  writeFileSync(credentialsFile, secret);
  const job = {
    job_name: 'dhcp-dpi',
    metrics_path: '/api/metrics/prometheus',
    scrape_interval: '1s',
    authorization: { type: 'Bearer', credentials_file: credentialsFile },
    static_configs: [{ targets: [`127.0.0.1:${place.port}`] }],
  };
  return startPrometheus(binary, place.folder, [job]);
}
