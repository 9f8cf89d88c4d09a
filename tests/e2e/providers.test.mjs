// Holds the fakes of tests/providers against the providers' own libraries: what the official clients send is
// understood, what the fakes answer is what the clients expect, errors become the clients' error classes, signatures
// verify. No server of ours takes part.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';

import { ClientError, ErrorResponse } from 'mollie-api-typescript/models/errors';
import { entityWebhookEventFromJSON } from 'mollie-api-typescript/models/entitywebhookevent.js';
import Stripe from 'stripe';

import {
  HOUR,
  MOLLIE_KEY,
  MOLLIE_SECRET,
  STRIPE_KEY,
  STRIPE_SECRET,
  checkout,
  mollieClient,
  payment,
  rawCall,
  startMollie,
  startReceiver,
  startStripe,
  stripeClient,
} from './lib/provider_clients.mjs';

export const refundOf = (paymentId, value, idempotencyKey) => ({
  paymentId,
  idempotencyKey,
  refundRequest: { description: 'Back', amount: { currency: 'EUR', value } },
});

export const eventTypes = (received) => received.map(({ body }) => JSON.parse(body).type).sort();

const plain = (object) => JSON.parse(JSON.stringify(object));
const readPlain = async (promise) => plain(await promise);

async function firstPage(pages) {
  const { result } = await pages;
  return result.embedded;
}

describe('stripe', () => {
  test('a session made by the official client has what was sent, and no payment intent before it is paid', async () => {
    const { fake, stripe } = await startStripe();
    const session = await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    assert.match(session.id, /^cs_test_/);
    assert.equal(session.amount_total, 12100);
    assert.equal(session.currency, 'eur');
    assert.equal(session.client_reference_id, 'order-1');
    assert.equal(session.status, 'open');
    assert.equal(session.payment_status, 'unpaid');
    assert.equal(session.payment_intent, null);
    assert.equal(session.livemode, false);
    assert.ok(session.url.startsWith(`${fake.url}/c/pay/cs_test_`));
    assert.equal(session.expires_at - session.created, 24 * HOUR);
    const items = await stripe.checkout.sessions.listLineItems(session.id);
    assert.deepEqual(
      items.data.map((item) => item.amount_total),
      [12000, 100],
    );
    assert.equal(items.data[1].description, 'Transport & more');
    assert.deepEqual(await readPlain(stripe.checkout.sessions.retrieve(session.id)), plain(session));
  });

  test('a payment is told by several events, each with a signature that the library accepts', async () => {
    const receiver = await startReceiver();
    const { fake, stripe } = await startStripe({ webhook: receiver.url, secret: ['whsec_new', STRIPE_SECRET] });
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { session, intent } = fake.pay(id);
    await fake.settled();
    const types = [
      'charge.succeeded',
      'checkout.session.completed',
      'payment_intent.created',
      'payment_intent.succeeded',
    ];
    assert.deepEqual(eventTypes(receiver.received), types);
    for (const { body, headers } of receiver.received) {
      for (const secret of ['whsec_new', STRIPE_SECRET])
        assert.equal(stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret).object, 'event');
      assert.throws(
        () => stripe.webhooks.constructEvent(`${body} `, headers['stripe-signature'], STRIPE_SECRET),
        Stripe.errors.StripeSignatureVerificationError,
      );
    }
    assert.equal(session.payment_status, 'paid');
    const paid = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
    assert.equal(paid.status, 'succeeded');
    assert.equal(paid.amount_received, 12100);
    assert.deepEqual(paid.metadata, { order_id: 'order-1' });
    assert.equal(paid.latest_charge.amount, 12100);
    const events = await stripe.events.list({ type: 'checkout.session.completed' });
    assert.equal(events.data[0].data.object.payment_intent, intent.id);
    assert.equal(fake.charged('order-1').charges, 1);
  });

  test('the same idempotency key and parameters give the first answer again, and nothing is made twice', async () => {
    const { fake, stripe } = await startStripe();
    const first = await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    const again = await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    assert.deepEqual(plain(again), plain(first));
    assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
    assert.equal(again.lastResponse.headers['original-request'], first.lastResponse.requestId);
    assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
    assert.equal(fake.charged('order-1').attempts, 1);
  });

  test('an idempotency key with other parameters, or for another call, is an idempotency error', async () => {
    const { stripe } = await startStripe();
    const { id } = await stripe.checkout.sessions.create(checkout('order-1'), { idempotencyKey: 'one' });
    const isIdempotencyError = { name: 'Error', type: 'StripeIdempotencyError', statusCode: 400 };
    await assert.rejects(
      stripe.checkout.sessions.create(checkout('order-2'), { idempotencyKey: 'one' }),
      isIdempotencyError,
    );
    await assert.rejects(stripe.checkout.sessions.expire(id, {}, { idempotencyKey: 'one' }), isIdempotencyError);
  });

  test('an idempotency key is forgotten after 24 hours, and at once if its request was refused', async () => {
    const { fake, stripe } = await startStripe();
    await assert.rejects(
      stripe.checkout.sessions.create(checkout('x', { mode: undefined }), { idempotencyKey: 'one' }),
    );
    const first = await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    fake.advance(23 * HOUR);
    assert.equal((await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' })).id, first.id);
    fake.advance(HOUR);
    assert.notEqual((await stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' })).id, first.id);
  });

  test('a request whose idempotency key is in use is refused while the first one works', async () => {
    const { fake, stripe } = await startStripe();
    fake.misbehave({ kind: 'slow', ms: 200, phase: 'processing' });
    const first = stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' });
    while (fake.calls.length === 0) await new Promise(setImmediate);
    await assert.rejects(stripe.checkout.sessions.create(checkout(), { idempotencyKey: 'one' }), {
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    await first;
    assert.equal(fake.charged('order-1').attempts, 1);
  });

  test('refunds add up to the charge and no further, each with its events', async () => {
    const receiver = await startReceiver();
    const { fake, stripe } = await startStripe({ webhook: receiver.url });
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent, charge } = fake.pay(id);
    await fake.settled();
    receiver.received.length = 0;
    const part = await stripe.refunds.create({
      payment_intent: intent.id,
      amount: 2100,
      metadata: { reason: 'sample' },
    });
    assert.equal(part.status, 'succeeded');
    assert.equal(part.charge, charge.id);
    await fake.settled();
    assert.deepEqual(eventTypes(receiver.received), ['charge.refund.updated', 'charge.refunded', 'refund.created']);
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id, amount: 10001 }), {
      type: 'StripeInvalidRequestError',
      code: 'amount_too_large',
    });
    const rest = await stripe.refunds.create({ charge: charge.id });
    assert.equal(rest.amount, 10000);
    assert.equal((await stripe.charges.retrieve(charge.id)).refunded, true);
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_already_refunded' });
    assert.equal((await stripe.refunds.retrieve(part.id)).metadata.reason, 'sample');
    assert.deepEqual(
      (await stripe.refunds.list({ payment_intent: intent.id })).data.map(({ id }) => id),
      [rest.id, part.id],
    );
    const { refunds, refunded } = fake.charged('order-1');
    assert.deepEqual({ refunds, refunded }, { refunds: 2, refunded: 12100 });
  });

  test('a refund that fails later gives its money back to the charge', async () => {
    const { fake, stripe } = await startStripe({ refundStatus: 'pending' });
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent, charge } = fake.pay(id);
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    assert.equal(refund.status, 'pending');
    fake.settleRefund(refund.id, { status: 'failed' });
    assert.equal((await stripe.refunds.retrieve(refund.id)).status, 'failed');
    assert.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 0);
    assert.equal((await stripe.events.list({ type: 'refund.failed' })).data.length, 1);
    const again = await stripe.refunds.create({ payment_intent: intent.id });
    const shown = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent.latest_charge.refunds'] });
    const { data, has_more: more } = shown.payment_intent.latest_charge.refunds;
    assert.deepEqual(
      data.map((each) => [each.id, each.status]),
      [
        [again.id, 'pending'],
        [refund.id, 'failed'],
      ],
    );
    assert.equal(more, false);
    assert.equal((await stripe.charges.retrieve(charge.id)).refunds, undefined, 'only where it is asked for');
  });

  test('a refund that waits for the customer can be cancelled, and no other', async () => {
    const { fake, stripe } = await startStripe({ refundStatus: 'requires_action' });
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent, charge } = fake.pay(id);
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    assert.equal((await stripe.refunds.cancel(refund.id)).status, 'canceled');
    assert.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 0);
    assert.equal((await stripe.events.list({ type: 'refund.failed' })).data.length, 0);
    assert.equal((await stripe.events.list({ type: 'refund.updated' })).data[0].data.object.status, 'canceled');
    await assert.rejects(stripe.refunds.cancel(refund.id), { type: 'StripeInvalidRequestError' });
    assert.deepEqual(fake.charged('order-1').refunds, 0);
  });

  test('a refund that fails at once leaves the charge as it was', async () => {
    const { fake, stripe } = await startStripe({ refundStatus: 'failed' });
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent, charge } = fake.pay(id);
    assert.equal((await stripe.refunds.create({ payment_intent: intent.id })).status, 'failed');
    assert.equal((await stripe.charges.retrieve(charge.id)).amount_refunded, 0);
    assert.equal((await stripe.events.list({ type: 'charge.refunded' })).data.length, 0);
  });

  test('a delayed method completes the session unpaid and settles it later, either way', async () => {
    const { fake, stripe } = await startStripe();
    for (const [succeeds, status, type] of [
      [true, 'paid', 'checkout.session.async_payment_succeeded'],
      [false, 'unpaid', 'checkout.session.async_payment_failed'],
    ]) {
      const { id } = await stripe.checkout.sessions.create(checkout(`order-${succeeds}`));
      fake.asyncPay(id);
      const waiting = await stripe.checkout.sessions.retrieve(id, { expand: ['payment_intent'] });
      assert.deepEqual(
        [waiting.status, waiting.payment_status, waiting.payment_intent.status],
        ['complete', 'unpaid', 'processing'],
      );
      fake.settleAsync(id, { succeeds });
      assert.equal((await stripe.checkout.sessions.retrieve(id)).payment_status, status);
      assert.equal((await stripe.events.list({ type })).data[0].data.object.id, id);
      assert.equal(fake.charged(`order-${succeeds}`).charges, succeeds ? 1 : 0);
    }
  });

  test('a declined card leaves the session open, and the next try pays the same intent', async () => {
    const { fake, stripe } = await startStripe();
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent } = fake.fail(id);
    assert.equal(intent.last_payment_error.code, 'card_declined');
    assert.equal(fake.pay(id).intent.id, intent.id);
    assert.equal((await stripe.charges.list({ payment_intent: intent.id })).data.length, 2);
    assert.throws(() => fake.pay(id), /is complete/);
    assert.equal(fake.charged('order-1').charges, 1);
  });

  test('a session expires when told to, or by its time, and can then not be paid', async () => {
    const { fake, stripe } = await startStripe();
    const told = await stripe.checkout.sessions.create(checkout());
    assert.equal((await stripe.checkout.sessions.expire(told.id)).status, 'expired');
    await assert.rejects(stripe.checkout.sessions.expire(told.id), { type: 'StripeInvalidRequestError' });
    const { id, created } = await stripe.checkout.sessions.create(checkout());
    const soon = await stripe.checkout.sessions.create(checkout('order-2', { expires_at: created + HOUR }));
    fake.advance(HOUR + 1);
    assert.equal((await stripe.checkout.sessions.retrieve(soon.id)).url, null);
    assert.throws(() => fake.pay(soon.id), /is expired/);
    assert.equal((await stripe.checkout.sessions.retrieve(id)).status, 'open');
    const expired = await stripe.events.list({ type: 'checkout.session.expired' });
    assert.deepEqual(
      expired.data.map((event) => event.data.object.id),
      [soon.id, told.id],
    );
  });

  test('a dispute takes the money and ends refunds', async () => {
    const { fake, stripe } = await startStripe();
    const { id } = await stripe.checkout.sessions.create(checkout());
    const { intent } = fake.pay(id);
    const dispute = fake.dispute(id);
    const events = await stripe.events.list({ type: 'charge.dispute.created' });
    assert.equal(events.data[0].data.object.payment_intent, intent.id);
    assert.equal(events.data[0].data.object.amount, 12100);
    await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), { code: 'charge_disputed' });
    assert.equal(fake.charged('order-1').disputed, 12100);
    fake.closeDispute(dispute.id, { won: true });
    assert.equal(fake.charged('order-1').disputed, 0);
  });

  test('what is wrong with a request is said in the error classes of the library', async () => {
    const { fake, stripe } = await startStripe();
    const { create } = stripe.checkout.sessions;
    const created = Math.floor(Date.now() / 1000);
    const line = (price) => ({
      line_items: [{ quantity: 1, price_data: { currency: 'eur', product_data: { name: 'x' }, ...price } }],
    });
    for (const [params, error] of [
      [{ success_url: undefined }, { code: 'parameter_missing', param: 'success_url' }],
      [{ success_url: 'shop' }, { code: 'url_invalid' }],
      [{ line_items: [] }, { param: 'line_items' }],
      [line({ unit_amount: 49 }), { code: 'amount_too_small' }],
      [
        line({ unit_amount: 12.5 }),
        { code: 'parameter_invalid_integer', param: 'line_items[0][price_data][unit_amount]' },
      ],
      [{ expires_at: created + 14 * 24 * HOUR }, { param: 'expires_at' }],
      [{ expires_at: created + 60 }, { param: 'expires_at' }],
      [{ customer_email: 'nobody' }, { code: 'email_invalid' }],
      [{ order_number: '1' }, { code: 'parameter_unknown', param: 'order_number' }],
      [{ metadata: { note: 'x'.repeat(501) } }, { param: 'metadata[note]' }],
    ])
      await assert.rejects(create.call(stripe.checkout.sessions, checkout('x', params)), {
        type: 'StripeInvalidRequestError',
        ...error,
      });
    await assert.rejects(stripe.checkout.sessions.retrieve('cs_test_none'), {
      statusCode: 404,
      code: 'resource_missing',
    });
    await assert.rejects(stripe.refunds.create({ payment_intent: 'pi_none' }), {
      code: 'resource_missing',
      param: 'payment_intent',
    });
    await assert.rejects(
      stripeClient(fake, { key: 'sk_test_other' }).events.list(),
      Stripe.errors.StripeAuthenticationError,
    );
    assert.equal(fake.state().sessions.length, 0);
  });

  test('a key as the user name of HTTP Basic is as good as a bearer token', async () => {
    const { fake } = await startStripe();
    const basic = (key) => ({ headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` } });
    assert.equal((await rawCall(`${fake.url}/v1/events`, basic(STRIPE_KEY))).status, 200);
    assert.equal((await rawCall(`${fake.url}/v1/events`, basic('sk_test_other'))).status, 401);
    assert.equal((await rawCall(`${fake.url}/v1/events`)).status, 401);
  });

  test('lists are newest first and are paged by the library', async () => {
    const { stripe } = await startStripe();
    const made = [];
    for (let i = 0; i < 5; i++) made.unshift((await stripe.checkout.sessions.create(checkout(`order-${i}`))).id);
    const seen = [];
    for await (const { id } of stripe.checkout.sessions.list({ limit: 2 })) seen.push(id);
    assert.deepEqual(seen, made);
  });
});

describe('mollie', () => {
  test('a payment made by the official client is open, with a checkout link, and then paid', async () => {
    const receiver = await startReceiver();
    const { fake, mollie } = await startMollie();
    const made = await mollie.payments.create(payment('order-1', { webhookUrl: receiver.url }));
    assert.match(made.id, /^tr_/);
    assert.equal(made.status, 'open');
    assert.equal(made.mode, 'test');
    assert.equal(made.links.checkout.href, `${fake.url}/checkout/select-method/${made.id}`);
    assert.deepEqual(made.metadata, { order_id: 'order-1' });
    assert.equal(made.amountRefunded, undefined);
    assert.equal(made.paidAt, undefined);
    fake.pending(made.id);
    await fake.settled();
    assert.equal(receiver.received.length, 0, 'no call for a payment that is pending');
    fake.pay(made.id);
    await fake.settled();
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      [`id=${made.id}`],
    );
    assert.equal(receiver.received[0].headers['content-type'], 'application/x-www-form-urlencoded');
    const paid = await mollie.payments.get({ paymentId: made.id });
    assert.equal(paid.status, 'paid');
    assert.match(paid.paidAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    assert.equal(paid.links.checkout, undefined);
    assert.deepEqual(paid.amountRemaining, { currency: 'EUR', value: '121.00' });
    assert.equal(fake.charged('order-1').charges, 1);
  });

  test('refunds and charge-backs change amounts and never the status, and each is told by a call', async () => {
    const receiver = await startReceiver();
    const { fake, mollie } = await startMollie({ refundsRun: false });
    const { id } = await mollie.payments.create(payment('order-1', { webhookUrl: receiver.url }));
    await assert.rejects(mollie.refunds.create(refundOf(id, '1.00')), { statusCode: 422 });
    fake.pay(id);
    const refund = await mollie.refunds.create(refundOf(id, '21.00'));
    assert.equal(refund.status, 'pending');
    fake.advanceRefund(refund.id, { status: 'processing' });
    fake.advanceRefund(refund.id, { status: 'refunded' });
    fake.chargeback(id, { amount: '50.00' });
    await fake.settled();
    assert.deepEqual(
      receiver.received.map(({ body }) => body),
      Array(4).fill(`id=${id}`),
    );
    const shown = await mollie.payments.get({ paymentId: id });
    assert.equal(shown.status, 'paid');
    assert.equal(shown.amountRefunded.value, '21.00');
    assert.equal(shown.amountChargedBack.value, '50.00');
    assert.equal(shown.amountRemaining.value, '50.00');
    assert.equal((await mollie.refunds.get({ paymentId: id, refundId: refund.id })).status, 'refunded');
    assert.deepEqual(
      (await firstPage(mollie.refunds.list({ paymentId: id }))).refunds.map((one) => one.id),
      [refund.id],
    );
    assert.equal((await firstPage(mollie.chargebacks.list({ paymentId: id }))).chargebacks[0].amount.value, '50.00');
    await assert.rejects(mollie.refunds.create(refundOf(id, '50.01')), ErrorResponse);
  });

  test('a refund that fails gives its amount back, and one that is pending can be cancelled', async () => {
    const { fake, mollie } = await startMollie({ refundsRun: false });
    const { id } = await mollie.payments.create(payment());
    fake.pay(id);
    const failing = await mollie.refunds.create(refundOf(id, '121.00'));
    assert.equal((await mollie.payments.get({ paymentId: id })).amountRemaining.value, '0.00');
    await assert.rejects(mollie.refunds.create(refundOf(id, '1.00')), { statusCode: 422 });
    fake.advanceRefund(failing.id, { status: 'failed' });
    const shown = await mollie.payments.get({ paymentId: id, embed: 'refunds' });
    assert.equal(shown.amountRefunded.value, '0.00');
    // The library asks as documented and leaves the answer's _embedded out.
    const { path, query } = fake.calls.at(-1);
    const headers = { Authorization: `Bearer ${MOLLIE_KEY}` };
    const { body } = await rawCall(`${fake.url}${path}?${query}`, { headers });
    assert.deepEqual(
      JSON.parse(body)._embedded.refunds.map((each) => [each.id, each.status, each.amount.value]),
      [[failing.id, 'failed', '121.00']],
    );
    assert.equal(JSON.parse((await rawCall(`${fake.url}${path}`, { headers })).body)._embedded, undefined);
    const { id: refundId } = await mollie.refunds.create(refundOf(id, '10.00'));
    await mollie.refunds.cancel({ paymentId: id, refundId });
    assert.equal(fake.charged('order-1').refunded, 0);
  });

  test('an idempotency key gives the first answer for an hour, and is refused for another request', async () => {
    const { fake, mollie } = await startMollie();
    const first = await mollie.payments.create({ ...payment(), idempotencyKey: 'one' });
    const again = await mollie.payments.create({ ...payment(), idempotencyKey: 'one' });
    assert.equal(again.id, first.id);
    await assert.rejects(mollie.payments.create({ ...payment('order-2'), idempotencyKey: 'one' }), { statusCode: 400 });
    assert.equal(fake.charged('order-1').attempts, 1);
    assert.equal(fake.counters().replayed, 1);
    fake.advance(HOUR);
    assert.notEqual((await mollie.payments.create({ ...payment(), idempotencyKey: 'one' })).id, first.id);
    assert.equal(fake.charged('order-1').attempts, 2, 'a second attempt shows');
  });

  test('a payment ends cancelled, failed or expired, and is then not paid any more', async () => {
    const receiver = await startReceiver();
    const { fake, mollie } = await startMollie({ cancelable: true, webhook: receiver.url });
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await mollie.payments.create(payment(`order-${i}`))).id);
    assert.equal((await mollie.payments.cancel({ paymentId: ids[0] })).status, 'canceled');
    await assert.rejects(mollie.payments.cancel({ paymentId: ids[0] }), ErrorResponse);
    fake.fail(ids[1]);
    fake.advance(15 * 60);
    await fake.settled();
    assert.deepEqual(receiver.received.map(({ body }) => body).sort(), ids.map((id) => `id=${id}`).sort());
    const shown = await Promise.all(ids.map((paymentId) => mollie.payments.get({ paymentId })));
    assert.deepEqual(
      shown.map(({ status }) => status),
      ['canceled', 'failed', 'expired'],
    );
    assert.ok(shown[0].canceledAt && shown[1].failedAt && shown[2].expiredAt);
    for (const id of ids) assert.throws(() => fake.pay(id), /is (canceled|failed|expired)/);
  });

  test('a payment that is not cancelable can not be cancelled', async () => {
    const { mollie } = await startMollie();
    const { id, isCancelable } = await mollie.payments.create(payment());
    assert.equal(isCancelable, false);
    await assert.rejects(mollie.payments.cancel({ paymentId: id }), { statusCode: 422 });
  });

  test('signed events carry the signature that Mollie documents, over a body that the library reads', async () => {
    const receiver = await startReceiver();
    const { fake, mollie } = await startMollie({ events: [{ url: receiver.url }] });
    const { id } = await mollie.payments.create(payment());
    fake.pay(id);
    await fake.settled();
    const [{ body, headers }] = receiver.received;
    assert.equal(
      headers['x-mollie-signature'],
      `sha256=${createHmac('sha256', MOLLIE_SECRET).update(body).digest('hex')}`,
    );
    const event = entityWebhookEventFromJSON(body);
    assert.ok(event.ok, String(event.error));
    assert.equal(event.value.webhookEventTypes, 'payment.paid');
    assert.equal(event.value.entityId, id);
    assert.equal(JSON.parse(body)._embedded.entity.status, 'paid');
  });

  test('what is wrong with a request is said in the error class of the library, with its field', async () => {
    const { fake, mollie } = await startMollie({ refusesPrivateWebhooks: true });
    for (const [more, field] of [
      [{ amount: { currency: 'EUR', value: '10' } }, 'amount.value'],
      [{ amount: { currency: 'EUR', value: '10.001' } }, 'amount.value'],
      [{ amount: { currency: 'EUR', value: '0.00' } }, 'amount'],
      [{ amount: { currency: 'XXX', value: '1.00' } }, 'amount.currency'],
      [{ amount: { currency: 'EUR', value: '60000.00' } }, 'amount'],
      [{ description: '' }, 'description'],
      [{ redirectUrl: 'shop' }, 'redirectUrl'],
      [{ webhookUrl: 'http://127.0.0.1/webhooks' }, 'webhookUrl'],
      [{ metadata: { note: 'x'.repeat(1100) } }, 'metadata'],
    ]) {
      await assert.rejects(mollie.payments.create(payment('x', more)), (error) => {
        assert.ok(error instanceof ErrorResponse, String(error));
        assert.deepEqual([error.status, error.title, error.field], [422, 'Unprocessable Entity', field]);
        return true;
      });
    }
    const unknown = await mollie.payments.get({ paymentId: 'tr_none' }).catch((error) => error);
    assert.ok(unknown instanceof ErrorResponse && unknown.status === 404);
    await assert.rejects(
      mollieClient(fake, 'test_other').payments.get({ paymentId: 'tr_x' }),
      (error) => error instanceof ClientError && error.statusCode === 401,
    );
    assert.deepEqual(fake.state().payments, []);
  });
});
