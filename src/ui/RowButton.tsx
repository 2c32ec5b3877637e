import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { IconButton, useStyles2, type IconName } from '@grafana/ui';

interface Props {
  readonly icon: IconName;
  /** What it does; or, where it is off, why it does nothing. */
  readonly label: string;
  readonly isOff?: boolean;
  readonly onClick: () => void;
}

/** A button in a table's row. Where it is off it can still be reached, so that it can tell why. */
export function RowButton({ icon, label, isOff = false, onClick }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <IconButton
      name={icon}
      size="md"
      tooltip={label}
      aria-disabled={isOff}
      className={isOff ? styles.off : undefined}
      onClick={isOff ? undefined : onClick}
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  off: css({ color: theme.colors.action.disabledText, cursor: 'not-allowed', opacity: 0.65 }),
});
