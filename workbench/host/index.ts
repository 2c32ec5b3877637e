/** Fills window.grafanaBootData, which Grafana's packages read while they are loaded, and only then loads them. */
import { basePath } from './base.ts';
import { bootData } from './bootData.ts';

async function main(): Promise<void> {
  const response = await fetch(`${basePath}/api/workbench`);
  const workbench = (await response.json()) as import('./workbench.ts').WorkbenchState;
  Object.assign(window, { grafanaBootData: bootData(workbench), __grafana_public_path__: '/public/' });
  const { start } = await import('./start.tsx');
  await start(workbench);
}

void main();
