/**
 * For everybody: axe (WCAG 2.2 AA) on every page in both languages, light and dark; the whole journey with the keyboard
 * alone; 320 px and 400 % without scrolling sideways; targets, forced colours and reduced motion.
 */
import type { Locator, Page } from '@playwright/test';
import { expect, test, type Visitor } from '../journey';
import { isForEverybody } from '../everybody';
import { WAYS } from '../pages';
import { pages } from '../routes';
import { code, town } from '../town';

for (const way of WAYS.filter(way => !way.alone)) {
  test(`for everybody: ${way.stops.join(', ')}`, ({ visitor }) => isForEverybody(visitor, way));
}

test('no page and no face of a page is forgotten', () => {
  const looked = new Set(WAYS.flatMap(way => way.stops).map(stop => stop.split(' ')[0]));
  expect(pages().map(({ name }) => name).filter(name => !looked.has(name))).toEqual([]);
  const stops = WAYS.flatMap(way => way.stops);
  expect(stops.filter((stop, at) => stops.indexOf(stop) !== at), 'names that two faces share').toEqual([]);
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
  for (const { path } of pages('public')) {
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
