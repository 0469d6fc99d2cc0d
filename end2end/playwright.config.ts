import { defineConfig, devices } from '@playwright/test';
import { browser, commands, PORTAL, READY, TOWN, writeWorld } from './house';

if (!process.env.TEST_WORKER_INDEX) writeWorld();

const desk = { viewport: { width: 1280, height: 900 } };
const projects = {
  script: desk,
  'no-script': { ...desk, javaScriptEnabled: false },
  mobile: { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } },
};
/** These turn the town's one clock and break what everybody uses. */
const BAD_DAYS = /bad-days/;
/** These look at pages and files, not at journeys: once is enough. */
const ONCE = /access|bad-input|face|weight/;

/**
 * The same journeys three times: with script, without, and on a phone. Every test has people of its own, so they run
 * side by side; bad days come after them, one at a time. No retries and no sleeps: a test that needs them hides a fault.
 */
export default defineConfig({
  testDir: 'tests',
  outputDir: '../target/end2end/results',
  reporter: process.env.CI ? [['dot']] : [['list']],
  fullyParallel: true,
  workers: 4,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: PORTAL,
    locale: 'sv-SE',
    timezoneId: 'Europe/Stockholm',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: browser,
  },
  projects: [
    { name: 'script', use: projects.script, testIgnore: BAD_DAYS },
    { name: 'no-script', use: projects['no-script'], testIgnore: [BAD_DAYS, /access|face|weight/] },
    { name: 'mobile', use: projects.mobile, testIgnore: [BAD_DAYS, ONCE] },
    {
      name: 'script on bad days',
      use: projects.script,
      testMatch: BAD_DAYS,
      workers: 1,
      fullyParallel: false,
      dependencies: ['script', 'no-script', 'mobile'],
    },
    {
      name: 'no-script on bad days',
      use: projects['no-script'],
      testMatch: BAD_DAYS,
      workers: 1,
      fullyParallel: false,
      dependencies: ['script on bad days'],
    },
    // Not tests: pictures of every page for human eyes, `PICTURES=folder npx playwright test --project pictures`.
    ...(process.env.PICTURES ? [{ name: 'pictures', testDir: '.', testMatch: 'screenshots.ts', timeout: 600_000 }] : []),
  ],
  webServer: [
    { command: commands.town, url: `${TOWN}/control/persons`, cwd: '..', reuseExistingServer: false, stdout: 'ignore' },
    {
      command: commands.portal,
      url: READY,
      cwd: '..',
      reuseExistingServer: false,
      stdout: 'ignore',
      timeout: 120_000,
      gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
    },
  ],
});
