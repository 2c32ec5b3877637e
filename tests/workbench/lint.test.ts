import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const eslint = new ESLint({ overrideConfigFile: 'eslint.plugin.js' });

async function complaints(code: string, filePath = 'src/tokens/Example.tsx'): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

test.each([
  ["import { use } from 'react'; use(x);", 'no-restricted-imports'],
  ["import { useActionState } from 'react'; export const a = useActionState;", 'no-restricted-imports'],
  ["import { Activity } from 'react'; export const a = Activity;", 'no-restricted-imports'],
  ["import { useFormStatus } from 'react-dom'; export const a = useFormStatus;", 'no-restricted-imports'],
  ["import { render } from 'react-dom'; render();", 'no-restricted-imports'],
  ["import { createRoot } from 'react-dom/client'; createRoot();", 'no-restricted-imports'],
  ["import { Link } from 'react-router-dom'; export const a = Link;", 'no-restricted-imports'],
  ["import { getBackendSrv } from '@grafana/runtime'; getBackendSrv();", 'no-restricted-imports'],
  ["import { app } from '../../backend/app.ts'; app();", 'no-restricted-imports'],
  ['export const a = <form action={send} />;', 'no-restricted-syntax'],
  ['export const a = <ThemeContext value={x}>y</ThemeContext>;', 'no-restricted-syntax'],
  ['export function Field({ ref, ...rest }) { return <input ref={ref} {...rest} />; }', 'no-restricted-syntax'],
  ['export const a = <input ref={(node) => { grab(node); return () => drop(node); }} />;', 'no-restricted-syntax'],
  ['export const a = <input ref="name" />;', 'no-restricted-syntax'],
  ['export const a = <title>Hello</title>;', 'no-restricted-syntax'],
  ['Field.defaultProps = {};', 'no-restricted-syntax'],
  ['window.location.reload();', 'no-restricted-syntax'],
  ["import './style.css';", 'no-restricted-syntax'],
  ['export const a = <input onChange={(event) => set(event.currentTarget.value)} />;', 'no-restricted-syntax'],
  ['export const a = <input onChange={({ currentTarget }) => set(currentTarget.value)} />;', 'no-restricted-syntax'],
  ["export const at = (event) => event['currentTarget'];", 'no-restricted-syntax'],
  ["import { Modal } from '@grafana/ui'; export const a = Modal;", 'no-restricted-imports'],
  ["import { ConfirmModal } from '@grafana/ui'; export const a = ConfirmModal;", 'no-restricted-imports'],
  ["import { Drawer } from '@grafana/ui'; export const a = Drawer;", 'no-restricted-imports'],
  ['export const a = <LinkButton href={paths.tokens}>Tokens</LinkButton>;', 'no-restricted-syntax'],
  ['export const a = <a href="/a/appliance-vitals-app/alarms">Alarms</a>;', 'no-restricted-syntax'],
  ['export const a = <Tab label="Alarms" href={href} />;', 'no-restricted-syntax'],
  ['export const a = { href: paths.tokens };', 'no-restricted-syntax'],
  ["link.current?.setAttribute('href', url);", 'no-restricted-syntax'],
  ['link.href = url;', 'no-restricted-syntax'],
  ['export const a = <a href={`${paths.tokens}?token=1`} target="_blank">Tokens</a>;', 'no-restricted-syntax'],
  [
    'export const a = <Tab label="Tokens" href={isIn ? hrefTo(paths.tokens) : paths.alarms} />;',
    'no-restricted-syntax',
  ],
  ["export const a = { 'href': paths.tokens };", 'no-restricted-syntax'],
  ["link['href'] = url;", 'no-restricted-syntax'],
  ["link.setAttributeNS(XLINK, 'xlink:href', url);", 'no-restricted-syntax'],
  ['window.open(paths.tokens);', 'no-restricted-syntax'],
  ["globalThis.open(paths.tokens, '_blank');", 'no-restricted-syntax'],
  ["open(paths.tokens, '_blank');", 'no-restricted-globals'],
  ['export const a = <img src="/public/plugins/appliance-vitals-app/img/logo.svg" alt="" />;', 'no-restricted-syntax'],
  ['image.src = logo;', 'no-restricted-syntax'],
  ['export const a = <form action="/api/tokens" />;', 'no-restricted-syntax'],
  ['export const a = <Menu.Item label="Tokens" url={paths.tokens} />;', 'no-restricted-syntax'],
  ["export const a = { text: 'Alarms', url: paths.alarms };", 'no-restricted-syntax'],
  ["export const a = { text: 'Alarms', url };", 'no-restricted-syntax'],
  ["export const a = <PluginPage pageNav={{ text: 'Alarms', url: paths.alarms }} />;", 'no-restricted-syntax'],
  ['export const a = <Navigate to={hrefTo(paths.alarms)} />;', 'no-restricted-syntax'],
  ['locationService.push(hrefTo(paths.alarms));', 'no-restricted-syntax'],
  ['navigate(hrefTo(paths.alarms), { replace: true });', 'no-restricted-syntax'],
  ["console.log('x');", 'no-console'],
  ["fetch('/api/tokens');", 'no-restricted-globals'],
  ["localStorage.setItem('secret', s);", 'no-restricted-globals'],
])('%s is kept out of src/', async (code, rule) => {
  expect(await complaints(code)).toContain(rule);
});

test.each([
  'export const a = <ThemeContext.Provider value={x}>y</ThemeContext.Provider>;',
  "import { forwardRef } from 'react'; export const A = forwardRef((props, ref) => <input ref={ref} {...props} />);",
  "import { useLocation } from 'react-router'; export const a = useLocation;",
  'export const a = <form onSubmit={send} />;',
  'export const a = <input onChange={(event) => set(event.target.value)} />;',
  "import { Modal } from '../ui/dialogs.tsx'; export const a = Modal;",
  'export const a = <LinkButton href={hrefTo(paths.tokens)}>Tokens</LinkButton>;',
  "link.current?.setAttribute('href', hrefTo(url));",
  "window.open(hrefTo(paths.tokens), '_blank');",
  "export const a = { text: 'Alarms', url: hrefTo(paths.alarms) };",
  "request({ url: '/api/tokens' });",
  'export const a = <Navigate to={paths.alarms} replace />;',
  'locationService.push(paths.alarms);',
  'export const f = ({ href }) => href;',
])('%s is fine', async (code) => {
  expect(await complaints(code)).toEqual([]);
});

test('the client alone may ask Grafana for its HTTP client', async () => {
  const code = "import { getBackendSrv } from '@grafana/runtime'; getBackendSrv();";
  expect(await complaints(code, 'src/api/request.ts')).toEqual([]);
});
