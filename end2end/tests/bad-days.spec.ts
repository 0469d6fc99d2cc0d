/**
 * Bad days: what stands still, speaks nonsense or takes its time, with script and without. These break and turn what all
 * tests share, so they run in a house of their own, one by one.
 */
import { expect, letPass, test, type Visitor } from '../journey';
import { code, town } from '../town';

test.afterEach(() => town.noFaults());

/** What BankID wants said of an order that was picked up, and of one that nobody finished (RFA9 and RFA8). */
const PICKED_UP = 'Skriv in din säkerhetskod i BankID-appen';
const NEVER_FINISHED = 'BankID-appen svarar inte.';
/** Of a code that nobody read (RFA17B). */
const NEVER_READ = 'Misslyckades att läsa av QR-koden.';

/** Waits for what BankID says: a script writes it down, without one the page is opened again. */
async function isTold(visitor: Visitor, words: string, timeout = 15_000) {
  const { page, main } = visitor;
  if (visitor.script) return expect(main).toContainText(words, { timeout });
  await expect(async () => {
    await page.reload();
    await expect(main).toContainText(words, { timeout: 500 });
  }).toPass({ timeout });
}

for (const families of ['script', 'no-script'] as const) {
  test.describe(families, () => {
    test.use({ families, javaScriptEnabled: families === 'script' });

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

    for (const device of ['other', 'this'] as const) {
      test(`what an app on ${device} device picks up and never finishes ends in words, and another try leads on`, async ({ visitor }) => {
        await visitor.page.goto('/ansokan/legitimera');
        const order = device === 'other' ? await visitor.showCode() : await visitor.autostart();
        await visitor.phone(visitor.who('never-finished'), order, 'open');
        await isTold(visitor, PICKED_UP);
        await expect(visitor.main.locator('img.qr')).toBeHidden();
        await town.advance(3 * 60);
        await isTold(visitor, NEVER_FINISHED);
        await visitor.heading('bankid-stopped-title');
        await visitor.scan(visitor.who('never-finished'));
        await visitor.afterPhone('/ansokan/barn');
      });
    }

    test('a code that nobody reads in three minutes ends in words, and another try leads on', async ({ visitor }) => {
      await visitor.page.goto('/ansokan/legitimera');
      await visitor.showCode();
      await town.advance(3 * 60);
      // Where the portal heard of the time a moment later, one more code took this one's place.
      await isTold(visitor, NEVER_READ, 8_000).catch(() => town.advance(30));
      await isTold(visitor, NEVER_READ);
      await visitor.heading('bankid-stopped-title');
      await visitor.scan(visitor.who('never-read'));
      await visitor.afterPhone('/ansokan/barn');
    });

    test('an identification left for ten minutes leads back to the choice, and another try leads on', async ({ visitor }) => {
      await visitor.page.goto('/ansokan/legitimera');
      await visitor.showCode();
      await letPass(10 * 60);
      if (!visitor.script) await visitor.goOn();
      await expect(visitor.button('step-continue')).toHaveCount(0);
      await visitor.scan(visitor.who('never-read'));
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
      await town.advance(120);
      // The gateway is asked whether it has the message before anything is sent again.
      const asked = async () => (await town.calls('sms')).filter(call => call.method === 'GET').length;
      await expect.poll(asked).toBeGreaterThan(0);
      expect(await town.messages(e164)).toHaveLength(1);
      await visitor.giveNewCode(code(message));
      await visitor.at('/personuppgifter');
    });
  });
}
