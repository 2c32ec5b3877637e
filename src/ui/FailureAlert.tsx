import { t, Trans } from '@grafana/i18n';
import { Alert, Button, LinkButton, Stack } from '@grafana/ui';
import { isAdmin } from '../lib/access.ts';
import { explain } from '../api/explain.ts';
import type { ApiFailure } from '../api/failure.ts';
import { paths } from '../lib/constants.ts';
import { testIds } from '../lib/testIds.ts';
import { clockTime } from './asOfTime.ts';
import { asText } from '../lib/asText.ts';
import { hrefTo } from '../lib/href.ts';

interface Props {
  readonly failure: ApiFailure;
  readonly onRetry?: () => void;
  /** Something to add to the advice, where the page knows more than the failure does. */
  readonly note?: string;
}

/**
 * The banner for anything that went wrong: what happened, what to do, since when the page shows nothing newer, and another
 * try where that makes sense. The settings are offered to those who can open them.
 */
export function FailureAlert({ failure, onRetry, note }: Props) {
  const { title, advice, isSetting } = explain(failure);
  const { asOf } = failure.circumstances;
  return (
    <Alert severity="error" title={title} data-testid={testIds.failure}>
      <Stack direction="column" gap={1} alignItems="flex-start">
        <span>{advice}</span>
        {isSetting && !isAdmin() && (
          <span>
            {t('failure.ask-admin', 'Ask an administrator of this organisation: only they can open the settings.')}
          </span>
        )}
        {asOf !== undefined && (
          <strong>
            {t('failure.as-of', 'As of {{time}}: this is the last data received.', {
              time: clockTime(asOf),
              ...asText,
            })}
          </strong>
        )}
        {note && <span>{note}</span>}
        {onRetry && (
          <Stack gap={1} wrap="wrap">
            <Button size="sm" variant="secondary" icon="sync" onClick={onRetry}>
              <Trans i18nKey="failure.retry">Try again</Trans>
            </Button>
            {isSetting && isAdmin() && (
              <LinkButton size="sm" variant="secondary" icon="cog" href={hrefTo(paths.settings)}>
                <Trans i18nKey="failure.settings">Open the settings</Trans>
              </LinkButton>
            )}
          </Stack>
        )}
      </Stack>
    </Alert>
  );
}
