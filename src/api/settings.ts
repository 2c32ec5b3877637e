/** The plugin's settings, which Grafana keeps, and the test of new ones before they take the place of those in use. */
import type { Health } from '../../contract/api.ts';
import { PLUGIN_ID, type PluginSettings } from '../lib/constants.ts';
import { forgetRefusal } from './credentialRefusal.ts';
import { ApiFailure } from './failure.ts';
import { queryClient } from './queryClient.ts';
import { PROXY, send } from './request.ts';

/** What Grafana keeps beside the settings; saving has to repeat it, or it would change. */
export interface PluginState {
  readonly enabled: boolean;
  readonly pinned: boolean;
}

/** What is to be saved. A credential that is left out stays as it was. */
export interface NewSettings {
  readonly jsonData: PluginSettings;
  readonly credential: string | undefined;
}

/** Saves the settings, from then on in use, and clears what a test has left. */
export async function saveSettings({ jsonData, credential }: NewSettings, state: PluginState): Promise<void> {
  const secrets = { trialToken: '', ...(credential && { apiToken: credential }) };
  await save({ ...jsonData, trialUrl: undefined }, secrets, state);
  forgetRefusal();
  queryClient.clear(); // another backend may answer from now on
}

/**
 * Keeps new settings beside those in use, where only the two `trial` routes of plugin.json read them, and only for
 * administrators. Whatever comes of the test, what is in use is not touched by it.
 * @param inUse the settings that stay
 */
export function saveTrial({ jsonData, credential }: NewSettings, inUse: PluginSettings, state: PluginState) {
  return save({ ...inUse, trialUrl: jsonData.backendUrl }, { trialToken: credential ?? '' }, state);
}

/** Checks the health of the backend that is tried, with the trial's credential or, where there is none, with the one in use. */
export async function askTrial(hasCredential: boolean): Promise<Health> {
  const health = await send<Partial<Health>>(`${PROXY}/trial/${hasCredential ? 'new' : 'saved'}-credential`);
  if (typeof health.version !== 'string' || !health.caller) throw new ApiFailure('not_vitals', 200);
  return health as Health;
}

/** Removes what a test has left; the settings in use stay as they are. */
export function forgetTrial(inUse: PluginSettings, state: PluginState): Promise<void> {
  return save({ ...inUse, trialUrl: undefined }, { trialToken: '' }, state);
}

interface Kept extends PluginSettings {
  readonly trialUrl: string | undefined;
}

async function save(jsonData: Kept, secureJsonData: Record<string, string>, state: PluginState): Promise<void> {
  await send(`/api/plugins/${PLUGIN_ID}/settings`, { method: 'POST', data: { ...state, jsonData, secureJsonData } });
}
