import type { FormEvent } from 'react';

/*
 * Read from the event's target: React sets `currentTarget` while it calls a handler and takes it back afterwards, and what
 * runs in Grafana's frontend sandbox may see it as it was at another time.
 */

/** What stands in a field after an event of it. */
export const textOf = ({ target }: FormEvent<HTMLInputElement>): string => (target as HTMLInputElement).value;

/** Whether a box is ticked after an event of it. */
export const isTicked = ({ target }: FormEvent<HTMLInputElement>): boolean => (target as HTMLInputElement).checked;

/** For a field that is replaced as a whole, or copied: selects all of it when it gets the focus. */
export const selectAll = ({ target }: FormEvent<HTMLInputElement>): void => (target as HTMLInputElement).select();
