import { basePath } from './base.ts';

/** What the workbench's server says of itself: who is signed in, and who else could be. */
export interface WorkbenchUser {
  readonly id: number;
  readonly uid: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly role: 'Viewer' | 'Editor' | 'Admin';
}

export interface WorkbenchState {
  readonly user: WorkbenchUser;
  readonly users: readonly WorkbenchUser[];
  readonly orgId: number;
}

const THEME = 'vitals-workbench-theme';

export type ThemeName = 'dark' | 'light';

export const themeName = (): ThemeName => (localStorage.getItem(THEME) === 'light' ? 'light' : 'dark');

/** Grafana reads its theme while it boots, so the switch loads the page again. */
export function switchTheme(name: ThemeName): void {
  localStorage.setItem(THEME, name);
  location.reload();
}

export async function switchUser(login: string): Promise<void> {
  await fetch(`${basePath}/api/workbench`, { method: 'POST', body: JSON.stringify({ login }) });
  location.reload();
}
