import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { prometheusRules } from '../../contract/alerts/prometheus.ts';
import type { DescribedCatalogue } from '../../contract/documents/described-catalogue.ts';
import type { CheckedCatalogue } from '../catalogues/check.ts';
import { findingLine, hasErrors, type Finding } from '../lib/finding.ts';
import { ConfigError } from '../config/error.ts';
import { print, printable, printJson } from './output.ts';

interface OutputOptions {
  output?: string;
}

interface RulesOptions extends OutputOptions {
  grafana?: boolean;
  datasource: string;
  folder: string;
  runbook?: string;
}

export function addCatalogueCommands(catalogue: Command): void {
  catalogue
    .command('check')
    .description('check catalogue files, each by itself and beside the others')
    .argument('<files...>')
    .option('--json', 'print JSON')
    .action(async (files: string[], options: { json?: boolean }) => {
      const { checkCatalogues } = await import('../catalogues/check.ts'); // PromQL's grammar, for these commands alone
      const checked = checkCatalogues(files);
      const ok = !checked.some(({ findings }) => hasErrors(findings));
      if (options.json) printJson({ ok, files: checked.map(summary) });
      else checked.forEach(printFindings);
      if (!ok) process.exitCode = 1;
    });

  withOutput(catalogue.command('dashboard').description('make its dashboard for Grafana, as JSON')).action(
    async (file: string, { output }: OutputOptions) => {
      const { dashboards, title } = await load(file);
      const [dashboard] = dashboards;
      if (!dashboard) throw new ConfigError(`${title} describes no dashboard. See docs/catalogues.md.`);
      const { renderDashboard } = await import('../../contract/dashboards/render.ts'); // it brings Grafana's SDK
      write(`${JSON.stringify(renderDashboard(dashboard), null, 2)}\n`, output);
    },
  );

  withOutput(catalogue.command('rules').description('make its alert rules for Prometheus, as YAML'))
    .option('--grafana', 'for Grafana’s own alerting instead')
    .option('--datasource <uid>', 'the data source that Grafana’s rules ask', 'vitals-prometheus')
    .option('--folder <title>', 'the folder of Grafana’s rules', 'Vitals')
    .option('--runbook <url>', 'the document with a section for each alert (default: what the file says)')
    .action(async (file: string, options: RulesOptions) => {
      const described = await load(file);
      write(
        stringify(await rulesOf(described, options), { lineWidth: 0, aliasDuplicateObjects: false }),
        options.output,
      );
    });

  withOutput(
    catalogue.command('docs').description('make the reference of its families and alerts, as Markdown'),
  ).action(async (file: string, { output }: OutputOptions) => {
    const { catalogueReference } = await import('../../contract/documents/reference-pages.ts');
    write(catalogueReference(await load(file)), output);
  });
}

function withOutput(command: Command): Command {
  return command.argument('<file>').option('--output <file>', 'write it there (default: standard output)');
}

async function rulesOf(
  { alerts, dashboards, ...described }: DescribedCatalogue,
  options: RulesOptions,
): Promise<object> {
  const { grafana, datasource, folder, runbook: url = described.runbook } = options;
  const runbook = url === undefined ? undefined : { url };
  if (!grafana) return prometheusRules(alerts, { runbook });
  const { grafanaAlerting } = await import('../../contract/alerts/grafana.ts');
  return grafanaAlerting(alerts, { datasource, folder, orgId: 1, runbook, dashboards });
}

async function load(file: string): Promise<DescribedCatalogue> {
  const { loadCatalogues } = await import('../catalogues/check.ts');
  const [described] = loadCatalogues([file]);
  if (!described) throw new ConfigError(`${file}: cannot be used.`);
  return described;
}

function write(text: string, output: string | undefined): void {
  if (output === undefined) return print(text.trimEnd());
  try {
    writeFileSync(output, text);
  } catch (error) {
    throw new ConfigError(`${output}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`);
  }
}

function summary({ file, findings, described }: CheckedCatalogue) {
  const { id = null, families = {} } = described?.catalogue ?? {};
  return { file, ok: !hasErrors(findings), id, families: Object.keys(families).length, findings };
}

function printFindings({ file, findings, described }: CheckedCatalogue): void {
  for (const finding of findings) print(printable(findingLine(file, finding)));
  const count = (severity: Finding['severity']) => {
    const number = findings.filter((one) => one.severity === severity).length;
    return `${number} ${severity}${number === 1 ? '' : 's'}`;
  };
  const families = Object.keys(described?.catalogue.families ?? {}).length;
  const found = `${count('error')}, ${count('warning')}`;
  print(printable(hasErrors(findings) ? `${file}: ${found}` : `${file}: can be used: ${families} families, ${found}`));
}
