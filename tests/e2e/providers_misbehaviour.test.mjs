// What the fakes of tests/providers do wrong on request: webhooks that are late, lost, doubled or out of order, answers
// that are slow, broken or never come. The official clients see it as they would at the provider, and what was charged
// can be counted. No server of ours takes part.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import Stripe from 'stripe';

import {
  HOUR,
  STRIPE_KEY,
  checkout,
  mollieClient,
  payment,
  rawCall,
  startMollie,
  startReceiver,
  startStripe,
  stripeClient,
} from './lib/provider_clients.mjs';

const providers = resolve(dirname(fileURLToPath(import.meta.url)), '..', 'providers');

// Waits where a key is in use, for the one who is to try again.
function inUse(error) {
  assert.equal(error.code, 'idempotency_key_in_use');
  return new Promise((done) => setTimeout(done, 50, null));
}

describe('webhooks', () => {
  test('a webhook that is not received is tried again on the schedule, with a new time in its signature', async () => {
    let calls = 0;
    const receiver = await startReceiver(() => (++calls < 4 ? 500 : 204));
    const { fake, stripe } = await startStripe({
      webhooks: [{ url: receiver.url, events: ['checkout.session.expired'] }],
    });
    const { id } = await stripe.checkout.sessions.create(checkout());
    fake.expire(id);
    await fake.settled();
    const [delivery] = fake.deliveries.all;
    assert.equal(delivery.state, 'delivered');
    assert.deepEqual(
      delivery.attempts.map(({ status }) => status),
      [500, 500, 500, 204],
    );
    const ids = new Set(receiver.received.map(({ body }) => JSON.parse(body).id));
    assert.equal(ids.size, 1, 'the event stays the same');
  });

  test('mollie tries ten times in 26 hours, takes nothing but 200, and gives up', async () => {
    const receiver = await startReceiver(() => 202);
    const { fake, mollie } = await startMollie({ delivery: { compress: 26 * HOUR } }); // 26 hours in one second
    const begun = Date.now();
    fake.pay((await mollie.payments.create(payment('order-1', { webhookUrl: receiver.url }))).id);
    await fake.settled();
    const [delivery] = fake.deliveries.all;
    assert.equal(delivery.state, 'failed');
    assert.equal(delivery.attempts.length, 10);
    assert.ok(Date.now() - begun >= 950, 'the last attempt came at the end of the schedule');
    assert.equal(fake.deliveries.resend(), 1);
  });

  test('an endpoint that answers too late has not received the webhook', async () => {
    let calls = 0;
    const receiver = await startReceiver(() => (++calls > 1 ? 200 : new Promise((done) => setTimeout(done, 300, 200))));
    const { fake, mollie } = await startMollie({ delivery: { timeoutMs: 100 } });
    fake.pay((await mollie.payments.create(payment('order-1', { webhookUrl: receiver.url }))).id);
    await fake.settled();
    assert.deepEqual(
      fake.deliveries.all[0].attempts.map(({ status, error }) => status ?? error),
      ['no answer in time', 200],
    );
  });

  test('duplicates, losses and disorder come as asked for, and the same seed gives the same run', async () => {
    const run = async (seed) => {
      const receiver = await startReceiver();
      const delivery = { duplicated: 0.5, lost: 0.3, shuffled: true, gapMs: 3 };
      const { fake, stripe } = await startStripe({ webhook: receiver.url, seed, delivery });
      for (let i = 0; i < 4; i++) {
        fake.pay((await stripe.checkout.sessions.create(checkout(`order-${i}`))).id);
        await fake.settled();
      }
      return { plan: fake.deliveries.all.map(({ label, copy, state, event }) => [label, copy, state, event]), fake };
    };
    const [first, second, other] = [await run('a'), await run('a'), await run('b')];
    assert.deepEqual(first.plan, second.plan);
    assert.notDeepEqual(first.plan, other.plan);
    const states = first.plan.map(([, , state]) => state);
    assert.ok(states.includes('lost') && states.includes('delivered'));
    assert.ok(first.plan.some(([, copy]) => copy === 2));
    const labels = (plan, from) =>
      plan
        .filter(([, copy]) => copy === 1)
        .slice(from, from + 4)
        .map(([label]) => label)
        .join();
    assert.ok(new Set([0, 4, 8, 12].map((from) => labels(first.plan, from))).size > 1, 'the order differs');
  });

  test('webhooks can be held back, sent in another order, or never be sent', async () => {
    const receiver = await startReceiver();
    const { fake, stripe } = await startStripe({ webhook: receiver.url, delivery: { gapMs: 15 } });
    const { id } = await stripe.checkout.sessions.create(checkout());
    fake.deliveries.hold();
    fake.pay(id);
    await fake.settled();
    assert.equal(receiver.received.length, 0);
    fake.deliveries.release('reversed');
    await fake.settled();
    assert.equal(JSON.parse(receiver.received[0].body).type, 'checkout.session.completed');

    const silent = await startStripe({ webhook: receiver.url, delivery: { enabled: false } });
    const unseen = await silent.stripe.checkout.sessions.create(checkout());
    receiver.received.length = 0;
    silent.fake.pay(unseen.id);
    await silent.fake.settled();
    assert.equal(receiver.received.length, 0);
    assert.equal((await silent.stripe.checkout.sessions.retrieve(unseen.id)).payment_status, 'paid');
    assert.equal((await silent.stripe.events.list({ type: 'checkout.session.completed' })).data.length, 1);
  });
});

describe('misbehaviour', () => {
  test('after a connection reset the retry under the same key finds what was made', async () => {
    const { fake, stripe } = await startStripe();
    const patient = stripeClient(fake, { maxNetworkRetries: 2 });
    fake.misbehave({ on: 'POST /v1/checkout/sessions', kind: 'reset' });
    const session = await patient.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    assert.equal(fake.charged('order-1').attempts, 1);
    assert.equal(fake.counters().replayed, 1);
    const { intent } = fake.pay(session.id);
    fake.misbehave({ on: 'POST /v1/refunds', kind: 'status', status: 502, processed: true });
    const refund = { payment_intent: intent.id, amount: 100 };
    await assert.rejects(stripe.refunds.create(refund, { idempotencyKey: 'two' }), Stripe.errors.StripeAPIError);
    await stripe.refunds.create(refund, { idempotencyKey: 'two' });
    assert.equal(fake.charged('order-1').refunds, 1);
    await stripe.refunds.create(refund, { idempotencyKey: 'three' });
    assert.equal(fake.charged('order-1').refunds, 2, 'a retry under another key shows as a double refund');
  });

  test('a failure before the work leaves nothing behind, one that is remembered comes again', async () => {
    const { fake, stripe } = await startStripe();
    fake.misbehave({ kind: 'status', status: 500 });
    fake.misbehave({ kind: 'status', status: 429, retryAfter: 7 });
    await assert.rejects(stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' }), { statusCode: 500 });
    await assert.rejects(stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' }), (error) => {
      assert.ok(error instanceof Stripe.errors.StripeRateLimitError);
      assert.equal(error.headers['retry-after'], '7');
      return true;
    });
    assert.equal(fake.charged('order-1').attempts, 0);
    await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    assert.equal(fake.charged('order-1').attempts, 1);

    fake.misbehave({ kind: 'status', status: 500, processed: true, remembered: true });
    for (let i = 0; i < 2; i++)
      await assert.rejects(stripe.checkout.sessions.create(checkout('order-2'), { idempotencyKey: 'two' }), {
        statusCode: 500,
      });
    assert.equal(fake.charged('order-2').attempts, 1);
  });

  test('nonsense instead of an answer is an error at the client, while the payment was made', async () => {
    const { fake, mollie } = await startMollie();
    const bodies = ['html', 'empty', 'truncated', 'wrong-type', 'array', 'null', 'other-object', 'binary'];
    for (const body of bodies) {
      fake.misbehave({ kind: 'body', body });
      await assert.rejects(mollie.payments.create({ ...payment(body), idempotencyKey: body }), undefined, body);
      assert.equal(fake.charged(body).attempts, 1);
      assert.match((await mollie.payments.create({ ...payment(body), idempotencyKey: body })).id, /^tr_/);
      assert.equal(fake.charged(body).attempts, 1, body);
    }
    fake.misbehave({ kind: 'body', body: 'deep' });
    assert.match((await rawCall(`${fake.url}/v2/payments`)).body, /^\[{200000}\]{200000}$/);
    fake.misbehave({ kind: 'body', body: 'huge', bytes: 3_000_000 });
    assert.ok((await rawCall(`${fake.url}/v2/payments`)).body.length > 3_000_000);
    fake.misbehave({ kind: 'reset', afterBytes: 20 });
    await assert.rejects(rawCall(`${fake.url}/v2/payments`));
  });

  test('slow and hanging answers meet the time limit, and the retry finds what was made', async () => {
    const { fake, stripe } = await startStripe();
    const hasty = stripeClient(fake, { timeout: 100 });
    for (const rule of [{ kind: 'slow', ms: 300 }, { kind: 'slow', ms: 300, phase: 'processing' }, { kind: 'hang' }]) {
      const order = `${rule.kind}-${rule.phase}`;
      fake.misbehave(rule);
      await assert.rejects(hasty.checkout.sessions.create(checkout(order), { idempotencyKey: order }), {
        type: 'StripeConnectionError',
      });
      let session = null;
      while (!session)
        session = await stripe.checkout.sessions.create(checkout(order), { idempotencyKey: order }).catch(inUse);
      assert.equal(fake.charged(order).attempts, 1);
    }
  });

  test('an answer that drips is never idle, and ends only at a limit on the whole', async () => {
    const { fake, mollie } = await startMollie();
    const { id } = await mollie.payments.create(payment());
    fake.misbehave({ kind: 'drip', ms: 10 });
    const begun = Date.now();
    await assert.rejects(mollie.payments.get({ paymentId: id }, { timeoutMs: 200 }), { name: 'TimeoutError' });
    assert.ok(Date.now() - begun >= 190);
  });

  test('answers come out of order where asked for', async () => {
    const { fake, stripe } = await startStripe();
    const { id } = await stripe.checkout.sessions.create(checkout());
    fake.misbehave({ on: 'GET /v1/checkout/sessions/{id}', kind: 'reorder', count: 3 });
    const order = [];
    await Promise.all(
      [1, 2, 3].map(async (number) => {
        while (fake.calls.length < number) await new Promise(setImmediate);
        await stripe.checkout.sessions.retrieve(id);
        order.push(number);
      }),
    );
    assert.deepEqual(order, [3, 2, 1]);
  });

  test('a webhook can come before the answer of the call that it is about', async () => {
    const order = [];
    const receiver = await startReceiver(() => (order.push('webhook'), 200));
    const { fake, mollie } = await startMollie({ webhook: receiver.url });
    fake.misbehave({ on: 'POST /v2/payments', kind: 'webhook-first', act: 'pay' });
    const { id, status } = await mollie.payments.create(payment());
    order.push('answer');
    assert.deepEqual(order, ['webhook', 'answer']);
    assert.equal(status, 'open', 'the answer is of before');
    assert.equal((await mollie.payments.get({ paymentId: id })).status, 'paid');
  });

  test('a redirect is counted when it is followed, and so is a key that was sent along', async () => {
    const { fake } = await startStripe();
    const fetchEvents = (redirect) => {
      fake.misbehave({ kind: 'redirect', status: 307 });
      return fetch(`${fake.url}/v1/events`, { redirect, headers: { authorization: `Bearer ${STRIPE_KEY}` } });
    };
    assert.equal((await fetchEvents('manual')).status, 307);
    assert.deepEqual(fake.redirectsFollowed, []);
    await fetchEvents('follow');
    assert.deepEqual(fake.redirectsFollowed, [{ method: 'GET', authorization: true }]);
  });

  test('a provider that is down refuses connections, and is back at the same address with what it knew', async () => {
    const { fake, stripe } = await startStripe();
    const { id } = await stripe.checkout.sessions.create(checkout());
    await fake.stop();
    await assert.rejects(stripe.checkout.sessions.retrieve(id), Stripe.errors.StripeConnectionError);
    await fake.resume();
    assert.equal((await stripe.checkout.sessions.retrieve(id)).id, id);
  });

  test('under chaos a client that retries under one key is charged once for each order', async () => {
    const { fake } = await startStripe({ chaos: 0.5, seed: 'chaos' });
    const stripe = stripeClient(fake, { timeout: 500 });
    for (let i = 0; i < 10; i++) {
      let session = null;
      for (let attempt = 0; !session?.id && attempt < 50; attempt++)
        session = await stripe.checkout.sessions
          .create(checkout(`order-${i}`), { idempotencyKey: `key-${i}` })
          .catch(() => null);
      assert.equal(fake.charged(`order-${i}`).attempts, 1, `order-${i}`);
    }
    const kinds = new Set(fake.calls.map((call) => call.misbehaviour));
    assert.ok(kinds.size >= 4, [...kinds].join());
  });
});

describe('by hand', () => {
  test('a fake runs as a program of its own, is controlled over HTTP, and ends when told to', async () => {
    const child = spawn(process.execPath, [resolve(providers, 'mollie.mjs'), '--port', '0', '--seed', 'hand'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = await once(child.stdout.setEncoding('utf8'), 'data');
      const [, url] = /^listening (\S+) \(seed hand\)/.exec(line);
      const mollie = mollieClient({ url });
      const { id, links } = await mollie.payments.create(payment());
      assert.match((await rawCall(links.checkout.href)).body, /value="pay"/);
      const paid = await rawCall(links.checkout.href, { method: 'POST', body: 'act=pay' });
      assert.equal(paid.status, 303);
      assert.equal((await mollie.payments.get({ paymentId: id })).status, 'paid');
      const refund = await rawCall(`${url}/_fake/refund`, {
        method: 'POST',
        body: JSON.stringify({ id, amount: '1.00' }),
      });
      assert.equal(refund.status, 200, refund.body);
      const refused = await rawCall(`${url}/_fake/pay`, { method: 'POST', body: JSON.stringify({ id }) });
      assert.equal(refused.status, 400);
      const state = JSON.parse((await rawCall(`${url}/_fake/state`)).body);
      assert.deepEqual(state.ledger['order-1'], {
        attempts: 1,
        charges: 1,
        charged: 12100,
        refunds: 1,
        refunded: 100,
        disputed: 0,
      });
    } finally {
      child.kill('SIGTERM');
    }
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });
});
