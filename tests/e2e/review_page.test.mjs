// The page behind the link of a decision message, as people meet it: in a real browser, with the keyboard, on a phone,
// without a script and without a log-in.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { expectStatus, getOrder, linkToken, newStaff, payStandard, placeOrder, registerCustomer, startAkkoord, waitFor } from './lib/akkoord.mjs';
import { faintTexts, noBrowser, startBrowser } from './lib/browser.mjs';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let server;
let customer;
let reviewer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server, { language: 'en', name: 'Zyxwvut Qponmlk', company: 'Hgfedcba Works' });
  reviewer = await newStaff(server, 'reviewer');
});

async function decided({ who = customer, ...options } = {}) {
  const order = await placeOrder(server, who);
  expectStatus(await payStandard(server, order, options), 200);
  return getOrder(server, who, order);
}
const pathOf = async ({ decision }, options) => `/decisions/${decision.id}/review?token=${await linkToken(server, decision, options)}`;
const get = (path, headers = {}) => server.client.send('GET', path, { headers });
const post = (path, statement) => server.client.send('POST', path, { headers: FORM, body: new URLSearchParams({ statement }).toString() });
const reviewOf = async ({ decision }) => (await server.api('GET', '/v1/staff/reviews?limit=100', { token: reviewer.token })).json.items
  .find(({ decision_id }) => decision_id === decision.id);

describe('in a browser', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await startBrowser();
  });

  // A page whose every complaint is collected, from a mail: without any cookie.
  async function open(path, options = {}) {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== server.url) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(`${server.url}${path}`);
    return { page, complaints, close: () => context.close() };
  }

  test('the link shows the explanation, and what is typed asks for a review', async () => {
    const order = await decided();
    const { page, complaints, close } = await open(await pathOf(order));
    const text = await page.locator('main').innerText();
    for (const paragraph of order.decision.explanation.split('\n\n')) assert.ok(text.includes(paragraph), paragraph);
    const statement = 'I do not agree:\n<b>"this"</b> & that — 日本';
    await page.getByLabel('Your statement').fill(statement);
    await page.getByRole('button', { name: 'Ask for a review' }).click();
    await page.waitForURL(/sent=1/);
    assert.match(await page.getByRole('status').innerText(), /^Your statement has arrived\. A member of staff looks at this decision and answers by \d+\s\w+\s\d{4}\.$/);
    const review = await reviewOf(order);
    assert.deepEqual([review.requested_by, review.stage, review.statements.map(({ by, text: said }) => [by, said.replaceAll('\r\n', '\n')])],
      ['customer', 'acknowledged', [['customer', statement]]]);
    assert.ok(!(await page.content()).includes('日本'), 'what was said is not shown to whoever has the link');
    await page.reload();
    assert.equal((await reviewOf(order)).statements.length, 1, 'loading it again sends nothing');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('a review that the policy opened can be added to, and one that was decided not', async () => {
    const order = await decided({ amount: 1 });
    const path = await pathOf(order);
    const { page, close } = await open(path, { javaScriptEnabled: false });
    assert.match(await page.getByRole('status').innerText(), /answers by/);
    await page.getByLabel('Your statement').fill('My side of it.');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.waitForURL(/sent=1/);
    const review = await reviewOf(order);
    assert.deepEqual(review.statements.map(({ text }) => text), ['My side of it.']);
    const reasons = 'These reasons are for the customer alone.';
    expectStatus(await server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token: reviewer.token, body: { outcome: 'upheld', reasons } }), 200);
    await page.goto(`${server.url}${path}`);
    assert.match(await page.getByRole('status').innerText(), /has looked at this decision already/);
    assert.equal(await page.locator('form').count(), 0);
    assert.ok(!(await page.content()).includes(reasons));
    await close();
  });

  test('it speaks the customer\'s language, whatever the browser\'s', async () => {
    const order = await decided({ who: await registerCustomer(server) });
    const { page, close } = await open(await pathOf(order));
    assert.equal(await page.locator('html').getAttribute('lang'), 'nl');
    assert.match(await page.locator('main').innerText(), /Vraag een medewerker om te kijken/);
    await close();
  });

  test('what is no statement is pointed out, and what was typed is not lost', async () => {
    const order = await decided();
    const { page, close } = await open(await pathOf(order));
    // Past what the browser itself would stop.
    await page.evaluate(() => document.querySelector('textarea').removeAttribute('maxlength'));
    await page.getByLabel('Your statement').fill(`</textarea>${'x'.repeat(5000)}`);
    await page.getByRole('button', { name: 'Ask for a review' }).click();
    assert.match(await page.getByRole('alert').innerText(), /^Nothing was sent/);
    const field = page.getByLabel('Your statement');
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    assert.equal((await field.inputValue()).length, 5011);
    assert.equal(await reviewOf(order), undefined);
    await close();
  });

  test('is worked with the keyboard alone', async () => {
    const order = await decided();
    const { page, close } = await open(await pathOf(order));
    await page.keyboard.press('Tab');
    await page.keyboard.type('By keyboard.');
    await page.keyboard.press('Tab');
    const { outlineStyle, outlineWidth } = await page.evaluate(() => {
      const { outlineStyle: style, outlineWidth: width } = getComputedStyle(document.activeElement);
      return { outlineStyle: style, outlineWidth: parseInt(width, 10) };
    });
    assert.deepEqual([outlineStyle, outlineWidth >= 2], ['solid', true]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/sent=1/);
    assert.equal((await reviewOf(order)).statements[0].text, 'By keyboard.');
    await close();
  });

  for (const colorScheme of ['light', 'dark']) {
    test(`every text stands out from what is behind it, ${colorScheme}`, async () => {
      const order = await decided();
      const path = await pathOf(order);
      const { page, close } = await open(path, { colorScheme });
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await page.getByLabel('Your statement').fill('   ');
      await page.getByRole('button', { name: 'Ask for a review' }).click();
      assert.deepEqual(await page.evaluate(faintTexts), []);
      expectStatus(await post(path, 'Look.'), 303);
      await page.goto(`${server.url}${path}&sent=1`);
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await page.goto(`${server.url}/decisions/${order.decision.id}/review`);
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await close();
    });
  }

  test('on a phone it has one first heading, a label, hints that exist, and a button that a thumb hits', async () => {
    const { page, close } = await open(await pathOf(await decided()), { viewport: { width: 320, height: 640 } });
    assert.equal(await page.locator('h1').count(), 1);
    const found = await page.evaluate(() => ({
      unlabelled: [...document.querySelectorAll('textarea')].filter((field) => field.labels.length === 0).length,
      dangling: [...document.querySelectorAll('[aria-describedby],[aria-labelledby]')].flatMap((element) =>
        (element.getAttribute('aria-describedby') ?? element.getAttribute('aria-labelledby')).split(' ')).filter((id) => !document.getElementById(id)).length,
      small: [...document.querySelectorAll('button,textarea')].filter((element) => element.getBoundingClientRect().height < 44).length,
      wide: document.documentElement.scrollWidth > innerWidth,
    }));
    assert.deepEqual(found, { unlabelled: 0, dangling: 0, small: 0, wide: false });
    if (process.env.AKKOORD_SCREENSHOTS) await page.screenshot({ path: `${process.env.AKKOORD_SCREENSHOTS}/review.png`, fullPage: true });
    await close();
  });
});

describe('the link', () => {
  test('opens its own decision and no other, until it expires', async () => {
    const [one, two] = [await decided(), await decided()];
    const token = await linkToken(server, one.decision);
    const expired = await linkToken(server, one.decision, { days: -1 });
    expectStatus(await get(`/decisions/${one.decision.id}/review?token=${token}`), 200);
    for (const path of [`/decisions/${two.decision.id}/review?token=${token}`, `/decisions/${one.decision.id}/review?token=${expired}`,
      `/decisions/${one.decision.id}/review?token=${randomBytes(32).toString('base64url')}`, `/decisions/${one.decision.id}/review?token=${token}a`,
      `/decisions/${one.decision.id}/review?token=`, `/decisions/${one.decision.id}/review`, `/decisions/nothing/review?token=${token}`]) {
      for (const answer of [await get(path, { 'accept-language': 'en' }), await post(path, 'Look.')]) {
        expectStatus(answer, 404);
        assert.doesNotMatch(answer.text, /<form|EUR|euro/, path);
      }
    }
    assert.equal(await reviewOf(one), undefined);
    assert.match((await get('/decisions/x/review', { 'accept-language': 'en' })).text, /This link does not work/);
    assert.match((await get('/decisions/x/review')).text, /Deze link werkt niet/);
  });

  test('is forgotten once it has expired', async () => {
    const order = await decided();
    await linkToken(server, order.decision, { days: -1 });
    await waitFor(async () => (await server.sql('SELECT 1 FROM akkoord.review_link WHERE expires_at < now()')).length === 0);
  });

  test('says nothing of who the customer is or what they ordered, and lets nobody else in', async () => {
    const order = await decided();
    const path = await pathOf(order);
    const { headers, text } = await get(path);
    for (const value of [customer.email, customer.id, 'Zyxwvut', 'Hgfedcba', order.id, order.number]) assert.ok(!text.includes(value), value);
    assert.match(headers['content-security-policy'],
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    assert.deepEqual([headers['referrer-policy'], headers['x-content-type-options'], headers['cache-control'], headers.vary],
      ['no-referrer', 'nosniff', 'no-store', 'Accept-Language']);
    assert.equal(headers['set-cookie'], undefined);
    assert.doesNotMatch(text, /<script|style="|https?:/);
    assert.ok(!server.log.includes(path.split('=')[1].slice(0, 10)), 'no token in the log');
  });

  test('what is sent that is no form is no statement', async () => {
    const order = await decided();
    const path = await pathOf(order);
    for (const body of ['{"statement":"x"}', 'statement=', 'statement=%ff', 'statement=a&statement=b', 'other=x', 'statement=%0d%0a', `statement=${'x'.repeat(5001)}`]) {
      expectStatus(await server.client.send('POST', path, { headers: FORM, body }), 422);
    }
    assert.equal(await reviewOf(order), undefined);
  });
});
