import { defineConfig, devices } from '@playwright/test';
import { browser, HOUSES, writeWorld } from './house';

if (!process.env.TEST_WORKER_INDEX) writeWorld();

const desk = { viewport: { width: 1280, height: 900 } };
const projects = {
  script: desk,
  'no-script': { ...desk, javaScriptEnabled: false },
  mobile: { ...devices['Pixel 7'], viewport: { width: 390, height: 844 } },
};
/** These turn a town's one clock and break what everybody in it uses. */
const BAD_DAYS = /bad-days/;
/** These look at pages and files, not at journeys: once is enough. */
const ONCE = /access|bad-input|face|weight/;

/**
 * The same journeys three times: with script, without, and on a phone. Every test has people of its own, so they run
 * side by side; bad days have a house of their own, one test at a time. No retries and no sleeps: a test that needs them
 * hides a fault.
 */
export default defineConfig({
  testDir: 'tests',
  outputDir: '../target/end2end/results',
  reporter: process.env.CI ? [['dot']] : [['list']],
  fullyParallel: true,
  workers: 5,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: HOUSES['every day'].portal,
    locale: 'sv-SE',
    timezoneId: 'Europe/Stockholm',
    // A recording of every test is a third of the whole time: `TRACE=on npx playwright test that.spec.ts` asks for one.
    trace: process.env.TRACE === 'on' ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    launchOptions: browser,
  },
  projects: [
    // First, since its tests go one by one.
    {
      name: 'bad days',
      use: { ...desk, baseURL: HOUSES['bad days'].portal },
      testMatch: BAD_DAYS,
      workers: 1,
      fullyParallel: false,
    },
    { name: 'script', use: projects.script, testIgnore: BAD_DAYS },
    { name: 'no-script', use: projects['no-script'], testIgnore: [BAD_DAYS, /access|face|weight/] },
    { name: 'mobile', use: projects.mobile, testIgnore: [BAD_DAYS, ONCE] },
    // Not tests: pictures of every page for human eyes, `PICTURES=folder npx playwright test --project pictures`.
    ...(process.env.PICTURES
      ? [{ name: 'pictures', testDir: '.', testMatch: 'screenshots.ts', timeout: 600_000, workers: 1, fullyParallel: false }]
      : []),
  ],
  webServer: Object.values(HOUSES).flatMap(({ portal, ready, town, commands }) => [
    { name: `town of ${portal}`, command: commands.town, url: `${town}/control/persons`, cwd: '..', reuseExistingServer: false, stdout: 'ignore' as const },
    {
      name: portal,
      command: commands.portal,
      url: ready,
      cwd: '..',
      reuseExistingServer: false,
      stdout: 'ignore' as const,
      timeout: 120_000,
      gracefulShutdown: { signal: 'SIGTERM' as const, timeout: 20_000 },
    },
  ]),
});
