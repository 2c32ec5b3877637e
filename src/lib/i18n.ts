import { initPluginTranslations } from '@grafana/i18n';
import { PLUGIN_ID } from './constants.ts';

/** Binds `t` and `Trans` to this plugin's texts. Grafana has loaded `locales/` by then; English stands in the code. */
export async function bindTranslations(): Promise<void> {
  await initPluginTranslations(PLUGIN_ID);
}
