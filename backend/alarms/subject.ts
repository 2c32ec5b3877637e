import type { Subject } from '../../contract/alarms.ts';

/** What an alarm is about, as text that is equal where the subject is. */
export function subjectText(subject: Subject): string {
  if (subject.kind !== 'metric') return JSON.stringify(subject);
  const labels = Object.entries(subject.labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify({ kind: 'metric', labels: Object.fromEntries(labels) });
}

export function parseSubject(text: string): Subject {
  return JSON.parse(text) as Subject;
}

/** A rule that could not be evaluated is an alarm about itself. */
export const ruleItself = subjectText({ kind: 'rule' });

/** What an alarm found, in the words of its rule and of the closed contract. */
export function summarise(condition: string, text: string): string {
  const subject = parseSubject(text);
  switch (subject.kind) {
    case 'metric': {
      const labels = Object.entries(subject.labels).map(([label, value]) => `${label}="${value}"`);
      return labels.length === 0 ? condition : `${condition} {${labels.join(', ')}}`;
    }
    case 'audit_event':
      return `${condition} (number ${subject.seq})`;
    case 'token':
      return `${condition} (${subject.tokenId})`;
    case 'rule':
      return 'this rule could not be evaluated';
    case 'audit_events':
      return condition;
  }
}

/** Scrape tokens and the audit log are for administrators. */
export function audienceOf(text: string): 'admin' | 'all' {
  const { kind } = parseSubject(text);
  return kind === 'metric' || kind === 'rule' ? 'all' : 'admin';
}
