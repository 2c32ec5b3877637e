/** Labels that the group itself sets, on every series that is pushed to it. */
const ofTheGroup = ['instance', 'job'];
const pair = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const mayClash = new RegExp(`(?:${ofTheGroup.join('|')})="`);

/**
 * An exposition as it is pushed: a series' own label `instance` or `job`, which the Pushgateway would overwrite with the
 * group's, goes out as `exported_…`, as Prometheus itself renames it at a scrape. So queries hold either way.
 * @param exposition text 0.0.4
 */
export function pushedText(exposition: string): string {
  if (!mayClash.test(exposition)) return exposition;
  return exposition
    .split('\n')
    .map((line) => (line.startsWith('#') || !mayClash.test(line) ? line : renamed(line)))
    .join('\n');
}

function renamed(sample: string): string {
  const taken = new Set(Array.from(sample.matchAll(pair), ([, label]) => label));
  return sample.replace(pair, (whole, label: string, value: string) => {
    if (!ofTheGroup.includes(label)) return whole;
    let name = `exported_${label}`;
    while (taken.has(name)) name = `exported_${name}`;
    return `${name}="${value}"`;
  });
}
