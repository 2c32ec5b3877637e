import { useEffect, useRef } from 'react';
import { t } from '@grafana/i18n';
import { Button, LinkButton, Stack } from '@grafana/ui';
import { auditExportFormats, type AuditExportFormat } from '../../contract/audit-events.ts';
import { auditExportUrl } from '../api/client.ts';
import { hrefTo } from '../lib/href.ts';
import type { AuditFilters } from './auditParams.ts';

interface Props {
  readonly filters: AuditFilters;
  /** Whether there is anything to export. */
  readonly isEmpty: boolean;
}

/** Plain links: the browser writes to disk what comes, however much it is, without holding it. */
export function ExportButtons({ filters, isEmpty }: Props) {
  return (
    <Stack gap={1} wrap="wrap">
      {auditExportFormats.map((format) =>
        isEmpty ? (
          <Button
            key={format}
            disabled
            variant="secondary"
            icon="download-alt"
            tooltip={t('audit.export.nothing', 'Nothing matches, so there is nothing to export.')}
          >
            {label(format)}
          </Button>
        ) : (
          <ExportLink key={format} format={format} filters={filters} />
        ),
      )}
    </Stack>
  );
}

function ExportLink({ format, filters }: { readonly format: AuditExportFormat; readonly filters: AuditFilters }) {
  const link = useRef<HTMLAnchorElement>(null);
  const url = auditExportUrl(format, filters);
  // Written into the element itself: LinkButton decodes the address that it is given, which could make it another.
  useEffect(() => link.current?.setAttribute('href', hrefTo(url)), [url]);
  return (
    // With a target, so that Grafana leaves the link to the browser.
    <LinkButton ref={link} variant="secondary" icon="download-alt" target="_self" download>
      {label(format)}
    </LinkButton>
  );
}

function label(format: AuditExportFormat): string {
  return format === 'csv' ? t('audit.export.csv', 'Export CSV') : t('audit.export.ndjson', 'Export NDJSON');
}
