/** Närvarohantering: reporting absence, looking back on it, and how to hear of it. */
import { expect, test, type Visitor } from '../journey';
import { town } from '../town';
import type { FamilyName } from '../world';

/** A guardian with an account, on Mina barn. */
async function atHome(visitor: Visitor, name: FamilyName) {
  await visitor.getAccount(name);
  await visitor.page.goto('/mina-barn');
}

const reported = (visitor: Visitor) => visitor.main.locator('.reported');

test('a whole day is reported in three taps from Mina barn, and taken back before it begins', async ({ visitor }) => {
  const { page, main } = visitor;
  await atHome(visitor, 'absence-three-taps');
  await main.locator('.card', { hasText: 'Alva' }).getByRole('link', { name: visitor.saying('report-title') }).click();
  await page.locator('#reason').check();
  await visitor.button('report-send').click();

  await expect(main.locator('.band')).toContainText(visitor.say('report-done'));
  await expect(reported(visitor)).toHaveCount(1);
  await expect(reported(visitor)).toContainText('Alva');
  await expect(async () => {
    await page.goto('/narvaro/anmal');
    await expect(reported(visitor)).toContainText(visitor.saying('reported-sent'), { timeout: 1_000 });
  }).toPass();
  await page.goto('/mina-barn');
  await expect(main.locator('.card', { hasText: 'Alva' })).toContainText(visitor.say('children-away-reported'));
  await expect(main.locator('.card', { hasText: 'Hugo' })).not.toContainText(visitor.say('children-away-reported'));
});

test('times of one’s own are reported for both children, changed and taken back', async ({ visitor }) => {
  const { page, main } = visitor;
  await atHome(visitor, 'absence-own-times');
  await page.goto('/narvaro/anmal');
  const last = (await page.locator('#day').getAttribute('max'))!;
  await page.locator('#who').check();
  await page.locator('#who-1').check();
  await expect(page.locator('#day')).toBeHidden();
  await page.locator('#own').check();
  await page.locator('#day').fill(last);
  await page.locator('#from').fill('10:00');
  await page.locator('#until').fill('09:00');
  await page.locator('#reason-1').check();
  await visitor.button('report-send').click();
  await expect(main.locator('.wrongs')).toContainText(visitor.say('wrong-reversed'));
  await expect(page.locator('#who-1')).toBeChecked();
  await expect(page.locator('#reason-1')).toBeChecked();
  await page.locator('#until').fill('11:30');
  await visitor.button('report-send').click();
  await expect(reported(visitor)).toHaveCount(2);
  await expect(reported(visitor).first()).toContainText('10:00–11:30');

  await reported(visitor).first().getByRole('link').click();
  await expect(page.locator('#own')).toBeChecked();
  await page.locator('#from').fill('');
  await page.locator('#until').fill('');
  await visitor.button('report-save-change').click();
  await expect(main.locator('.band')).toContainText(visitor.say('report-changed'));

  await reported(visitor).filter({ hasText: '10:00' }).getByRole('button').click();
  await expect(main.locator('.band')).toContainText(visitor.say('report-withdrawn'));
});

test('how one is told is chosen for all children or for each', async ({ visitor }) => {
  const { page, main } = visitor;
  await atHome(visitor, 'absence-settings');
  await main.getByRole('link', { name: visitor.say('settings-title') }).click();
  await expect(page.locator('#channels-0')).toBeChecked();
  await expect(page.locator('#pim-0')).toBeChecked();
  await expect(page.locator('#sms-0')).not.toBeChecked();
  await page.locator('#channels-0').uncheck();
  await page.locator('#valid-0').check();
  await visitor.button('settings-save').click();
  await expect(main).toContainText(visitor.say('settings-saved'));
  await expect(page.locator('#channels-0')).not.toBeChecked();
  await expect(page.locator('#valid-0')).toBeChecked();

  await visitor.link('settings-each').click();
  await page.locator('#sms-1').check();
  await main.locator('form').nth(1).getByRole('button').click();
  await expect(main.locator('.wrongs')).toContainText(visitor.say('wrong-no-mobile'));
  await expect(page.locator('#sms-1')).toBeChecked();
  await expect(visitor.link('settings-add-number')).toBeVisible();
});

test('the history shows, prints and hands out what the register told', async ({ visitor }) => {
  const { page, main } = visitor;
  const days = main.locator('table.stack:not(details table) tbody tr');
  await atHome(visitor, 'absence-history');
  await town.mark(`${visitor.who('absence-history')}.1`, '2026-11-23T00:00:00+01:00', '2026-11-24T00:00:00+01:00', 'reported');
  await main.locator('.card', { hasText: 'Alva' }).getByRole('link', { name: visitor.saying('history-title') }).click();
  await expect(async () => {
    await page.reload();
    await expect(days).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  await expect(main.locator('.months li')).toHaveCount(4);
  await expect(main.locator('.months .valid')).toHaveCount(1);
  await main.getByText(visitor.say('history-as-table')).click();
  await expect(main.getByRole('row', { name: /november 2026/ })).toContainText('1');
  await page.locator('#visa').selectOption('ogiltig');
  await visitor.button('history-show').click();
  await expect(main).toContainText(visitor.say('history-none'));
  await page.locator('#visa').selectOption('alla');
  await visitor.button('history-show').click();

  const taken = page.waitForEvent('download');
  await visitor.link('history-file').click();
  expect((await taken).suggestedFilename()).toBe('franvaro.csv');
  await visitor.link('history-print').click();
  await expect(main.locator('select')).toHaveCount(0);
  await page.emulateMedia({ media: 'print' });
  await expect(days).toHaveCount(1);
  await expect(page.locator('.tongue')).toBeHidden();
});

test('answers come while one ticks, in words the server wrote', async ({ visitor }) => {
  // Without a script the server answers.
  if (!visitor.script) return;
  const { page } = visitor;
  await atHome(visitor, 'absence-live');
  await page.goto('/narvaro/installningar');
  await expect(async () => {
    await page.locator('#channels-0').setChecked(false);
    await page.locator('#pim-0').setChecked(false);
    await expect(page.locator('#channels-0-wrong')).toHaveText(visitor.say('wrong-choose-channel'), { timeout: 1_000 });
    await page.locator('#pim-0').setChecked(true);
    await expect(page.locator('#channels-0-wrong')).toBeHidden({ timeout: 1_000 });
  }).toPass();
  await page.locator('#sms-0').check();
  await expect(page.locator('#channels-0-wrong')).toHaveText(visitor.say('wrong-no-mobile'));

  await page.goto('/narvaro/anmal');
  await page.locator('#own').check();
  await expect(async () => {
    await page.locator('#from').fill('10:00');
    await page.locator('#until').fill('09:00');
    await page.locator('#until').blur();
    await expect(page.locator('#until-wrong')).toHaveText(visitor.say('wrong-reversed'), { timeout: 1_000 });
    await page.locator('#until').fill('12:00');
    await page.locator('#until').blur();
    await expect(page.locator('#until-wrong')).toBeHidden({ timeout: 1_000 });
  }).toPass();
});
