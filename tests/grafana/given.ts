/** Which real Grafana the tests may use, as the environment names it. */
import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * - `built`: a server's binary and its home folder (`conf/`, `public/build`); each test starts one of its own
 * - `running`: one that runs somewhere, has the plugin installed, and is administered with `user` and `password`
 */
export type GivenGrafana =
  | { readonly kind: 'built'; readonly binary: string; readonly home: string }
  | { readonly kind: 'running'; readonly url: string; readonly user: string; readonly password: string };

/** How to name one, for a test that is skipped. */
export const howToGive =
  'No Grafana was given: set VITALS_GRAFANA_BIN and VITALS_GRAFANA_HOME, or VITALS_GRAFANA_URL (see CONTRIBUTING.md).';

/** @throws where what is named is not there: a typing mistake must not skip the tests. */
export function givenGrafana(env: NodeJS.ProcessEnv = process.env): GivenGrafana | undefined {
  const { VITALS_GRAFANA_BIN: binary, VITALS_GRAFANA_HOME: home, VITALS_GRAFANA_URL: url } = env;
  if (url) {
    const { VITALS_GRAFANA_USER: user = 'admin', VITALS_GRAFANA_PASSWORD: password = 'admin' } = env;
    return { kind: 'running', url: url.replace(/\/+$/, ''), user, password };
  }
  if (!binary && !home) return undefined;
  if (!binary || !home) throw new Error('VITALS_GRAFANA_BIN and VITALS_GRAFANA_HOME go together: set both.');
  accessSync(binary, constants.X_OK);
  const frontend = join(home, 'public', 'build');
  if (!existsSync(frontend)) throw new Error(`VITALS_GRAFANA_HOME has no built front end: ${frontend} is missing.`);
  return { kind: 'built', binary, home };
}
