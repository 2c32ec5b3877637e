/** The one credential of a start. */
export interface Credential {
  readonly username: string;
  readonly password: string;
}
