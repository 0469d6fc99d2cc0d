/** Bad input and bad days in the browser: the right words, nothing typed is lost, nothing is done twice. */
import { expect, test } from '../journey';
import { hjarntorget, house } from '../house';
import { code, town } from '../town';

const EMAILS: [string, string, string][] = [
  ['nothing', '', 'wrong-missing-email'],
  ['spaces', '   ', 'wrong-missing-email'],
  ['no dot', 'a@b', 'wrong-not-an-email'],
  ['two @', 'a@b@example.se', 'wrong-not-an-email'],
  ['letters mail cannot carry', 'å@ö.se', 'wrong-email-letters'],
  ['an emoji', '🙂@example.se', 'wrong-email-letters'],
  ['a right-to-left mark', 'a\u202e@example.se', 'wrong-email-letters'],
  ['10,000 characters', `${'a'.repeat(10_000)}@example.se`, 'wrong-too-long'],
  ['markup', '<script>alert(1)</script>@example.se', 'wrong-not-an-email'],
];

test('an address that cannot be is refused in words, and stays as typed', async ({ visitor }) => {
  const { page, main } = visitor;
  await visitor.apply(visitor.who('bad-email'));
  await visitor.confirmChildren.click();
  for (const [what, typed, wrong] of EMAILS) {
    await test.step(what, async () => {
      await page.locator('#email').fill(typed);
      await visitor.goOn();
      await expect(main.locator('.wrongs')).toContainText(visitor.say(wrong));
      await expect(main.locator('.wrong')).toHaveText(visitor.say(wrong));
      await expect(page.locator('#email')).toHaveAttribute('aria-invalid', 'true');
      expect((await page.locator('#email').getAttribute('value'))?.trim()).toBe(typed.trim());
      await expect(page).toHaveTitle(/^(Fel|Error)/);
    });
  }
  await page.locator('#email').fill(`  ${visitor.address('bad-email')} `);
  await visitor.goOn();
  await visitor.at('/ansokan/bekrafta');
});

test('a wrong, a broken and a used code each get their words', async ({ visitor }) => {
  const { page, main } = visitor;
  await visitor.apply(visitor.who('bad-code'));
  await visitor.confirmChildren.click();
  await visitor.giveEmail(visitor.address('bad-code'));
  const right = code(await town.letter(visitor.address('bad-code')));
  const other = right === '000000' ? '111111' : '000000';
  for (const [typed, wrong] of [['', 'wrong-missing-code'], ['12345', 'wrong-not-a-code'], ['١٢٣٤٥٦', 'wrong-not-a-code'], ['1'.repeat(10_000), 'wrong-not-a-code'], [other, 'wrong-wrong-code']] as const) {
    await visitor.giveCode(typed);
    await expect(main.locator('.wrong')).toHaveText(visitor.say(wrong));
  }
  await visitor.giveCode(`${right.slice(0, 3)} ${right.slice(3)}`);
  await visitor.at('/ansokan/kontrollera');
  await page.goto('/ansokan/bekrafta');
  await expect(main.locator('#code')).toHaveCount(0);
});

/** The ids of the jobs that send a welcome, and have not done so yet. */
function welcomesOnTheirWay(): string[] {
  const jobs = JSON.parse(hjarntorget('jobs', '--json')) as { id: string; name: string; state: string }[];
  return jobs.filter(({ name, state }) => name === 'account.send-welcome' && /waiting|running/.test(state)).map(({ id }) => id);
}

test('pressed twice it is done once, and back after the receipt harms nothing', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.apply(visitor.who('double-submit'));
  await visitor.fillIn(visitor.address('double-submit'));
  await visitor.button('check-complete').dblclick();
  await visitor.at('/ansokan/klart');
  await page.goBack();
  await visitor.at('/mina-barn');
  await expect(visitor.main.getByRole('heading', { name: 'Alva' })).toBeVisible();
  await expect(visitor.button('check-complete')).toHaveCount(0);
  await page.goto('/ansokan/kontrollera');
  await visitor.at('/mina-barn');

  const [proof] = await town.letters(visitor.address('double-submit'));
  await town.letter(visitor.address('double-submit'), proof!.id);
  // Whatever a second press may have asked for has left the house when the jobs of this moment are done.
  const now = new Set(welcomesOnTheirWay());
  await expect.poll(() => welcomesOnTheirWay().filter(id => now.has(id))).toEqual([]);
  expect(await town.letters(visitor.address('double-submit'))).toHaveLength(2);
});

test('two tabs share one application', async ({ visitor }) => {
  await visitor.apply(visitor.who('expires'));
  await visitor.confirmChildren.click();
  const tab = await visitor.page.context().newPage();
  await tab.goto('/ansokan/e-post');
  await visitor.giveEmail(visitor.address('expires'));
  await visitor.at('/ansokan/bekrafta');
  await tab.locator('#email').fill(`tab.${visitor.address('expires')}`);
  await tab.getByRole('button', { name: visitor.say('step-continue'), exact: true }).click();
  await expect(tab).toHaveURL(/bekrafta/);
  await visitor.page.reload();
  await expect(visitor.main).toContainText(`tab.${visitor.address('expires')}`);
  await tab.close();
});

test('a cookie that is gone or forged makes a stranger, never an error', async ({ visitor }) => {
  const { page } = visitor;
  await visitor.apply(visitor.who('cookie-gone'));
  const context = page.context();
  for (const value of ['', 'x', 'A'.repeat(64), '../../etc', '%00', 'å']) {
    await context.addCookies([{ name: '__Host-ht_s', value: encodeURIComponent(value), domain: '127.0.0.1', path: '/', secure: true, httpOnly: true, sameSite: 'Lax' }]);
    const answer = await page.goto('/ansokan/barn');
    expect(answer?.status()).toBe(200);
    await visitor.at('/ansokan/legitimera');
  }
  await context.clearCookies();
  await page.goto('/mina-barn');
  await visitor.at('/logga-in');
});

test('a form from another site is turned away', async ({ visitor }) => {
  const { page } = visitor;
  const answer = await page.request.post('/api/language/choose', { form: { language: 'en', back: '/' }, headers: { origin: 'https://example.se' }, maxRedirects: 0 });
  expect(answer.status()).toBe(403);
});

test('an unknown server function and a broken body get the right status and a calm page', async ({ visitor }) => {
  const { page } = visitor;
  const unknown = await page.request.post('/api/application/no-such-thing', { form: {}, headers: { accept: 'text/html', origin: house.portal } });
  expect(unknown.status()).toBe(404);
  expect(await unknown.text()).toContain(visitor.say('fault-not-found-title'));
  const broken = await page.request.post('/api/language/choose', {
    data: 'language=%ff%fe&&&==', headers: { accept: 'text/html', origin: house.portal, 'content-type': 'application/x-www-form-urlencoded' }, maxRedirects: 0,
  });
  expect(broken.status()).toBeGreaterThanOrEqual(400);
  expect(broken.status()).toBeLessThan(500);
});
