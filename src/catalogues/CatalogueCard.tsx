import { t, Trans } from '@grafana/i18n';
import { Button } from '@grafana/ui';
import type { Catalogue } from '../../contract/api.ts';
import { testIds } from '../lib/testIds.ts';
import { asText } from '../lib/asText.ts';
import { DetailCard } from '../ui/DetailCard.tsx';
import { Warning } from '../ui/Warning.tsx';
import { scopeLabel } from './catalogueLabels.ts';
import { FeedBadge } from './FeedBadge.tsx';
import { droppedDetail, feedDetails } from './feedDetails.tsx';
import { feedStateOf } from './feedState.ts';
import { HowToReport } from './HowToReport.tsx';

interface Props {
  readonly catalogue: Catalogue;
  readonly onDetails: (catalogue: Catalogue) => void;
}

/** One system's catalogue: what may be read of it, where, and whether its numbers come in. */
export function CatalogueCard({ catalogue, onDetails }: Props) {
  const { title, description, scope, path, source } = catalogue;
  const state = feedStateOf(catalogue);
  return (
    <DetailCard
      testId={testIds.catalogue}
      title={<bdi>{title}</bdi>}
      badge={<FeedBadge state={state} />}
      details={[
        { label: t('catalogues.detail.scope', 'Scope'), value: scopeLabel(scope) },
        { label: t('catalogues.detail.path', 'Metrics endpoint'), value: <code>{path}</code> },
        ...feedDetails(catalogue),
        ...droppedDetail(catalogue),
      ]}
      actions={
        <Button
          variant="secondary"
          icon="eye"
          aria-label={t('catalogues.details.open', 'Details of {{title}}', { title, ...asText })}
          onClick={() => onDetails(catalogue)}
        >
          <Trans i18nKey="catalogues.details.button">Details</Trans>
        </Button>
      }
    >
      <div>{description}</div>
      {source?.failure && <Warning>{source.failure}</Warning>}
      {state === 'no_reports' && <HowToReport catalogue={catalogue} />}
    </DetailCard>
  );
}
