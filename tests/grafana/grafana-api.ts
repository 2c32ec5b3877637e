/** Grafana's own HTTP API, as an administrator of the server uses it. */
import { ask } from '../support/http.ts';

export interface GrafanaApi {
  /** @throws with Grafana's answer where that is no success. */
  send<Result>(method: string, path: string, body?: unknown): Promise<Result>;
}

export function grafanaApi(origin: string, user: string, password: string): GrafanaApi {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    async send<Result>(method: string, path: string, body?: unknown) {
      const answer = await ask(`${origin}${path}`, { method, headers: { authorization }, body });
      if (answer.status >= 300) throw new Error(`Grafana: ${method} ${path}: ${answer.status} ${answer.text}`);
      return (answer.text === '' ? undefined : JSON.parse(answer.text)) as Result;
    },
  };
}
