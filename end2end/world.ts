/**
 * The tests' own world: every test that uses somebody up has a family of its own, in each
 * project; people who only ever see a page are shared. Numbers are Skatteverket's published test numbers.
 */
import { readFileSync } from 'node:fs';

export const PROJECTS = ['script', 'no-script', 'mobile', 'pictures'] as const;
export type Project = (typeof PROJECTS)[number];

/** Families used up by one test each. All have two children, at a school and at a preschool. */
export const FAMILIES = [
  'journey-other-device',
  'journey-this-device',
  'journey-english',
  'journey-link',
  'journey-keyboard',
  'comes-back',
  'changes-answers',
  'not-my-child',
  'one-protected',
  'new-code',
  'mail-down',
  'bad-email',
  'bad-code',
  'old-code',
  'two-tabs',
  'double-submit',
  'cookie-gone',
  'sign-in',
  'signs-out',
  'cancels',
  'other-browser',
  'replay',
  'expires',
  'never-finished',
  'never-read',
  'steps-up',
  'takes-over',
  'bankid-down',
  'register-slow',
  'register-down',
  'absence-three-taps',
  'absence-own-times',
  'absence-settings',
  'absence-history',
  'absence-live',
  'access',
  'access-letter',
  'access-account',
  'access-code',
  'access-app',
  'access-frame',
  'access-alone',
  'access-personal',
  'access-message',
  'access-absence',
  'weighed',
  'personal-mobile',
  'personal-way-back',
  'personal-email',
  'personal-devices',
  'personal-closes',
  'personal-language',
  'personal-step-up',
  'personal-doubt',
  'messages',
  'message-link',
  'message-english',
] as const;
export type FamilyName = (typeof FAMILIES)[number];

/** People who meet the one neutral page. They share a name, so that the pages can be compared byte for byte. */
export const NEUTRAL = [
  'neutral-protected',
  'neutral-protected-registration',
  'neutral-protected-child',
  'neutral-emigrated',
  'neutral-child-dead',
  'neutral-disagree',
  'neutral-coordination-number',
  'neutral-no-child',
] as const;

/** People who meet a page of their own, by the outcome's id. */
export const OUTCOMES = [
  'not-yet-placed',
  'placement-ended',
  'outside-the-city',
  'child-came-of-age',
  'under-age',
] as const;

interface Custody { child: string; from: string; to: string | null }
interface Person {
  id: string; number: string; given: string; family: string; bankid?: boolean; protection?: string;
  address?: { street: string; postcode: string; city: string; municipality?: string };
  deregistration?: { reason: string; date: string }; guardian_of?: Custody[]; parent_of?: string[];
  pupil_register?: { guardian_of?: string[] }; username?: string; email?: string;
  enrolments?: { unit: string; group?: string; from: string; to: string | null }[]; tags?: string[];
}

export const units = [
  { code: '10000001', name: 'Ängsskolan', kind: 'compulsory', municipality: '1480', phone: '031-390 06 10', email: 'angsskolan@example.se' },
  { code: '10000002', name: 'Förskolan Snäckan', kind: 'preschool', municipality: '1480', phone: '031-390 06 20', email: 'snackan@example.se' },
  { code: '10000003', name: 'Hamngymnasiet', kind: 'upper-secondary', municipality: '1480', phone: '031-390 06 30', email: 'hamngymnasiet@example.se' },
];
const groups = [
  { id: 'g-3b', unit: '10000001', name: '3B', kind: 'class' },
  { id: 'g-snigeln', unit: '10000002', name: 'Snigeln', kind: 'section' },
  { id: 'g-na24', unit: '10000003', name: 'NA24', kind: 'class' },
];
const PLACES = {
  school: { unit: '10000001', group: 'g-3b', from: '2023-08-16', to: null },
  preschool: { unit: '10000002', group: 'g-snigeln', from: '2024-08-19', to: null },
  gymnasium: { unit: '10000003', group: 'g-na24', from: '2024-08-19', to: null },
  ended: { unit: '10000001', group: 'g-3b', from: '2020-08-17', to: '2024-06-12' },
};

const numbers = (file: string) =>
  readFileSync(new URL(`../server/simulators/data/${file}`, import.meta.url), 'utf8').split('\n').filter(line => /^\d{12}$/.test(line));

/** Hands out numbers born in the given years, each once. */
function dealer(list: string[]) {
  const at = new Map<string, number>();
  return (from: number, to: number) => {
    const key = `${from}-${to}`;
    const fitting = list.filter(number => Number(number.slice(0, 4)) >= from && Number(number.slice(0, 4)) <= to);
    const next = at.get(key) ?? 0;
    at.set(key, next + 1);
    const number = fitting[next];
    if (!number) throw new Error(`no test number left for ${key}`);
    return number;
  };
}

/** The world, as the contract's section 4 writes it. */
export function world() {
  const deal = dealer(numbers('personnummer.txt'));
  const persons: Person[] = [];
  const address = { street: 'Exempelgatan 1', postcode: '41101', city: 'Göteborg' };
  const elsewhere = { street: 'Annangatan 1', postcode: '43531', city: 'Mölnlycke', municipality: '1401' };

  const child = (id: string, given: string, family: string, years: [number, number], place?: object, more: Partial<Person> = {}) => {
    persons.push({
      id, number: deal(...years), given, family, address, enrolments: place ? [place as never] : [],
      username: id.replace(/[^a-z0-9]/g, '').slice(0, 20), email: `${id.replace(/[^a-z0-9]/g, '')}@example.se`, ...more,
    });
    return { child: id, from: '2016-01-01', to: null };
  };
  const guardian = (id: string, given: string, family: string, of: Custody[], more: Partial<Person> = {}) =>
    persons.push({
      id, number: deal(1980, 1989), given, family, address, bankid: true, guardian_of: of, parent_of: of.map(c => c.child), tags: [id], ...more,
    });

  for (const project of PROJECTS.filter(project => project !== 'pictures' || process.env.PICTURES)) {
    for (const name of FAMILIES) {
      const id = `${project}.${name}`;
      const family = 'Lind';
      guardian(id, 'Sara', family, [
        child(`${id}.1`, 'Alva', family, [2014, 2017], PLACES.school),
        child(`${id}.2`, 'Hugo', family, [2021, 2023], PLACES.preschool, name === 'one-protected' ? { protection: 'secrecy-mark' } : {}),
      ]);
    }
  }

  const ordinary = (id: string) => [child(`${id}.1`, 'Noa', 'Berg', [2014, 2017], PLACES.school)];
  const neutral = (id: (typeof NEUTRAL)[number], of: Custody[], more: Partial<Person> = {}) => guardian(id, 'Kim', 'Berg', of, more);
  neutral('neutral-protected', ordinary('neutral-protected'), { protection: 'secrecy-mark' });
  neutral('neutral-protected-registration', ordinary('neutral-protected-registration'), { protection: 'protected-registration' });
  neutral('neutral-protected-child', [child('neutral-protected-child.1', 'Noa', 'Berg', [2014, 2017], PLACES.school, { protection: 'secrecy-mark' })]);
  neutral('neutral-emigrated', ordinary('neutral-emigrated'), { deregistration: { reason: 'UV', date: '2026-01-15' } });
  neutral('neutral-child-dead', [
    child('neutral-child-dead.1', 'Noa', 'Berg', [2014, 2017], PLACES.school, { deregistration: { reason: 'AV', date: '2026-02-01' } }),
  ]);
  neutral('neutral-disagree', ordinary('neutral-disagree'), { pupil_register: { guardian_of: [] } });
  neutral('neutral-coordination-number', [], {
    number: dealer(numbers('samordningsnummer.txt').filter(n => Number(n.slice(6, 8)) > 60))(1980, 1995),
  });
  neutral('neutral-no-child', []);

  guardian('not-yet-placed', 'Moa', 'Ek', [child('not-yet-placed.1', 'Ida', 'Ek', [2024, 2024])]);
  guardian('placement-ended', 'Moa', 'Ek', [child('placement-ended.1', 'Ida', 'Ek', [2014, 2017], PLACES.ended)]);
  guardian('outside-the-city', 'Moa', 'Ek', [
    child('outside-the-city.1', 'Ida', 'Ek', [2014, 2017], undefined, { address: elsewhere }),
  ], { address: elsewhere });
  guardian('child-came-of-age', 'Moa', 'Ek', [child('child-came-of-age.1', 'Ida', 'Ek', [2007, 2007], PLACES.gymnasium)]);
  guardian('under-age', 'Moa', 'Ek', [child('under-age.1', 'Ida', 'Ek', [2024, 2024], PLACES.preschool)], { number: deal(2010, 2010) });

  return { now: '2026-11-24T07:00:00+01:00', units, groups, lessons: [], persons };
}
