import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { FactList, type Fact } from './FactList.tsx';

/** What a dialog that asks for a confirmation is about, smaller than its question. */
export function DialogFacts({ facts }: { readonly facts: readonly Fact[] }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.facts}>
      <FactList facts={facts} />
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  facts: css({ marginTop: theme.spacing(2), fontSize: theme.typography.body.fontSize }),
});
