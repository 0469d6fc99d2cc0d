/** After BankID there is no dead end: each outcome has its page, and the neutral one betrays nothing. */
import { expect, test } from '../journey';
import { town } from '../town';
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
  test.slow();
  const pages = new Set<string>();
  for (const person of NEUTRAL) {
    const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE', viewport: info.project.use.viewport });
    const other = new (visitor.constructor as typeof import('../journey').Visitor)(await context.newPage(), info.project.name);
    await other.apply(person, '/ansokan/besked');
    const answer = await other.page.reload();
    expect(answer?.status()).toBe(200);
    pages.add((await answer!.text()).replace(/nonce="[^"]*"/g, 'nonce'));
    await context.close();
  }
  expect(pages.size).toBe(1);
  expect([...pages][0]).toContain(visitor.say('outcome-turn-to-the-school-title'));
  expect([...pages][0]).not.toMatch(/Noa|Ängsskolan|skyddad/i);
});

test('a register that is down keeps what was done, says what still works, and lets one go on later', async ({ visitor }) => {
  await town.fault('population', 'down');
  await visitor.apply(visitor.who('register-slow'), '/ansokan/besked');
  await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say('outcome-register-down-title'));
  await town.noFaults();
  await visitor.page.goto('/ansokan/barn');
  await expect(visitor.main).toContainText('Alva');
});

test('an outcome can be printed: the words stay, the chrome goes', async ({ visitor }) => {
  await visitor.apply('not-yet-placed', '/ansokan/besked');
  await visitor.page.emulateMedia({ media: 'print' });
  await expect(visitor.main.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(visitor.page.locator('.tongue')).toBeHidden();
  await expect(visitor.page.locator('.foot nav')).toBeHidden();
});
