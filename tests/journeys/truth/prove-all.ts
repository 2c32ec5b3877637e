import { beforeEach, describe, expect, test } from 'vitest';
import type { Family } from '../../../contract/catalogue-model.ts';
import { applianceFamilies, catalogue, runtimeFamilies } from '../../../contract/metrics.ts';
import { sharedByFile } from '../../support/over.ts';
import type { Proof } from './proof.ts';
import { startStage } from './stage.ts';

/** One test for each family, on one stage. A family without a proof does not compile, and fails. */
export function proveAll<Families extends Readonly<Record<string, Family>>>(
  families: Families,
  proofs: Readonly<Record<keyof Families & string, Proof>>,
): void {
  test('each of these families of the contract has a proof, and there are no others', () => {
    expect(Object.keys(proofs).sort()).toEqual(Object.keys(families).sort());
    expect(catalogue.families).toEqual({ ...applianceFamilies, ...runtimeFamilies });
  });

  describe('the truth about', () => {
    const stage = sharedByFile(startStage);
    beforeEach(() => stage().calm());

    for (const [key, { by, prove }] of Object.entries<Proof>(proofs)) {
      test(`${families[key]?.name ?? key}: ${by}`, () => prove(stage()));
    }
  });
}
