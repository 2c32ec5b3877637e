/** What jsdom lacks of a browser, and what it does too slowly. */
import { cache } from '@emotion/css';
import { vi } from 'vitest';

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

// It asks every rule of every style sheet what an element looks like, which took half of the time. Emotion puts its rules
// into one sheet as in production; those stay that hide something, or let the pointer through.
const hides = /display:\s*none|visibility:|opacity:|pointer-events:/;
cache.sheet.isSpeedy = true;
const { insertRule } = CSSStyleSheet.prototype;
CSSStyleSheet.prototype.insertRule = function (rule, index) {
  return hides.test(rule) ? insertRule.call(this, rule, index) : 0;
};
