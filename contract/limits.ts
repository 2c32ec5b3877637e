/** Numbers from which on a value is bad. Dashboards colour them and alert rules fire on them. */

/** Four ticks of the alarm engine at its usual 15 seconds. */
export const STALLED_TICK_AGE_SECONDS = 60;
/** A batch insert's 99th percentile that is no longer trivial. */
export const SLOW_INSERT_SECONDS = 1;
/** Waiting notifications that are more than a moment's work. */
export const LONG_NOTIFICATION_QUEUE = 100;
/** A spool of which this part is used will soon send collectors away. */
export const SPOOL_NEARLY_FULL = 0.8;
/** A scrape token that expires within this time has to be rotated. */
export const TOKEN_EXPIRES_SOON_SECONDS = 14 * 24 * 3600;
/** Refused scrapes within five minutes that are more than a mistyped job. */
export const MANY_REFUSED_SCRAPES = 10;
