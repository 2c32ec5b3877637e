/**
 * The libraries that Grafana shares with its plugins, under the names by which a plugin asks for them. SystemJS comes
 * last: were its AMD `define` there before, some of them would register with it instead of being imported.
 */
import * as emotionCss from '@emotion/css';
import * as emotionReact from '@emotion/react';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import lodash from 'lodash';
import moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as reactRouter from 'react-router';
import * as jsxRuntime from 'react/jsx-runtime';
import * as rxjs from 'rxjs';
import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import 'systemjs/dist/extras/named-register.js';
import { WorkbenchPage } from './WorkbenchPage.tsx';

const shared: Record<string, object> = {
  '@emotion/css': emotionCss,
  '@emotion/react': emotionReact,
  '@grafana/data': grafanaData,
  '@grafana/runtime': { ...grafanaRuntime, PluginPage: WorkbenchPage },
  '@grafana/ui': grafanaUi,
  i18next: { default: i18next, __useDefault: true },
  lodash: { default: lodash, __useDefault: true },
  moment: { default: moment, __useDefault: true },
  react,
  'react-dom': reactDom,
  'react-router': reactRouter,
  'react/jsx-runtime': jsxRuntime,
  rxjs,
};

/** Loads a plugin's AMD module the way Grafana does. */
export async function importPlugin(url: string): Promise<{ plugin: grafanaData.AppPlugin }> {
  const names = Object.keys(shared);
  System.addImportMap({ imports: Object.fromEntries(names.map((name) => [name, `package:${name}`])) });
  for (const name of names) System.set(`package:${name}`, shared[name] as System.Module);
  return (await System.import(url)) as unknown as { plugin: grafanaData.AppPlugin };
}
