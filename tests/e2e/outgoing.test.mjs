// Calls to payment providers, both ways and through everything that goes wrong on the way: against the stateful fakes of
// tests/providers, which keep what was really charged and sent back.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { expectDecisionsReplay, expectNothingTwice, expectProblem, getOrder, placeOrder, prepareAkkoord, waitFor } from './lib/akkoord.mjs';
import { MOLLIE_SECRET } from './lib/provider_clients.mjs';
import { startProviderShop } from './lib/provider_shop.mjs';

const shop = {};

const providers = {
  stripe: {
    create: 'POST /v1/checkout/sessions',
    refund: 'POST /v1/refunds',
    fake: () => shop.stripe,
    refundedBy: (fake, id) => fake.refund(id),
  },
  mollie: {
    create: 'POST /v2/payments',
    refund: 'POST /v2/payments/{id}/refunds',
    fake: () => shop.mollie,
    refundedBy: (fake, id) => fake.refund(id),
  },
};

before(async () => {
  Object.assign(shop, await startProviderShop());
});

const order = (provider, options) => placeOrder(shop.server, shop.customer, { payment_provider: provider, ...options });
const look = (placed) => getOrder(shop.server, shop.customer, placed);
const post = (path, body, headers) => shop.server.api('POST', path, { token: shop.customer.token, body, headers });

async function tryToOrder(provider, key, quantity = 1) {
  const [{ sku }] = (await shop.server.api('GET', '/v1/services')).json.services;
  return post('/v1/orders', { lines: [{ sku, quantity }], payment_provider: provider }, key && { 'Idempotency-Key': key });
}

async function until(placed, status, what = `the order to be ${status}`, timeout = 20_000) {
  return waitFor(async () => {
    const seen = await look(placed);
    return seen.status === status ? seen : null;
  }, { what, timeout });
}

async function untilPayment(placed, status, timeout = 20_000) {
  return waitFor(async () => {
    const seen = await look(placed);
    return seen.payments.some((payment) => payment.status === status) ? seen : null;
  }, { what: `a payment that is ${status}`, timeout });
}

// A second payment of an order that is paid: what staff or the policy send back.
async function payTwice(provider) {
  const fake = providers[provider].fake();
  const placed = await order(provider);
  const again = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: provider });
  assert.equal(again.status, 201, String(again));
  const [first, second] = again.json.payments;
  assert.notEqual(first.provider_payment_id, second.provider_payment_id);
  fake.pay(first.provider_payment_id);
  await until(placed, 'accepted');
  return { placed, second, fake };
}

for (const provider of ['stripe', 'mollie']) {
  const { create, refund } = providers[provider];
  const fakeOf = () => providers[provider].fake();

  describe(`${provider}`, () => {
    test('an order comes with a page to pay at, and is accepted when it is paid there', async () => {
      const placed = await order(provider);
      assert.match(placed.payment.checkout_url, new RegExp(`^${fakeOf().url}/`));
      assert.equal(placed.payment.status, 'open');
      fakeOf().pay(placed.payment.provider_payment_id);
      const accepted = await until(placed, 'accepted');
      assert.equal(accepted.payments.length, 1);
      assert.equal(accepted.payment.status, 'paid');
      assert.equal(accepted.payment.checkout_url, placed.payment.checkout_url);
      assert.deepEqual(accepted.decision.reasons.map(({ code }) => code), ['payment_approved']);
      assert.equal(fakeOf().charged(placed.id).charged, placed.total.amount);
    });

    test('an attempt that fails leaves the order open, and another one pays it', async () => {
      const placed = await order(provider);
      fakeOf().expire(placed.payment.provider_payment_id);
      await untilPayment(placed, 'expired');
      const again = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: provider });
      assert.equal(again.status, 201, String(again));
      fakeOf().pay(again.json.payment.provider_payment_id);
      const accepted = await until(placed, 'accepted');
      assert.deepEqual(accepted.payments.map(({ status }) => status).sort(), ['expired', 'paid']);
    });

    test('a refund made at the provider cancels the order', async () => {
      const placed = await order(provider);
      fakeOf().pay(placed.payment.provider_payment_id);
      const paid = await until(placed, 'accepted');
      fakeOf().refund(provider === 'stripe' ? paid.payment.provider_payment_id : placed.payment.provider_payment_id);
      const cancelled = await until(placed, 'cancelled');
      assert.equal(cancelled.payment.status, 'refunded');
    });

    for (const [what, rule] of Object.entries({
      'an internal error': { kind: 'status', status: 500, times: 9 },
      'an error that the provider gives again under the same key': { kind: 'status', status: 500, remembered: true },
      'a refusal': { kind: 'status', status: 400, times: 9 },
      'too many requests': { kind: 'status', status: 429, retryAfter: 1, times: 9 },
      'a redirect': { kind: 'redirect', status: 302, times: 9 },
      'an HTML page': { kind: 'body', body: 'html', times: 9 },
      'another object': { kind: 'body', body: 'other-object', times: 9 },
      'two ids in one object': { kind: 'body', body: 'duplicate-keys', times: 9 },
      'deeply nested brackets': { kind: 'body', body: 'deep', times: 9 },
      'bytes that are no text': { kind: 'body', body: 'binary', times: 9 },
      'half an answer': { kind: 'body', body: 'truncated', times: 9 },
      'a broken connection after it has acted': { kind: 'reset', times: 9 },
    })) {
      test(`${what} gives 503, leaves nothing, and a later try under the same key makes one order`, async () => {
        const key = randomUUID();
        const before = (await shop.server.api('GET', '/v1/orders?limit=100', { token: shop.customer.token })).json.items.length;
        fakeOf().misbehave({ on: create, ...rule });
        const refused = await tryToOrder(provider, key);
        fakeOf().behave();
        assert.equal(refused.status, 503, String(refused));
        assert.equal(refused.json.code, 'provider_unavailable');
        assert.ok(Number(refused.headers.get?.('retry-after') ?? refused.headers['retry-after']) > 0);
        const items = (await shop.server.api('GET', '/v1/orders?limit=100', { token: shop.customer.token })).json.items;
        assert.equal(items.length, before, 'no order is left behind');
        const placed = await tryToOrder(provider, key);
        assert.equal(placed.status, 201, String(placed));
        fakeOf().pay(placed.json.payment.provider_payment_id);
        await until(placed.json, 'accepted');
        assert.equal(fakeOf().charged(placed.json.id).charges, 1);
        const repeated = await tryToOrder(provider, key);
        assert.equal(repeated.status, 201);
        assert.equal(repeated.json.id, placed.json.id);
        assert.deepEqual(fakeOf().redirectsFollowed, []);
      });
    }

    test('an answer that is lost once is asked for again under the same key: one checkout', async () => {
      fakeOf().misbehave({ on: create, kind: 'reset' });
      const placed = await order(provider);
      assert.equal(fakeOf().charged(placed.id).attempts <= 1, true);
      const keys = fakeOf().calls.slice(-2).map(({ headers }) => headers['idempotency-key']);
      assert.equal(keys[0], keys[1]);
    });

    test('work that was done behind a failure is taken up by the next try: one checkout at the provider', async () => {
      const key = randomUUID();
      const before = fakeOf().calls.length;
      fakeOf().misbehave({ on: create, kind: 'status', status: 502, processed: true, times: 9 });
      assert.equal((await tryToOrder(provider, key)).status, 503);
      fakeOf().behave();
      const placed = await tryToOrder(provider, key);
      assert.equal(placed.status, 201, String(placed));
      const keys = fakeOf().calls.slice(before).map(({ headers }) => headers['idempotency-key']).filter(Boolean);
      assert.ok(keys.length > 1 && new Set(keys).size === 1, `${new Set(keys).size} keys`);
      assert.equal(fakeOf().charged(placed.json.id).attempts, 1);
    });

    test('a provider that is down gives 503 soon', async () => {
      await fakeOf().stop();
      const begun = Date.now();
      const refused = await tryToOrder(provider);
      await fakeOf().resume();
      assert.equal(refused.status, 503, String(refused));
      assert.ok(Date.now() - begun < 5000);
    });

    test('a provider that hangs gives 503 within twelve seconds, and keeps nobody waiting who does not ask it', async () => {
      const hanging = () => fakeOf().calls.filter(({ misbehaviour }) => misbehaviour === 'hang').length;
      const before = hanging();
      fakeOf().misbehave({ on: create, kind: 'hang', times: 60 });
      const begun = Date.now();
      let ended = 0;
      const waiting = Array.from({ length: 40 }, () => tryToOrder(provider).finally(() => { ended++; }));
      await waitFor(() => hanging() - before === 40, { what: 'forty calls that hang' });
      assert.equal((await shop.server.api('GET', '/v1/orders', { token: shop.customer.token })).status, 200);
      for (const other of ['standard', provider === 'stripe' ? 'mollie' : 'stripe']) {
        assert.equal((await tryToOrder(other)).status, 201);
      }
      assert.equal(ended, 0, 'the others came first');
      for (const refused of await Promise.all(waiting)) assert.equal(refused.status, 503);
      fakeOf().behave();
      assert.ok(Date.now() - begun < 12_000, `${Date.now() - begun} ms`);
    });

    test('an amount that the provider does not take is the customer\'s to change: 422', async () => {
      const key = randomUUID();
      const refused = await tryToOrder(provider, key, 9000);
      expectProblem(refused, 422, 'validation', ['payment_provider']);
      assert.equal(refused.json.errors[0].code, 'amount_refused');
      const placed = await tryToOrder(provider, key);
      assert.equal(placed.status, 201, String(placed));
    });

    test('eight requests at once under one key are one order and one checkout', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 8 }, () => tryToOrder(provider, key)));
      const placed = answers.filter(({ status }) => status === 201);
      assert.ok(placed.length >= 1);
      assert.equal(new Set(placed.map(({ json }) => json.id)).size, 1);
      assert.equal(new Set(placed.map(({ json }) => json.payment.provider_payment_id)).size, 1);
      assert.ok(answers.every(({ status }) => status === 201 || status === 503));
    });

    test('a new attempt that failed at the provider leaves nothing; tried again under its key it is one attempt', async () => {
      const placed = await order('standard');
      const key = { 'Idempotency-Key': randomUUID() };
      fakeOf().misbehave({ on: create, kind: 'reset', times: 9 });
      const refused = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: provider }, key);
      fakeOf().behave();
      assert.equal(refused.status, 503, String(refused));
      assert.equal((await look(placed)).payments.length, 1);
      const added = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: provider }, key);
      assert.equal(added.status, 201, String(added));
      const repeated = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: provider }, key);
      assert.equal(repeated.status, 201, String(repeated));
      assert.equal(repeated.json.payments.length, 2);
      const other = provider === 'stripe' ? 'mollie' : 'stripe';
      const mismatch = await post(`/v1/orders/${placed.id}/payments`, { payment_provider: other }, key);
      assert.equal(mismatch.status, 409, String(mismatch));
    });

    test('money that is due back is sent back by itself, once', async () => {
      const { placed, second, fake } = await payTwice(provider);
      fake.pay(second.provider_payment_id);
      const settled = await untilPayment(placed, 'refunded');
      assert.equal(settled.status, 'accepted');
      await fake.settled();
      const { charges, refunds, refunded } = fake.charged(placed.id);
      assert.deepEqual({ charges, refunds, refunded }, { charges: 2, refunds: 1, refunded: placed.total.amount });
    });

    test('a refund whose answers are lost or wrong is made once all the same', async () => {
      const { placed, second, fake } = await payTwice(provider);
      fake.misbehave({ on: refund, kind: 'reset' });
      fake.misbehave({ on: refund, kind: 'status', status: 500 });
      fake.misbehave({ on: refund, kind: 'body', body: 'html' });
      fake.pay(second.provider_payment_id);
      await untilPayment(placed, 'refunded', 40_000);
      fake.behave();
      const { refunds, refunded } = fake.charged(placed.id);
      assert.deepEqual({ refunds, refunded }, { refunds: 1, refunded: placed.total.amount });
    });

    test('a server that is killed while it orders and sends back charges once and sends back once', async () => {
      const { placed, second, fake } = await payTwice(provider);
      fake.misbehave({ on: refund, kind: 'hang' });
      const before = fake.calls.length;
      const hangs = (wanted) => fake.calls.slice(before).some(({ path, misbehaviour }) => misbehaviour === 'hang'
        && path.includes('refund') === wanted);
      fake.pay(second.provider_payment_id);
      await waitFor(() => hangs(true), { what: 'the call for the refund' });
      const key = randomUUID();
      fake.misbehave({ on: create, kind: 'hang' });
      const lost = tryToOrder(provider, key).catch(() => null);
      await waitFor(() => hangs(false), { what: 'the call for the checkout' });
      await shop.server.kill9();
      fake.behave();
      await lost;
      await shop.server.start();
      const again = await tryToOrder(provider, key);
      assert.equal(again.status, 201, String(again));
      fake.pay(again.json.payment.provider_payment_id);
      await until(again.json, 'accepted');
      const { attempts, charges } = fake.charged(again.json.id);
      assert.deepEqual({ attempts, charges }, { attempts: 1, charges: 1 });
      await untilPayment(placed, 'refunded', 60_000);
      const sent = fake.charged(placed.id);
      assert.deepEqual([sent.refunds, sent.refunded], [1, placed.total.amount]);
    });
  });
}

test('a provider that asks to be left alone for a while is', async () => {
  shop.mollie.misbehave({ on: 'GET /v2/payments/{id}', kind: 'status', status: 429, retryAfter: 4, times: 1 });
  const before = shop.mollie.calls.length;
  await fetch(`${shop.server.url}/webhooks/mollie`, { method: 'POST', body: 'id=tr_leaveAlone',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  const looks = () => shop.mollie.calls.slice(before).filter(({ path }) => path.includes('tr_leaveAlone'));
  await waitFor(() => looks().length === 2, { what: 'the second look', timeout: 30_000 });
  const [first, second] = looks();
  assert.ok(second.at - first.at >= 3900, `${second.at - first.at} ms`);
});

test('money goes back through one provider while another hangs', async () => {
  const stuck = await payTwice('mollie');
  const other = await payTwice('stripe');
  const hanging = () => shop.mollie.calls.filter(({ misbehaviour }) => misbehaviour === 'hang').length;
  const before = hanging();
  for (const on of ['GET /v2/payments/{id}', providers.mollie.refund]) shop.mollie.misbehave({ on, kind: 'hang', times: 99 });
  shop.mollie.pay(stuck.second.provider_payment_id);
  for (let i = 0; i < 8; i++) await fetch(`${shop.server.url}/webhooks/mollie`, { method: 'POST', body: `id=tr_stuck${i}`,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  await waitFor(() => hanging() > before, { what: 'a call that hangs' });
  shop.stripe.pay(other.second.provider_payment_id);
  await untilPayment(other.placed, 'refunded');
  assert.notEqual((await look(stuck.placed)).payments.find(({ id }) => id === stuck.second.id).status, 'refunded');
  shop.mollie.behave();
  await untilPayment(stuck.placed, 'refunded', 60_000);
});

test('a customer who comes back from the provider finds a page', async () => {
  for (const outcome of ['return', 'cancelled']) {
    const answer = await fetch(`${shop.server.url}/checkout/${outcome}?order=${randomUUID()}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'/);
  }
  assert.equal((await fetch(`${shop.server.url}/checkout/other`)).status, 404);
});

describe('lost webhooks', () => {
  test('orders are accepted when the providers send no webhook at all', async () => {
    for (const { fake } of Object.values(providers)) fake().deliveries.hold();
    const stripe = await order('stripe');
    const mollie = await order('mollie');
    const declined = await order('mollie');
    shop.stripe.pay(stripe.payment.provider_payment_id);
    shop.mollie.pay(mollie.payment.provider_payment_id);
    shop.mollie.fail(declined.payment.provider_payment_id);
    await until(stripe, 'accepted', 'Stripe to be asked', 60_000);
    await until(mollie, 'accepted', 'Mollie to be asked', 60_000);
    await untilPayment(declined, 'failed', 60_000);
    for (const { fake } of Object.values(providers)) fake().deliveries.release('reversed');
    await shop.stripe.settled();
    await shop.mollie.settled();
    for (const placed of [stripe, mollie]) {
      const seen = await look(placed);
      assert.equal(seen.payments.length, 1);
      assert.equal(seen.decisions.length, 1, 'the late webhooks decide nothing');
    }
  });
});

describe('pings', () => {
  test('a ping is a job before it is answered, joined with one that waits', async () => {
    await shop.mollie.stop();
    for (let i = 0; i < 20; i++) {
      const answer = await fetch(`${shop.server.url}/webhooks/mollie`, { method: 'POST', body: 'id=tr_samplePing',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
      assert.equal(answer.status, 200);
      assert.equal(await answer.text(), 'OK');
    }
    const jobs = await shop.server.sql("SELECT key FROM akkoord.job WHERE kind = 'fetch_mollie' AND key = 'mollie/tr_samplePing'");
    assert.ok(jobs.length >= 1 && jobs.length <= 2, `${jobs.length} jobs`);
    await shop.mollie.resume();
    await waitFor(async () => (await shop.server.sql("SELECT 1 AS one FROM akkoord.job WHERE key = 'mollie/tr_samplePing'")).length === 0,
      { what: 'the unknown payment to be done with', timeout: 30_000 });
  });

  test('what names no payment is malformed, and what is signed must be signed well', async () => {
    const send = (body, headers = {}) => fetch(`${shop.server.url}/webhooks/mollie`, { method: 'POST', body, headers });
    for (const body of ['id=', 'id=tr_../x', 'id=tr_a&id=tr_b', 'hello', '']) assert.equal((await send(body)).status, 400, body);
    assert.equal((await send('{"id":"event_1"}')).status, 401);
    assert.equal((await send('{"id":"event_1"}', { 'X-Mollie-Signature': 'sha256=00' })).status, 401);
    assert.equal((await send('id=tr_a', { 'X-Mollie-Signature': 'sha256=00' })).status, 401);
  });
});

test('unsigned pings are limited to 600 a minute, signed events are not', async () => {
  const server = await prepareAkkoord({ env: { AKKOORD_RATE_LIMITS: 'on', AKKOORD_MOLLIE_WEBHOOK_SECRET: MOLLIE_SECRET } });
  await server.start();
  const send = (body, headers = {}) => fetch(`${server.url}/webhooks/mollie`, { method: 'POST', body, headers });
  const counts = {};
  for (let i = 0; i < 640; i += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('id=tr_samplePing')));
    for (const { status, headers } of answers) {
      counts[status] = (counts[status] ?? 0) + 1;
      if (status === 429) assert.ok(Number(headers.get('retry-after')) >= 1);
    }
  }
  assert.deepEqual(counts, { 200: 600, 429: 40 });
  const body = JSON.stringify({ resource: 'event', id: 'event_1', type: 'payment.paid', entityId: 'tr_samplePing' });
  const signature = `sha256=${createHmac('sha256', MOLLIE_SECRET).update(body).digest('hex')}`;
  assert.equal((await send(body, { 'X-Mollie-Signature': signature })).status, 200);
  const [{ jobs }] = await server.sql("SELECT count(*) AS jobs FROM akkoord.job WHERE kind = 'fetch_mollie'");
  assert.ok(jobs <= 3, `${jobs} jobs of 601 pings`);
});

test('nothing was accepted, invoiced or charged twice', async () => {
  await expectNothingTwice(shop.server);
  await expectDecisionsReplay(shop.server);
  assert.deepEqual(await shop.server.sql("SELECT kind, last_error FROM akkoord.job WHERE dead"), []);
});
