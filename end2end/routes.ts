/** What the portal says it answers, so that no page is forgotten. */
import { hjarntorget } from './house';

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

/** The pages, those of one policy where it is said. */
export function pages(policy?: string): Route[] {
  all ??= JSON.parse(hjarntorget('routes', '--json')) as Route[];
  return all.filter(route => route.kind === 'page' && (policy === undefined || route.policy === policy));
}

/** The page of a stable name. */
export function page(name: string): Route {
  const route = pages().find(route => route.name === name);
  if (!route) throw new Error(`routes --json has no page called ${name}`);
  return route;
}
