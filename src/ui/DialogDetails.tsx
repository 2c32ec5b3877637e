import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { DetailList, type Detail } from './DetailList.tsx';

/** What a dialog that asks for a confirmation is about, smaller than its question. */
export function DialogDetails({ details }: { readonly details: readonly Detail[] }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.details}>
      <DetailList details={details} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  details: css({ marginTop: theme.spacing(2), fontSize: theme.typography.body.fontSize }),
});
