/** The main job: from the start page to an account, and back to Mina barn the next time. */
import { expect, test, Visitor } from '../journey';
import { code, link, town } from '../town';

test('with BankID on another device a guardian gets an account and lands on Mina barn ever after', async ({ visitor }) => {
  const { page, main } = visitor;
  await page.goto('/');
  await visitor.link('start-apply').first().click();
  await visitor.at('/ansokan');
  await visitor.link('step-continue').click();
  await visitor.at('/ansokan/legitimera');
  await visitor.scan(visitor.who('journey-other-device'));
  await visitor.afterPhone('/ansokan/barn');
  await expect(main).toContainText('Alva');
  await expect(main).toContainText('Ängsskolan');
  await expect(main).toContainText('Hugo');
  await visitor.fillIn(visitor.address('journey-other-device'));
  await expect(main).toContainText('Sara Lind');
  await expect(main).toContainText(visitor.address('journey-other-device'));
  await visitor.button('check-complete').click();
  await visitor.at('/ansokan/klart');
  await expect(main.locator('.band')).toBeVisible();
  await main.locator('a[href="/mina-barn"]').first().click();
  await expect(main.getByRole('heading', { name: 'Alva' })).toBeVisible();
  await page.goto('/personuppgifter');
  await expect(main).toContainText(visitor.address('journey-other-device'));
  await visitor.signOut();
  await visitor.signIn(visitor.who('journey-other-device'));
  await expect(main.getByRole('heading', { name: 'Hugo' })).toBeVisible();
});

test('with BankID on this device the way back from the app goes on with the application', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/legitimera');
  const order = await visitor.autostart();
  const { return_url } = await visitor.phone(visitor.who('journey-this-device'), order);
  await visitor.page.goto(return_url!);
  await visitor.afterPhone('/ansokan/barn');
  await visitor.fillIn(visitor.address('journey-this-device'));
  await visitor.button('check-complete').click();
  await visitor.at('/ansokan/klart');
});

test.describe('en', () => {
  test.use({ language: 'en' });

  test('the whole way can be gone in English, letters included', async ({ visitor }) => {
    await visitor.getAccount('journey-english');
    await expect(visitor.page.locator('html')).toHaveAttribute('lang', 'en');
    const letters = await town.letters(visitor.address('journey-english'));
    expect(letters[0]?.text).not.toMatch(/[åäöÅÄÖ](?!rntorget)/);
    await visitor.page.goto('/mina-barn');
    await expect(visitor.main.getByRole('heading', { name: 'Alva' })).toBeVisible();
  });
});

test('the letter holds one code, one link and nothing of a person', async ({ visitor }) => {
  await visitor.apply(visitor.who('new-code'));
  await visitor.confirmChildren.click();
  await visitor.giveEmail(visitor.address('new-code'));
  const first = await town.letter(visitor.address('new-code'));
  code(first);
  link(first);
  expect(`${first.subject} ${first.text} ${first.html}`).not.toMatch(/Sara|Lind|Alva|Hugo|Ängsskolan|Snäckan/);

  await visitor.button('code-resend').click();
  const second = await town.letter(visitor.address('new-code'), first.id);
  await visitor.giveCode(code(first));
  if (code(first) !== code(second)) {
    await expect(visitor.main.locator('.wrong')).toBeVisible();
    await visitor.giveCode(code(second));
  }
  await visitor.at('/ansokan/kontrollera');
});

test('the link works where the letter is opened, with a button and no login', async ({ visitor, browser }, info) => {
  await visitor.apply(visitor.who('journey-link'));
  await visitor.confirmChildren.click();
  await visitor.giveEmail(visitor.address('journey-link'));
  const mail = await town.letter(visitor.address('journey-link'));

  const context = await browser.newContext({ javaScriptEnabled: visitor.script, locale: 'sv-SE' });
  const elsewhere = new Visitor(await context.newPage(), info.project.name);
  await elsewhere.page.goto(link(mail));
  await visitor.page.reload();
  await visitor.at('/ansokan/bekrafta');
  await elsewhere.main.getByRole('button').click();
  await expect(elsewhere.main).not.toContainText('Sara');
  await context.close();

  await visitor.page.goto('/ansokan/kontrollera');
  await visitor.at('/ansokan/kontrollera');
  await visitor.button('check-complete').click();
  await visitor.at('/ansokan/klart');
});

test('who leaves and returns with BankID goes on where they were', async ({ visitor }) => {
  await visitor.apply(visitor.who('comes-back'));
  await visitor.confirmChildren.click();
  await visitor.giveEmail(visitor.address('comes-back'));
  await visitor.at('/ansokan/bekrafta');
  await visitor.signOut();
  await visitor.apply(visitor.who('comes-back'), '/ansokan/bekrafta');
  await visitor.giveCode(code(await town.letter(visitor.address('comes-back'))));
  await visitor.at('/ansokan/kontrollera');
});

test('back works, answers can be changed, and the change is what counts', async ({ visitor }) => {
  await visitor.apply(visitor.who('changes-answers'));
  await visitor.fillIn(visitor.address('changes-answers'));
  await visitor.main.locator('.rows a[href="/ansokan/e-post"]').click();
  const other = `ny.${visitor.address('changes-answers')}`;
  await visitor.giveEmail(other);
  await visitor.at('/ansokan/bekrafta');
  await visitor.page.goto('/ansokan/kontrollera');
  await visitor.at('/ansokan/bekrafta');
  await visitor.giveCode(code(await town.letter(other)));
  await visitor.at('/ansokan/kontrollera');
  await expect(visitor.main).toContainText(other);
});

test('a child that is not mine gets no link, and the answer can be undone', async ({ visitor }) => {
  await visitor.apply(visitor.who('not-my-child'));
  const hugo = visitor.main.locator('.card', { hasText: 'Hugo' });
  await hugo.getByRole('button').click();
  await hugo.getByRole('button', { name: visitor.saying('apply-child-mine') }).click();
  await hugo.getByRole('button').click();
  await expect(hugo).toHaveClass(/gone/);
  await visitor.fillIn(visitor.address('not-my-child'));
  await visitor.button('check-complete').click();
  await visitor.at('/ansokan/klart');
  await visitor.page.goto('/mina-barn');
  await expect(visitor.main.getByRole('heading', { name: 'Alva' })).toBeVisible();
  await expect(visitor.main).not.toContainText('Hugo');
});

test('of two children the protected one is not there, and nothing says so', async ({ visitor }) => {
  await visitor.apply(visitor.who('one-protected'));
  await expect(visitor.main).toContainText('Alva');
  await expect(visitor.main).not.toContainText(/Hugo|skydd|Snäckan/);
});

test('a step that is not reached leads to the one that is', async ({ visitor }) => {
  await visitor.page.goto('/ansokan/kontrollera');
  await visitor.at('/ansokan/legitimera');
  await visitor.apply(visitor.who('two-tabs'));
  await visitor.page.goto('/ansokan/kontrollera');
  await visitor.at('/ansokan/barn');
});
