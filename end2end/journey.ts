/** What a visitor does, in the words of the portal. Works with script and without. */
import { test as base, expect, type Locator, type Page, type Response } from '@playwright/test';
import { house, moveIn } from './house';
import { code, town, type Answer, type Order } from './town';
import { say, saying, type Language } from './text';
import { FAMILIES, PROJECTS, type FamilyName, type Project } from './world';

export { expect };

/** An address of ours, with or without a question. */
const reads = (path: string | RegExp) => (typeof path === 'string' ? new RegExp(`${path}(\\?.*)?$`) : path);

export class Visitor {
  readonly page: Page;
  readonly language: Language;
  readonly script: boolean;
  private readonly project: string;

  constructor(page: Page, project: string, language: Language = 'sv') {
    this.page = page;
    this.project = project;
    this.language = language;
    this.script = this.project !== 'no-script';
  }

  /** The id of this project's own family for a test. */
  who(name: FamilyName): string {
    return `${this.project as Project}.${name}`;
  }

  /** An address of this project's own for a test. */
  address(name: FamilyName): string {
    return `${name}.${this.project}@example.se`;
  }

  /** A number of this project's own for a test, of those that belong to nobody (PTS), as it is typed and as it is dialled. */
  mobile(name: FamilyName): { typed: string; e164: string } {
    const own = FAMILIES.filter(one => one.startsWith('personal-'));
    const last = 5 + PROJECTS.indexOf(this.project as Project) * own.length + own.indexOf(name);
    const digits = String(last).padStart(2, '0');
    return { typed: `070-174 06 ${digits}`, e164: `+467017406${digits}` };
  }

  say(key: string): string {
    return say(this.language, key);
  }

  saying(key: string): RegExp {
    return saying(this.language, key);
  }

  get main(): Locator {
    return this.page.locator('main');
  }

  button(key: string): Locator {
    return this.main.getByRole('button', { name: this.say(key), exact: true });
  }

  link(key: string): Locator {
    return this.main.getByRole('link', { name: this.say(key), exact: true });
  }

  /** Waits until the page is headed so. */
  async heading(key: string, timeout?: number) {
    await expect(this.main.getByRole('heading', { level: 1 })).toHaveText(this.say(key), { timeout });
  }

  async goOn() {
    await this.button('step-continue').click();
  }

  async at(path: string | RegExp) {
    await expect(this.page).toHaveURL(reads(path));
  }

  /** The QR text once a code is on the screen; the picture carries it in its metadata. */
  async qr(): Promise<string> {
    for (;;) {
      const picture = await this.page.waitForResponse(answer => new URL(answer.url()).pathname === '/bankid/qr.svg' && answer.ok());
      // The frame it came to may be gone by now, since a script or the next code took its place; another comes soon.
      const text = await picture.text().catch(() => '');
      const code = text.match(/<metadata>([^<]+)<\/metadata>/)?.[1];
      if (code) return code;
    }
  }

  /** Chooses "another device" on a page with the two choices; answers the first code that is shown. */
  async showCode(): Promise<Order> {
    const shown = this.qr();
    await this.main.getByRole('button', { name: this.saying('sign-in-other-device') }).click();
    return { qr: await shown };
  }

  /** The same, and lets somebody's phone read the code. */
  async scan(person: string, answer: Answer = 'approve') {
    await this.phone(person, await this.showCode(), answer);
  }

  /** Chooses "this device": the link that would open the app; answers the token in it. */
  async autostart(): Promise<Order> {
    await this.main.getByRole('button', { name: this.saying('sign-in-this-device') }).click();
    const opens = this.main.locator('a[href*="autostarttoken="]');
    const token = new URL((await opens.getAttribute('href'))!).searchParams.get('autostarttoken');
    return { autostart: token! };
  }

  phone(person: string, order: Order, answer: Answer = 'approve') {
    return town.phone(person, order, answer);
  }

  /** After the phone: with script the page goes on by itself, without it a button does. */
  async afterPhone(path: string | RegExp) {
    if (!this.script) {
      await expect(async () => {
        await this.goOn();
        // The phone's answer may still be on its way; then the same page asks once more.
        await expect(this.page).toHaveURL(reads(path), { timeout: 1_000 });
      }).toPass();
    }
    await this.at(path);
  }

  /** From the first step to the children: identified with BankID on another device. */
  async apply(person: string, path: string | RegExp = '/ansokan/barn') {
    await this.page.goto('/ansokan/legitimera');
    await this.scan(person);
    await this.afterPhone(path);
  }

  async signIn(person: string, path: string | RegExp = '/mina-barn') {
    await this.page.goto('/logga-in');
    await this.scan(person);
    await this.afterPhone(path);
  }

  /** "Yes, these are my children": its words count them. */
  get confirmChildren(): Locator {
    return this.main.locator('form[action$="confirm-children"] button');
  }

  async giveEmail(address: string) {
    await this.page.locator('#email').fill(address);
    await this.goOn();
  }

  async giveMobile(number: string) {
    await this.page.locator('#mobile').fill(number);
    await this.goOn();
  }

  /** The code of an address or a number on Personuppgifter. */
  async giveNewCode(digits: string) {
    await this.page.locator('#code').fill(digits);
    await this.button('code-confirm').click();
  }

  async giveCode(digits: string) {
    await this.page.locator('#code').fill(digits);
    await this.goOn();
  }

  /** From the children to the check: everything as it should be. */
  async fillIn(address: string) {
    await this.at('/ansokan/barn');
    await this.confirmChildren.click();
    await this.at('/ansokan/e-post');
    await this.giveEmail(address);
    await this.at('/ansokan/bekrafta');
    await this.giveCode(code(await town.letter(address)));
    await this.at('/ansokan/kontrollera');
  }

  /** The whole way to an account. */
  async getAccount(name: FamilyName) {
    await this.apply(this.who(name));
    await this.fillIn(this.address(name));
    await this.button('check-complete').click();
    await this.at('/ansokan/klart');
  }

  async signOut() {
    await this.page.locator('details.menu summary').click();
    await this.page.locator('details.menu').getByRole('button', { name: this.say('shell-sign-out') }).click();
    await this.at('/utloggad');
  }

  /** Sends a form that no page shows, from the page that is open; answers what came first, a redirect for example. */
  async send(path: string, fields: Record<string, string>): Promise<Response> {
    const [answer] = await Promise.all([
      this.page.waitForResponse(answer => answer.request().isNavigationRequest() && answer.request().method() === 'POST'),
      this.page.waitForEvent('load'),
      this.page.evaluate(({ action, fields }) => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action });
        for (const [name, value] of Object.entries(fields)) {
          form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
        }
        document.body.append(form);
        form.submit();
      }, { action: house.portal + path, fields }),
    ]);
    return answer;
  }
}

/**
 * Lets more than ten minutes pass, and waits until the portal has noticed: an identification begun before is over by
 * then, whatever else happens.
 */
export async function letPass(seconds: number) {
  const begun = await fetch(`${house.portal}/api/sign_in/start`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: house.portal },
    body: new URLSearchParams({ purpose: 'sign-in', device: 'other' }),
  });
  const cookie = begun.headers.getSetCookie().map(one => one.split(';')[0]).join('; ');
  // Over is what the portal has no picture of any more; one that merely ended has an empty one.
  const picture = async () => (await fetch(`${house.portal}/bankid/qr.svg`, { headers: { cookie } })).status;
  await expect.poll(picture).toBe(200);
  await town.advance(seconds);
  await expect.poll(picture).toBe(404);
}

interface Options {
  language: Language;
  /** Whose families a test has, where its project has none of its own. */
  families: Project | undefined;
  visitor: Visitor;
}

export const test = base.extend<Options, { home: void }>({
  language: ['sv', { option: true }],
  families: [undefined, { option: true }],
  locale: async ({ language }, use) => use(language === 'sv' ? 'sv-SE' : 'en-GB'),
  visitor: async ({ page, language, families }, use, info) => use(new Visitor(page, families ?? info.project.name, language)),
  home: [async ({}, use, info) => {
    moveIn(info.project.name);
    await use();
  }, { scope: 'worker', auto: true }],
});
