import { createRequire } from 'node:module';
import { defineProject } from 'vitest/config';

const require = createRequire(import.meta.url);

/** The CommonJS builds: the ES modules of Grafana's packages import things that Node cannot load. */
const grafana = ['data', 'ui', 'runtime', 'i18n', 'schema', 'e2e-selectors'].map((name) => ({
  find: new RegExp(`^@grafana/${name}$`),
  replacement: require.resolve(`@grafana/${name}`),
}));

/** Components of the plugin, in jsdom. */
export const pluginProject = defineProject({
  resolve: { alias: grafana },
  test: {
    name: 'plugin',
    include: ['tests/plugin/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    setupFiles: ['tests/plugin/setup.ts'],
    pool: 'forks',
    restoreMocks: true,
    testTimeout: 30_000,
  },
});

/** The workbench's server and the manifest it reads, without a browser. */
export const workbenchProject = defineProject({
  test: {
    name: 'workbench',
    include: ['tests/workbench/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 30_000,
  },
});

/** The built plugin in the workbench, in a real Chromium. Needs `npm run build` before. */
export const pluginJourneys = defineProject({
  test: {
    name: 'plugin-journeys',
    include: ['tests/journeys/plugin-*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: { poll: { timeout: 30_000 } }, // as long as Playwright's own waiting
  },
});

/** The plugin's journeys in each shell: the workbench and, where `VITALS_GRAFANA_…` names one, a real Grafana. */
export const shellJourneys = defineProject({
  test: {
    name: 'grafana',
    include: ['tests/grafana/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    expect: { poll: { timeout: 30_000 } },
  },
});
