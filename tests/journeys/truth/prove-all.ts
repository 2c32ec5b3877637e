import { beforeEach, describe, expect, test } from 'vitest';
import { catalogue, type FamilyKey } from '../../../contract/metrics.ts';
import { sharedByFile } from '../../support/over.ts';
import { alarmProofs } from './alarms.ts';
import { catalogueProofs } from './catalogues.ts';
import { clickhouseProofs } from './clickhouse.ts';
import { eventLoopProofs } from './event-loop.ts';
import { httpProofs } from './http.ts';
import { memoryProofs } from './memory.ts';
import { notificationProofs } from './notifications.ts';
import { processProofs, startProofs } from './process.ts';
import type { Proof } from './proof.ts';
import { pushProofs } from './push.ts';
import { spoolProofs } from './spool.ts';
import { storageProofs } from './storage.ts';
import { startStage } from './stage.ts';
import { tokenProofs } from './tokens.ts';

/** Each group is proven on a stage of its own, beside the others. */
const groups = {
  access: { ...tokenProofs, ...httpProofs, ...pushProofs, ...startProofs, ...catalogueProofs },
  delivery: { ...alarmProofs, ...notificationProofs, ...clickhouseProofs, ...spoolProofs, ...storageProofs },
  runtime: { ...processProofs, ...memoryProofs, ...eventLoopProofs },
};
/** A family without a proof does not compile. */
const all: Readonly<Record<FamilyKey, Proof>> = { ...groups.access, ...groups.delivery, ...groups.runtime };

/** One test for each family of a group, on one stage. */
export function proveAll(group: keyof typeof groups): void {
  test('each family of the contract has a proof in one of the groups, and there are no others', () => {
    const proven = Object.values(groups).flatMap((proofs) => Object.keys(proofs));
    expect(proven.sort()).toEqual(Object.keys(catalogue.families).sort());
    expect(Object.keys(all)).toHaveLength(proven.length);
  });

  describe('the truth about', () => {
    const stage = sharedByFile(startStage);
    beforeEach(() => stage().calm());

    for (const [key, { by, prove }] of Object.entries<Proof>(groups[group])) {
      test(`${catalogue.families[key as FamilyKey].name}: ${by}`, () => prove(stage()));
    }
  });
}
