import { lazy, Suspense, useEffect, useRef } from 'react';
import { Navigate, useLocation, useParams } from 'react-router';
import { t } from '@grafana/i18n';
import { LoadingPlaceholder } from '@grafana/ui';
import { helpPath } from '../lib/constants.ts';
import { helpPage, topicName } from '../layout/pages.ts';
import { PageTabs } from '../ui/PageTabs.tsx';
import { VitalsPage } from '../layout/VitalsPage.tsx';
import { Document } from './Document.tsx';
import { documents } from './documents.ts';
import { isTab, isTopic, tabs, topics, type Topic } from '../lib/topics.ts';

const page = (topic: Topic) =>
  lazy(async () => {
    const { default: markdown } = await documents[topic]();
    return { default: () => <Document topic={topic} markdown={markdown} /> };
  });

const pages = Object.fromEntries(topics.map((topic) => [topic, page(topic)])) as Record<Topic, ReturnType<typeof page>>;

/** The project's documents, where Grafana's users read them: what an alert means, what a metric says, how to operate it. */
export default function HelpPage() {
  const { topic } = useParams();
  return isTopic(topic) ? <Help topic={topic} /> : <Navigate to={helpPath('overview')} replace />;
}

function Help({ topic }: { readonly topic: Topic }) {
  const { hash } = useLocation();
  const top = useRef<HTMLDivElement>(null);
  const Page = pages[topic];
  useEffect(() => {
    if (!hash) top.current?.scrollIntoView({ block: 'end' });
  }, [topic, hash]);
  return (
    <VitalsPage page={helpPage(topic)}>
      <div ref={top}>
        <PageTabs
          active={isTab(topic) ? topic : 'catalogues'}
          tabs={tabs.map((each) => ({ id: each, label: topicName(each), path: helpPath(each) }))}
        />
      </div>
      <Suspense fallback={<LoadingPlaceholder text={t('help.loading', 'Loading the page…')} />}>
        <Page />
      </Suspense>
    </VitalsPage>
  );
}
