/** Anybody may read: what it takes, what is held, and where to turn. */
import { expect, test } from '../journey';
import { LANGUAGES, say } from '../text';

const PAGES = [
  ['/information', 'information-title'],
  ['/information/uppgifter', 'what-we-hold-title'],
  ['/dataskydd', 'data-protection-title'],
  ['/tillganglighet', 'accessibility-title'],
  ['/kakor', 'cookies-title'],
  ['/sa-kanner-du-igen-oss', 'recognise-us-title'],
  ['/utan-bankid', 'no-bankid-title'],
  ['/skolor', 'schools-title'],
] as const;

for (const language of LANGUAGES) {
  test.describe(language, () => {
    test.use({ language });

    test('every page of information is one click away from the start and says what it is', async ({ visitor }) => {
      for (const [path, title] of PAGES) {
        await visitor.page.goto('/');
        await visitor.page.locator(`a[href="${path}"]`).first().click();
        await visitor.at(path);
        await expect(visitor.page.locator('html')).toHaveAttribute('lang', language);
        await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say(title));
        await expect(visitor.page).toHaveTitle(new RegExp(visitor.say(title).slice(0, 20).replace('?', '\\?')));
      }
    });

    test('the pages on applying and on what is held lead to the login page', async ({ visitor }) => {
      for (const path of ['/information', '/information/uppgifter']) {
        await visitor.page.goto(path);
        await visitor.page.locator('a[href="/logga-in"]').first().click();
        await visitor.at('/logga-in');
      }
    });

    test('the question tree ends with whom to call, when and what to bring, alike for everybody', async ({ visitor }) => {
      await visitor.page.goto('/utan-bankid');
      const ends = await visitor.main.locator('.ways a').evaluateAll(links => links.map(link => link.getAttribute('href')!));
      expect(ends).toHaveLength(4);
      const said = new Set<string>();
      for (const end of ends) {
        await visitor.page.goto(end);
        await expect(visitor.main.locator('a[href="/skolor"]').first()).toBeVisible();
        said.add((await visitor.main.locator('h1, .lead, h2, li, .card').allInnerTexts()).join('\n'));
      }
      expect(said.size).toBe(1);
    });
  });
}

test('the language can be changed on any page and the page stays', async ({ visitor }) => {
  await visitor.page.goto('/dataskydd');
  await visitor.page.getByRole('button', { name: 'English' }).click();
  await visitor.at('/dataskydd');
  await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(say('en', 'data-protection-title'));
  await visitor.page.goto('/');
  await expect(visitor.page.locator('html')).toHaveAttribute('lang', 'en');
  await visitor.page.getByRole('button', { name: 'Svenska' }).click();
  await expect(visitor.page.locator('html')).toHaveAttribute('lang', 'sv');
});

test('a school is found by a part of its name, and its telephone can be tapped', async ({ visitor }) => {
  await visitor.page.goto('/skolor');
  await visitor.main.getByRole('searchbox').or(visitor.main.getByRole('textbox')).fill('ängs');
  await visitor.button('schools-search').click();
  await expect(visitor.main.getByText('Ängsskolan')).toBeVisible();
  await expect(visitor.main.getByText('Förskolan Snäckan')).toHaveCount(0);
  await expect(visitor.main.locator('a[href="tel:+46313900610"]')).toHaveText('031-390 06 10');
});

test('a school that is not there gives a sentence and a way on', async ({ visitor }) => {
  await visitor.page.goto('/skolor');
  await visitor.main.getByRole('searchbox').or(visitor.main.getByRole('textbox')).fill('<b>finns inte</b>');
  await visitor.button('schools-search').click();
  await expect(visitor.main).toContainText(visitor.say('schools-none'));
});

test('an address that is not ours is answered calmly, with a way to the start', async ({ visitor }) => {
  const answer = await visitor.page.goto('/finns-inte');
  expect(answer?.status()).toBe(404);
  await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say('fault-not-found-title'));
  await visitor.page.locator('a.brand').click();
  await visitor.at('/');
});

test('nothing comes from anywhere else', async ({ visitor }) => {
  const hosts = new Set<string>();
  visitor.page.on('request', request => hosts.add(new URL(request.url()).host));
  for (const path of ['/', '/information', '/logga-in', '/ansokan']) await visitor.page.goto(path);
  expect([...hosts]).toEqual([new URL(visitor.page.url()).host]);
});
