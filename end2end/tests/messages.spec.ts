/** Meddelanden: a child who is missing is told of, read and answered, inside the service and by the link of a letter. */
import { expect, test, Visitor } from '../journey';
import { link, town } from '../town';
import type { FamilyName } from '../world';

/** A guardian with an account, one of whose children the school marks absent; answers the letter that says so. */
async function told(visitor: Visitor, name: FamilyName) {
  await visitor.getAccount(name);
  await town.absent(`${visitor.who(name)}.1`);
  return town.notice(visitor.address(name));
}

const badge = (visitor: Visitor) => visitor.page.locator('details.menu summary .badge');

test('a missing child is a message: new, opened and answered', async ({ visitor }) => {
  const { page, main } = visitor;
  const letter = await told(visitor, 'messages');
  expect(`${letter.subject} ${letter.text} ${letter.html}`).not.toMatch(/Sara|Lind|Alva|Hugo|Ängsskolan|3B/);

  await page.goto('/mina-barn');
  await expect(badge(visitor)).toHaveText('1');
  await page.locator('details.menu summary').click();
  await page.locator('details.menu a[href="/meddelanden"]').click();
  await visitor.at('/meddelanden');
  const row = main.getByRole('link', { name: 'Alva' });
  await expect(row).toContainText(visitor.say('messages-unread'));
  await row.click();

  await visitor.at(/\/meddelanden\/[0-9a-f]{32}$/);
  await expect(main.getByRole('heading', { level: 1 })).toHaveText(visitor.say('message-absence-title'));
  await expect(main).toContainText('Alva');
  await expect(main).toContainText(visitor.say('missed-unexcused'));
  await expect(main.locator('a[href^="tel:"]')).toBeVisible();
  await expect(page).not.toHaveTitle(/Alva|Lind/);
  await expect(badge(visitor)).toHaveCount(0);

  await visitor.button('message-acknowledge').click();
  await expect(main.locator('.notice.good')).toContainText(visitor.say('message-acknowledged'));
  await expect(visitor.button('message-acknowledge')).toHaveCount(0);
  await main.locator('.back').click();
  await visitor.at('/meddelanden');
  await expect(row).toContainText(visitor.saying('messages-acknowledged'));

  await row.click();
  await page.emulateMedia({ media: 'print' });
  await expect(main.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(main).toContainText('Alva');
  for (const chrome of ['.tongue', '.foot nav', '.back']) await expect(page.locator(chrome)).toBeHidden();
});

test('the link of the letter confirms on another device, with a button and no login', async ({ visitor, browser }, info) => {
  const letter = await told(visitor, 'message-link');
  const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE' });
  const phone = new Visitor(await context.newPage(), info.project.name);
  for (const visit of ['first', 'again']) {
    await phone.page.goto(link(letter));
    await expect(phone.main).not.toContainText(/Sara|Lind|Alva|Ängsskolan/);
    if (visit === 'first') {
      // Opening it, however often, says nothing to the school.
      await phone.page.reload();
      await visitor.page.goto('/meddelanden');
      await expect(visitor.main.locator('.chip.good')).toHaveCount(0);
    }
    await phone.button('message-acknowledge').click();
    await phone.at('/kvitterat');
    await expect(phone.main.getByRole('heading', { level: 1 })).toHaveText(phone.say('received-title'));
  }
  await phone.link('received-to-messages').click();
  await phone.at('/logga-in');
  await context.close();

  await visitor.page.reload();
  await expect(visitor.main.locator('.chip.good')).toContainText(visitor.saying('messages-acknowledged'));
});

test('a link that never was says what to do instead', async ({ visitor }) => {
  await visitor.page.goto('/kvittera/AAAAAAAAAAAAAAAAAAAAAA');
  await visitor.button('message-acknowledge').click();
  await visitor.at('/kvitterat');
  await expect(visitor.main).toContainText(visitor.say('received-spent-lead'));
});

test.describe('in English', () => {
  test.use({ language: 'en' });

  test('a message speaks the language of its reader', async ({ visitor }) => {
    const letter = await told(visitor, 'message-english');
    expect(letter.subject).toContain('absence notice');
    await visitor.page.goto('/meddelanden');
    await visitor.main.getByRole('link', { name: 'Alva' }).click();
    await expect(visitor.main).toContainText(visitor.say('missed-unexcused'));
    await visitor.button('message-acknowledge').click();
    await expect(visitor.main.locator('.notice.good')).toBeVisible();
  });
});
