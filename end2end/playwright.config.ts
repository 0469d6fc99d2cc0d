import { defineConfig, devices } from '@playwright/test';
import { browser, commands, PORTAL, READY, TOWN, writeWorld } from './house';

if (!process.env.TEST_WORKER_INDEX) writeWorld();

/**
 * The same journeys three times: with script, without, and on a phone. One worker, since the town has one clock, one
 * set of faults and one pair of letter boxes; no retries and no sleeps, since a test that needs them hides a fault.
 */
export default defineConfig({
  testDir: 'tests',
  outputDir: '../target/end2end/results',
  reporter: process.env.CI ? [['dot']] : [['list']],
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    baseURL: PORTAL,
    locale: 'sv-SE',
    timezoneId: 'Europe/Stockholm',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: browser,
  },
  projects: [
    { name: 'script', use: { viewport: { width: 1280, height: 900 } } },
    {
      name: 'no-script',
      use: { viewport: { width: 1280, height: 900 }, javaScriptEnabled: false },
      testIgnore: /access|weight|face/,
    },
    {
      name: 'mobile',
      use: { ...devices['Pixel 7'], viewport: { width: 390, height: 844 }, locale: 'sv-SE' },
      testIgnore: /access|weight|face|bad-input/,
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
