/** What 100,000 reported series cost: processor time of a report and of a scrape, memory, and bytes on the wire. */
import { printFigure, roundsOr } from './figures.ts';
import { cpuMs, inFolder, memoryMb } from './product.ts';
import { SCRAPE_PATH, ask, asksAsPrometheus, asksText } from './prometheus.ts';
import { serveManySeries } from './reported-series.ts';

await inFolder(async (folder) => {
  const { running, secrets, scrape, report } = await serveManySeries(folder);
  const { pid, port } = running;
  const cost = async (work: () => Promise<unknown>) => {
    const before = cpuMs(pid);
    await work();
    return cpuMs(pid) - before;
  };
  const zipped = () => ask({ ...scrape, headers: asksAsPrometheus(secrets.demo) });
  const platform = { port, path: SCRAPE_PATH };

  await report();
  await zipped();
  const rounds: Record<'report' | 'scrape' | 'memory', number[]> = { report: [], scrape: [], memory: [] };
  for (let round = 0; round < roundsOr(5); round++) {
    rounds.report.push(await cost(report));
    rounds.scrape.push(await cost(zipped));
    rounds.memory.push(memoryMb(pid));
  }
  const about = '100,000 reported series';
  printFigure({ name: `${about}, processor time of a report`, unit: 'ms', value: rounds.report });
  printFigure({ name: `${about}, processor time of a scrape, gzip`, unit: 'ms', value: rounds.scrape });
  printFigure({ name: `${about}, memory`, unit: 'MB', value: rounds.memory });
  printFigure({ name: `${about}, answer, gzip`, unit: 'bytes', value: (await zipped()).body.length });

  const plain = (await ask({ ...platform, headers: asksText(secrets.platform) })).body;
  const small = (await ask({ ...platform, headers: asksAsPrometheus(secrets.platform) })).body;
  const samples = plain.toString().match(/^[^#\n]/gm) ?? [];
  printFigure({ name: 'platform, samples of an answer', unit: 'samples', value: samples.length });
  printFigure({ name: 'platform, answer', unit: 'bytes', value: plain.length });
  printFigure({ name: 'platform, answer, gzip', unit: 'bytes', value: small.length });
  await running.stop();
});
