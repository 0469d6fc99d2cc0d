/** Personuppgifter: an address that counts once it is proven, devices, and an account that is closed and opened again. */
import { expect, test, Visitor } from '../journey';
import { code, town } from '../town';

test('a mobile number is typed as people write it, proven by its code, tried and taken away', async ({ visitor }) => {
  const { main } = visitor;
  await visitor.getAccount('personal-mobile');
  await visitor.page.goto('/personuppgifter');
  await expect(main).toContainText(visitor.say('personal-mobile-none'));
  await main.locator('.rows a[href="/personuppgifter/mobil"]').click();

  await visitor.giveMobile('031-390 06 10');
  await expect(main.locator('.field .wrong')).toHaveText(visitor.say('wrong-not-a-mobile'));
  await expect(main.locator('#mobile')).toHaveValue('031-390 06 10');
  await expect(visitor.page).toHaveTitle(visitor.saying('wrong-title-prefix'));

  const { typed, e164 } = visitor.mobile('personal-mobile');
  await visitor.giveMobile(typed);
  await visitor.at('/personuppgifter/mobil/kod');
  const message = await town.message(e164);
  expect(message.text).not.toMatch(/Sara|Lind|Alva|Hugo|skola/i);
  await visitor.giveNewCode(code(message));
  await visitor.at('/personuppgifter');
  await expect(main.locator('.notice.good')).toContainText(visitor.say('personal-done-mobile'));
  await expect(main.locator('.rows')).toContainText(typed);

  await visitor.button('personal-try-sms').click();
  await expect(main.locator('.notice.good')).toContainText(visitor.say('personal-done-tried'));
  const tried = await town.message(e164, message.id);
  expect(tried.text).toContain('prov');

  await main.locator('.rows a[href="/personuppgifter/mobil"]').click();
  await visitor.button('mobile-remove').click();
  await visitor.at('/personuppgifter');
  await expect(main).toContainText(visitor.say('personal-mobile-none'));
});

test('a page that asked for a number gets its visitor back', async ({ visitor }) => {
  await visitor.getAccount('personal-way-back');
  await visitor.page.goto('/personuppgifter/mobil?till=children');
  const { typed, e164 } = visitor.mobile('personal-way-back');
  await visitor.giveMobile('070');
  await expect(visitor.main.locator('.field .wrong')).toBeVisible();
  await visitor.giveMobile(typed);
  await visitor.giveNewCode(code(await town.message(e164)));
  await visitor.at('/mina-barn');
});

test('another e-mail address counts once its code was typed, and the old one is told', async ({ visitor }) => {
  const { main } = visitor;
  await visitor.getAccount('personal-email');
  const [old, next] = [visitor.address('personal-email'), `ny.${visitor.address('personal-email')}`];
  const before = (await town.letters(old)).length;
  await visitor.page.goto('/personuppgifter/e-post');
  await visitor.giveEmail(next);
  await visitor.at('/personuppgifter/e-post/kod');
  await visitor.page.goto('/personuppgifter');
  await expect(main.locator('.rows')).toContainText(old);
  await visitor.page.goto('/personuppgifter/e-post/kod');
  await visitor.giveNewCode(code(await town.letter(next)));
  await visitor.at('/personuppgifter');
  await expect(main.locator('.rows')).toContainText(next);
  await expect.poll(async () => (await town.letters(old)).slice(before).map(letter => letter.subject)).toContainEqual(
    expect.stringContaining('ändrad'),
  );
});

test('devices are seen and logged out from afar', async ({ visitor, browser }, info) => {
  await visitor.getAccount('personal-devices');
  const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE' });
  const elsewhere = new Visitor(await context.newPage(), info.project.name);
  await elsewhere.signIn(visitor.who('personal-devices'));
  await visitor.page.goto('/personuppgifter/enheter');
  await expect(visitor.main.locator('.card')).toHaveCount(2);
  await visitor.button('devices-end-others').click();
  await visitor.at('/personuppgifter/enheter');
  await expect(visitor.main.locator('.card')).toHaveCount(1);
  await elsewhere.page.goto('/mina-barn');
  await elsewhere.at('/logga-in');
  await context.close();
  await visitor.button('devices-end-all').click();
  await visitor.at('/utloggad');
});

test('an account is closed by its holder and opened again with a new login', async ({ visitor }) => {
  await visitor.getAccount('personal-closes');
  await visitor.page.goto('/personuppgifter');
  await visitor.link('close-title').click();
  await visitor.button('close-send').click();
  await visitor.at('/konto-avslutat');
  await visitor.page.goto('/mina-barn');
  await visitor.at('/logga-in');
  await visitor.signIn(visitor.who('personal-closes'), /\/ansokan\/(barn|besked)/);
  await visitor.page.goto('/ansokan/besked');
  await visitor.button('outcome-account-resting-reopen').click();
  await visitor.at('/mina-barn');
  await expect(visitor.main).toContainText('Alva');
});

test('the language of letters is chosen apart from that of the pages', async ({ visitor }) => {
  await visitor.getAccount('personal-language');
  await visitor.page.goto('/personuppgifter');
  await visitor.main.getByRole('button', { name: 'English' }).click();
  await visitor.at('/personuppgifter');
  await expect(visitor.page.locator('html')).toHaveAttribute('lang', 'sv');
  const before = (await town.letters(visitor.address('personal-language'))).length;
  await visitor.button('personal-try-mail').click();
  await expect.poll(async () => (await town.letters(visitor.address('personal-language'))).slice(before).map(one => one.subject))
    .toContainEqual(expect.stringContaining('A test'));
});
