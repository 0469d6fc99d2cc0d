/** The login page, BankID's two ways, and what happens when they go wrong. */
import type { Browser } from '@playwright/test';
import { Visitor, expect, test } from '../journey';

/** Somebody else's browser behind the same address. */
async function stranger(browser: Browser, visitor: Visitor, project: string) {
  const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE' });
  return new Visitor(await context.newPage(), project);
}

test('the login page offers BankID first and never asks for a number', async ({ visitor }) => {
  await visitor.page.goto('/logga-in');
  await expect(visitor.main.getByRole('button')).toHaveCount(2);
  await expect(visitor.main.locator('input:not([type=hidden])')).toHaveCount(0);
  await expect(visitor.main.locator('a[href^="/utan-bankid"]').first()).toBeVisible();
});

test('a guardian logs in on the next visit, lands on Mina barn and logs out', async ({ visitor }) => {
  await visitor.getAccount('sign-in');
  await visitor.signOut();
  await visitor.signIn(visitor.who('sign-in'));
  await expect(visitor.main).toContainText('Alva');
  await visitor.signOut();
  await visitor.page.goto('/mina-barn');
  await visitor.at('/logga-in');
});

test('after logging out the back button shows nothing', async ({ visitor }) => {
  await visitor.getAccount('signs-out');
  await visitor.page.goto('/mina-barn');
  await visitor.signOut();
  await visitor.page.goBack();
  await expect(visitor.main).not.toContainText('Alva');
});

test('what the phone cancels is said calmly, and one can try again', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.scan(visitor.who('cancels'), 'cancel');
  if (!visitor.script) {
    await expect(async () => {
      await visitor.goOn();
      await expect(visitor.main).toContainText(/avbröts/, { timeout: 500 });
    }).toPass();
  }
  await expect(visitor.main).toContainText('Åtgärden avbröts.');
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.scan(visitor.who('cancels'));
  await visitor.afterPhone('/ansokan/barn');
});

test('the visitor may cancel and is offered both ways again', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.showCode();
  await visitor.button('bankid-cancel').click();
  await expect(visitor.main.getByRole('button', { name: visitor.saying('sign-in-this-device') })).toBeVisible();
});

test('whoever has pressed a button goes where it leads, whatever an answer on its way says', async ({ visitor }) => {
  const { page } = visitor;
  let heard = () => {};
  const answered = new Promise<void>(done => (heard = done));
  let loads = 0;
  // The frame with the code, where there is no script, comes anew by itself.
  const isPage = (url: string) => new URL(url).pathname !== '/bankid/qr';
  page.on('request', asked => (loads += Number(asked.isNavigationRequest() && asked.method() === 'GET' && isPage(asked.url()))));
  await page.route('**/api/sign_in/cancel', async route => {
    // The button was pressed; only now does the answer to an earlier question come in.
    if (visitor.script) await answered;
    await route.continue();
  });
  await page.goto('/ansokan/legitimera');
  await visitor.showCode();
  await page.route('**/api/sign_in/progress', async route => {
    await page.waitForRequest('**/api/sign_in/cancel');
    await route.fulfill({ json: { state: 'stopped', words: '' } });
    heard();
  });
  if (visitor.script) await page.waitForRequest('**/api/sign_in/progress');
  loads = 0;
  await visitor.button('bankid-cancel').click();
  await expect(visitor.main.getByRole('button', { name: visitor.saying('sign-in-this-device') })).toBeVisible();
  expect(loads, 'the page the button leads to, and no other').toBeLessThanOrEqual(1);
});

test('an address from before one gave up does not say that the browser keeps no cookies', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.showCode();
  const before = visitor.page.url();
  await visitor.button('bankid-cancel').click();
  await expect(visitor.main.getByRole('button', { name: visitor.saying('sign-in-this-device') })).toBeVisible();
  await visitor.page.goto(before);
  await visitor.at('/ansokan/legitimera');
  await visitor.page.context().clearCookies();
  await visitor.page.goto(before);
  await visitor.at('/kakor-saknas');
});

test('an identification started here lets nobody in elsewhere', async ({ visitor, browser }, info) => {
  const other = await stranger(browser, visitor, info.project.name);
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.phone(visitor.who('other-browser'), await visitor.showCode());
  await other.page.goto('/ansokan/barn');
  await other.at('/ansokan/legitimera');
  await visitor.afterPhone('/ansokan/barn');
  await other.page.goto('/ansokan/barn');
  await other.at('/ansokan/legitimera');
  await other.page.context().close();
});

test('the code is there as soon as its picture is', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.main.getByRole('button', { name: visitor.saying('sign-in-other-device') }).click();
  // Without script it stands in a frame of its own.
  const within = visitor.script ? visitor.main : visitor.page.frameLocator('iframe.qr');
  const picture = within.locator('img.qr');
  expect(await picture.getAttribute('src')).toContain('/bankid/qr.svg');
  await expect.poll(() => picture.evaluate(image => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
});

test('the way back from the app works once, and only where it began', async ({ visitor, browser }, info) => {
  await visitor.page.goto('/ansokan/legitimera');
  const order = await visitor.autostart();
  const { return_url } = await visitor.phone(visitor.who('replay'), order);
  // A script hears that another tab takes over, and goes on listening: the app may have led to another browser.
  if (visitor.script) await expect(visitor.main).toContainText(visitor.say('bankid-other-tab'));
  const other = await stranger(browser, visitor, info.project.name);
  await other.page.goto(return_url!);
  if (!other.script) await other.goOn();
  await other.at(/\?nej=other-browser$/);
  await other.page.goto('/ansokan/barn');
  await other.at('/ansokan/legitimera');
  await other.page.context().close();
  // It was: the identification is over, and a page with script is the choice again by itself.
  if (visitor.script) await expect(visitor.main.getByRole('button', { name: visitor.saying('sign-in-this-device') })).toBeVisible();
  await visitor.page.goto(return_url!);
  if (!visitor.script) await visitor.goOn();
  await visitor.at(/\?nej=|\/ansokan\/legitimera/);
  await visitor.page.goto('/ansokan/barn');
  await visitor.at('/ansokan/legitimera');
});

test('another person\'s BankID in the middle of a session ends it, and says whose is wanted', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.getAccount('steps-up');
  const shown = visitor.qr();
  // No page asks for a fresh identification yet; what one would send is the same.
  await visitor.send('/api/sign_in/start', { purpose: 'step-up', device: 'other' });
  await visitor.at('/logga-in/bankid');
  await visitor.phone(visitor.who('takes-over'), { qr: await shown });
  await visitor.afterPhone(/\/logga-in\?nej=other-person$/);
  await expect(visitor.main.locator('.wrongs')).toContainText(visitor.say('refusal-other-person'));
  await page.goto('/mina-barn');
  await visitor.at('/logga-in');
});
