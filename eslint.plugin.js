/**
 * Rules for the plugin's own code. Grafana 12 runs React 18 and Grafana 13 runs React 19: what only one of them has is
 * kept out, and so is what Grafana's plugin validator complains of.
 */
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

const onlyInReact19 = [
  ...['use', 'useActionState', 'useOptimistic', 'useEffectEvent', 'cache', 'cacheSignal', 'captureOwnerStack'],
  ...['Activity', 'ViewTransition', 'addTransitionType'],
];
const goneFromReact19 = ['createFactory'];
const onlyInReactDom19 = [
  'useFormStatus',
  'useFormState',
  'requestFormReset',
  'preload',
  'preinit',
  'prefetchDNS',
  'preconnect',
];
const goneFromReactDom19 = [
  'render',
  'hydrate',
  'unmountComponentAtNode',
  'findDOMNode',
  'unstable_renderSubtreeIntoContainer',
];

/** @param {string} selector @param {string} message */
const never = (selector, message) => ({ selector, message });

const notInBoth = [
  never(
    'JSXElement > JSXOpeningElement > JSXAttribute[name.name="action"] > JSXExpressionContainer',
    'A function as action exists only in React 19.',
  ),
  never(
    'JSXAttribute[name.name="formAction"] > JSXExpressionContainer',
    'A function as formAction exists only in React 19.',
  ),
  never(
    'JSXOpeningElement[name.name=/Context$/]',
    'A context as its own provider exists only in React 19: use Context.Provider.',
  ),
  never('JSXAttribute[name.name="ref"] > Literal', 'String refs are gone from React 19.'),
  never('JSXAttribute[name.name="inert"]', 'inert is a boolean only in React 19.'),
  never('JSXOpeningElement[name.name=/^(title|meta|link)$/]', 'Metadata moves to the head only in React 19.'),
  never(
    'AssignmentExpression[left.property.name=/^(propTypes|defaultProps|contextTypes|childContextTypes)$/]',
    'Gone from React 19.',
  ),
  never('PropertyDefinition[key.name=/^(contextTypes|childContextTypes)$/]', 'Legacy context is gone from React 19.'),
  never(
    'CallExpression[callee.name="useDeferredValue"][arguments.length>1]',
    'An initial value exists only in React 19.',
  ),
  never('CallExpression[callee.name="useRef"][arguments.length=0]', 'useRef needs its argument in React 19’s types.'),
  never(
    'FunctionDeclaration[id.name=/^[A-Z]/] > ObjectPattern.params > Property[key.name="ref"]',
    'ref as a property exists only in React 19: use forwardRef.',
  ),
  never(
    'JSXAttribute[name.name="ref"] ArrowFunctionExpression > BlockStatement ReturnStatement',
    'A ref callback that returns a clean-up exists only in React 19.',
  ),
];

const notInPlugins = [
  never(
    'MemberExpression[object.name="window"][property.name="location"]',
    'Use useLocation, useNavigate or locationService.',
  ),
  never('MemberExpression[object.name="globalThis"][property.name="location"]', 'As window.location.'),
  never('ImportDeclaration[source.value=/\\.(css|scss|less)$/]', 'Styles are written with useStyles2.'),
];

const TARGET =
  'Read event.target (src/ui/fieldEvents.ts): in the frontend sandbox currentTarget may be another time’s.';
const notInSandbox = [
  never('MemberExpression[property.name="currentTarget"]', TARGET),
  never('MemberExpression[property.value="currentTarget"]', TARGET),
  never('ObjectPattern > Property[key.name="currentTarget"]', TARGET),
];

const unlessHrefTo = (/** @type {string} */ where) => `:not([${where}.callee.name="hrefTo"])`;
/** Attributes and properties that hold an address, which the browser asks for as it stands there. */
const ADDRESS = '/^(href|xlinkHref|xlink:href|src|srcSet|formAction)$/';

/** Grafana may be served under a path: links have to name it, its router and history add it by themselves. */
const addresses = [
  ...[
    `JSXAttribute[name.name=${ADDRESS}]${unlessHrefTo('value.expression')}`,
    `JSXOpeningElement[name.name="form"] > JSXAttribute[name.name="action"]${unlessHrefTo('value.expression')}`,
    `JSXOpeningElement[name.property.name="Item"] > JSXAttribute[name.name="url"]${unlessHrefTo('value.expression')}`,
    `ObjectExpression > Property[key.name=${ADDRESS}]${unlessHrefTo('value')}`,
    `ObjectExpression > Property[key.value=${ADDRESS}]${unlessHrefTo('value')}`,
    // An item of Grafana's navigation, wherever it is made.
    `JSXAttribute[name.name="pageNav"] ObjectExpression > Property[key.name="url"]${unlessHrefTo('value')}`,
    `ObjectExpression:has(> Property[key.name="text"]) > Property[key.name="url"]${unlessHrefTo('value')}`,
    `CallExpression[callee.property.name="setAttribute"][arguments.0.value=${ADDRESS}]${unlessHrefTo('arguments.1')}`,
    `CallExpression[callee.property.name="setAttributeNS"][arguments.1.value=${ADDRESS}]${unlessHrefTo('arguments.2')}`,
    `AssignmentExpression[left.property.name=${ADDRESS}]${unlessHrefTo('right')}`,
    `AssignmentExpression[left.property.value=${ADDRESS}]${unlessHrefTo('right')}`,
    `CallExpression[callee.object.name=/^(window|globalThis|self)$/][callee.property.name="open"]${unlessHrefTo('arguments.0')}`,
  ].map((selector) => never(selector, 'An address in a link is made by hrefTo() of src/lib/href.ts.')),
  ...[
    'JSXOpeningElement[name.name="Navigate"] CallExpression[callee.name="hrefTo"]',
    'CallExpression[callee.name="navigate"] CallExpression[callee.name="hrefTo"]',
    'CallExpression[callee.object.name="locationService"] CallExpression[callee.name="hrefTo"]',
  ].map((selector) => never(selector, 'The router adds the path that Grafana is served under by itself.')),
];

/** The one file that talks to a server. */
const CLIENT = 'src/api/request.ts';
/** The one file that takes dialogs from Grafana. */
const DIALOGS = 'src/ui/dialogs.tsx';

export default [
  {
    files: ['src/**/*.{ts,tsx}', 'workbench/host/**/*.{ts,tsx}', 'tests/plugin/**/*.tsx'],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
    plugins: { 'react-hooks': reactHooks },
    rules: { ...reactHooks.configs.recommended.rules },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        'location',
        'fetch',
        'XMLHttpRequest',
        { name: 'open', message: 'window.open(hrefTo(…)), where no link does.' },
        'localStorage',
        'sessionStorage',
        'alert',
        'confirm',
      ],
      'no-restricted-syntax': ['error', ...notInBoth, ...notInPlugins, ...notInSandbox, ...addresses],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'react',
              importNames: [...onlyInReact19, ...goneFromReact19],
              message: 'Not in both React 18 and 19.',
            },
            {
              name: 'react-dom',
              importNames: [...onlyInReactDom19, ...goneFromReactDom19],
              message: 'Not in both React 18 and 19.',
            },
            { name: 'react-router-dom', message: 'Grafana shares react-router; the rest would be bundled.' },
            { name: '@grafana/runtime', importNames: ['getBackendSrv'], message: `Only ${CLIENT} talks to a server.` },
            {
              name: '@grafana/ui',
              importNames: ['Modal', 'ConfirmModal', 'Drawer'],
              message: `${DIALOGS} has them as they work in the frontend sandbox.`,
            },
          ],
          patterns: [
            {
              group: ['**/backend/**', '**/workbench/**', '**/tests/**'],
              message: 'src/ reads only itself and contract/.',
            },
            { group: ['react-dom/client', 'react-dom/server'], message: 'The plugin is rendered by Grafana.' },
          ],
        },
      ],
    },
  },
  {
    files: [CLIENT, DIALOGS],
    rules: { 'no-restricted-imports': 'off' },
  },
];
