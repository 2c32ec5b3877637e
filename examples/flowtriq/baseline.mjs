/** What is usual for a node by its own history, what is an attack by that, and which incidents came of it. */

const HISTORY = 5760; // a day of looks every 15 seconds
const DAY_MS = 24 * 3600 * 1000;

/** @typedef {{average: number, p95: number, p99: number}} Baseline packets per second */
/** @typedef {{multiple: number, floor: number, learn: number}} Rule `learn`: looks before anything can be an attack */

/**
 * An attack is more than `multiple` times the 99th percentile of the node's history, and more than `floor`. Looks at an
 * attack do not become history.
 * @param {Rule} rule
 */
export function createBaseline({ multiple, floor, learn }) {
  /** @type {number[]} */
  const history = [];
  return {
    /** @param {number} pps @returns {Baseline & {isAttack: boolean}} */
    see(pps) {
      const usual = history.length > 0 ? baselineOf(history) : baselineOf([pps]);
      const isAttack = history.length >= learn && pps > floor && pps > multiple * usual.p99;
      if (!isAttack) history.push(pps);
      if (history.length > HISTORY) history.shift();
      return { ...usual, isAttack };
    },
  };
}

/** @param {readonly number[]} history @returns {Baseline} */
function baselineOf(history) {
  const sorted = history.toSorted((a, b) => a - b);
  const percentile = (/** @type {number} */ share) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
  return {
    average: history.reduce((sum, pps) => sum + pps, 0) / history.length,
    p95: percentile(0.95),
    p99: percentile(0.99),
  };
}

/** An incident begins when a node comes under attack and ends when it no longer is. They are forgotten with the process. */
export function createIncidents() {
  /** @type {{node: string, endedAt: number | undefined}[]} */
  let incidents = [];
  return {
    /** @param {ReadonlySet<string>} underAttack the nodes that are @param {number} now in milliseconds */
    see(underAttack, now) {
      const active = incidents.filter(({ endedAt }) => endedAt === undefined);
      for (const one of active.filter(({ node }) => !underAttack.has(node))) one.endedAt = now;
      for (const node of underAttack) {
        if (!active.some((one) => one.node === node)) incidents.push({ node, endedAt: undefined });
      }
      incidents = incidents.filter(({ endedAt = now }) => now - endedAt < DAY_MS);
      return { active: underAttack.size, lastDay: incidents.length };
    },
  };
}
