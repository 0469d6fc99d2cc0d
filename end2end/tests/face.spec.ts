/** The face keeps its own rules: colours and sizes have one home, and every pair of colours can be read. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';

const STYLE = new URL('../../style/', import.meta.url);
const sheets = readdirSync(STYLE).filter(name => name.endsWith('.css'));
const read = (name: string) => readFileSync(new URL(name, STYLE), 'utf8');

/** The colours of one scheme; the dark set is laid over the light one. */
function colours(scheme: 'light' | 'dark'): Record<string, string> {
  const source = read('tokens.css');
  const own = (text: string) => Object.fromEntries([...text.matchAll(/--([a-z-]+): (#[0-9a-f]{3,6});/g)].map(m => [m[1]!, m[2]!]));
  const dark = source.slice(source.indexOf('prefers-color-scheme: dark'), source.indexOf('@media print'));
  return scheme === 'light' ? own(source.slice(0, source.indexOf('@media'))) : { ...colours('light'), ...own(dark) };
}

function luminance(hex: string): number {
  const full = hex.length === 4 ? [...hex.slice(1)].map(c => c + c).join('') : hex.slice(1);
  const [r, g, b] = [0, 2, 4].map(at => {
    const part = parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Ink, what it stands on, and the least ratio: 7 for body text, 4.5 for everything else that is read, 3 for shapes. */
const PAIRS: [string, string, number][] = [
  ...['paper', 'ground', 'soft', 'amber-ground', 'green-ground', 'red-ground'].map(on => ['ink', on, 7] as [string, string, number]),
  ['quiet', 'paper', 7],
  ['quiet', 'ground', 7],
  ['quiet', 'soft', 4.5],
  ...['paper', 'ground', 'soft', 'amber-ground', 'green-ground', 'red-ground'].map(on => ['action', on, 4.5] as [string, string, number]),
  ['action-hover', 'paper', 4.5],
  ['on-action', 'action', 4.5],
  ['on-action', 'action-hover', 4.5],
  ['on-action', 'green', 4.5],
  ...['red', 'green', 'amber'].flatMap(ink => ['paper', 'ground'].map(on => [ink, on, 4.5] as [string, string, number])),
  ['amber', 'amber-ground', 3],
  ['red', 'red-ground', 4.5],
  ['green', 'green-ground', 3],
  ['action', 'line', 3],
];

for (const scheme of ['light', 'dark'] as const) {
  test(`every pair of colours can be read in ${scheme}`, () => {
    const palette = colours(scheme);
    const poor = PAIRS.map(([ink, on, least]) => ({ pair: `${ink} on ${on}`, least, is: contrast(palette[ink]!, palette[on]!) }))
      .filter(({ least, is }) => is < least);
    expect(poor).toEqual([]);
  });
}

test('no sheet but the tokens names a colour or a size', () => {
  const strays = sheets.filter(name => name !== 'tokens.css').flatMap(name =>
    read(name).replace(/\/\*[\s\S]*?\*\//g, '').split('\n')
      .filter(line => /#[0-9a-f]{3,8}\b|rgb|hsl|oklch/.test(line) || (/\d(px|rem)\b/.test(line) && !line.includes('@media')))
      .map(line => `${name}: ${line.trim()}`));
  expect(strays).toEqual([]);
});

test('no sheet names a side of the screen where it means the start or the end of a line', () => {
  const strays = sheets.flatMap(name =>
    read(name).replace(/\/\*[\s\S]*?\*\//g, '').split('\n')
      .filter(line => /(?:^|[\s;{])(?:margin|padding|border)?-?(?:left|right)\b|text-align: (?:left|right)|(?:^|\s)(?:min-|max-)?(?:width|height):/.test(line))
      .map(line => `${name}: ${line.trim()}`));
  expect(strays).toEqual([]);
});
