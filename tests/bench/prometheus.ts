/** What Prometheus sends, and one answer to it as it is on the wire. */
import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export const SCRAPE_PATH = '/api/metrics/prometheus';

const common = { 'user-agent': 'Prometheus/2.42.0', 'x-prometheus-scrape-timeout-seconds': '10' };
export const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** A scraper that knows text only, without compression. */
export const asksText = (secret: string) => ({ ...common, accept: 'text/plain;version=0.0.4', ...bearer(secret) });

/** Prometheus itself: OpenMetrics before text, compressed. */
export const asksAsPrometheus = (secret: string) => ({
  ...common,
  accept:
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'accept-encoding': 'gzip',
  ...bearer(secret),
});

export interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Question {
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Sent with POST. */
  readonly body?: Buffer;
  readonly agent?: Agent;
}

/** One request. Rejects where it is answered with anything but 200; the body is not decompressed. */
export function ask({ port, path, headers = {}, body, agent }: Question): Promise<Answer> {
  const length = body && { 'content-length': body.length };
  const options = {
    port,
    path,
    headers: { ...headers, ...length },
    method: body ? 'POST' : 'GET',
    ...(agent && { agent }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        const whole = Buffer.concat(chunks);
        if (answer.statusCode === 200) resolve({ headers: answer.headers, body: whole });
        else reject(new Error(`${path} was answered ${String(answer.statusCode)}: ${whole.toString().slice(0, 500)}`));
      });
    });
    asked.on('error', reject).end(body);
  });
}
