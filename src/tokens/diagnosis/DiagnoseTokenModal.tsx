import { css } from '@emotion/css';
import { useEffect, useRef, useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Field, Input, useStyles2 } from '@grafana/ui';
import type { TokenDiagnosis } from '../../../contract/api.ts';
import { diagnoseToken } from '../../api/client.ts';
import { testIds } from '../../lib/testIds.ts';
import { asText } from '../../lib/asText.ts';
import { FailureAlert } from '../../ui/FailureAlert.tsx';
import { Modal } from '../../ui/dialogs.tsx';
import { useForm } from '../../ui/useForm.ts';
import { isUsualScope, readable, scopeText, type Catalogues } from '../fields/scope.ts';
import { traitsOf } from './traits.ts';
import { noTokenLabel, verdictLabel } from './verdictLabels.ts';

interface Props {
  readonly catalogues: Catalogues;
  readonly onClose: () => void;
  readonly onShow: (tokenId: string) => void;
}

/** Tells what is wrong with a pasted token, which stays in its input: only its traits are sent. */
export function DiagnoseTokenModal({ catalogues, onClose, onShow }: Props) {
  const styles = useStyles2(getStyles);
  // Read from the element when it is needed, and never kept: as state React would hold copies of it.
  const input = useRef<HTMLInputElement>(null);
  const [diagnosis, setDiagnosis] = useState<TokenDiagnosis>();
  const traits = () => traitsOf(input.current?.value ?? '');
  const { errors, judge, failure, isSending, formProps } = useForm<'token'>({
    check: () => {
      setDiagnosis(undefined);
      const found = traits();
      return { token: typeof found === 'string' ? noTokenLabel(found) : undefined };
    },
    send: async () => {
      const found = traits();
      if (typeof found === 'string') return;
      setDiagnosis(await diagnoseToken(found));
      empty(input.current);
    },
  });
  useEffect(() => {
    const element = input.current;
    return () => empty(element);
  }, []);

  return (
    <Modal isOpen title={t('diagnose.title', 'Diagnose a token')} onDismiss={onClose} closeOnBackdropClick={false}>
      <form {...formProps} autoComplete="off">
        {failure && <FailureAlert failure={failure} />}
        <Field
          noMargin
          label={t('diagnose.token', 'Scrape token')}
          description={t(
            'diagnose.help',
            'It never leaves this browser: only its first ten characters, whether it was copied in full, and its hash are sent.',
          )}
          invalid={Boolean(errors.token)}
          error={errors.token}
        >
          <Input
            id="vitals-diagnose"
            ref={input}
            className={styles.hidden}
            autoComplete="off"
            autoFocus
            spellCheck={false}
            aria-invalid={Boolean(errors.token)}
            onChange={() => judge({ token: undefined })}
          />
        </Field>
        <div aria-live="polite" className={styles.verdict}>
          {diagnosis && <Verdict diagnosis={diagnosis} catalogues={catalogues} onShow={onShow} />}
        </div>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onClose}>
            <Trans i18nKey="diagnose.close">Close</Trans>
          </Button>
          <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
            <Trans i18nKey="diagnose.submit">Diagnose</Trans>
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

type VerdictProps = { readonly diagnosis: TokenDiagnosis } & Pick<Props, 'catalogues' | 'onShow'>;

function Verdict({ diagnosis, catalogues, onShow }: VerdictProps) {
  const { severity, title, advice } = verdictLabel(diagnosis);
  const { token, verdict } = diagnosis;
  const hasScope = token !== null && (!isUsualScope(token) || readable(catalogues).length > 1);
  return (
    <Alert severity={severity} title={title} bottomSpacing={0} data-testid={testIds.verdict}>
      <p>{advice}</p>
      {hasScope && verdict === 'active' && (
        <p>
          {t('verdict.active.scope', 'Its scope is {{scope}}. Scrapes of anything else are rejected.', {
            scope: scopeText(token, catalogues),
            ...asText,
          })}
        </p>
      )}
      {token && (
        <Button type="button" size="sm" variant="secondary" onClick={() => onShow(token.id)}>
          <Trans i18nKey="diagnose.show">Show the token</Trans>
        </Button>
      )}
    </Alert>
  );
}

function empty(input: HTMLInputElement | null): void {
  if (input) input.value = '';
}

const getStyles = () => ({
  // Dots as in a password's input. Of that type, a browser would offer to keep the token.
  hidden: css({ '& input': { WebkitTextSecurity: 'disc' } }),
  verdict: css({ '&:not(:empty)': { marginTop: 16 } }),
});
