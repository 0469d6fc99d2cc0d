/** What the portal says it answers, so that no page is forgotten. */
import { execFileSync } from 'node:child_process';
import { PROGRAM } from './house';

export interface Route {
  method: string;
  path: string;
  name: string;
  kind: 'page' | 'action' | 'callback' | 'asset' | 'health';
  policy: string;
  roles: string[];
  island: boolean;
}

let all: Route[] | undefined;

/** The routes of a kind, of one policy where it is said; paths with a part that differs are left out. */
export function routes(kind: Route['kind'], policy?: string): Route[] {
  all ??= JSON.parse(execFileSync(PROGRAM, ['routes', '--json'], { cwd: new URL('..', import.meta.url), encoding: 'utf8' })) as Route[];
  return all.filter(route => route.kind === kind && (policy === undefined || route.policy === policy) && !route.path.includes('{'));
}
