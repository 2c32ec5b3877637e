/** What the backend and its ClickHouse child tell each other over IPC. */
export interface StartMessage {
  readonly type: 'start';
  readonly dir: string;
  readonly username: string;
  readonly password: string;
}
export interface StopMessage {
  readonly type: 'stop';
}
export type ToChild = StartMessage | StopMessage;

export type FromChild =
  | { readonly type: 'ready'; readonly port: number }
  | { readonly type: 'failed'; readonly reason: 'unavailable' | 'not-opened' };
