import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '@grafana/i18n';
import { Icon, Spinner, Text, useStyles2, type IconName } from '@grafana/ui';
import type { Condition, RulePreview } from '../../contract/api.ts';
import { explain } from '../api/explain.ts';
import { rulePreviewQuery } from '../api/queries.ts';
import { useRequest } from '../ui/useRequest.ts';

const SHOWN_MAX = 5;

/** Says what the rule would do now; nothing while its condition is not complete. */
export function Preview({ condition }: { readonly condition: Condition | undefined }) {
  const styles = useStyles2(getStyles);
  return (
    <section role="status" className={styles.preview} aria-label={t('rules.preview.label', 'Preview')}>
      {condition ? (
        <Answer condition={condition} />
      ) : (
        <Text color="secondary">
          {t('rules.preview.incomplete', 'Complete the condition to see what the rule would do now.')}
        </Text>
      )}
    </section>
  );
}

function Answer({ condition }: { readonly condition: Condition }) {
  const styles = useStyles2(getStyles);
  const { value, failure } = useRequest(rulePreviewQuery(condition));
  if (failure) {
    const { title, advice } = explain(failure);
    return <Text color="warning">{`${title} ${advice}`}</Text>;
  }
  if (!value) return <Spinner inline />;
  const { icon, text } = verdict(value);
  const more = value.wouldFire.length - SHOWN_MAX;
  return (
    <>
      <div className={styles.verdict}>
        <Icon name={icon} />
        <Text weight="medium">{text}</Text>
      </div>
      {value.wouldFire.length > 0 && (
        <ul className={styles.found}>
          {value.wouldFire.slice(0, SHOWN_MAX).map(({ summary, subject }) => (
            <li key={JSON.stringify(subject)}>
              <bdi>{summary}</bdi>
            </li>
          ))}
          {more > 0 && <li>{t('rules.preview.more', 'and {{more}} more', { more })}</li>}
        </ul>
      )}
      {!value.certain && (
        <Text color="secondary">
          {t('rules.preview.uncertain', 'Not certain: there is not enough data for the whole window yet.')}
        </Text>
      )}
    </>
  );
}

function verdict({ wouldFire, certain }: RulePreview): { readonly icon: IconName; readonly text: string } {
  if (wouldFire.length > 0) {
    return { icon: 'fire', text: t('rules.preview.fires', 'Would fire now: {{alarms}}', { alarms: wouldFire.length }) };
  }
  return certain
    ? { icon: 'check', text: t('rules.preview.quiet', 'Would not fire now') }
    : { icon: 'question-circle', text: t('rules.preview.unknown', 'Would not fire now, as far as can be told') };
}

const getStyles = (theme: GrafanaTheme2) => ({
  preview: css({
    padding: theme.spacing(1.5, 2),
    background: theme.colors.background.secondary,
    borderRadius: theme.shape.radius.default,
    minHeight: theme.spacing(6),
  }),
  verdict: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1) }),
  found: css({ margin: theme.spacing(1, 0, 0, 3), overflowWrap: 'anywhere' }),
});
