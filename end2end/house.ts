/**
 * Where the tests' own houses stand and how they are started: on ports of their own, with a fresh database, a world of
 * its own and the town's clock, so that they disturb nobody's `make run`. Bad days have a house to themselves: what is
 * broken and turned there is nobody else's.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { world } from './world';

const PORT = Number(process.env.END2END_PORT ?? 3300);
/** The project's root, which is where both programs run. */
const ROOT = new URL('..', import.meta.url);
const HERE = 'target/end2end';
const PROGRAMS = process.env.END2END_PROGRAMS ?? 'target/debug';
/** The site with its hashed files, where a release was built; `hash.txt` lies beside the program then. */
const SITE = process.env.END2END_SITE ?? 'target/site';

/** A town and a portal. */
export interface House {
  portal: string;
  ready: string;
  town: string;
  commands: { town: string; portal: string };
  settings: Record<string, string>;
}

/** The settings of Leptos.toml that name a port or a folder, moved to where a house has them. */
function moved(port: number, townPort: number, folder: string): Record<string, string> {
  const settings: Record<string, string> = {};
  let section = '';
  for (const line of readFileSync(new URL('Leptos.toml', ROOT), 'utf8').split('\n')) {
    section = line.match(/^\[([a-z-]+)\]/)?.[1] ?? section;
    const [, key, value] = line.match(/^([a-z_]+)\s*=\s*"([^"]*)"/) ?? [];
    if (!section || !key || !value) continue;
    const here = value
      .replace(/\b(127\.0\.0\.1|localhost):41(\d\d)\b/, (_, host, last) => `${host}:${townPort + Number(last)}`)
      .replace(/127\.0\.0\.1:300(\d)\b/, (_, last) => `127.0.0.1:${port + Number(last)}`)
      .replace(/\btarget\/(data|keys|town)\b/, (_, name) => `${folder}/${name}`);
    if (here !== value) settings[`HJARNTORGET__${section}__${key}`.replaceAll('-', '_').toUpperCase()] = here;
  }
  return settings;
}

function build(name: string, port: number): House {
  const [townPort, folder] = [port + 1000, `${HERE}/${name}`];
  const portal = `http://127.0.0.1:${port}`;
  const settings: Record<string, string> = {
    ...moved(port, townPort, folder),
    LEPTOS_SITE_ADDR: `127.0.0.1:${port}`,
    LEPTOS_SITE_ROOT: SITE,
    LEPTOS_OUTPUT_NAME: 'hjarntorget',
    HJARNTORGET__CLOCK__SOURCE: 'town',
    // One address and one browser stand for a whole city here; what the limits do is tried over HTTP, without a browser.
    HJARNTORGET__LIMITS__BANKID_START_DEVICE: '1000',
    HJARNTORGET__LIMITS__BANKID_START_SESSION: '1000',
    HJARNTORGET__LIMITS__BANKID_START_ADDRESS: '10000',
    HJARNTORGET__LIMITS__ADDRESS_PER_SECOND: '1000',
    HJARNTORGET__LIMITS__SESSION_PER_SECOND: '1000',
    HJARNTORGET__LIMITS__SESSION_BURST: '1000',
  };
  const environment = Object.entries(settings).map(([name, value]) => `${name}='${value}'`).join(' ');
  return {
    portal,
    ready: `http://127.0.0.1:${port + 2}/ready`,
    town: `http://127.0.0.1:${townPort}`,
    settings,
    commands: {
      // What the town's systems are known by stays, since keys take a while to make.
      town: [
        `rm -rf ${folder}/data ${folder}/keys && mkdir -p ${folder}/town ${folder}/data`,
        `exec ${PROGRAMS}/town --dir ${folder}/town --port-base ${townPort} --portal ${portal} --world ${HERE}/world.json`,
      ].join(' && '),
      portal: `exec env ${environment} ${PROGRAMS}/hjarntorget serve > ${folder}/data/portal.log`,
    },
  };
}

/** The houses, by the name of the project that has one to itself; everybody else lives in the first. */
export const HOUSES = { 'every day': build('every-day', PORT), 'bad days': build('bad-days', PORT + 10) };

/** The house this worker lives in. */
export let house: House = HOUSES['every day'];

/** Moves to where the tests of a project live. */
export function moveIn(project: string) {
  house = project === 'bad days' ? HOUSES['bad days'] : HOUSES['every day'];
}

/** Runs a command of the portal's program in this house, and answers what it printed. */
export function hjarntorget(...words: string[]): string {
  return execFileSync(`${PROGRAMS}/hjarntorget`, words, { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...house.settings } });
}

/** Writes the world down for the towns; once, not in every worker. */
export function writeWorld() {
  const folder = new URL(`${HERE}/`, ROOT);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL('world.json', folder), JSON.stringify(world()));
}

/** The system's own Chromium, kept from talking to anybody but us. */
export const browser = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-domain-reliability',
    '--metrics-recording-only',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
};
