import { Component, type ReactNode } from 'react';
import { t, Trans } from '@grafana/i18n';
import { locationService } from '@grafana/runtime';
import { Alert, Button } from '@grafana/ui';

interface State {
  readonly error: unknown;
}

/**
 * Where a part of the plugin cannot be loaded, most likely because an upgrade took it away while the page was open, it says
 * so and offers to load the page again. Any other error goes on to Grafana.
 */
export class LoadBoundary extends Component<{ readonly children: ReactNode }, State> {
  override readonly state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what was caught goes on as it came
    if (!isLoadError(error)) throw error;
    return (
      <Alert severity="warning" title={t('load.title', 'This part of Vitals could not be loaded.')}>
        <p>
          <Trans i18nKey="load.advice">
            Most likely Vitals was updated while this page was open. Reload the page to get the new version.
          </Trans>
        </p>
        <Button icon="sync" onClick={reload}>
          <Trans i18nKey="load.reload">Reload the page</Trans>
        </Button>
      </Alert>
    );
  }
}

/** As webpack names it when a chunk is not there, and browsers when a module is not. */
function isLoadError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'ChunkLoadError' || /Loading chunk|dynamically imported module/i.test(error.message);
}

/** A step of none in the history is a reload; plugins are not to reach for the window's own way. */
const reload = () => locationService.getHistory().go(0);
