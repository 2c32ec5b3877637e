import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { pluginJourneys, pluginProject, shellJourneys, workbenchProject } from './vitest.plugin.config.ts';

process.env['TZ'] = 'UTC'; // dates are shown in the reader's own zone

const second = 1000;

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

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        // The time limit is for a busy machine: each test has a real database on disk.
        test: {
          name: 'backend',
          include: ['tests/backend/**/*.test.ts', 'tests/architecture.test.ts'],
          testTimeout: 30 * second,
          hookTimeout: 30 * second,
        },
      },
      {
        // Whole processes and real tools; they need build/, which `npm test` makes beforehand.
        extends: true,
        test: {
          name: 'journeys',
          include: ['tests/journeys/**/*.test.ts'],
          exclude: ['tests/journeys/plugin-*.test.ts'],
          testTimeout: 120 * second,
          hookTimeout: 60 * second,
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
