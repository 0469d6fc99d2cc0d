/**
 * The budget in bytes, as a phone on a poor line pays it: what came down the line, packed as the house packs it, and script
 * only where it is of use.
 */
import { get } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from '../journey';
import { house } from '../house';
import { page, pages } from '../routes';

/** HTML and style sheet of a public page. */
const PAGE = 14_000;
/** What a page with an island brings beside them: the one WASM file and its loader. */
const WASM = 80_000;
const LOADER = 12_000;
/** Start page to receipt, everything that came down the line. */
const JOURNEY = 150_000;
const ROOT = new URL('../../', import.meta.url);

/** The pages that may bring a script, and what for. All others bring none. */
const LIVELY: Record<string, string> = {
  'apply-2': 'renews the code and goes on by itself; tells the way back that a script is awake. The one public page of them',
  'sign-in-bankid': 'the same, on the way into an account',
  'bankid-return': 'goes on by itself, and takes the token out of the address',
  'apply-3': 'warns before the session ends',
  'apply-4': 'warns before the session ends, checks the address while one types',
  'apply-5': 'warns before the session ends, checks the code while one types',
  'apply-6': 'warns before the session ends',
  'personal-mobile': 'warns before the session ends, checks the number while one types',
  'personal-mobile-code': 'warns before the session ends, checks the code while one types',
  'personal-email': 'warns before the session ends, checks the address while one types',
  'personal-email-code': 'warns before the session ends, checks the code while one types',
  'close-account': 'warns before the session ends',
  message: 'warns before the session ends',
  'absence-report': 'warns before the session ends, shows what belongs to the choice',
  'absence-settings': 'warns before the session ends, checks the choice while one ticks',
};

const lines: { what: string; bytes: number; budget: number }[] = [];
const weigh = (what: string, bytes: number, budget: number) => {
  lines.push({ what, bytes, budget });
  expect(bytes, what).toBeLessThanOrEqual(budget);
};

/** What comes down the line when a browser asks for an address: every byte of it, and how it is packed. */
async function received(path: string, accept = '*/*'): Promise<{ bytes: number; packing: string | undefined }> {
  return new Promise((done, failed) => {
    const asked = get(house.portal + path, { agent: false, headers: { accept, 'accept-encoding': 'gzip, deflate, br, zstd' } }, answer => {
      answer.resume();
      answer.on('error', failed);
      answer.on('end', () => {
        if (answer.statusCode !== 200) return failed(new Error(`${path}: ${answer.statusCode}`));
        done({ bytes: answer.socket.bytesRead, packing: answer.headers['content-encoding'] });
      });
    });
    asked.on('error', failed);
  });
}

// One table of all, so one after the other.
test.describe.configure({ mode: 'default' });

test.afterAll(() => {
  const folder = new URL('target/end2end/', ROOT);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('weight.json', folder), JSON.stringify(lines, null, 1));
  console.log(lines.map(({ what, bytes, budget }) => `${String(bytes).padStart(7)} of ${budget} B  ${what}`).join('\n'));
});

test('the pages with an island are those that have a reason for it', () => {
  const lively = pages().filter(({ island }) => island).map(({ name }) => name);
  expect(lively.sort()).toEqual(Object.keys(LIVELY).sort());
});

test('every public page is light, and brings no script unless it is among those with an island', async ({ request }) => {
  for (const { path, name } of pages('public')) {
    const html = await (await request.get(path, { headers: { accept: 'text/html' } })).text();
    const sheet = html.match(/<link[^>]+rel="?stylesheet"?[^>]*>/)?.[0].match(/href="?([^" >]+)/)?.[1];
    expect(sheet, `${path} has a style sheet`).toBeTruthy();
    const [page, css] = [await received(path, 'text/html'), await received(sheet!)];
    expect(page.packing, path).toBe('br');
    weigh(`${path} HTML + CSS with their heads`, page.bytes + css.bytes, PAGE);
    if (name in LIVELY) {
      const files = [...new Set(html.match(/\/pkg\/[\w.-]+\.(?:js|wasm)/g))].sort();
      expect(files.map(file => file.split('.').at(-1)), 'one loader, one WASM').toEqual(['js', 'wasm']);
      for (const file of files) weigh(`${path} ${file}`, (await received(file)).bytes, file.endsWith('.wasm') ? WASM : LOADER);
    } else {
      expect(html, path).not.toMatch(/<script|modulepreload|\.wasm/);
    }
  }
});

test('the whole way to an account costs less than one photograph, and only pages with an island ask for a script', async ({ visitor }) => {
  const answers: Promise<number>[] = [];
  const asking = new Set<string>();
  visitor.page.on('requestfinished', request => {
    answers.push(request.sizes().then(({ responseHeadersSize, responseBodySize }) => responseHeadersSize + responseBodySize));
    if (/\.(js|wasm)$/.test(new URL(request.url()).pathname)) asking.add(new URL(request.frame().url()).pathname);
  });
  await visitor.page.goto('/');
  await visitor.page.goto('/ansokan');
  await visitor.getAccount('weighed');
  const bytes = (await Promise.all(answers)).reduce((sum, one) => sum + one, 0);
  weigh(`the whole application, ${answers.length} answers with their heads`, bytes, JOURNEY);
  await visitor.page.goto('/mina-barn');
  await visitor.page.goto('/personuppgifter');
  const lively = Object.keys(LIVELY).map(name => page(name).path);
  expect([...asking].filter(path => !lively.includes(path))).toEqual([]);
  expect(asking.size, 'pages that asked for a script').toBeGreaterThan(0);
});
