/** Where the pages that a viewer may open are, inside Grafana. */
const ROOT = '/a/appliance-vitals-app';

export const pages = {
  alarms: { title: 'Alarms', url: `${ROOT}/alarms` },
  integrations: { title: 'Integrations', url: `${ROOT}/integrations` },
} as const;

/** A page of the help inside the app. Each alert has a section on its set's page. */
export function helpPath(topic: string): string {
  return `${ROOT}/help/${topic}`;
}
