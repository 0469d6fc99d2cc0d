/**
 * Where the tests' own house stands and how it is started: on ports of its own, with a fresh database, a world of its
 * own and the town's clock, so that it disturbs nobody's `make run`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { world } from './world';

const PORT = Number(process.env.END2END_PORT ?? 3300);
const TOWN_PORT = PORT + 1000;

export const PORTAL = `http://127.0.0.1:${PORT}`;
export const READY = `http://127.0.0.1:${PORT + 2}/ready`;
export const TOWN = `http://127.0.0.1:${TOWN_PORT}`;

/** Folders below the project's root, which is where both programs run. */
const HERE = 'target/end2end';
const PROGRAMS = process.env.END2END_PROGRAMS ?? 'target/debug';
/** The portal's program, from the project's root. */
export const PROGRAM = `${PROGRAMS}/hjarntorget`;
/** The site with its hashed files, where a release was built; `hash.txt` lies beside the program then. */
const SITE = process.env.END2END_SITE ?? 'target/site';

/** The settings of Leptos.toml that name a port or a folder, moved to where this house has them. */
function moved(): Record<string, string> {
  const settings: Record<string, string> = {};
  let section = '';
  for (const line of readFileSync(new URL('../Leptos.toml', import.meta.url), 'utf8').split('\n')) {
    section = line.match(/^\[([a-z-]+)\]/)?.[1] ?? section;
    const [, key, value] = line.match(/^([a-z_]+)\s*=\s*"([^"]*)"/) ?? [];
    if (!section || !key || !value) continue;
    const here = value
      .replace(/\b(127\.0\.0\.1|localhost):41(\d\d)\b/, (_, host, last) => `${host}:${TOWN_PORT + Number(last)}`)
      .replace(/127\.0\.0\.1:300(\d)\b/, (_, last) => `127.0.0.1:${PORT + Number(last)}`)
      .replace(/\btarget\/(data|keys|town)\b/, (_, folder) => `${HERE}/${folder}`);
    if (here !== value) settings[`HJARNTORGET__${section}__${key}`.replaceAll('-', '_').toUpperCase()] = here;
  }
  return settings;
}

const settings: Record<string, string> = {
  ...moved(),
  LEPTOS_SITE_ADDR: `127.0.0.1:${PORT}`,
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

export const commands = {
  town: [
    `rm -rf ${HERE}/town ${HERE}/data ${HERE}/keys && mkdir -p ${HERE}/town ${HERE}/data`,
    `exec ${PROGRAMS}/town --dir ${HERE}/town --port-base ${TOWN_PORT} --portal ${PORTAL} --world ${HERE}/world.json`,
  ].join(' && '),
  portal: `exec env ${environment} ${PROGRAM} serve > ${HERE}/data/portal.log`,
};

/** Writes the world down for the town; once, not in every worker. */
export function writeWorld() {
  const folder = new URL(`../${HERE}/`, import.meta.url);
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
