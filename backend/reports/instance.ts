import { isOpen, type Catalogue } from '../../contract/catalogue-model.ts';
import { nameProblem } from '../../contract/names.ts';
import { invalidField } from '../http/fields.ts';

/**
 * Whether somebody may report by this name.
 * @throws Refusal `invalid_request` that says which names there are
 */
export function checkInstance(instance: string | undefined, allowed: Catalogue['instances']): void {
  if (allowed === undefined) {
    if (instance === undefined) return;
    throw invalidField('instance', 'The catalogue knows no instances: report without one, or give it `instances`.');
  }
  if (instance === undefined) {
    throw invalidField('instance', 'Say which instance reports, with ?instance=NAME.');
  }
  if (isOpen(allowed)) {
    const problem = nameProblem(instance);
    if (problem !== undefined) throw invalidField('instance', problem);
  } else if (!allowed.includes(instance)) {
    throw invalidField('instance', `The catalogue has no such instance. There are: ${allowed.join(', ')}.`);
  }
}
