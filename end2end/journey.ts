/** What a visitor does, in the words of the portal. Works with script and without. */
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { PORTAL } from './house';
import { code, town, type Answer, type Order } from './town';
import { say, saying, type Language } from './text';
import type { FamilyName, Project } from './world';

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
    // A project of bad days has the families of the one it goes with.
    this.project = project.replace(' on bad days', '');
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

  async goOn() {
    await this.button('step-continue').click();
  }

  async at(path: string | RegExp) {
    await expect(this.page).toHaveURL(reads(path));
  }

  /**
   * The QR text once a code is on the screen; the picture carries it in its metadata. It is asked for anew: the answer that
   * was shown may belong to a frame that the script has put its own picture in the place of.
   */
  async qr(): Promise<string> {
    const QR = '/bankid/qr.svg';
    await this.page.waitForResponse(answer => new URL(answer.url()).pathname === QR && answer.ok());
    const picture = await this.page.evaluate(async path => (await fetch(path)).text(), QR);
    const text = picture.match(/<metadata>([^<]+)<\/metadata>/)?.[1];
    if (!text) throw new Error('a QR picture without its text');
    return text;
  }

  /** Chooses "another device" on a page with the two choices, and lets somebody's phone read the code. */
  async scan(person: string, answer: Answer = 'approve') {
    const shown = this.qr();
    await this.main.getByRole('button', { name: this.saying('sign-in-other-device') }).click();
    await this.phone(person, { qr: await shown }, answer);
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

  /** Nothing sticks out: the page is read without scrolling sideways. */
  async fitsItsWidth() {
    const out = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(out, `${this.page.url()} scrolls sideways`).toBeLessThanOrEqual(0);
  }
}

/**
 * Lets more than ten minutes pass, and waits until the portal has noticed: an identification begun before is over by
 * then, whatever else happens.
 */
export async function letPass(seconds: number) {
  const begun = await fetch(`${PORTAL}/api/sign_in/start`, {
    method: 'POST',
    redirect: 'manual',
    headers: { accept: 'text/html', origin: PORTAL },
    body: new URLSearchParams({ purpose: 'sign-in', device: 'other' }),
  });
  const cookie = begun.headers.getSetCookie().map(one => one.split(';')[0]).join('; ');
  const frame = async () => (await fetch(`${PORTAL}/bankid/qr`, { headers: { cookie, accept: 'text/html' } })).text();
  await expect.poll(frame).toContain('<img');
  await town.advance(seconds);
  await expect.poll(frame).not.toContain('<img');
}

export const test = base.extend<{ language: Language; visitor: Visitor }>({
  language: ['sv', { option: true }],
  locale: async ({ language }, use) => use(language === 'sv' ? 'sv-SE' : 'en-GB'),
  visitor: async ({ page, language }, use, info) => use(new Visitor(page, info.project.name, language)),
});
