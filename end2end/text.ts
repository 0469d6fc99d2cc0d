/** The portal's own texts, so that tests follow the translators and not the other way round. */
import { readFileSync } from 'node:fs';

export type Language = 'sv' | 'en';
export const LANGUAGES: readonly Language[] = ['sv', 'en'];

const catalogues = Object.fromEntries(
  LANGUAGES.map(language => {
    const source = readFileSync(new URL(`../app/locales/${language}.ftl`, import.meta.url), 'utf8');
    return [language, new Map([...source.matchAll(/^([a-z][a-z0-9-]*) =[ ]?(.*(?:\n(?:[ ]+.*)?(?=\n|$))*)/gm)].map(([, key, text]) => [key!, text!.trim()]))];
  }),
) as Record<Language, Map<string, string>>;

/** The text of `key`; it has to be one line without a place to fill. */
export function say(language: Language, key: string): string {
  const text = catalogues[language].get(key);
  if (text === undefined) throw new Error(`${language}.ftl has no ${key}`);
  return text;
}

/** What `key` says with anything in its places. */
export function saying(language: Language, key: string): RegExp {
  const parts = say(language, key).split(/\{ \$[a-z_]+ \}/).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(parts.join('.+'));
}
