import { useEffect, useState, type ReactNode } from 'react';
import { Router, type NavigationType } from 'react-router';
import { locationUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';

const history = locationService.getHistory();

/** React Router over Grafana's own history, and links that do not load the page again. */
export function HistoryRouter({ children }: { readonly children: ReactNode }) {
  const [state, setState] = useState({ location: history.location, action: history.action });
  useEffect(() => history.listen((location, action) => setState({ location, action })), []);
  useEffect(() => {
    document.addEventListener('click', onClick);
    return () => document.removeEventListener('click', onClick);
  }, []);
  return (
    <Router location={state.location} navigationType={state.action as NavigationType} navigator={history}>
      {children}
    </Router>
  );
}

/** As Grafana's own interceptor does it: whatever an anchor without a target points at, its base path taken off. */
function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const href = link?.getAttribute('href');
  if (!href || link?.target || link?.hasAttribute('download')) return;
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  const path = locationUtil.stripBaseFromUrl(href);
  if (path.includes('://')) location.assign(path);
  else if (path.startsWith('#')) location.hash = path;
  else history.push(path.startsWith('/') ? path : `/${path}`);
}
