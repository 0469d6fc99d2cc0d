/**
 * Not a test: pictures of every page and of every face it has, at 390 and 1280 px, light and dark, in the folder that
 * PICTURES names, for human eyes; in English where PICTURES_IN is `en`.
 * `PICTURES=/some/folder npx playwright test --project pictures`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { test } from './journey';
import { WAYS } from './pages';
import { town } from './town';

const FOLDER = process.env.PICTURES ?? '';

async function picture(page: Page, name: string) {
  const before = page.viewportSize()!;
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.screenshot({ path: join(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(before);
}

test.use({ language: process.env.PICTURES_IN === 'en' ? 'en' : 'sv' });
test.beforeAll(() => mkdirSync(FOLDER, { recursive: true }));
test.afterEach(() => town.noFaults());

for (const way of WAYS) {
  test(`pictures of ${way.stops.join(', ')}`, async ({ visitor }) => {
    await way.go(visitor, async (stop, open) => {
      await open?.();
      await picture(visitor.page, stop.replaceAll(' ', '-'));
    });
  });
}
