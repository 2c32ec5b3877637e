import { dropReasonNames, type DropReason } from '../../../contract/appliance.ts';
import { shows } from '../../support/local-exporter.ts';
import type { ProofsOf } from './proof.ts';
import { STAGE_SHOWS, STAGE_SOURCE } from './stage.ts';

/** What the catalogue of the stage does not allow: one sample each, beside what is good. */
const rejected: Readonly<Record<Exclude<DropReason, 'too_many_values'>, string>> = {
  unknown_family: 'stage_other 1\n',
  wrong_type: '# TYPE stage_queue counter\nstage_queue 1\n',
  unknown_label: 'stage_lamp{mode="on",room="attic"} 1\n',
  unknown_value: 'stage_lamp{mode="dim"} 1\n',
  bad_value: 'stage_runs_total -1\n',
  duplicate: 'stage_lamp{mode="off"} 0\n',
};

export const catalogueProofs: ProofsOf<'catalogueSourceUp' | 'catalogueDropped'> = {
  catalogueSourceUp: {
    by: 'a local exporter is stopped, is back but answers 500, and answers again',
    async prove(stage) {
      const series = `catalogue=${STAGE_SOURCE}`;
      const watch = await stage.watch('catalogueSourceUp');
      await stage.exporter.away();
      await watch.moved({ [series]: -1 });
      stage.exporter.answer((_request, response) => void response.writeHead(500).end());
      await stage.exporter.back();
      await watch.moved({ [series]: -1 });
      stage.exporter.answer(shows(STAGE_SHOWS));
      await watch.moved({});
    },
  },

  catalogueDropped: {
    by: 'a local exporter shows what does not fit for each of the reasons, once more each time',
    async prove(stage) {
      const watch = await stage.watch('catalogueDropped');
      const promised: Record<string, number> = {};
      // A closed catalogue has no label that could have too many values.
      const reasons = dropReasonNames.filter((reason) => reason !== 'too_many_values');
      for (const [index, reason] of reasons.entries()) {
        let times = index + 1;
        stage.exporter.answer((request, response) => {
          const more = times > 0 ? rejected[reason] : '';
          times -= 1;
          shows(STAGE_SHOWS + more)(request, response);
        });
        promised[`catalogue=${STAGE_SOURCE},reason=${reason}`] = index + 1;
        await watch.moved(promised);
      }
    },
  },
};
