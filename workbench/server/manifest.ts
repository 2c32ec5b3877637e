import { readFileSync } from 'node:fs';

export const orgRoles = ['Viewer', 'Editor', 'Admin'] as const;
export type OrgRole = (typeof orgRoles)[number];

/** A route of plugin.json, as far as the plugin proxy reads it. */
export interface Route {
  readonly path: string;
  readonly method?: string;
  readonly reqRole?: OrgRole;
  readonly url: string;
  readonly headers?: readonly { readonly name: string; readonly content: string }[];
}

export interface Manifest {
  readonly id: string;
  readonly name: string;
  readonly info: Record<string, unknown>;
  readonly includes: readonly Record<string, unknown>[];
  readonly routes: readonly Route[];
  readonly [other: string]: unknown;
}

/** The manifest of the built plugin: the one that Grafana would read. */
export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** Grafana's order of organisation roles: a higher one has what a lower one has. */
export function hasRole(role: OrgRole, required: OrgRole | undefined): boolean {
  return required === undefined || orgRoles.indexOf(role) >= orgRoles.indexOf(required);
}
