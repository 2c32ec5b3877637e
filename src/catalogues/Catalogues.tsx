import { css } from '@emotion/css';
import { useMemo } from 'react';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '@grafana/i18n';
import { useStyles2 } from '@grafana/ui';
import type { Catalogue } from '../../contract/api.ts';
import { CardGrid } from '../ui/CardGrid.tsx';
import { Pager } from '../ui/Pager.tsx';
import { usePageParams } from '../ui/usePageParams.ts';
import { usePagination } from '../ui/usePagination.ts';
import { useReturnFocus } from '../ui/useReturnFocus.ts';
import { catalogueParams } from './catalogueParams.ts';
import { CatalogueCard } from './CatalogueCard.tsx';
import { CatalogueDrawer } from './CatalogueDrawer.tsx';
import { downFirst } from './feedState.ts';

const CARDS_MAX = 12;

/** A card for each catalogue of another system, and the details of one. */
export function Catalogues({ catalogues }: { readonly catalogues: readonly Catalogue[] }) {
  const styles = useStyles2(getStyles);
  const { query, change } = usePageParams(catalogueParams);
  const rememberFocus = useReturnFocus(query.catalogue !== undefined);
  const { items, pager } = usePagination(
    useMemo(() => downFirst(catalogues), [catalogues]),
    CARDS_MAX,
  );
  return (
    <section className={styles.section}>
      <h2>{t('catalogues.title', 'Catalogues of other systems')}</h2>
      {catalogues.length === 0 && (
        <p className={styles.none}>
          <Trans i18nKey="catalogues.none">
            There are no catalogues. A catalogue exposes the metrics of another program of the appliance: list its file
            under <code>prometheus.catalogues</code> in <code>config.yaml</code>.
          </Trans>
        </p>
      )}
      <CardGrid>
        {items.map((catalogue) => (
          <CatalogueCard
            key={catalogue.id}
            catalogue={catalogue}
            onDetails={({ id }) => {
              rememberFocus();
              change({ catalogue: id });
            }}
          />
        ))}
      </CardGrid>
      {pager && <Pager {...pager} label={t('catalogues.pages', 'Pages of catalogues')} />}
      {query.catalogue !== undefined && (
        <CatalogueDrawer
          key={query.catalogue}
          catalogue={catalogues.find(({ id }) => id === query.catalogue)}
          onClose={() => change({ catalogue: undefined })}
        />
      )}
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  section: css({ maxWidth: 1200, marginTop: theme.spacing(4), '& > h2': { marginBottom: theme.spacing(2) } }),
  none: css({ color: theme.colors.text.secondary }),
});
