/** Bad days: what stands still, speaks nonsense or takes its time. These break and turn what all tests share, so they run alone. */
import { expect, letPass, test } from '../journey';
import { code, town } from '../town';

test.afterEach(() => town.noFaults());

test('a code that is too old says so, and a new letter helps', async ({ visitor }) => {
  await visitor.apply(visitor.who('old-code'));
  await visitor.confirmChildren.click();
  await visitor.giveEmail(visitor.address('old-code'));
  const before = await town.letter(visitor.address('old-code'));
  await letPass(11 * 60);
  await visitor.giveCode(code(before));
  await expect(visitor.main.locator('.wrong')).toHaveText(visitor.say('wrong-old-code'));
  await visitor.button('code-resend').click();
  await visitor.giveCode(code(await town.letter(visitor.address('old-code'), before.id)));
  await visitor.at('/ansokan/kontrollera');
});

test('while the mail server is down the step waits, and the letter comes when it is back', async ({ visitor }) => {
  await visitor.apply(visitor.who('mail-down'));
  await visitor.confirmChildren.click();
  await town.fault('smtp', 'down');
  await visitor.giveEmail(visitor.address('mail-down'));
  await visitor.at('/ansokan/bekrafta');
  await town.noFaults();
  await town.advance(120);
  await visitor.giveCode(code(await town.letter(visitor.address('mail-down'))));
  await visitor.at('/ansokan/kontrollera');
});

test('a slow register is waited for, one that talks nonsense is named as down', async ({ visitor }) => {
  await town.fault('population', 'garbage');
  await visitor.apply(visitor.who('register-slow'), '/ansokan/besked');
  await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say('outcome-register-down-title'));
  await town.noFaults();
  await town.fault('population', 'slow:1500');
  await visitor.page.goto('/ansokan/barn');
  await expect(visitor.main).toContainText('Alva');
});

test('a register that is down keeps what was done, says what still works, and lets one go on later', async ({ visitor }) => {
  await town.fault('population', 'down');
  await visitor.apply(visitor.who('register-down'), '/ansokan/besked');
  await expect(visitor.main.getByRole('heading', { level: 1 })).toHaveText(visitor.say('outcome-register-down-title'));
  await town.noFaults();
  await visitor.page.goto('/ansokan/barn');
  await expect(visitor.main).toContainText('Alva');
});

test('a BankID that is down is named as such, and works again when it is back', async ({ visitor }) => {
  await town.fault('bankid', 'status:503');
  await visitor.page.goto('/ansokan/legitimera');
  await visitor.main.getByRole('button', { name: visitor.saying('sign-in-other-device') }).click();
  await expect(visitor.main.locator('.wrongs')).toContainText(visitor.say('refusal-bank-id-down'));
  await town.noFaults();
  await visitor.scan(visitor.who('bankid-down'));
  await visitor.afterPhone('/ansokan/barn');
});

test('after a while BankID is asked for again, and what was typed is still there', async ({ visitor }) => {
  await visitor.getAccount('personal-step-up');
  const { typed, e164 } = visitor.mobile('personal-step-up');
  await letPass(16 * 60);
  await visitor.page.goto('/personuppgifter/mobil?till=children');
  await visitor.giveMobile(typed);
  await expect(visitor.main).toContainText(visitor.say('refusal-not-fresh'));
  await visitor.scan(visitor.who('personal-step-up'));
  await visitor.afterPhone('/personuppgifter/mobil');
  await expect(visitor.main.locator('#mobile')).toHaveValue(typed);
  await visitor.goOn();
  await visitor.giveNewCode(code(await town.message(e164)));
  await visitor.at('/mina-barn');
});

test('a text message whose answer was lost is not sent twice', async ({ visitor }) => {
  await visitor.getAccount('personal-doubt');
  const { typed, e164 } = visitor.mobile('personal-doubt');
  await town.fault('sms', 'accept-then-drop', { path: '/a1/sms', count: 1 });
  await visitor.page.goto('/personuppgifter/mobil');
  await visitor.giveMobile(typed);
  const message = await town.message(e164);
  await letPass(11 * 60);
  expect(await town.messages(e164)).toHaveLength(1);
  await visitor.giveNewCode(code(message));
  await visitor.at('/personuppgifter');
});
