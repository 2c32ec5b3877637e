import { t } from '@grafana/i18n';
import type { Catalogue } from '../../contract/api.ts';
import type { DropReason } from '../../contract/appliance.ts';
import { PLATFORM } from '../../contract/platform.ts';

/** What a scope means for whoever hands out tokens. */
export function scopeLabel(scope: Catalogue['scope']): string {
  switch (scope) {
    case 'platform-health':
      return t(
        'catalogues.scope.platform',
        'Platform health: all label values are known in advance. Every token with the scope platform health can read it.',
      );
    case 'inventory':
      return t(
        'catalogues.scope.inventory',
        'Inventory: label values are open and may identify single objects. Only tokens with this catalogue in their scope can read it.',
      );
    default:
      return scope;
  }
}

/** Why a sample of a local exporter does not come out. */
export function dropReasonLabel(reason: DropReason): string {
  switch (reason) {
    case 'unknown_family':
      return t('catalogues.dropped.unknown-family', 'The catalogue has no such family.');
    case 'wrong_type':
      return t('catalogues.dropped.wrong-type', 'The exporter gives the family another type than the catalogue.');
    case 'unknown_label':
      return t('catalogues.dropped.unknown-label', 'The family has no such label in the catalogue.');
    case 'unknown_value':
      return t('catalogues.dropped.unknown-value', 'The catalogue does not list this value of the label.');
    case 'too_many_values':
      return t('catalogues.dropped.too-many', 'The label has as many values already as the catalogue allows.');
    case 'bad_value':
      return t('catalogues.dropped.bad-value', 'Such a family cannot have this value, or it came with a time.');
    case 'duplicate':
      return t('catalogues.dropped.duplicate', 'The exporter sent the same series twice.');
    default:
      return reason;
  }
}

/** What somebody may read, by its title; by its id where nobody knows it. */
export function scopeName(id: string, catalogues: readonly Catalogue[] | undefined): string {
  if (id === PLATFORM) return t('catalogues.platform', 'Platform health');
  return catalogues?.find((catalogue) => catalogue.id === id)?.title ?? id;
}
