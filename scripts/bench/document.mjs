/** `docs/performance.md`, made of one run: every row, the machine's shape, and what follows for an operator. */
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { cellsOf, headings, readable } from './figures.mjs';

/** @typedef {import('./figures.mjs').Row} Row */
/** @typedef {{cpu: string, cores: number, memoryGb: number, node: string, kernel: string}} Machine */

const INTERVAL_SECONDS = 15;
const APPLIANCES = 1000;

/** The shape of this machine, without its name. @returns {Machine} */
export function thisMachine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${type()} ${release().split('-')[0]}`,
  };
}

/** @param {readonly Row[]} rows @param {Machine} machine @returns {string} Markdown */
export function documentOf(rows, { cpu, cores, memoryGb, node, kernel }) {
  return `# Performance

Written by \`npm run bench -- --write\` from one run; do not edit it. Each figure is the median of its rounds. The two sides
of a ratio took turns in the same run on the same machine, and the load came from a process of its own on that machine, so
ratios carry over to others and times do not. \`tests/bench/\` holds what was measured, a file a subject.

Measured on: ${cpu}, ${cores} cores, ${memoryGb} GB of memory, Node.js ${node}, ${kernel}.

## What an operator can expect

${operators(rows).join('\n')}

## Every figure

"spread" is least and most over the rounds: of the ratio where there is one and no limit of the value, else of the value.
"must" is the limit that the project sets itself; the baseline is what the name says behind the slash.

${markdownTable([headings, ...rows.map(cellsOf)])}
`;
}

/** @param {readonly string[][]} lines the headings first */
function markdownTable([first = [], ...lines]) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(first), line(first.map(() => '---')), ...lines.map(line)].join('\n');
}

/** @param {readonly Row[]} rows */
function operators(rows) {
  /** A number of this run; NaN, and so shown as a dash, where it was not measured. @param {string} name */
  const of = (name) => rows.find((row) => row.name === name)?.value ?? NaN;
  const idle = of('processor time of a second without scrapes');
  const scrape = of('processor time of a seldom scrape, OpenMetrics and gzip');
  const seriesScrape = of('100,000 reported series, processor time of a scrape, gzip');
  const samples = of('platform, samples of an answer');
  const zipped = of('platform, answer, gzip');
  const polls = of('tokens page, requests a minute while it is open');
  const pageMs = of('tokens page, processor time of the backend a minute');

  const bullets = [
    `**One scrape every ${INTERVAL_SECONDS} s**: ${readable(scrape)} ms of processor time a scrape, beside ${readable(idle)} ms in every second for what goes on anyway: together ${percent(idle / 1000 + scrape / 1000 / INTERVAL_SECONDS)} of one core, and ${readable(of('memory of an idle server'))} MB of memory, the embedded ClickHouse (a process of its own) not counted.`,
    `**100,000 reported series**: ${readable(of('100,000 reported series, memory'))} MB of memory. A report of them takes ${readable(of('100,000 reported series, processor time of a report'))} ms of processor time, a scrape ${readable(seriesScrape)} ms and ${kilobytes(of('100,000 reported series, answer, gzip'))} on the wire: scraped every ${INTERVAL_SECONDS} s, ${percent(seriesScrape / 1000 / INTERVAL_SECONDS)} of one core.`,
    `**${readable(APPLIANCES)} appliances behind one Grafana**: nothing is shared between them, so each costs itself what is said above. Derived, not measured: an answer has ${readable(samples)} samples and ${kilobytes(zipped)} compressed, so a Prometheus that scrapes all of them every ${INTERVAL_SECONDS} s keeps ${readable(samples * APPLIANCES)} active series, takes in ${readable((samples * APPLIANCES) / INTERVAL_SECONDS)} samples a second and receives ${kilobytes((zipped * APPLIANCES) / INTERVAL_SECONDS)} a second.`,
    `**An open page of the app** asks only the appliance that it shows: ${readable(of('tokens page, requests to open it'))} requests to open the tokens page (${kilobytes(of('first load of the tokens page, our own'))} of scripts and texts at the first time), then ${readable(polls)} requests a minute through Grafana, which take ${readable(pageMs)} ms of the appliance's processor. A hidden tab asks nothing. With a page open for each of ${readable(APPLIANCES)} appliances, Grafana forwards ${readable((polls * APPLIANCES) / 60)} requests a second.`,
  ];
  return bullets.map((text) => `- ${text}`);
}

/** @param {number} part */
const percent = (part) => `${readable(part * 100)} %`;
/** @param {number} bytes */
const kilobytes = (bytes) => `${readable(bytes / 1000)} kB`;
