/**
 * How one comes to each page, and to each face a page has: all of them are looked at by the access tests, and have their
 * picture taken. A page of `routes --json` that no way leads to fails the access tests.
 *
 * Not reached, since nothing in the house answers so: a fault with status 409, and one with 500. They are other words on
 * the same page as the faults that are here.
 */
import type { Response } from '@playwright/test';
import { expect, letPass, type Visitor } from './journey';
import { pages } from './routes';
import { link, town } from './town';
import { NEUTRAL, OUTCOMES } from './world';

/**
 * Looks at a page: `stop` is its name in `routes --json` or `fault` and a status, then the words for a face it has beside
 * the usual one. `open` opens it, as often as one likes; without it the visitor stands there, and a reload does.
 */
export type Look = (stop: string, open?: () => Promise<unknown>) => Promise<void>;

export interface Way {
  /** What it comes by, in this order. */
  stops: readonly string[];
  /** It breaks what everybody shares. */
  alone?: true;
  go: (visitor: Visitor, look: Look) => Promise<void>;
}

/** A page that is there for whoever knows its address. */
const address = (stop: string, path: string): Way => ({ stops: [stop], go: (visitor, look) => look(stop, () => visitor.page.goto(path)) });

const publicPages: Way[] = pages('public').map(({ name, path }) => address(name, path));

const otherFaces: Way[] = [
  address('sign-in refused', '/logga-in?nej=bankid-down'),
  address('schools without a hit', '/skolor?sok=finns+inte'),
  address('email-confirmed spent', '/e-post-bekraftad?nej=link-spent'),
  address('bankid-return', '/bankid/retur'),
  address('bankid-return turned away', '/bankid/retur?nej=other-browser'),
  {
    // Before BankID has answered: the script asks, and the page stays.
    stops: ['bankid-return with its token'],
    async go(visitor, look) {
      await visitor.page.route('**/api/sign_in/progress', route => route.abort());
      await look('bankid-return with its token', () => visitor.page.goto('/bankid/retur?nonce=abc'));
    },
  },
];

const waiting: Way[] = [
  {
    stops: ['apply-2 code', 'apply-2 stopped'],
    async go(visitor, look) {
      await visitor.page.goto('/ansokan/legitimera');
      await visitor.showCode();
      await look('apply-2 code');
      await visitor.phone(visitor.who('access-code'), { qr: await visitor.qr() }, 'cancel');
      await visitor.heading('bankid-stopped-title');
      await look('apply-2 stopped');
    },
  },
  {
    stops: ['sign-in-bankid code', 'fault 429'],
    async go(visitor, look) {
      await visitor.page.goto('/logga-in');
      await visitor.showCode();
      await look('sign-in-bankid code');
      await look('fault 429', () => expect(async () => {
        await visitor.page.evaluate(() => Promise.all(Array.from({ length: 20 }, () => fetch('/bankid/qr.svg'))));
        answers(await visitor.page.goto('/logga-in/bankid'), 429);
      }).toPass());
    },
  },
  {
    stops: ['sign-in-bankid app', 'sign-in-bankid other tab'],
    async go(visitor, look) {
      await visitor.page.goto('/logga-in');
      const order = await visitor.autostart();
      await look('sign-in-bankid app');
      await visitor.phone(visitor.who('access-app'), order);
      await expect(visitor.main).toContainText(visitor.say('bankid-other-tab'));
      await look('sign-in-bankid other tab');
    },
  },
  {
    // As where no script comes: the code stays in its frame. What the frame is shown it keeps until the page is opened anew.
    stops: ['bankid-qr-frame', 'apply-2 identified'],
    async go(visitor, look) {
      const { page } = visitor;
      let shown = false;
      await page.route('**/*.wasm', route => route.abort());
      await page.route('**/bankid/qr', async route => {
        await (shown ? route.fulfill({ status: 204 }) : route.continue());
        shown = true;
      });
      const again = async () => {
        shown = false;
        await page.reload();
        await expect(page.frameLocator('iframe.qr').locator('img')).toBeVisible();
      };
      await page.goto('/ansokan/legitimera');
      await visitor.showCode();
      await look('bankid-qr-frame', again);
      const code = visitor.qr();
      await again();
      await visitor.phone(visitor.who('access-frame'), { qr: await code });
      await expect(async () => {
        await page.reload();
        await visitor.heading('bankid-complete-title', 500);
      }).toPass();
      await look('apply-2 identified');
    },
  },
];

const application: Way[] = [
  {
    stops: ['apply-3', 'apply-3 denied', 'apply-4', 'apply-4 refused', 'apply-5', 'apply-5 refused'],
    async go(visitor, look) {
      await visitor.apply(visitor.who('access'));
      await look('apply-3');
      const deny = visitor.main.locator('.card').first().getByRole('button');
      await deny.click();
      await expect(visitor.main.locator('.gone')).toBeVisible();
      await look('apply-3 denied');
      await deny.click();
      await expect(visitor.main.locator('.gone')).toHaveCount(0);
      await visitor.confirmChildren.click();
      await look('apply-4');
      await visitor.giveEmail('inte en adress');
      await expect(visitor.page.locator('.wrongs')).toBeVisible();
      await look('apply-4 refused');
      await visitor.giveEmail(visitor.address('access'));
      await visitor.at('/ansokan/bekrafta');
      await look('apply-5');
      await visitor.giveCode('12345');
      await expect(visitor.page.locator('.wrongs')).toBeVisible();
      await look('apply-5 refused');
    },
  },
  {
    stops: ['confirm-email', 'email-confirmed here', 'apply-5 proven', 'apply-6', 'apply-6 before the session ends'],
    async go(visitor, look) {
      const { page } = visitor;
      await visitor.apply(visitor.who('access-letter'));
      await visitor.confirmChildren.click();
      await visitor.giveEmail(visitor.address('access-letter'));
      await page.goto(link(await town.letter(visitor.address('access-letter'))));
      await look('confirm-email');
      await visitor.button('confirm-send').click();
      await visitor.at('/e-post-bekraftad');
      await look('email-confirmed here');
      await page.goto('/ansokan/bekrafta');
      await look('apply-5 proven');
      await visitor.link('step-continue').click();
      await visitor.at('/ansokan/kontrollera');
      await look('apply-6');
      await page.clock.install();
      await look('apply-6 before the session ends', async () => {
        await page.reload();
        // What wakes up after the time has passed counts from then on: so it passes once more.
        await expect(async () => {
          await page.clock.fastForward('29:00');
          await expect(page.locator('.ends')).toBeVisible({ timeout: 2_000 });
        }).toPass();
      });
    },
  },
  {
    stops: ['receipt', 'children', 'children with the menu', 'personal', 'children without any', 'outcome account-closed'],
    async go(visitor, look) {
      const { page } = visitor;
      const guardian = visitor.who('access-account');
      await visitor.getAccount('access-account');
      await look('receipt');
      await look('children', () => page.goto('/mina-barn'));
      await look('children with the menu', async () => {
        await page.reload();
        await page.locator('details.menu summary').click();
      });
      await look('personal', () => page.goto('/personuppgifter'));
      // Custody that ends empties the page; a death closes the account, and a register may have been wrong about it.
      await town.patch(guardian, { guardian_of: [] });
      await expect(async () => {
        await page.goto('/mina-barn');
        await expect(visitor.main.locator('.empty')).toBeVisible({ timeout: 500 });
      }).toPass();
      await look('children without any');
      await town.patch(guardian, { deregistration: { reason: 'AV', date: '2026-11-23' } });
      await expect(async () => {
        await page.goto('/mina-barn');
        await expect(page).toHaveURL(/\/logga-in$/, { timeout: 500 });
      }).toPass();
      await town.patch(guardian, { deregistration: null });
      await visitor.apply(guardian, '/ansokan/besked');
      await look('outcome account-closed');
    },
  },
];

const behind: Way[] = [
  {
    stops: ['personal-mobile', 'personal-mobile refused', 'personal-mobile-code', 'personal-email', 'personal-email-code', 'devices', 'close-account'],
    async go(visitor, look) {
      const { page } = visitor;
      await visitor.getAccount('access-personal');
      await look('personal-mobile', () => page.goto('/personuppgifter/mobil'));
      await visitor.giveMobile('031-390 06 10');
      await expect(page.locator('.wrongs')).toBeVisible();
      await look('personal-mobile refused');
      await visitor.giveMobile(visitor.mobile('access-personal').typed);
      await visitor.at('/personuppgifter/mobil/kod');
      await look('personal-mobile-code');
      await look('personal-email', () => page.goto('/personuppgifter/e-post'));
      await visitor.giveEmail(`ny.${visitor.address('access-personal')}`);
      await visitor.at('/personuppgifter/e-post/kod');
      await look('personal-email-code');
      await look('devices', () => page.goto('/personuppgifter/enheter'));
      await look('close-account', () => page.goto('/personuppgifter/avsluta'));
    },
  },
  {
    stops: ['messages without any', 'messages', 'message', 'message answered', 'confirm'],
    async go(visitor, look) {
      const { page, main } = visitor;
      await visitor.getAccount('access-message');
      await look('messages without any', () => page.goto('/meddelanden'));
      await town.absent(`${visitor.who('access-message')}.1`);
      const letter = await town.notice(visitor.address('access-message'));
      await look('messages', () => page.goto('/meddelanden'));
      await main.getByRole('link', { name: 'Alva' }).click();
      await visitor.at(/\/meddelanden\/[0-9a-f]+$/);
      await look('message');
      await visitor.button('message-acknowledge').click();
      await expect(main.locator('.notice.good')).toBeVisible();
      await look('message answered');
      await look('confirm', () => page.goto(link(letter)));
    },
  },
  {
    stops: [
      'absence', 'absence-report', 'absence-report refused', 'absence-report done', 'absence-history', 'absence-print',
      'absence-settings', 'absence-settings refused',
    ],
    async go(visitor, look) {
      const { page } = visitor;
      await visitor.getAccount('access-absence');
      await look('absence', () => page.goto('/narvaro'));
      await look('absence-report', () => page.goto('/narvaro/anmal'));
      await visitor.button('report-send').click();
      await expect(page.locator('.wrongs')).toBeVisible();
      await look('absence-report refused');
      await page.goto('/mina-barn');
      await visitor.main.locator('.card', { hasText: 'Alva' }).getByRole('link', { name: visitor.saying('report-title') }).click();
      await page.locator('#reason').check();
      await visitor.button('report-send').click();
      await expect(visitor.main.locator('.band')).toBeVisible();
      await look('absence-report done');
      await look('absence-history', () => page.goto('/narvaro/historik'));
      await look('absence-print', () => page.goto('/narvaro/historik/utskrift'));
      await look('absence-settings', () => page.goto('/narvaro/installningar'));
      await visitor.main.locator('.choice-form').first().locator('input[name="form[sms]"]').check();
      await visitor.main.locator('.choice-form').first().getByRole('button').click();
      await expect(page.locator('.wrongs')).toBeVisible();
      await look('absence-settings refused');
    },
  },
];

const outcomes: Way[] = [...OUTCOMES, NEUTRAL[0]].map(person => ({
  stops: [`outcome ${person}`],
  async go(visitor, look) {
    await visitor.apply(person, '/ansokan/besked');
    await look(`outcome ${person}`);
  },
}));

const faults: Way[] = [
  {
    stops: ['fault 404', 'fault 404 of a form', 'fault 400', 'fault 403', 'fault 413'],
    async go(visitor, look) {
      const { page } = visitor;
      const sent = (status: number, from: string, path: string, fields: Record<string, string>) => async () => {
        await page.goto(from);
        answers(await visitor.send(path, fields), status);
      };
      await look('fault 404', async () => answers(await page.goto('/finns-inte'), 404));
      await look('fault 404 of a form', sent(404, '/', '/api/application/no-such-thing', {}));
      await look('fault 400', sent(400, '/', '/api/language/choose', { language: 'sv', back: '/', level: 'high' }));
      await look('fault 403', sent(403, 'about:blank', '/api/language/choose', { language: 'sv', back: '/' }));
      await look('fault 413', sent(413, '/', '/api/language/choose', { language: 'sv', back: 'x'.repeat(70_000) }));
    },
  },
];

const badDays: Way[] = [
  {
    stops: ['apply-2 refused', 'outcome register-down'],
    alone: true,
    async go(visitor, look) {
      await town.fault('bankid', 'status:503');
      await visitor.page.goto('/ansokan/legitimera');
      await visitor.main.getByRole('button', { name: visitor.saying('sign-in-other-device') }).click();
      await expect(visitor.main.locator('.wrongs')).toBeVisible();
      await look('apply-2 refused');
      await town.noFaults();
      await town.fault('population', 'down');
      await visitor.apply(visitor.who('access-alone'), '/ansokan/besked');
      await look('outcome register-down', async () => answers(await visitor.page.reload(), 503));
      await town.noFaults();
    },
  },
  {
    stops: ['fault 503'],
    alone: true,
    async go(visitor, look) {
      await visitor.getAccount('access-alone');
      // What was last known of custody is too old after a day.
      await letPass(25 * 60 * 60);
      await town.fault('population', 'down');
      await visitor.signIn(visitor.who('access-alone'));
      await look('fault 503', async () => answers(await visitor.page.reload(), 503));
      await town.noFaults();
    },
  },
];

function answers(answer: Response | null, status: number) {
  expect(answer?.status()).toBe(status);
}

export const WAYS: readonly Way[] = [...application, ...behind, ...waiting, ...outcomes, ...faults, ...otherFaces, ...publicPages, ...badDays];
