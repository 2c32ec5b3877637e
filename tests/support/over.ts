/** What a test opens is closed when it ends; what all tests of a file share, when the file does. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { beforeAll, onTestFinished } from 'vitest';

type Cleanup = () => unknown;

const shared = new AsyncLocalStorage<Cleanup[]>();

/** Runs `cleanup` once the test is over or, for what is shared, once the file is; the last one first. */
export function whenOver(cleanup: Cleanup): void {
  const cleanups = shared.getStore();
  if (cleanups) cleanups.push(cleanup);
  else
    onTestFinished(async () => {
      await cleanup();
    });
}

/** Whatever is opened during `work`, even in the middle of a test, is kept until the file is over. */
export type Keep = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Something that is made before the first test of a file, for all of them. */
export function sharedByFile<Value>(make: (keep: Keep) => Promise<Value>): () => Value {
  let value: { readonly made: Value } | undefined;
  beforeAll(async () => {
    const cleanups: Cleanup[] = [];
    const cleanUp = async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    };
    const keep: Keep = (work) => shared.run(cleanups, work);
    try {
      value = { made: await keep(() => make(keep)) };
    } catch (error) {
      await cleanUp();
      throw error;
    }
    return cleanUp;
  });
  return () => {
    if (!value) throw new Error('what a file shares is made before its tests, not before the file');
    return value.made;
  };
}
