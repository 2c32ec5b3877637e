import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { format } from 'node:util';
import { afterEach, beforeEach, expect, vi } from 'vitest';

// In every file alike: what one has loaded stays loaded for the next.
vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

// jsdom has no media queries; Grafana's components ask for the width of the window.
Object.defineProperty(window, 'matchMedia', {
  value: (media: string) => ({
    media,
    matches: media.includes('min-width'),
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
    addListener: vi.fn(),
    removeListener: vi.fn(),
  }),
});

// Nor does it lay out: nothing ever changes its size or scrolls into view.
class NothingToObserve {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
}
Object.assign(window, { ResizeObserver: NothingToObserve, IntersectionObserver: NothingToObserve });

// Nor does it draw; Combobox measures its options on a canvas.
HTMLCanvasElement.prototype.getContext = vi.fn(() => ({ measureText: () => ({ width: 100 }) })) as never;

// Testing Library waits by Jest's clock where it is a fake one; this is how it finds Vitest's.
Object.assign(globalThis, { jest: { advanceTimersByTime: (ms: number) => vi.advanceTimersByTime(ms) } });

// Asking the style of every ancestor costs seconds in jsdom; tests that mean visibility ask for it.
// What is waited for comes when it comes, on a busy machine late.
configure({ defaultHidden: true, asyncUtilTimeout: 30_000 });

// What React complains of is a mistake of ours, and fails the test in which it happens.
let complaints: string[] = [];
beforeEach(() => {
  complaints = [];
  vi.spyOn(console, 'error').mockImplementation((...said) => void complaints.push(format(...said)));
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  expect(complaints).toEqual([]);
});
