import type { Identity } from './identity.ts';
import type { Manifest } from './manifest.ts';
import type { Door } from './session.ts';
import type { SettingsStore } from './settings.ts';

/** Everything that the workbench's routes work with. */
export interface Parts {
  readonly door: Door;
  readonly identity: Identity;
  readonly settings: SettingsStore;
  readonly manifest: Manifest;
  readonly folders: { readonly plugin: string; readonly host: string };
  readonly subPath: string;
}
