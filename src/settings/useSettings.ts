import { useState } from 'react';
import type { AppPluginMeta } from '@grafana/data';
import { askTrial, forgetTrial, saveSettings, saveTrial, type NewSettings, type PluginState } from '../api/settings.ts';
import type { PluginSettings } from '../lib/constants.ts';
import { testConnection, type Connection } from './connection.ts';

/** What came of a try to save. */
export type Outcome =
  | { readonly keeping: 'saved' | 'forced' | 'rejected'; readonly connection: Connection }
  | { readonly keeping: 'untested' };

const ENABLED: PluginState = { enabled: true, pinned: true };

/**
 * The plugin's settings on their way into Grafana: tried out beside those in use, and put in their place only where the test
 * does not refuse them. Whether the plugin is enabled stays as it is, unless enabling is asked for.
 */
export function useSettings({ enabled = true, pinned = true, jsonData, info }: AppPluginMeta<PluginSettings>) {
  const [state, setState] = useState<PluginState>({ enabled, pinned });
  const [inUse, setInUse] = useState<PluginSettings>(jsonData ?? {});

  async function keep(settings: NewSettings, next: PluginState) {
    await saveSettings(settings, next);
    setInUse(settings.jsonData);
    setState(next);
  }

  return {
    isEnabled: state.enabled,
    /** With a backend URL in place of the one in use; what else is kept there stays. */
    withUrl: (backendUrl: string): PluginSettings => ({ ...inUse, backendUrl }),
    /** Tests first. A plugin that is not enabled is, for the test and, where that does not refuse, for good. */
    async saveAndTest(settings: NewSettings): Promise<Outcome> {
      const next = state.enabled ? state : ENABLED;
      await saveTrial(settings, inUse, next);
      const connection = await testConnection(() => askTrial(settings.credential !== undefined), {
        url: settings.jsonData.backendUrl ?? '',
        pluginVersion: info.version,
      });
      const isKept = connection.isWhole || connection.isPlausible;
      await (isKept ? keep(settings, next) : forgetTrial(inUse, state));
      return { keeping: isKept ? 'saved' : 'rejected', connection };
    },
    /** Saves what a test has refused. */
    async force(settings: NewSettings, connection: Connection): Promise<Outcome> {
      await keep(settings, state.enabled ? state : ENABLED);
      return { keeping: 'forced', connection };
    },
    /** For a plugin that stays disabled: nothing can be tested then. */
    async saveOnly(settings: NewSettings): Promise<Outcome> {
      await keep(settings, state);
      return { keeping: 'untested' };
    },
  };
}
