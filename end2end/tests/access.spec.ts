/**
 * For everybody: axe (WCAG 2.2 AA) on every page in both languages, light and dark; the whole journey with the keyboard
 * alone; 320 px and 400 % without scrolling sideways; targets, forced colours and reduced motion.
 */
import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { expect, test, type Visitor } from '../journey';
import { PORTAL } from '../house';
import { routes } from '../routes';
import { code, town } from '../town';
import { LANGUAGES, type Language } from '../text';
import { NEUTRAL, OUTCOMES } from '../world';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

async function speak(page: Page, language: Language) {
  await page.context().addCookies([{ name: 'ht_lang', value: language, url: PORTAL }]);
}

/** What axe finds on the page as it stands. */
async function faults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(' ')}`));
}

/** What is wrong with the page at its address in a language: in both schemes, and on the narrowest screen. */
async function wrongs(page: Page, language: Language): Promise<string[]> {
  const path = new URL(page.url()).pathname;
  const found: string[] = [];
  await speak(page, language);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.reload();
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    found.push(...(await faults(page)).map(fault => `${path} ${language} ${colorScheme} ${fault}`));
  }
  found.push(...(await tooNarrow(page)).map(fault => `${path} ${language} ${fault}`));
  await page.emulateMedia({ colorScheme: 'light' });
  return found;
}

/** The same in both languages; the page is left in Swedish. */
async function isForEverybody(page: Page) {
  const found = [...(await wrongs(page, 'en')), ...(await wrongs(page, 'sv'))];
  expect(found).toEqual([]);
}

/** 320 px wide; 256 px high is what 1280 x 1024 leaves at 400 %. */
async function tooNarrow(page: Page): Promise<string[]> {
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 256 });
  const out = await page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter(each => each.getBoundingClientRect().right > 320.5 && !each.closest('.scroll, .hid, .skip'))
    .map(each => `at 320 px ${each.tagName.toLowerCase()}.${each.className} sticks out`));
  await page.setViewportSize(before);
  return out;
}

for (const language of LANGUAGES) {
  for (const half of [0, 1]) {
    test(`every public page in ${language}, part ${half + 1} of 2`, async ({ page }) => {
      test.setTimeout(180_000);
      for (const { path } of routes('page', 'public').filter((_, at) => at % 2 === half)) {
        await test.step(path, async () => {
          await page.goto(path);
          expect(await wrongs(page, language)).toEqual([]);
        });
      }
    });
  }
}

test('every page of the application and behind it', async ({ visitor }) => {
  test.setTimeout(180_000);
  const { page } = visitor;
  const whole = (path: string) => test.step(path, async () => {
    await visitor.at(path);
    await isForEverybody(page);
  });
  await visitor.apply(visitor.who('access'));
  await whole('/ansokan/barn');
  await visitor.confirmChildren.click();
  await whole('/ansokan/e-post');
  await visitor.giveEmail('inte en adress');
  await expect(page.locator('.wrongs')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await visitor.giveEmail(visitor.address('access'));
  await whole('/ansokan/bekrafta');
  await visitor.giveCode(code(await town.letter(visitor.address('access'))));
  await whole('/ansokan/kontrollera');
  await visitor.button('check-complete').click();
  await whole('/ansokan/klart');
  await page.goto('/mina-barn');
  await whole('/mina-barn');
  await page.goto('/narvaro/anmal');
  await visitor.button('report-send').click();
  await expect(page.locator('.wrongs')).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.goto('/personuppgifter');
  await whole('/personuppgifter');
  for (const path of ['/narvaro', '/narvaro/anmal', '/narvaro/historik', '/narvaro/historik/utskrift', '/narvaro/installningar']) {
    await page.goto(path);
    await whole(path);
  }
});

test('the page that waits for BankID', async ({ page }) => {
  for (const [start, waits] of [['/ansokan/legitimera', '/ansokan/legitimera'], ['/logga-in', '/logga-in/bankid']] as const) {
    for (const way of [0, 1]) {
      await page.context().clearCookies();
      await page.goto(start);
      await page.locator('main').getByRole('button').nth(way).click();
      await expect(page).toHaveURL(new RegExp(`${waits}(\\?.*)?$`));
      await expect(page.locator('main .say')).toBeVisible();
      expect(await faults(page)).toEqual([]);
      expect(await tooNarrow(page)).toEqual([]);
    }
  }
});

for (const person of [...OUTCOMES, NEUTRAL[0]]) {
  test(`the outcome for ${person}`, async ({ visitor }) => {
    await visitor.apply(person, '/ansokan/besked');
    await isForEverybody(visitor.page);
  });
}

test('a page that is not there', async ({ page }) => {
  await page.goto('/finns-inte');
  expect(await faults(page)).toEqual([]);
  expect(await tooNarrow(page)).toEqual([]);
});

/** Presses Tab until `goal` has the focus. */
async function tabTo(page: Page, goal: Locator) {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    if (await goal.evaluate(each => each === document.activeElement)) {
      const outline = await goal.evaluate(each => getComputedStyle(each).outlineStyle);
      expect(outline, 'the focus can be seen').toBe('solid');
      return;
    }
  }
  throw new Error('the keyboard does not reach it');
}

async function pressByKeyboard(visitor: Visitor, goal: Locator) {
  await tabTo(visitor.page, goal);
  await visitor.page.keyboard.press('Enter');
}

test('the whole journey goes with the keyboard alone', async ({ visitor }) => {
  const { page, main } = visitor;
  await page.goto('/');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await page.keyboard.press('Enter');
  await pressByKeyboard(visitor, visitor.link('start-apply').first());
  await visitor.at('/ansokan');
  await pressByKeyboard(visitor, visitor.link('step-continue'));
  await visitor.at('/ansokan/legitimera');
  const shown = visitor.qr();
  await pressByKeyboard(visitor, main.getByRole('button', { name: visitor.saying('sign-in-other-device') }));
  await visitor.phone(visitor.who('journey-keyboard'), { qr: await shown });
  await visitor.at('/ansokan/barn');
  await pressByKeyboard(visitor, visitor.confirmChildren);
  await visitor.at('/ansokan/e-post');
  await tabTo(page, main.locator('#email'));
  await page.keyboard.type('sara.example.se\n');
  await expect(page.locator('.wrongs')).toBeFocused();
  await pressByKeyboard(visitor, page.locator('.wrongs a'));
  await expect(main.locator('#email')).toBeFocused();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(`${visitor.address('journey-keyboard')}\n`);
  await visitor.at('/ansokan/bekrafta');
  await tabTo(page, main.locator('#code'));
  await page.keyboard.type(`${code(await town.letter(visitor.address('journey-keyboard')))}\n`);
  await visitor.at('/ansokan/kontrollera');
  await pressByKeyboard(visitor, visitor.button('check-complete'));
  await visitor.at('/ansokan/klart');
});

test('what is pressed is at least 44 px high', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const { path } of routes('page', 'public')) {
    await page.goto(path);
    const small = await page.locator('button, .button, input:not([type=hidden]), summary, .back, .ways a, .foot a, .brand, .enter').evaluateAll(all =>
      all.filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.5).map(each => each.outerHTML.slice(0, 80)));
    expect(small, path).toEqual([]);
  }
});

test('forced colours leave buttons and fields their edges', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('/skolor');
  for (const each of await page.locator('main button, main input:not([type=hidden])').all()) {
    expect(await each.evaluate(one => parseFloat(getComputedStyle(one).borderTopWidth))).toBeGreaterThan(0);
  }
});

test('nothing moves for those who asked for that', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  const moving = await page.locator('*').evaluateAll(all =>
    all.filter(each => ['transitionDuration', 'animationDuration'].some(what => parseFloat(getComputedStyle(each)[what as 'transitionDuration']) > 0)).length);
  expect(moving).toBe(0);
});
