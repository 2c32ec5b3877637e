import { isWithoutSmallDisk } from '../../support/small-disk.ts';
import type { ProofsOf } from './proof.ts';

export const storageProofs: ProofsOf<'storageLow'> = {
  storageLow: {
    by: 'something else takes the room on the spool’s disk, and gives it back',
    async prove(stage) {
      const watch = await stage.watch('storageLow');
      if (isWithoutSmallDisk) return watch.moved({}); // nothing can be mounted here; in CI the stage would have failed
      stage.spoolDisk?.fill(20);
      await watch.moved({ 'folder=spool': 1 });
      stage.spoolDisk?.free();
      await watch.moved({});
    },
  },
};
