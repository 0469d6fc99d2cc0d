/** The outside world, seen through its control interface (docs/contract.md, section 3). */
import { house } from './house';

export type System = 'bankid' | 'population' | 'pupil' | 'smtp' | 'sms' | 'oidc';
export type Fault =
  | 'down' | 'hang' | `slow:${number}` | `status:${number}` | 'garbage' | 'truncate'
  | 'wrong-certificate' | 'accept-then-drop' | 'unknown-code' | 'none';
/** What the person does in the app; to open it is to pick the order up and do no more. */
export type Answer = 'approve' | 'open' | 'cancel' | 'wrong-pin' | `fail:${string}`;

export interface Person {
  id: string;
  number: string | null;
  given: string;
  family: string;
  tags: string[];
  guardian_of: string[];
}

export interface Mail {
  id: string;
  to: string;
  from: string;
  subject: string;
  at: string;
  headers: Record<string, string>;
  text: string;
  html: string;
  reference: string;
}

export interface Sms { id: string; to: string; from: string; text: string; at: string; reference: string | null }

/** Which order the phone is shown. */
export type Order = { qr: string } | { autostart: string };

async function ask<T>(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<T> {
  const answer = await fetch(house.town + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`town: ${method} ${path}: ${answer.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

export const town = {
  persons: () => ask<Person[]>('/control/persons'),

  /** What `person` does with the BankID app when shown `order`. */
  phone: (person: string, order: Order, answer: Answer = 'approve') =>
    ask<{ status: string; return_url?: string }>('/control/phone', { person, answer, ...order }),

  /** The first letter to `to` after the one called `after`, waited for. */
  async letter(to: string, after?: string): Promise<Mail> {
    const query = new URLSearchParams({ to, wait: '20', ...(after ? { after } : {}) });
    const [first] = await ask<Mail[]>(`/control/mail?${query}`);
    if (!first) throw new Error(`no letter came to ${to}`);
    return first;
  },

  /** Every letter to `to` so far. */
  letters: (to: string) => ask<Mail[]>(`/control/mail?${new URLSearchParams({ to })}`),

  /** The first text message to `to` after the one called `after`, waited for. */
  async message(to: string, after?: string): Promise<Sms> {
    const query = new URLSearchParams({ to, wait: '20', ...(after ? { after } : {}) });
    const [first] = await ask<Sms[]>(`/control/sms?${query}`);
    if (!first) throw new Error(`no text message came to ${to}`);
    return first;
  },

  /** Every text message to `to` so far. */
  messages: (to: string) => ask<Sms[]>(`/control/sms?${new URLSearchParams({ to })}`),

  /** The first letter to `to` that tells of an absence, waited for. */
  async notice(to: string): Promise<Mail> {
    for (let after: string | undefined; ;) {
      const letter = await this.letter(to, after);
      if (letter.text.includes('/kvittera/')) return letter;
      after = letter.id;
    }
  },

  /** The school marks a child absent, from now on and for so many minutes. */
  async absent(child: string, minutes = 40) {
    const { now } = await ask<{ now: string }>('/control/clock');
    const start = new Date(now);
    const end = new Date(start.getTime() + minutes * 60_000);
    await ask<unknown>('/control/absences', { child, start: start.toISOString(), end: end.toISOString(), kind: 'unreported' });
  },

  fault: (system: System, fault: Fault, more: { path?: string; count?: number } = {}) =>
    ask<void>('/control/faults', { system, fault, ...more }),

  async noFaults() {
    for (const system of ['bankid', 'population', 'pupil', 'smtp', 'sms'] as const) await town.fault(system, 'none');
  },

  /** Moves everybody's clock on. */
  advance: (seconds: number) => ask<void>('/control/clock', { advance_seconds: seconds }),

  /** What a school marks, or a guardian told it: the register knows, and says that something changed. */
  mark: (child: string, start: string, end: string, kind: 'reported' | 'unreported') =>
    ask<unknown>('/control/absences', { child, start, end, kind }),

  calls: (system: System) => ask<{ at: string; method: string; path: string; status: number }[]>(`/control/calls?system=${system}`),

  patch: (person: string, fields: object) => ask<void>(`/control/persons/${encodeURIComponent(person)}`, fields, 'PATCH'),
};

/** The only run of exactly six digits in a letter or a text message. */
export function code(letter: Mail | Sms): string {
  const runs = letter.text.match(/(?<!\d)\d{6}(?!\d)/g) ?? [];
  if (runs.length !== 1) throw new Error(`a letter with ${runs.length} codes`);
  return runs[0]!;
}

/** The first address in a letter that leads to the portal, as a path. */
export function link(mail: Mail): string {
  const address = mail.text.match(/https?:\/\/\S+\/(?:bekrafta-e-post|kvittera)\/\S+/)?.[0];
  if (!address) throw new Error('a letter without its link');
  const { pathname, search, hash } = new URL(address);
  return pathname + search + hash;
}
