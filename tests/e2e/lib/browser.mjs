// A real browser for pages: Debian's Chromium, without a window and without any connection that a page did not ask for.
import { existsSync } from 'node:fs';

import { chromium } from 'playwright-core';

import { atEnd } from './processes.mjs';

const EXECUTABLE = '/usr/bin/chromium';

// False, or why tests with a browser have to be left out.
export const noBrowser = existsSync(EXECUTABLE) ? false : `${EXECUTABLE} is not installed (Debian package chromium)`;

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  atEnd(() => browser.close());
  return browser;
}
