import { useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button, Stack } from '@grafana/ui';
import type { RotateTokenBody, Token } from '../../../contract/api.ts';
import { rotateToken, type IssuedToken } from '../../api/client.ts';
import { toFailure, type ApiFailure } from '../../api/failure.ts';
import { asText } from '../../lib/asText.ts';
import { FailureAlert } from '../../ui/FailureAlert.tsx';
import { Modal } from '../../ui/dialogs.tsx';
import { useForm } from '../../ui/useForm.ts';
import { expiryError, pastTimeError, refusedExpiry, sameLifeSpan, type MaxDays } from '../fields/expiry.ts';
import { ExpiryField } from '../fields/ExpiryField.tsx';
import { toIso, type DateTimeInput } from '../../ui/DateTimeField.tsx';
import { ProvisionedNote } from '../fields/ProvisionedNote.tsx';
import { DAY, GraceField, type GraceKind } from './GraceField.tsx';

interface Props {
  readonly token: Token;
  readonly maxDays: MaxDays;
  readonly onCancel: () => void;
  readonly onRotated: (issued: IssuedToken) => void;
  /** Somebody else was faster: the token has a successor, or is no longer active. */
  readonly onOutdated: (failure: ApiFailure) => void;
}

/** Asks when the old token ends and the new one expires. Left alone, the new one is given the old one's life span. */
export function RotateTokenModal({ token, maxDays, onCancel, onRotated, onOutdated }: Props) {
  const [kind, setKind] = useState<GraceKind>('observed');
  const [seconds, setSeconds] = useState(DAY);
  const [latest, setLatest] = useState<DateTimeInput>();
  const [suggested] = useState(() => sameLifeSpan(token, maxDays));
  const [expiry, setExpiry] = useState<{ readonly at: DateTimeInput } | undefined>(
    suggested.isCut ? suggested : undefined,
  );

  function body(): RotateTokenBody {
    const latestAt = toIso(latest);
    return {
      grace: kind === 'observed' ? 'observed' : kind === 'timed' ? seconds : 0,
      ...(kind === 'observed' && latestAt && { latestAt }),
      ...(expiry && { expiresAt: toIso(expiry.at) }),
    };
  }

  const { errors, judge, failure, isSending, formProps } = useForm<'latest' | 'expiry'>({
    check: () => ({
      latest: kind === 'observed' ? pastTimeError(latest) : undefined,
      expiry: expiry && expiryError(expiry.at, maxDays),
    }),
    send: async () => {
      try {
        onRotated(await rotateToken(token.id, body()));
      } catch (error) {
        const refusal = toFailure(error);
        if (!isOutdated(refusal)) throw refusal;
        onOutdated(refusal);
      }
    },
    blame: (refusal) => {
      const expiryRefusal = refusedExpiry(refusal, maxDays);
      return expiryRefusal ? { expiry: expiryRefusal } : undefined;
    },
  });

  return (
    <Modal
      isOpen
      title={t('rotate.title', 'Rotate token')}
      onDismiss={() => !isSending && onCancel()}
      closeOnEscape={!isSending}
      closeOnBackdropClick={false}
    >
      <form {...formProps}>
        {failure && <FailureAlert failure={failure} note={unseenSecret(failure)} />}
        <ProvisionedNote token={token} action="rotate" />
        <Stack direction="column" gap={2}>
          <span>
            {t(
              'rotate.intro',
              'A new token takes the place of {{name}}, under the same name. Its value is shown once; put it where the old one is used.',
              { name: token.name, ...asText },
            )}
          </span>
          <GraceField
            kind={kind}
            onKind={setKind}
            seconds={seconds}
            onSeconds={setSeconds}
            latestError={errors.latest}
            onLatest={(value) => {
              setLatest(value);
              judge({ latest: undefined });
            }}
          />
          <ExpiryField
            label={t('rotate.expires', 'The new token expires')}
            error={errors.expiry}
            maxDays={maxDays}
            initial={suggested.at}
            onChange={(at) => {
              setExpiry({ at });
              judge({ expiry: undefined });
            }}
          />
        </Stack>
        <Modal.ButtonRow>
          <Button type="button" variant="secondary" fill="outline" onClick={onCancel} disabled={isSending}>
            <Trans i18nKey="rotate.cancel">Cancel</Trans>
          </Button>
          <Button
            type="submit"
            variant={kind === 'leaked' ? 'destructive' : 'primary'}
            disabled={isSending}
            icon={isSending ? 'spinner' : undefined}
          >
            {kind === 'leaked' ? t('rotate.submit-leaked', 'Revoke and replace') : t('rotate.submit', 'Rotate token')}
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

function isOutdated({ code }: ApiFailure): boolean {
  return code === 'token_not_active' || code === 'token_already_rotated' || code === 'token_not_found';
}

/** When the answer got lost on its way, the successor may exist all the same, with a value that nobody has seen. */
function unseenSecret({ isLost }: ApiFailure): string | undefined {
  if (!isLost) return undefined;
  return t(
    'rotate.lost',
    'If the table shows a new token with this name nevertheless, revoke that one: its value was never shown.',
  );
}
