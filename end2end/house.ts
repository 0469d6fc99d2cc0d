/**
 * Where the tests' own house stands and how it is started: on ports of its own, with a fresh database, a world of its
 * own and the town's clock, so that it disturbs nobody's `make run`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
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

const settings: Record<string, string> = {
  LEPTOS_SITE_ADDR: `127.0.0.1:${PORT}`,
  LEPTOS_SITE_ROOT: SITE,
  LEPTOS_OUTPUT_NAME: 'hjarntorget',
  HJARNTORGET__SITE__URL: PORTAL,
  HJARNTORGET__DATABASE__URL: `sqlite://${HERE}/hjarntorget.db?mode=rwc`,
  HJARNTORGET__KEYS__MASTER: `${HERE}/master.key`,
  HJARNTORGET__BANKID__ENDPOINT: `https://127.0.0.1:${TOWN_PORT + 1}/rp/v6.0/`,
  HJARNTORGET__BANKID__IDENTITY: `${HERE}/town/rp.pem`,
  HJARNTORGET__BANKID__AUTHORITIES: `${HERE}/town/ca.pem`,
  HJARNTORGET__BANKID__LAUNCH: `http://localhost:${TOWN_PORT}/phone`,
  HJARNTORGET__NAVET__ENDPOINT: `https://127.0.0.1:${TOWN_PORT + 2}/`,
  HJARNTORGET__NAVET__IDENTITY: `${HERE}/town/register.pem`,
  HJARNTORGET__NAVET__AUTHORITIES: `${HERE}/town/ca.pem`,
  HJARNTORGET__PUPIL_REGISTER__ENDPOINT: `https://127.0.0.1:${TOWN_PORT + 3}/`,
  HJARNTORGET__PUPIL_REGISTER__AUTHORITIES: `${HERE}/town/ca.pem`,
  HJARNTORGET__PUPIL_REGISTER__SECRETS: `${HERE}/town/tokens.json`,
  HJARNTORGET__MAIL__RELAY: `127.0.0.1:${TOWN_PORT + 4}`,
  HJARNTORGET__MAIL__AUTHORITIES: `${HERE}/town/ca.pem`,
  HJARNTORGET__TELEMETRY__ADDRESS: `127.0.0.1:${PORT + 2}`,
  HJARNTORGET__CLOCK__SOURCE: 'town',
  HJARNTORGET__CLOCK__TOWN: TOWN,
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
    `rm -rf ${HERE}/town ${HERE}/*.db* && mkdir -p ${HERE}/town`,
    `exec ${PROGRAMS}/town --dir ${HERE}/town --port-base ${TOWN_PORT} --world ${HERE}/world.json`,
  ].join(' && '),
  portal: [
    `head -c 32 /dev/urandom | base64 > ${HERE}/master.key`,
    `exec env ${environment} ${PROGRAMS}/hjarntorget serve > ${HERE}/portal.log`,
  ].join(' && '),
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
