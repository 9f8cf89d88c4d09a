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

// The contrast of each element's own text with what is behind it (WCAG 2.2, 1.4.3), below 4.5; runs in the page.
export const faintTexts = () => {
  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const [, , , alpha = 1] = parse(getComputedStyle(element).backgroundColor);
    return alpha > 0 || !element.parentElement ? getComputedStyle(element).backgroundColor : behind(element.parentElement);
  };
  return [...document.body.querySelectorAll('*')]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((element) => {
      const [dark, bright] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
      return { text: element.innerText, contrast: (bright + 0.05) / (dark + 0.05) };
    }).filter(({ contrast }) => !(contrast >= 4.5));
};
