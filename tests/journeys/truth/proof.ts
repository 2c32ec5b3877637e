import type { FamilyKey } from '../../../contract/metrics.ts';
import type { Stage } from './stage.ts';

/** That a family tells the truth: what it is about is really done or broken, and what stands on the wire is looked at. */
export interface Proof {
  /** What happens, and what is seen of it. */
  readonly by: string;
  /** Leaves the stage as it was. */
  prove(stage: Stage): Promise<unknown>;
}

/** The proofs of some families. */
export type ProofsOf<Key extends FamilyKey> = Readonly<Record<Key, Proof>>;

/** Work that is done for the first proof that asks, and whose result serves them all. */
export function once<Result>(work: (stage: Stage) => Promise<Result>): (stage: Stage) => Promise<Result> {
  let result: Promise<Result> | undefined;
  return (stage) => (result ??= work(stage));
}
