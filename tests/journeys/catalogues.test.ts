import { join } from 'node:path';
import { expect } from 'vitest';
import {
  expectAlertsToCompare,
  expectPanelsToAnswer,
  expectRulesToBeWell,
  offeredValues,
} from '../support/catalogue-answers.ts';
import { shippedCatalogues } from '../support/catalogues.ts';
import { startExporter } from '../support/exporter.ts';
import { temporaryFolder } from '../support/folder.ts';
import { startPrometheus } from '../support/prometheus.ts';
import { testWith } from '../tools.ts';

const root = join(import.meta.dirname, '../..');

testWith(
  'prometheus',
  'every query of every panel and alert of the catalogues that are shipped answers, with the labels that it shows',
  async ({ prometheus: binary }) => {
    const shipped = shippedCatalogues();
    const since = Date.now();
    const targets = await Promise.all(shipped.map(({ catalogue }) => startExporter(catalogue)));
    const prometheus = await startPrometheus(
      binary,
      temporaryFolder(),
      shipped.map(({ catalogue, targetLabels }, index) => ({
        job_name: catalogue.id,
        scrape_interval: '1s',
        scrape_timeout: '1s',
        static_configs: [
          { targets: [targets[index]], labels: Object.fromEntries(targetLabels.map((label) => [label, 'the first'])) },
        ],
      })),
      {
        global: { evaluation_interval: '1s' },
        rule_files: shipped.map(({ catalogue }) => join(root, `provisioning/catalogues/${catalogue.id}/rules.yaml`)),
      },
    );

    for (const described of shipped) {
      const asked = { prometheus, described, since };
      await expectPanelsToAnswer(asked);
      for (const [label, values] of Object.entries(await offeredValues(asked))) {
        expect(values, label).toHaveLength(described.targetLabels.includes(label) ? 1 : 2);
      }
      await expectAlertsToCompare(asked);
    }
    await expectRulesToBeWell(prometheus, shipped);
  },
);
