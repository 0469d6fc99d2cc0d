/**
 * Not a test: pictures of every page at 390 and 1280 px, light and dark, in the folder that PICTURES names, for human
 * eyes. `PICTURES=/some/folder npx playwright test --project pictures`
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test, Visitor } from './journey';
import { routes } from './routes';
import { code, town } from './town';
import { OUTCOMES } from './world';

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

test('pictures', async ({ page, browser }) => {
  mkdirSync(FOLDER, { recursive: true });
  const visitor = new Visitor(page, 'script');
  for (const { path, name } of routes('page', 'public')) {
    await page.goto(path);
    await picture(page, name);
  }
  await page.goto('/finns-inte');
  await picture(page, 'fault-404');
  await page.goto('/ansokan/legitimera');
  await visitor.main.getByRole('button', { name: visitor.saying('sign-in-this-device') }).click();
  await expect(visitor.main.locator('.say')).toBeVisible();
  await picture(page, 'bankid-this-device');
  await page.goto('/ansokan/legitimera');
  await page.context().clearCookies();
  await page.reload();
  const shown = visitor.qr();
  await visitor.main.getByRole('button', { name: visitor.saying('sign-in-other-device') }).click();
  await shown;
  await picture(page, 'bankid-other-device');
  await visitor.phone(visitor.who('pictures'), { qr: await visitor.qr() });
  await visitor.at('/ansokan/barn');
  await picture(page, 'apply-3');
  await visitor.confirmChildren.click();
  await visitor.giveEmail('inte en adress');
  await expect(page.locator('.wrongs')).toBeVisible();
  await picture(page, 'apply-4-wrong');
  await visitor.giveEmail(visitor.address('pictures'));
  await visitor.at('/ansokan/bekrafta');
  await picture(page, 'apply-5');
  await visitor.giveCode(code(await town.letter(visitor.address('pictures'))));
  await visitor.at('/ansokan/kontrollera');
  await picture(page, 'apply-6');
  await visitor.button('check-complete').click();
  await visitor.at('/ansokan/klart');
  await picture(page, 'receipt');
  await page.goto('/mina-barn');
  await picture(page, 'children');
  await page.locator('details.menu summary').click();
  await picture(page, 'children-menu');
  await page.goto('/personuppgifter');
  await picture(page, 'personal');
  for (const name of ['absence', 'absence-report', 'absence-history', 'absence-print', 'absence-settings']) {
    await page.goto(routes('page', 'guardian').find(route => route.name === name)!.path);
    await picture(page, name);
  }
  await page.goto('/narvaro/anmal');
  await page.locator('#children').check();
  await page.locator('#own').check();
  await visitor.button('report-send').click();
  await picture(page, 'absence-report-wrong');
  await page.locator('#when').check();
  await page.locator('#reason').check();
  await visitor.button('report-send').click();
  await picture(page, 'absence-report-done');
  await page.goto('/narvaro/installningar?olika=1');
  await page.locator('#sms-0').check();
  await visitor.main.locator('form').first().getByRole('button').click();
  await picture(page, 'absence-settings-wrong');
  for (const outcome of [...OUTCOMES, 'neutral-no-child']) {
    const other = new Visitor(await (await browser.newContext({ locale: 'sv-SE' })).newPage(), 'script');
    await other.apply(outcome, '/ansokan/besked');
    await picture(other.page, `outcome-${outcome}`);
    await other.page.context().close();
  }
});
