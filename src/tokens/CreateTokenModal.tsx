import { useMemo, useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button, Stack } from '@grafana/ui';
import { createToken, type IssuedToken } from '../api/client.ts';
import type { ApiFailure } from '../api/failure.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { Modal } from '../ui/dialogs.tsx';
import { TextField } from '../ui/TextField.tsx';
import { useForm } from '../ui/useForm.ts';
import { expiryError, refusedExpiry, usualExpiry, type MaxDays } from './fields/expiry.ts';
import { ExpiryField } from './fields/ExpiryField.tsx';
import { toIso, type DateTimeInput } from '../ui/DateTimeField.tsx';
import { nameError } from '../ui/nameError.ts';
import { ScopeField } from './fields/ScopeField.tsx';
import { readable, usualScope, type Catalogues } from './fields/scope.ts';

interface Props {
  readonly maxDays: MaxDays;
  readonly catalogues: Catalogues;
  readonly onCancel: () => void;
  readonly onCreated: (issued: IssuedToken) => void;
}

/** Asks for Name, Expires and, where there is a choice, what it may read. A year is suggested, so that it is rotated. Nothing is created until it is confirmed; while it is on its way, the dialog stays. */
export function CreateTokenModal({ maxDays, catalogues, onCancel, onCreated }: Props) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<{ readonly at: DateTimeInput }>();
  const usual = useMemo(() => usualExpiry(maxDays), [maxDays]);
  const expiry = chosen ? chosen.at : usual;
  const [scope, setScope] = useState(usualScope);
  const hasChoice = readable(catalogues).length > 1;
  const { errors, judge, failure, isSending, formProps } = useForm<'name' | 'expiry' | 'scope'>({
    check: () => ({
      name: nameError(name),
      expiry: expiryError(expiry, maxDays),
      scope: scope.length === 0 ? t('scope.none', 'Choose at least one.') : undefined,
    }),
    send: async () => {
      const body = { name: name.trim(), expiresAt: toIso(expiry), ...(hasChoice && { catalogues: [...scope] }) };
      onCreated(await createToken(body));
    },
    blame: (refusal) => {
      const expiryRefusal = refusedExpiry(refusal, maxDays);
      return expiryRefusal ? { expiry: expiryRefusal } : refusedScope(refusal);
    },
  });

  // Judged while typing and not when the field is left: a message that comes or goes under a click makes it miss.
  function rename(value: string) {
    setName(value);
    judge({ name: value === '' ? undefined : nameError(value) });
  }

  return (
    <Modal
      isOpen
      title={t('tokens.create.title', 'Create Token')}
      onDismiss={() => !isSending && onCancel()}
      closeOnEscape={!isSending}
      closeOnBackdropClick={false}
    >
      <form {...formProps}>
        {failure && <FailureAlert failure={failure} note={unseenSecret(failure)} />}
        <Stack direction="column" gap={2}>
          <TextField
            id="vitals-token-name"
            required
            autoFocus
            label={t('tokens.create.name', 'Name')}
            help={t(
              'tokens.create.name-help',
              'Something the operator of the monitoring stack will recognise, for instance “Production Prometheus”.',
            )}
            value={name}
            error={errors.name}
            onChange={rename}
          />
          <ExpiryField
            // The policy may be known only after the dialog was opened, and has another suggestion then.
            key={maxDays}
            error={errors.expiry}
            maxDays={maxDays}
            initial={expiry === 'unreadable' ? undefined : expiry}
            onChange={(at) => {
              setChosen({ at });
              judge({ expiry: undefined });
            }}
          />
          <ScopeField
            catalogues={catalogues}
            value={scope}
            error={errors.scope}
            onChange={(value) => {
              setScope(value);
              judge({ scope: undefined });
            }}
          />
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onCancel} disabled={isSending}>
            <Trans i18nKey="tokens.create.cancel">Cancel</Trans>
          </Button>
          <Button type="submit" disabled={isSending} icon={isSending ? 'spinner' : undefined}>
            <Trans i18nKey="tokens.create.submit">Create Token</Trans>
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

/** A refusal that is about what the token may read, for the line under the choice. */
function refusedScope({ problem }: ApiFailure) {
  const scope = problem?.errors?.find(({ field }) => field.startsWith('catalogues'))?.message;
  return scope === undefined ? undefined : { scope };
}

/** When the answer got lost on its way, the token may exist all the same, with a value that nobody has seen. */
function unseenSecret({ isLost }: ApiFailure): string | undefined {
  if (!isLost) return undefined;
  return t(
    'tokens.create.lost',
    'If a token with this name appears in the table nevertheless, revoke it: its value was never shown.',
  );
}
