import { useEffect, useState, type ReactNode } from 'react';
import { Router, type NavigationType } from 'react-router';
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

function onClick(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented;
  if (!link || !isPlain || link.target || link.origin !== location.origin || link.hash) return;
  event.preventDefault();
  history.push(link.pathname + link.search);
}
