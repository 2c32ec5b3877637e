import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { pluginJourneys, pluginProject, shellJourneys, workbenchProject } from './vitest.plugin.config.ts';

process.env['TZ'] = 'UTC'; // dates are shown in the reader's own zone

const second = 1000;

/** Journeys first, which wait more than they compute; what only computes fills the gaps and the end. */
const order = ['journeys', 'grafana', 'plugin-journeys', 'workbench', 'plugin', 'backend', 'backend-modules'];
class JourneysFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification) => order.indexOf(project.name);
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

/** Soaks take long, so they run only where `--project soak` asks for them. */
const wantsSoak = /--project[= ]soak\b/.test(process.argv.join(' '));

const soak: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'soak',
    include: ['tests/soak/**/*.test.ts'],
    testTimeout: 6 * 3600 * second,
    hookTimeout: 60 * second,
  },
};

/** They replace modules, which other files in the same worker have loaded already. */
const withOwnModules = ['tests/backend/*-durability.test.ts', 'tests/backend/ingest-on-demand.test.ts'];

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 4, // on two cores: of four journeys two are waiting
    sequence: { sequencer: JourneysFirst },
    // One worker runs many files: what a file loads stays loaded, and a test takes back what it changes of the process.
    isolate: false,
    unstubEnvs: true,
    passWithNoTests: false,
    setupFiles: ['tests/support/setup.ts'],
    // For a busy machine: a test waits for what it asserts, and only a broken one meets its limit.
    testTimeout: 120 * second,
    hookTimeout: 120 * second,
    expect: { poll: { timeout: 60 * second } },
    projects: [
      {
        extends: true,
        test: { name: 'backend', include: ['tests/backend/**/*.test.ts', 'tests/*.test.ts'], exclude: withOwnModules },
      },
      { extends: true, test: { name: 'backend-modules', include: withOwnModules, isolate: true } },
      {
        // Whole processes and real tools; they need build/, which `npm test` makes beforehand.
        extends: true,
        test: {
          name: 'journeys',
          testTimeout: 300 * second,
          include: ['tests/journeys/**/*.test.ts'],
          exclude: ['tests/journeys/plugin-*.test.ts'],
        },
      },
      pluginProject,
      workbenchProject,
      pluginJourneys,
      shellJourneys,
      ...(wantsSoak ? [soak] : []),
    ],
  },
});
