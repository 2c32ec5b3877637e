import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { QueryClientProvider } from '@tanstack/react-query';
import type { AppRootProps } from '@grafana/data';
import { queryClient } from './api/queryClient.ts';
import { helpPath, paths, type PluginSettings } from './lib/constants.ts';

const IntegrationsPage = lazy(() => import('./integrations/IntegrationsPage.tsx'));
const TokensPage = lazy(() => import('./tokens/TokensPage.tsx'));
const AlarmsPage = lazy(() => import('./alarms/AlarmsPage.tsx'));
const AuditPage = lazy(() => import('./audit/AuditPage.tsx'));
const HelpPage = lazy(() => import('./help/HelpPage.tsx'));

/** The plugin's pages, relative to /a/appliance-vitals-app. */
export default function App(_props: AppRootProps<PluginSettings>) {
  return (
    <QueryClientProvider client={queryClient}>
      <Routes>
        <Route path="integrations" element={<IntegrationsPage />} />
        <Route path="integrations/prometheus" element={<TokensPage />} />
        <Route path="alarms" element={<AlarmsPage />} />
        <Route path="audit" element={<AuditPage />} />
        <Route path="help/:topic" element={<HelpPage />} />
        <Route path="help" element={<Navigate to={helpPath('overview')} replace />} />
        <Route path="*" element={<Navigate to={paths.integrations} replace />} />
      </Routes>
    </QueryClientProvider>
  );
}
