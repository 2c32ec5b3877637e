import { css } from '@emotion/css';
import { useState } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { dateTimeFormat } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { Alert, Button, Icon, Spinner, Text, useStyles2 } from '@grafana/ui';
import type { AuditVerification } from '../../contract/api.ts';
import { verifyAgain } from '../api/client.ts';
import { toFailure, type ApiFailure } from '../api/failure.ts';
import { verificationQuery } from '../api/queries.ts';
import { asOfTime } from '../ui/asOfTime.ts';
import { FailureAlert } from '../ui/FailureAlert.tsx';
import { usePolling } from '../ui/useRequest.ts';

const CHECKING_ASK_MS = 3000;
const ASK_MS = 60_000;

/** What is known of the log's chain, and the way to have it checked from its first row again. */
export function useVerification() {
  const { value, failure, update } = usePolling(verificationQuery, (last) =>
    last?.state === 'checking' ? CHECKING_ASK_MS : ASK_MS,
  );
  const [actionFailure, setActionFailure] = useState<ApiFailure>();

  async function again() {
    setActionFailure(undefined);
    try {
      const started = await verifyAgain();
      update(() => started);
    } catch (error) {
      setActionFailure(toFailure(error));
    }
  }

  return {
    value,
    isKnown: value !== undefined || failure !== undefined,
    asOf: failure?.circumstances.asOf,
    isChecking: value?.state === 'checking',
    actionFailure,
    again,
  };
}

interface Props {
  readonly verification: ReturnType<typeof useVerification>;
}

/** Up to where the log is whole, in one line of the toolbar. */
export function Verification({ verification: { value, isKnown, asOf, isChecking, again } }: Props) {
  const styles = useStyles2(getStyles);
  if (!isKnown) return null;
  return (
    <div className={styles.line}>
      <span role="status" className={styles.status}>
        {value ? <Verdict verification={value} asOf={asOf} /> : <Unknown />}
      </span>
      <Button size="sm" variant="secondary" icon="sync" disabled={isChecking} onClick={() => void again()}>
        <Trans i18nKey="audit.verify.again">Verify again</Trans>
      </Button>
    </div>
  );
}

/** What is wrong with the log, or kept it from being checked. Not in the toolbar, which would move when it comes and goes. */
export function VerificationAlerts({ verification: { value, actionFailure } }: Props) {
  return (
    <>
      {actionFailure && <FailureAlert failure={actionFailure} />}
      {value?.problem && <Broken problem={value.problem} />}
    </>
  );
}

interface VerdictProps {
  readonly verification: AuditVerification;
  /** Where nothing newer could be learned, in ms. */
  readonly asOf: number | undefined;
}

function Verdict({ verification: { state, verifiedUpTo, removedUpTo }, asOf }: VerdictProps) {
  const place = verifiedUpTo && { at: dateTimeFormat(verifiedUpTo.at), seq: verifiedUpTo.seq };
  return (
    <>
      {state === 'checking' && <Spinner inline />}
      <Text color={state === 'intact' ? 'success' : state === 'broken' ? 'error' : 'secondary'}>
        {state !== 'checking' && <Icon name={state === 'intact' ? 'check-circle' : 'exclamation-circle'} />}{' '}
        {verificationLabel(state, place)}
      </Text>
      {asOf !== undefined && <Text color="secondary">{asOfTime(asOf)}</Text>}
      {removedUpTo && (
        <Text color="secondary">
          {t('audit.verify.removed', 'Row {{seq}} of {{at}} and those before it were removed by retention.', {
            seq: removedUpTo.seq,
            at: dateTimeFormat(removedUpTo.at),
          })}
        </Text>
      )}
    </>
  );
}

function verificationLabel(state: AuditVerification['state'], place: { at: string; seq: number } | null): string {
  if (state === 'checking') {
    return place
      ? t('audit.verify.checking-at', 'Checking… verified so far up to {{at}}, row {{seq}}.', place)
      : t('audit.verify.checking', 'Checking the log from its first row…');
  }
  if (!place) {
    return state === 'intact'
      ? t('audit.verify.empty', 'Verified: the log is empty.')
      : t('audit.verify.none', 'No row could be verified.');
  }
  return t('audit.verify.verified', 'Verified up to {{at}}, row {{seq}}.', place);
}

function Broken({ problem: { seq, problem } }: { readonly problem: NonNullable<AuditVerification['problem']> }) {
  return (
    <Alert
      severity="error"
      title={t('audit.verify.broken', 'The audit log was changed: the hash of row {{seq}} does not match.', { seq })}
    >
      <div>
        <bdi>{problem}</bdi>
      </div>
      <Trans i18nKey="audit.verify.broken-advice">
        “vitals audit verify” on the appliance says the same. Compare the log with a backup.
      </Trans>
    </Alert>
  );
}

function Unknown() {
  return (
    <Text color="secondary">
      <Trans i18nKey="audit.verify.unknown">The integrity of the log is not known at the moment.</Trans>
    </Text>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(2),
  }),
  status: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5, 1) }),
});
