import { css } from '@emotion/css';
import type { ReactNode } from 'react';
import { useStyles2 } from '@grafana/ui';
import { PLUGIN_ID } from '../lib/constants.ts';

/**
 * Marks what is rendered outside of the page's own element, as dialogs and drawers are, as this plugin's.
 *
 * Grafana's frontend sandbox lets a plugin touch only elements below an element with this attribute, which it puts around
 * a page. Every other element of the document is replaced, at each access, by an empty one of the same name: an event's
 * target, a ref, the element that has the focus. In a dialog without the mark whatever is typed reads as empty.
 */
export function SandboxRoot({ children }: { readonly children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div data-plugin-sandbox={PLUGIN_ID} className={styles.box}>
      {children}
    </div>
  );
}

const getStyles = () => ({
  // It is there for its attribute alone.
  box: css({ display: 'contents' }),
});
