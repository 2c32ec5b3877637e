import type { AlarmRule, RulePreview } from '../../contract/api.ts';
import { nextNumber, ok, problem, type Answer, type Call } from './fakeReplies.ts';

export interface RuleState {
  readonly rules: AlarmRule[];
}

export function fakeRules({ rules }: RuleState, { method, id, body }: Call): Answer {
  if (id === 'preview') return ok(preview(body));
  if (id === undefined) {
    if (method !== 'POST') return ok({ items: rules });
    const rule = makeRule(body);
    rules.push(rule);
    return ok({ rule }, 201);
  }
  const index = rules.findIndex((each) => each.id === id);
  const rule = rules[index];
  if (!rule) return problem('alarm_rule_not_found');
  if (method === 'DELETE') {
    if (rule.builtIn) return problem('alarm_rule_built_in');
    rules.splice(index, 1);
    return ok(null, 204);
  }
  return ok({ rule: Object.assign(rule, body) });
}

function preview({ condition }: { condition?: { kind?: string; metric?: string } }): RulePreview {
  const fires = condition?.metric === 'notificationQueueDepth';
  const found = { subject: { kind: 'metric', labels: {} }, summary: 'dhcp_dpi_notification_queue_depth > 5' } as const;
  return { wouldFire: fires ? [found] : [], certain: true };
}

export function makeRule(own: Partial<AlarmRule> = {}): AlarmRule {
  const number = nextNumber();
  return {
    id: `rul${number}`,
    name: `Rule ${number}`,
    severity: 'warning',
    enabled: true,
    channels: ['bell'],
    condition: {
      kind: 'metric',
      metric: 'notificationQueueDepth',
      labels: {},
      compare: '>',
      threshold: 100,
      forSeconds: 300,
    },
    builtIn: false,
    createdAt: '2026-11-01T08:00:00Z',
    createdBy: 'ada',
    changedAt: null,
    changedBy: null,
    ...own,
  };
}
