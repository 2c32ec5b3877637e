import { useEffect, useRef, useState, type FormEvent } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button, Field, Input, Modal, Stack } from '@grafana/ui';
import type { Token } from '../../contract/api.ts';
import { createToken } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import type { SecretBox } from '../api/secret.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { ExpiryField, type Expiry } from './ExpiryField.tsx';
import { nameError } from './nameError.ts';

export interface MintedToken {
  readonly token: Token;
  readonly secret: SecretBox;
}

interface Props {
  readonly onCancel: () => void;
  readonly onCreated: (minted: MintedToken) => void;
}

interface Errors {
  readonly name?: string;
  readonly expiry?: string;
}

/** Asks for Name and Expires. Nothing is created until it is confirmed; while it is on its way, the dialog stays. */
export function CreateTokenModal({ onCancel, onCreated }: Props) {
  const [name, setName] = useState('');
  const [expiry, setExpiry] = useState<Expiry>();
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState<ApiFailure>();
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [refusals, setRefusals] = useState(0);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusals]);

  // Judged while typing and not when the field is left: a message that comes or goes under a click makes it miss.
  function rename(value: string) {
    setName(value);
    setErrors((last) => ({ ...last, name: value === '' ? undefined : nameError(value) }));
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (isSending) return;
    const found: Errors = { name: nameError(name), expiry: expiryError(expiry) };
    setErrors(found);
    if (found.name ?? found.expiry) return setRefusals((count) => count + 1);
    setSending(true);
    setFailure(undefined);
    try {
      onCreated(await createToken({ name: name.trim(), expiresAt: toIso(expiry) }));
    } catch (error) {
      const refused = toFailure(error);
      if (refused.code === 'expiry_in_the_past') setErrors({ expiry: pastExpiry() });
      else setFailure(refused);
      setSending(false);
    }
  }

  return (
    <Modal
      isOpen
      title={t('tokens.create.title', 'Create Token')}
      onDismiss={() => !isSending && onCancel()}
      closeOnEscape={!isSending}
      closeOnBackdropClick={false}
    >
      <form ref={form} onSubmit={(event) => void submit(event)} noValidate>
        {failure && <FailureAlert failure={failure} note={unseenSecret(failure)} />}
        <Stack direction="column" gap={2}>
          <Field
            noMargin
            required
            label={t('tokens.create.name', 'Name')}
            description={t(
              'tokens.create.name-help',
              'Something the operator of the monitoring stack will recognise, for instance “Production Prometheus”.',
            )}
            invalid={Boolean(errors.name)}
            error={errors.name}
          >
            <Input
              id="vitals-token-name"
              autoComplete="off"
              autoFocus
              aria-invalid={Boolean(errors.name)}
              value={name}
              onChange={(event) => rename(event.currentTarget.value)}
            />
          </Field>
          <ExpiryField
            error={errors.expiry}
            onChange={(value) => {
              setExpiry(value);
              setErrors((last) => ({ ...last, expiry: undefined }));
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

function expiryError(expiry: Expiry): string | undefined {
  if (expiry === 'unreadable') {
    return t('tokens.create.expiry-unreadable', 'This is no date and time. Write it as 2027-01-31 12:00.');
  }
  return expiry && expiry.valueOf() <= Date.now() ? pastExpiry() : undefined;
}

const pastExpiry = () => t('tokens.create.expiry-past', 'The expiry has to be in the future.');

const toIso = (expiry: Expiry) => (expiry && expiry !== 'unreadable' ? expiry.toISOString() : null);

/** When the answer got lost on its way, the token may exist all the same, with a value that nobody has seen. */
function unseenSecret({ kind }: ApiFailure): string | undefined {
  if (kind !== 'unreachable' && kind !== 'proxy_failed') return undefined;
  return t(
    'tokens.create.lost',
    'If a token with this name appears in the table nevertheless, revoke it: its value was never shown.',
  );
}
