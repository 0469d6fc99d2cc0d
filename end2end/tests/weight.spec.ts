/** The budget in bytes, as a phone on a poor line pays it: Brotli, script only where it is of use. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from '../journey';
import { routes } from '../routes';

const PAGE = 14_000;
const WASM = 80_000;
/** Start page to receipt, everything that came down the line. */
const JOURNEY = 150_000;
const ROOT = new URL('../../', import.meta.url);
const packed = (bytes: Buffer | string) => brotliCompressSync(bytes).length;

const lines: { what: string; bytes: number; budget: number }[] = [];
const weigh = (what: string, bytes: number, budget: number) => {
  lines.push({ what, bytes, budget });
  expect(bytes, what).toBeLessThanOrEqual(budget);
};

// One table of all, so one after the other.
test.describe.configure({ mode: 'default' });

test.afterAll(() => {
  const folder = new URL('target/end2end/', ROOT);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('weight.json', folder), JSON.stringify(lines, null, 1));
  console.log(lines.map(({ what, bytes, budget }) => `${String(bytes).padStart(7)} of ${budget} B  ${what}`).join('\n'));
});

test('every public page is light, and those without an island bring no script', async ({ request }) => {
  for (const { path, island } of routes('page', 'public')) {
    const answer = await request.get(path, { headers: { accept: 'text/html' } });
    const html = await answer.text();
    const sheet = html.match(/<link[^>]+rel="?stylesheet"?[^>]*>/)?.[0].match(/href="?([^" >]+)/)?.[1];
    expect(sheet, `${path} has a style sheet`).toBeTruthy();
    const css = await (await request.get(sheet!)).body();
    weigh(`${path} HTML + CSS`, packed(html) + packed(css), PAGE);
    if (!island) {
      expect(html, path).not.toMatch(/<script|modulepreload|\.wasm/);
    }
  }
});

test('the one WASM file is small', () => {
  const folder = new URL(`${process.env.END2END_SITE ?? 'target/site'}/pkg/`, ROOT);
  const files = readdirSync(folder);
  const wasm = files.filter(name => name.endsWith('.wasm'));
  expect(wasm).toHaveLength(1);
  weigh(`${wasm[0]}`, packed(readFileSync(new URL(wasm[0]!, folder))), WASM);
  for (const name of files.filter(name => name.endsWith('.js'))) {
    lines.push({ what: name, bytes: packed(readFileSync(new URL(name, folder))), budget: WASM });
  }
});

test('the whole way to an account costs less than one photograph', async ({ visitor }) => {
  const answers: Promise<number>[] = [];
  visitor.page.on('requestfinished', request =>
    answers.push(request.sizes().then(({ responseHeadersSize, responseBodySize }) => responseHeadersSize + responseBodySize)));
  await visitor.page.goto('/');
  await visitor.page.goto('/ansokan');
  await visitor.getAccount('weighed');
  const bytes = (await Promise.all(answers)).reduce((sum, one) => sum + one, 0);
  weigh(`the whole application, ${answers.length} answers with their heads`, bytes, JOURNEY);
});
