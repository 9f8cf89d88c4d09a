// The sandbox's page, as people meet it: in a real browser, with the keyboard, on a phone, without a script.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, getOrder, placeOrder, registerCustomer, sampleSeller, startAkkoord } from './lib/akkoord.mjs';
import { faintTexts, noBrowser, startBrowser } from './lib/browser.mjs';

// What HTML would take for its own if it were not escaped.
const SELLER = `Sample <b>"Studio"</b> & 'Sons'`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html,application/xhtml+xml' };

let server;
let customer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
});

const place = () => placeOrder(server, customer, { payment_provider: 'sandbox' });
const pathOf = (order) => new URL(order.payment.checkout_url).pathname;
const statusOf = async (order) => (await getOrder(server, customer, order)).status;
const postForm = (path, headers = {}, body = '') => server.client.send('POST', path, { headers: { ...FORM, ...headers }, body });

describe('in a browser', { skip: noBrowser }, () => {
  let browser;
  before(async () => {
    browser = await startBrowser();
  });

  // A page whose every complaint is collected: of the policy, of the console, of requests to anybody else.
  async function open(order, { at = server, ...options } = {}) {
    const context = await browser.newContext({ locale: 'en-GB', ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== at.url) complaints.push(`asked ${request.url()}`);
    });
    await page.goto(order.payment.checkout_url);
    return { page, complaints, close: () => context.close() };
  }

  async function press(page, name) {
    await page.getByRole('button', { name, exact: true }).click();
    await page.waitForURL(/\?(done|sent|refused)=/);
  }

  const notice = (page) => page.getByRole('status').innerText();

  test('says what is paid, to whom, and where it stands', async () => {
    const order = await place();
    const { page, complaints, close } = await open(order);
    const text = await page.locator('main').innerText();
    for (const part of ['Payment to Sample Studio', '€544.50', order.number, 'open', 'awaiting payment']) assert.ok(text.includes(part), part);
    assert.equal(await page.title(), `Sandbox payment ${order.number}`);
    assert.deepEqual(complaints, []);
    await close();
  });

  test('approve: when the page is back, the order is accepted', async () => {
    const order = await place();
    const { page, complaints, close } = await open(order);
    await press(page, 'Approve');
    assert.equal(await notice(page), 'The approval has been processed. The payment is now: paid.');
    assert.equal(await statusOf(order), 'accepted');
    assert.match(await page.locator('dl').innerText(), /accepted/);
    assert.deepEqual(complaints, []);
    await page.reload();
    assert.equal((await getOrder(server, customer, order)).decisions.length, 1, 'loading it again does nothing again');
    await close();
  });

  test('decline: the customer can still pay', async () => {
    const order = await place();
    const { page, close } = await open(order);
    await press(page, 'Decline');
    assert.equal(await notice(page), 'The refusal has been processed. The payment is now: failed.');
    assert.equal(await statusOf(order), 'awaiting_payment');
    await press(page, 'Approve');
    assert.equal(await statusOf(order), 'accepted');
    await close();
  });

  test('expire, pay twice and charge back', async () => {
    const expired = await place();
    const first = await open(expired);
    await press(first.page, 'Let it expire');
    assert.equal((await getOrder(server, customer, expired)).payment.status, 'expired');
    await first.close();

    const twice = await place();
    const second = await open(twice);
    await press(second.page, 'Pay twice');
    const { payments } = await getOrder(server, customer, twice);
    assert.deepEqual(payments.map(({ status }) => status).sort(), ['paid', 'refund_due']);
    await press(second.page, 'Charge back');
    assert.equal(await statusOf(twice), 'held');
    await second.close();
  });

  test('a refund in part, then in full; an amount that is none is pointed out and changes nothing', async () => {
    const order = await place();
    const { page, complaints, close } = await open(order);
    await press(page, 'Approve');
    const amount = page.getByLabel('Amount back (EUR)');
    for (const wrong of ['0', '544.51', '-1', '12.345', 'all', '1 2', ' ']) {
      await amount.fill(wrong);
      await press(page, 'Refund a part');
      assert.match(await page.getByRole('alert').innerText(), /^Nothing was refunded\./);
      assert.equal(await amount.getAttribute('aria-invalid'), 'true');
      await page.goto(order.payment.checkout_url);
    }
    assert.equal((await getOrder(server, customer, order)).payment.status, 'paid');
    await amount.fill(' 100,50 ');
    await press(page, 'Refund a part');
    assert.equal(await notice(page), 'The refund has been processed. The payment is now: refunded in part.');
    assert.match(await page.locator('dl').innerText(), /Refunded so far\s+€100\.50/);
    assert.equal(await statusOf(order), 'accepted');
    await amount.fill('444.00');
    await press(page, 'Refund a part');
    assert.equal((await getOrder(server, customer, order)).payment.status, 'refunded');
    assert.equal(await statusOf(order), 'cancelled');
    assert.deepEqual(complaints, []);
    await close();
  });

  test('works without a script, in the language of the reader', async () => {
    const order = await place();
    const { page, close } = await open(order, { locale: 'nl-NL', javaScriptEnabled: false });
    assert.equal(await page.locator('html').getAttribute('lang'), 'nl');
    await press(page, 'Goedkeuren');
    assert.equal(await notice(page), 'De goedkeuring is verwerkt. De betaling is nu: betaald.');
    assert.equal(await page.locator('script').count(), 0);
    await close();
  });

  test('every control is reached and worked with the keyboard, and shows that it has the focus', async () => {
    const order = await place();
    const { page, close } = await open(order);
    const reached = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
        return `${document.activeElement.innerText || document.activeElement.id} ${outlineStyle} ${parseInt(outlineWidth, 10) >= 2}`;
      }));
    }
    assert.deepEqual(reached, ['Approve', 'Decline', 'Let it expire', 'Pay twice', 'Refund everything', 'decimal_amount', 'Refund a part',
      'Charge back'].map((name) => `${name} solid true`));
    await page.goto(order.payment.checkout_url);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=approve/);
    assert.equal(await statusOf(order), 'accepted');
    await close();
  });

  test('a policy that is broken would have been noticed: what is injected does not run', async () => {
    const { page, complaints, close } = await open(await place());
    const violated = await page.evaluate(() => new Promise((done) => {
      document.addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective));
      document.body.insertAdjacentHTML('beforeend', '<img src="/nothing.png">');
    }));
    assert.equal(violated, 'img-src');
    assert.ok(complaints.length > 0);
    await close();
  });

  test('what a seller is called is text, never HTML', async () => {
    const other = await startAkkoord({ env: { AKKOORD_SELLER_FILE: server.writeFile('seller.json', { ...sampleSeller, name: SELLER }) } });
    const who = await registerCustomer(other);
    const { page, close } = await open(await placeOrder(other, who, { payment_provider: 'sandbox' }), { at: other });
    assert.equal(await page.locator('h1').innerText(), `Payment to ${SELLER}`);
    assert.equal(await page.locator('h1 b').count(), 0);
    await close();
  });

  test('a payment that is not there is a page too', async () => {
    const { page, close } = await open(await place());
    const answer = await page.goto(`${server.url}/sandbox/payments/sbx_none`);
    assert.equal(answer.status(), 404);
    assert.equal(await page.locator('h1').innerText(), 'There is no such payment');
    await close();
  });

  // ---- looks ----

  for (const colorScheme of ['light', 'dark']) {
    test(`every text stands out from what is behind it, ${colorScheme}`, async () => {
      const order = await place();
      const { page, close } = await open(order, { colorScheme });
      const { pathname } = new URL(order.payment.checkout_url);
      for (const state of ['', '?refused=amount', '?done=approve', '?sent=approve']) {
        await page.goto(`${server.url}${pathname}${state}`);
        assert.deepEqual(await page.evaluate(faintTexts), [], state);
      }
      await press(page, 'Charge back');
      await press(page, 'Approve');
      assert.deepEqual(await page.evaluate(faintTexts), []);
      await close();
    });
  }

  test('has one first heading, labels for its field, hints that exist, and buttons that a thumb hits', async () => {
    const { page, close } = await open(await place(), { viewport: { width: 320, height: 640 } });
    assert.equal(await page.locator('h1').count(), 1);
    assert.equal(await page.locator('main').count(), 1);
    const found = await page.evaluate(() => ({
      unlabelled: [...document.querySelectorAll('input')].filter((input) => input.labels.length === 0).length,
      dangling: [...document.querySelectorAll('[aria-describedby],[aria-labelledby]')].filter((element) =>
        !document.getElementById(element.getAttribute('aria-describedby') ?? element.getAttribute('aria-labelledby'))).length,
      repeated: [...document.querySelectorAll('[id]')].filter(({ id }, index, all) => all.findIndex((other) => other.id === id) !== index).length,
      small: [...document.querySelectorAll('button,input')].filter((element) => element.getBoundingClientRect().height < 44).length,
      wide: document.documentElement.scrollWidth > innerWidth,
    }));
    assert.deepEqual(found, { unlabelled: 0, dangling: 0, repeated: 0, small: 0, wide: false });
    await close();
  });
});

describe('over HTTP', () => {
  test('a form is answered with the way back to the page, a program with what was sent', async () => {
    const order = await place();
    const form = await postForm(`${pathOf(order)}/approve`);
    assert.equal(form.status, 303);
    assert.equal(new URL(form.headers.location, `${server.url}${pathOf(order)}/approve`).pathname, pathOf(order));
    assert.equal(await statusOf(order), 'accepted');
    for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }, { 'content-type': 'application/json' }]) {
      assert.equal((await postForm(`${pathOf(order)}/approve`, headers)).status, 202);
    }
  });

  test('what a browser sends for another site is refused', async () => {
    const order = await place();
    const path = `${pathOf(order)}/approve`;
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://example.com' }, { origin: 'null' },
      { 'sec-fetch-site': 'cross-site', origin: server.url }, { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain', accept: '*/*' }]) {
      expectProblem(await postForm(path, headers), 403, 'forbidden');
    }
    assert.equal(await statusOf(order), 'awaiting_payment');
    for (const headers of [{ 'sec-fetch-site': 'same-origin', origin: 'null' }, { origin: server.url }]) {
      assert.equal((await postForm(path, headers)).status, 303);
    }
  });

  test('the page can be neither framed nor stored, says nothing of itself to others, and knows its own style only', async () => {
    const { headers, text } = await server.client.send('GET', pathOf(await place()), { headers: { accept: 'text/html' } });
    assert.match(headers['content-security-policy'],
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers.vary, 'Accept, Accept-Language');
    assert.doesNotMatch(text, /<script|style="|https?:/);
  });
});
