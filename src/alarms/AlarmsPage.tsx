import { useState } from 'react';
import { t, Trans } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import { isAdmin } from '../lib/access.ts';
import { paths } from '../lib/constants.ts';
import { alarmsPage } from '../layout/pages.ts';
import { Rules } from '../rules/Rules.tsx';
import { PageTabs } from '../ui/PageTabs.tsx';
import { searchOf, usePageParams } from '../ui/usePageParams.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { alarmParams, alarmTabs, type AlarmTab } from './alarmParams.ts';
import { Alarms } from './Alarms.tsx';

/** Alarms: what is wrong, what was wrong, and the rules that say so. */
export default function AlarmsPage() {
  const { query, change } = usePageParams(alarmParams);
  const [isAdding, setAdding] = useState(false);
  const rememberFocus = useReturnFocus(isAdding);
  const isRules = query.tab === 'rules';
  const onAdd = () => {
    rememberFocus();
    setAdding(true);
  };
  return (
    <VitalsPage
      page={alarmsPage()}
      subTitle={t('alarms.page.subtitle', 'Active and past alarms of this appliance, and the rules that raise them.')}
      actions={
        isRules &&
        isAdmin() && (
          <Button icon="plus" onClick={onAdd}>
            <Trans i18nKey="rules.add">Add rule</Trans>
          </Button>
        )
      }
    >
      <PageTabs
        active={query.tab}
        tabs={alarmTabs.map((tab) => ({
          id: tab,
          label: tabName(tab),
          path: paths.alarms + searchOf(alarmParams.format({ tab, severity: undefined, alarm: undefined })),
        }))}
      />
      {isRules ? (
        <Rules isAdding={isAdding} onAdded={() => setAdding(false)} />
      ) : (
        <Alarms key={query.tab} query={query} onChange={change} />
      )}
    </VitalsPage>
  );
}

function tabName(tab: AlarmTab): string {
  switch (tab) {
    case 'active':
      return t('alarms.tab.active', 'Active');
    case 'past':
      return t('alarms.tab.past', 'Past');
    case 'rules':
      return t('alarms.tab.rules', 'Rules');
  }
}
