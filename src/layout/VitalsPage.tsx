import { t } from '@grafana/i18n';
import { PluginPage, type PluginPageProps } from '@grafana/runtime';
import { LinkButton, Stack } from '@grafana/ui';
import { Bell } from '../bell/Bell.tsx';
import type { Page } from './pages.ts';
import { hrefTo } from '../lib/href.ts';

interface Props extends Omit<PluginPageProps, 'pageNav' | 'renderTitle'> {
  readonly page: Page;
}

/** Every page of the plugin: Grafana's own, with the bell and the way to the help beside the page's actions. */
export function VitalsPage({ page: { nav, title, help }, actions, children, ...rest }: Props) {
  return (
    <PluginPage
      {...rest}
      pageNav={nav}
      renderTitle={title ? () => <h1>{title}</h1> : undefined}
      actions={
        // Grafana keeps actions in one line, which is wider than a phone.
        <Stack gap={1} wrap="wrap">
          {actions}
          {help && (
            <LinkButton
              variant="secondary"
              fill="outline"
              icon="question-circle"
              tooltip={t('help.open', 'Help')}
              aria-label={t('help.open', 'Help')}
              href={hrefTo(help)}
            />
          )}
          <Bell />
        </Stack>
      }
    >
      {children}
    </PluginPage>
  );
}
