import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The plugin's settings as Grafana keeps them. Secrets go in and are used, and never come out again. */
export interface Settings {
  readonly enabled: boolean;
  readonly pinned: boolean;
  readonly jsonData: Readonly<Record<string, unknown>>;
  readonly secureJsonData: Readonly<Record<string, string>>;
}

export interface SettingsStore {
  read(): Settings;
  /** Replaces the settings as Grafana does: jsonData whole, secrets only where new ones are given. */
  write(change: Partial<Settings>): void;
}

/** Keeps the settings in one file that only its owner can read. */
export function openSettings(file: string, initial: Partial<Settings>): SettingsStore {
  const none: Settings = { enabled: true, pinned: true, jsonData: {}, secureJsonData: {} };
  let settings = existsSync(file)
    ? { ...none, ...(JSON.parse(readFileSync(file, 'utf8')) as Partial<Settings>) }
    : none;
  const store: SettingsStore = {
    read: () => settings,
    write(change) {
      settings = {
        ...settings,
        ...change,
        secureJsonData: { ...settings.secureJsonData, ...change.secureJsonData },
      };
      writeFileSync(`${file}.new`, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
  store.write(initial);
  return store;
}

/** Reads what the browser sends to save; throws where it is not of that form. */
export function parseSettings(text: string): Partial<Settings> {
  const { enabled, pinned, jsonData, secureJsonData } = JSON.parse(text) as Record<string, unknown>;
  const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
  return {
    ...(typeof enabled === 'boolean' && { enabled }),
    ...(typeof pinned === 'boolean' && { pinned }),
    ...(isRecord(jsonData) && { jsonData }),
    ...(isRecord(secureJsonData) && {
      secureJsonData: Object.fromEntries(Object.entries(secureJsonData).map(([name, value]) => [name, String(value)])),
    }),
  };
}
