import '@testing-library/jest-dom/vitest';
import './jsdom.ts'; // once in each worker
import { cleanup, configure } from '@testing-library/react';
import { format } from 'node:util';
import { afterEach, beforeEach, expect, vi } from 'vitest';

// In every file alike: what one has loaded stays loaded for the next.
vi.mock('@grafana/runtime', async () => (await import('./grafana.tsx')).mockRuntime());

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
