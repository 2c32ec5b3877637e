/**
 * Runs in Vitest's own process. First the tests of a file as they are, noting which of them comes by which mutant; then,
 * for one mutant after another, everything is loaded afresh with it, and its tests run until the first fails.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { startTests } from '@vitest/runner';
import { TestRunner, vi } from 'vitest';

/** @typedef {import('@vitest/runner').File} File @typedef {import('@vitest/runner').Test} Test @typedef {import('@vitest/runner').Task} Task */
/**
 * @typedef {object} Plan what is asked of this process
 * @property {Readonly<Record<string, readonly number[]>>} alive by source file the mutants that no test has noticed yet
 * @property {string} results where what comes of it is written, a line of JSON each
 */
/**
 * @typedef {{ tests: number, red: string[], covered: Record<string, number[]> }
 *   | { begun: { file: string, index: number } }
 *   | { file: string, index: number, end: 'killed' | 'survived', by?: string }
 *   | { done: boolean }} Result `done: false`: the memory is full; the others are for another process
 */

/** How long a test may take with a mutant: so many times as long as without it, and this on top, in milliseconds. */
const SLOWER = 4;
const EXTRA_MS = 1_500;
/** A mutant may take so many times the steps that all tests take without it. */
const STEPS = 20;
const FEWEST_STEPS = 1_000_000;
/** What is loaded again and again is not all given back. */
const MOST_MEMORY = 1_200_000_000;

/** @type {Plan} */
const plan = JSON.parse(readFileSync(process.env.VITALS_MUTATION_PLAN ?? '', 'utf8'));

/** @param {Result} result */
const tell = (result) => appendFileSync(plan.results, `${JSON.stringify(result)}\n`);

/** The mutant that is on wherever a file is loaded from now on. @type {{ file: string, index: number } | undefined} */
let active;
/** Notes what is come by, where somebody wants to know. @type {((file: string, index: number) => void) | undefined} */
let onReached;
let steps = 0;
let mostSteps = Infinity;

Object.assign(globalThis, {
  /** Asked by a file with mutants in it as it is loaded: what it is still on after others were. @param {string} file */
  vitalsMutant(file) {
    const own = active?.file === file ? active.index : undefined;
    return (/** @type {number} */ index) => {
      steps += 1;
      onReached?.(file, index);
      if (own === undefined) return false;
      if (steps > mostSteps) throw new Error('it goes on and on');
      return index === own;
    };
  },
});

/** @param {readonly Task[]} tasks @returns {Test[]} */
const testsOf = (tasks) => tasks.flatMap((task) => (task.type === 'suite' ? testsOf(task.tasks) : [task]));

/** Runs only these tests, and no hook of a group that has none of them. @param {Task[]} tasks @param {(test: Test) => boolean} isWanted */
function narrow(tasks, isWanted) {
  for (const task of tasks) {
    if (task.type === 'suite') {
      narrow(task.tasks, isWanted);
      if (task.tasks.every(({ mode }) => mode === 'skip' || mode === 'todo')) task.mode = 'skip';
    } else if (!isWanted(task)) task.mode = 'skip';
  }
}

/** @param {string} file @param {number} index */
const key = (file, index) => `${file} ${index}`;

export default class MutationRunner extends TestRunner {
  /** Which tests come by a mutant. @type {Map<string, Set<string>>} */
  #reachedBy = new Map();
  /** Which tests come by any mutant of a file. @type {Map<string, Set<string>>} */
  #filesReachedBy = new Map();
  /** Mutants that are come by while files are loaded, or in hooks of groups: any test may notice them. @type {Set<string>} */
  #reachedAlways = new Set();
  #isFirstRun = true;
  /** How long each test took without a mutant, in milliseconds. @type {Map<string, number>} */
  #durations = new Map();
  /** @type {unknown[]} */
  #unhandled = [];

  /** @param {ConstructorParameters<typeof TestRunner>[0]} config */
  constructor(config) {
    super(config);
    onReached = (file, index) => void this.#reachedAlways.add(key(file, index));
    process.on('unhandledRejection', (reason) => void this.#unhandled.push(reason));
    process.on('uncaughtException', (error) => void this.#unhandled.push(error));
  }

  /** @override @param {Test} test */
  async onBeforeRunTask(test) {
    await super.onBeforeRunTask(test);
    if (!this.#isFirstRun) return;
    onReached = (file, index) => {
      note(this.#reachedBy, key(file, index), test.id);
      note(this.#filesReachedBy, file, test.id);
    };
  }

  /** @override @param {Test} test */
  onAfterRunTask(test) {
    super.onAfterRunTask(test);
    if (this.#isFirstRun) onReached = (file, index) => void this.#reachedAlways.add(key(file, index));
  }

  /** Vitest waits for what this returns, which its types do not say. @override */
  // eslint-disable-next-line @typescript-eslint/no-misused-promises
  onAfterRunFiles(/** @type {File[]} */ files = []) {
    super.onAfterRunFiles();
    if (!this.#isFirstRun) return;
    this.#isFirstRun = false;
    onReached = undefined;
    mostSteps = Math.max(FEWEST_STEPS, steps * STEPS);
    return this.#tryMutants(files);
  }

  /** @param {File[]} files */
  async #tryMutants(files) {
    const tests = testsOf(files);
    const good = new Set(tests.filter(({ result }) => result?.state === 'pass').map(({ id }) => id));
    for (const { id, result } of tests) this.#durations.set(id, result?.duration ?? 0);
    const red = tests.filter(({ result }) => result?.state === 'fail').map(({ name }) => name);
    const order = Object.entries(plan.alive).flatMap(([file, indexes]) => indexes.map((index) => ({ file, index })));
    const reached = order.filter((one) => this.#testsFor(one).some((id) => good.has(id)));
    /** @type {Record<string, number[]>} */
    const covered = {};
    for (const { file, index } of reached) (covered[file] ??= []).push(index);
    tell({ tests: good.size, red, covered });
    const specs = files.map(({ filepath }) => filepath);
    for (const mutant of reached) {
      if (process.memoryUsage().rss > MOST_MEMORY) return tell({ done: false });
      tell({ begun: mutant });
      const wanted = new Set(this.#testsFor(mutant).filter((id) => good.has(id)));
      const by = await this.#noticedBy(mutant, specs, wanted);
      tell({ ...mutant, end: by === undefined ? 'survived' : 'killed', ...(by !== undefined && { by }) });
    }
    tell({ done: true });
  }

  /** @param {{ file: string, index: number }} mutant @returns {string[]} */
  #testsFor({ file, index }) {
    const own = this.#reachedBy.get(key(file, index));
    if (!this.#reachedAlways.has(key(file, index))) return [...(own ?? [])];
    const ofFile = this.#filesReachedBy.get(file);
    if (ofFile) return [...ofFile];
    return [...new Set([...this.#filesReachedBy.values()].flatMap((ids) => [...ids]))];
  }

  /**
   * The first test that fails with a mutant, or what else does.
   * @param {{ file: string, index: number }} mutant @param {string[]} specs @param {ReadonlySet<string>} wanted
   */
  async #noticedBy(mutant, specs, wanted) {
    active = mutant;
    steps = 0;
    this.#unhandled = [];
    vi.resetModules();
    const longest = Math.max(...[...wanted].map((id) => this.#durations.get(id) ?? 0));
    this.config.testTimeout = Math.round(longest * SLOWER + EXTRA_MS);
    /** @type {string | undefined} */
    let by;
    // A runner that tells Vitest nothing.
    const silent = /** @type {MutationRunner} */ (
      Object.create(this, {
        onTaskUpdate: { value: () => Promise.resolve() },
        onCollectStart: { value: () => undefined },
        onCollected: {
          value: (/** @type {File[]} */ collected) => {
            for (const { tasks } of collected) narrow(tasks, ({ id }) => wanted.has(id));
          },
        },
        onBeforeRunTask: {
          value: async (/** @type {Test} */ test) => {
            if (by !== undefined) test.mode = 'skip';
            await super.onBeforeRunTask(test);
          },
        },
        onAfterRunTask: {
          value: (/** @type {Test} */ test) => {
            super.onAfterRunTask(test);
            if (test.result?.state === 'fail') by ??= test.name;
            if (this.#unhandled.length > 0) by ??= 'an error that nobody handles';
          },
        },
        onAfterRunFiles: { value: () => super.onAfterRunFiles() },
      })
    );
    try {
      const [file] = await startTests(specs, silent);
      if (file?.result?.state === 'fail') by ??= 'loading, or a hook';
    } catch (error) {
      by ??= String(error);
    } finally {
      active = undefined;
      vi.useRealTimers();
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    }
    if (this.#unhandled.length > 0) by ??= 'an error that nobody handles';
    return by;
  }
}

/** @param {Map<string, Set<string>>} map @param {string} name @param {string} id */
function note(map, name, id) {
  const known = map.get(name);
  if (known) known.add(id);
  else map.set(name, new Set([id]));
}
