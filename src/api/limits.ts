/** How long a call may take, in all. Grafana's proxy has no limit of its own worth the name. */
export const LIMIT_MS = 10_000;
