/** The outside world, seen through its control interface (docs/contract.md, section 3). */
import { TOWN } from './house';

export type System = 'bankid' | 'population' | 'pupil' | 'smtp' | 'sms' | 'oidc';
export type Fault =
  | 'down' | 'hang' | `slow:${number}` | `status:${number}` | 'garbage' | 'truncate'
  | 'wrong-certificate' | 'accept-then-drop' | 'unknown-code' | 'none';
/** What the person does in the app. */
export type Answer = 'approve' | 'cancel' | 'wrong-pin';

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

/** Which order the phone is shown. */
export type Order = { qr: string } | { autostart: string };

async function ask<T>(path: string, body?: unknown, method = body === undefined ? 'GET' : 'POST'): Promise<T> {
  const answer = await fetch(TOWN + path, {
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

  fault: (system: System, fault: Fault, more: { path?: string; count?: number } = {}) =>
    ask<void>('/control/faults', { system, fault, ...more }),

  async noFaults() {
    for (const system of ['bankid', 'population', 'pupil', 'smtp'] as const) await town.fault(system, 'none');
  },

  /** Moves everybody's clock on. */
  advance: (seconds: number) => ask<void>('/control/clock', { advance_seconds: seconds }),

  /** What a school marks, or a guardian told it: the register knows, and says that something changed. */
  absent: (child: string, start: string, end: string, kind: 'reported' | 'unreported') =>
    ask<unknown>('/control/absences', { child, start, end, kind }),

  calls: (system: System) => ask<{ at: string; method: string; path: string; status: number }[]>(`/control/calls?system=${system}`),

  patch: (person: string, fields: object) => ask<void>(`/control/persons/${encodeURIComponent(person)}`, fields, 'PATCH'),
};

/** The only run of exactly six digits in a letter. */
export function code(mail: Mail): string {
  const runs = mail.text.match(/(?<!\d)\d{6}(?!\d)/g) ?? [];
  if (runs.length !== 1) throw new Error(`a letter with ${runs.length} codes`);
  return runs[0]!;
}

/** The first address in a letter that leads to the portal, as a path. */
export function link(mail: Mail): string {
  const address = mail.text.match(/https?:\/\/\S+\/bekrafta-e-post\/\S+/)?.[0];
  if (!address) throw new Error('a letter without its link');
  const { pathname, search, hash } = new URL(address);
  return pathname + search + hash;
}
