/** Limits of the push's settings. Times are in seconds. */
export const pushLimits = {
  interval: { min: 1, max: 300 },
  usualInterval: 15,
  url: 500,
  label: 200,
  user: 200,
} as const;
export const USUAL_PUSH_JOB = 'vitals';
