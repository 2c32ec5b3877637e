import { useMemo } from 'react';
import type { Condition, RulePreview } from '../../contract/api.ts';
import { previewRule } from '../api/client.ts';
import { useAnswer, type Answered } from '../ui/useRequest.ts';

const TYPING_PAUSE_MS = 400;

/** What a rule with this condition would do now, asked for when the typing pauses. */
export function usePreview(condition: Condition): Answered<RulePreview> {
  const key = JSON.stringify(condition);
  const ask = useMemo(
    () => async (signal: AbortSignal) => {
      await new Promise((done) => setTimeout(done, TYPING_PAUSE_MS));
      signal.throwIfAborted();
      return previewRule(JSON.parse(key) as Condition, signal);
    },
    [key],
  );
  return useAnswer(ask);
}
