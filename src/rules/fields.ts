import type { RuleDraft, RuleErrors } from './ruleDraft.ts';

/** What each part of the editor's form works on. */
export interface FieldsProps {
  readonly draft: RuleDraft;
  readonly errors: RuleErrors;
  /** Of a built-in rule only the numbers can be changed, not what it watches. */
  readonly isFixed: boolean;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}
