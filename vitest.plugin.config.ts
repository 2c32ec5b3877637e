import { createRequire } from 'node:module';
import type { TestProjectInlineConfiguration } from 'vitest/config';

const require = createRequire(import.meta.url);

/** The CommonJS builds: the ES modules of Grafana's packages import things that Node cannot load. */
const grafana = ['data', 'ui', 'runtime', 'i18n', 'schema', 'e2e-selectors'].map((name) => ({
  find: new RegExp(`^@grafana/${name}$`),
  replacement: require.resolve(`@grafana/${name}`),
}));

/** Components of the plugin, in jsdom; `tests/plugin/setup.ts` cleans up behind each test. */
export const pluginProject: TestProjectInlineConfiguration = {
  extends: true,
  resolve: { alias: grafana },
  test: {
    name: 'plugin',
    include: ['tests/plugin/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    setupFiles: ['tests/plugin/setup.ts'],
    restoreMocks: true,
  },
};

/** The workbench's server and the manifest it reads, without a browser. One file has a Grafana of its own making, which no other may load. */
export const workbenchProject: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'workbench', include: ['tests/workbench/**/*.test.ts'], isolate: true },
};

/** The built plugin in the workbench, in a real Chromium. Needs `npm run build` before. */
export const pluginJourneys: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'plugin-journeys', include: ['tests/journeys/plugin-*.test.ts'], testTimeout: 300_000 },
};

/** The plugin's journeys in each shell: the workbench and, where `VITALS_GRAFANA_…` names one, a real Grafana. */
export const shellJourneys: TestProjectInlineConfiguration = {
  extends: true,
  test: { name: 'grafana', include: ['tests/grafana/**/*.test.ts'], testTimeout: 600_000 },
};
