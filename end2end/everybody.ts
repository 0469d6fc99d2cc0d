/** What every page owes everybody: nothing for axe to find, and nothing that sticks out. */
import { readFileSync } from 'node:fs';
import type { Frame, Page } from '@playwright/test';
import type axe from 'axe-core';
import { expect, test, type Visitor } from './journey';
import { house } from './house';
import type { Way } from './pages';
import { page as route } from './routes';
import { LANGUAGES, type Language } from './text';

const AXE = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What another scheme can change: one page has the same words, names and order in both. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

async function speak(page: Page, language: Language) {
  await page.context().addCookies([{ name: 'ht_lang', value: language, url: house.portal }]);
}

/** Brings axe into the page and the frames on it. That costs more than running it, so it is done once for each document. */
async function bringAxe(page: Page) {
  const into = (frame: Frame) => frame.evaluate(`${AXE}; axe.configure({ allowedOrigins: ['<same_origin>'] }); undefined`);
  await Promise.all(page.frames().map(into));
}

/** What axe finds on the page as it stands, frames of our own included. */
async function faults(page: Page, runOnly: axe.RunOnly): Promise<string[]> {
  return page.evaluate(async runOnly => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.target.join(' ')}`));
  }, runOnly);
}

/** 320 px wide; 256 px high is what 1280 x 1024 leaves at 400 %. */
async function tooNarrow(page: Page): Promise<string[]> {
  const before = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 256 });
  const out = await page.evaluate(() => [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().right > 320.5 && !each.closest('.scroll, .hid, .skip'))
    .map(each => `at 320 px ${each.tagName.toLowerCase()}.${each.className} sticks out`));
  await page.setViewportSize(before);
  return out;
}

/** What is wrong with the open page: in both schemes, and on the narrowest screen. */
async function wrongs(page: Page): Promise<string[]> {
  await bringAxe(page);
  const found = (await faults(page, { type: 'tag', values: TAGS })).map(fault => `light ${fault}`);
  await page.emulateMedia({ colorScheme: 'dark' });
  found.push(...(await faults(page, { type: 'rule', values: COLOURS })).map(fault => `dark ${fault}`));
  await page.emulateMedia({ colorScheme: 'light' });
  return [...found, ...(await tooNarrow(page))];
}

/** Whether the visitor stands at the page of a stop, or has it in a frame. */
function isAt(page: Page, stop: string): boolean {
  const [name] = stop.split(' ') as [string];
  if (name === 'fault') return true;
  const path = new RegExp(`^${route(name).path.replace(/\{[a-z]+\}/, '[^/]+')}$`);
  return page.frames().some(frame => path.test(new URL(frame.url()).pathname));
}

/** Goes a way, and looks at every page it promises in every language. The page is left in Swedish. */
export async function isForEverybody(visitor: Visitor, way: Way) {
  const { page } = visitor;
  const left = [...way.stops];
  test.setTimeout(30_000 + 15_000 * left.length);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await way.go(visitor, (stop, open = () => page.reload()) => test.step(stop, async () => {
    expect(stop).toBe(left.shift());
    const found: string[] = [];
    for (const language of [...LANGUAGES].reverse()) {
      await speak(page, language);
      await open();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      expect(isAt(page, stop), `${page.url()} is ${stop}`).toBe(true);
      found.push(...(await wrongs(page)).map(wrong => `${language} ${wrong}`));
    }
    expect(found).toEqual([]);
  }));
  expect(left, 'pages that were not come by').toEqual([]);
}
