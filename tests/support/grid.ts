/** The grid on which a dashboard's panels lie. */
import { expect } from 'vitest';
import type { PanelJson } from './grafana-queries.ts';

const COLUMNS = 24;

/** Panels neither overlap nor leave the grid. */
export function expectInGrid(panels: readonly PanelJson[]): void {
  const cells = new Set<string>();
  for (const { gridPos, title } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(COLUMNS);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(cells.has(`${x} ${y}`), `${title} overlaps another panel`).toBe(false);
        cells.add(`${x} ${y}`);
      }
    }
  }
}
