import { t } from '@grafana/i18n';
import type { Catalogue, Token } from '../../../contract/api.ts';
import { PLATFORM } from '../../../contract/platform.ts';
import { scopeName } from '../../catalogues/catalogueLabels.ts';

/** Undefined: they are not known, or not yet. */
export type Catalogues = readonly Catalogue[] | undefined;

/** What every token reads unless it was given something else. */
export const usualScope: readonly string[] = [PLATFORM];

export function isUsualScope({ catalogues }: Pick<Token, 'catalogues'>): boolean {
  return catalogues.length === 1 && catalogues[0] === PLATFORM;
}

/** What a token reads, in words, platform health first. */
export function scopeText({ catalogues: ids }: Pick<Token, 'catalogues'>, catalogues: Catalogues): string {
  const others = ids.filter((id) => id !== PLATFORM);
  const inOrder = ids.includes(PLATFORM) ? [PLATFORM, ...others] : others;
  return inOrder.map((id) => scopeName(id, catalogues)).join(', ');
}

/** What a token can be given: platform health, and each catalogue that does not come out with it. */
export function readable(catalogues: Catalogues): { id: string; title: string; help: string }[] {
  const inventories = (catalogues ?? []).filter(({ scope }) => scope === 'inventory');
  return [
    {
      id: PLATFORM,
      title: scopeName(PLATFORM, catalogues),
      help: t('scope.platform-help', 'The appliance itself and every catalogue with closed labels'),
    },
    ...inventories.map(({ id, title, description }) => ({ id, title, help: description })),
  ];
}
