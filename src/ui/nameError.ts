import { t } from '@grafana/i18n';
import { nameFault } from '../../contract/names.ts';

/** What is wrong with a name, in the page's words, by the backend's own rule. */
export function nameError(name: string): string | undefined {
  switch (nameFault(name)) {
    case 'empty':
      return t('tokens.name.empty', 'Give it a name of 1 to 200 characters.');
    case 'invisible':
      return t('tokens.name.invisible', 'The name has no character that can be seen. Type one.');
    case 'surrogate':
      return t('tokens.name.surrogate', 'The name contains half of a character. Type it again.');
    case 'forbidden':
      return t('tokens.name.forbidden', 'The name contains a control or text-direction character. Remove it.');
    case 'secret':
      return t('tokens.name.secret', 'The name contains a token. Name it after who will use it instead.');
    case 'too_long':
      return t('tokens.name.too-long', 'The name is longer than 200 characters. Shorten it.');
    default:
      return undefined;
  }
}
