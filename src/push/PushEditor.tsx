import { css } from '@emotion/css';
import { useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Button, Stack, useStyles2 } from '@grafana/ui';
import type { Push, PushSettings, PushTest } from '../../contract/api.ts';
import { savePush, testPush } from '../api/client.ts';
import type { ApiFailure } from '../api/failure.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { Drawer } from '../ui/dialogs.tsx';
import { useForm } from '../ui/useForm.ts';
import { blamedFields, bodyOf, draftOf, pushErrors, type PushDraft, type PushField } from './pushDraft.ts';
import { PushFields } from './PushFields.tsx';
import { TestResult } from './TestResult.tsx';

interface Props {
  readonly settings: PushSettings;
  readonly onSaved: (push: Push) => void;
  readonly onCancel: () => void;
}

/** The settings of the push, which can be tried before they are saved. */
export function PushEditor({ settings, onSaved, onCancel }: Props) {
  const styles = useStyles2(getStyles);
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [result, setResult] = useState<PushTest>();
  const { errors, judge, failure, isSending, attempt, formProps } = useForm<PushField>({
    check: () => pushErrors(draft, draft.enabled),
    send: async () => onSaved(await savePush(bodyOf(draft))),
    blame: (refusal) => {
      const blamed = blamedFields(refusal);
      // The one that is kept does not do: another has to be typed.
      if (blamed?.password) setDraft((last) => ({ ...last, keepsPassword: false }));
      return blamed;
    },
  });

  function change(part: Partial<PushDraft>) {
    setDraft((last) => ({ ...last, ...part }));
    setResult(undefined);
    judge(Object.fromEntries(Object.keys(part).map((field) => [field, undefined])));
  }

  function test() {
    setResult(undefined);
    attempt(
      async () => setResult(await testPush(bodyOf(draft))),
      () => pushErrors(draft, true),
    );
  }

  return (
    <Drawer title={t('push.editor.title', 'Push to a Pushgateway')} closeOnMaskClick={false} onClose={onCancel}>
      <form {...formProps} autoComplete="off">
        {failure && <FailureAlert failure={failure} note={unsaved(failure)} />}
        <Stack direction="column" gap={2}>
          <PushFields draft={draft} errors={errors} onChange={change} />
        </Stack>
        <TestResult result={result} />
        <div className={styles.buttons}>
          <Button type="button" variant="secondary" icon="bolt" onClick={test} disabled={isSending}>
            <Trans i18nKey="push.editor.test">Test</Trans>
          </Button>
          <span className={styles.gap} />
          <Button type="button" variant="secondary" fill="outline" onClick={onCancel} disabled={isSending}>
            <Trans i18nKey="push.editor.cancel">Cancel</Trans>
          </Button>
          <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
            <Trans i18nKey="push.editor.save">Save</Trans>
          </Button>
        </div>
      </form>
    </Drawer>
  );
}

/** When the answer got lost on its way, nobody knows whether the settings were saved. */
function unsaved({ isLost }: ApiFailure): string | undefined {
  return isLost ? t('push.editor.lost', 'The card shows which settings the appliance has now.') : undefined;
}

const getStyles = (theme: GrafanaTheme2) => ({
  buttons: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginTop: theme.spacing(3) }),
  gap: css({ flexGrow: 1 }),
});
