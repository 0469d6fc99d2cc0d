/** After BankID there is no dead end: each outcome has its page, and the neutral one betrays nothing. */
import { expect, test, Visitor } from '../journey';
import { NEUTRAL, OUTCOMES } from '../world';

for (const outcome of OUTCOMES) {
  test(`${outcome}: says what it is, what to do now and whom to call`, async ({ visitor }) => {
    await visitor.apply(outcome, '/ansokan/besked');
    await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say(`outcome-${outcome}-title`));
    await expect(visitor.main.locator('ol li').first()).toBeVisible();
    await expect(visitor.main.locator('a[href="/skolor"], a[href^="tel:"]').first()).toBeVisible();
  });
}

test('whoever must turn to the school gets one and the same page, to the byte', async ({ visitor, browser }, info) => {
  test.setTimeout(120_000);
  const pages = new Set<string>();
  for (const person of NEUTRAL) {
    const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE' });
    const other = new Visitor(await context.newPage(), info.project.name);
    await other.apply(person, '/ansokan/besked');
    const answer = await other.page.reload();
    expect(answer?.status()).toBe(200);
    // Alike but for the nonce, and for the minute their sessions end: they came one after the other.
    const page = (await answer!.text()).replace(/nonce="[^"]*"/g, 'nonce').replace(/\b\d\d:\d\d\b/g, 'minute');
    await context.close();
    pages.add(page);
  }
  expect(pages.size).toBe(1);
  expect([...pages][0]).toContain(visitor.say('outcome-turn-to-the-school-title'));
  expect([...pages][0]).not.toMatch(/Noa|Ängsskolan|skyddad/i);
});

test('an outcome can be printed: the words stay, the chrome goes', async ({ visitor }) => {
  await visitor.apply('not-yet-placed', '/ansokan/besked');
  await visitor.page.emulateMedia({ media: 'print' });
  await expect(visitor.main.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(visitor.page.locator('.tongue')).toBeHidden();
  await expect(visitor.page.locator('.foot nav')).toBeHidden();
});
