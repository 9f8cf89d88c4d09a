// Refunds that a provider takes and that fail later: the money is with us again, and whoever it is owed to gets it all the
// same. Against the stateful fakes, which keep what was really sent back; and as signed events without any API key.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import {
  expectNothingTwice,
  expectStatus,
  getOrder,
  listAll,
  newStaff,
  payStripe,
  placeOrder,
  randomId,
  registerCustomer,
  sendStripe,
  startAkkoord,
  stripeCharge,
  stripeEvent,
  waitFor,
} from './lib/akkoord.mjs';
import { mollieClient, stripeClient } from './lib/provider_clients.mjs';
import { startProviderShop } from './lib/provider_shop.mjs';

const FAILURES_MAX = 5; // after which it is left to staff
const shop = {};

// What one does at the provider; a refund of ours stays pending there until settle() ends it. `id` is the checkout's.
const providers = {
  stripe: {
    fake: () => shop.stripe,
    refundCalls: () => shop.stripe.calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds'),
    refundRule: 'POST /v1/refunds',
    // Newest last.
    refundsOf: (id) => {
      const { sessions, refunds } = shop.stripe.state();
      const intent = sessions.find((session) => session.id === id).payment_intent;
      return refunds.filter((refund) => refund.payment_intent === intent);
    },
    settle: (refund, status) => shop.stripe.settleRefund(refund, { status }),
    succeeded: 'succeeded',
    refund: (id, cents) => shop.stripe.refund(id, { amount: cents }),
    // One that the shop cancels, of the only state in which Stripe lets it.
    async cancel(id, refund) {
      shop.stripe.refunds.get(refund).status = 'requires_action';
      return stripeClient(shop.stripe).refunds.cancel(refund);
    },
  },
  mollie: {
    fake: () => shop.mollie,
    refundCalls: () => shop.mollie.calls.filter(({ method, path }) => method === 'POST' && path.endsWith('/refunds')),
    refundRule: 'POST /v2/payments/{id}/refunds',
    refundsOf: (id) => shop.mollie.state().refunds.filter((refund) => refund.paymentId === id),
    settle: (refund, status) => shop.mollie.advanceRefund(refund, { status }),
    succeeded: 'refunded',
    // Mollie tells of no refund before it is on its way.
    refund: (id, cents) => {
      const refund = shop.mollie.refund(id, cents === undefined ? {} : { amount: (cents / 100).toFixed(2) });
      return shop.mollie.advanceRefund(refund.id, { status: 'processing' });
    },
    cancel: (id, refund) => mollieClient(shop.mollie).refunds.cancel({ paymentId: id, refundId: refund }),
  },
};

before(async () => {
  Object.assign(shop, await startProviderShop({ stripe: { refundStatus: 'pending' }, mollie: { refundsRun: false } }));
});

const look = (placed) => getOrder(shop.server, shop.customer, placed);
const staffPayments = (status) => listAll(shop.server, shop.staff.token, `/v1/staff/payments?status=${status}`);
const deadJobs = () => listAll(shop.server, shop.staff.token, '/v1/staff/jobs?state=dead');
const metric = async (name) =>
  (await shop.server.api('GET', '/metrics')).text.split('\n').find((line) => line.startsWith(name))?.split(' ').at(-1);

async function historyOf(placed) {
  const answer = await shop.server.api('GET', `/v1/staff/orders/${placed.id}`, { token: shop.staff.token });
  expectStatus(answer, 200);
  return answer.json.history.map(({ step }) => step);
}

async function until(placed, status) {
  return waitFor(async () => ((await look(placed)).status === status ? look(placed) : null),
    { what: `the order to be ${status}`, timeout: 20_000 });
}

// The payment of this checkout as it is now; its id changes when Stripe's intent becomes known.
const paymentOf = (seen, { id }) => seen.payments.find((payment) => payment.id === id);

async function untilPayment(placed, payment, status, timeout = 20_000) {
  return waitFor(async () => {
    const seen = await look(placed);
    return paymentOf(seen, payment).status === status ? seen : null;
  }, { what: `the payment to be ${status}`, timeout });
}

async function untilRefunds(provider, id, count, timeout = 20_000) {
  return waitFor(() => (provider.refundsOf(id).length === count ? provider.refundsOf(id) : null),
    { what: `${count} refunds at the provider`, timeout });
}

// An order that is paid; {placed, payment, checkout}: the checkout's id at the provider.
async function paidOrder(name) {
  const placed = await placeOrder(shop.server, shop.customer, { payment_provider: name });
  const checkout = placed.payment.provider_payment_id;
  providers[name].fake().pay(checkout);
  await until(placed, 'accepted');
  return { placed, payment: placed.payment, checkout };
}

// And one that is paid twice, whose second payment is being sent back: its first refund is pending.
async function surplus(name) {
  const placed = await placeOrder(shop.server, shop.customer, { payment_provider: name });
  const again = await shop.server.api('POST', `/v1/orders/${placed.id}/payments`,
    { token: shop.customer.token, body: { payment_provider: name } });
  expectStatus(again, 201);
  const second = again.json.payment;
  providers[name].fake().pay(placed.payment.provider_payment_id);
  await until(placed, 'accepted');
  providers[name].fake().pay(second.provider_payment_id);
  const checkout = second.provider_payment_id;
  const [refund] = await untilRefunds(providers[name], checkout, 1);
  await untilPayment(placed, second, 'refunded');
  await providers[name].fake().settled();
  return { placed, payment: second, checkout, refund };
}

// What no failure of a refund may change.
const lasting = ({ status, decision, decisions, invoices }) => ({ status, decision, decisions, invoices });

// What is with the provider of our own accord.
const sentBack = (name, placed) => {
  const { refunds, refunded } = providers[name].fake().charged(placed.id);
  return { refunds, refunded };
};

for (const name of ['stripe', 'mollie']) {
  const provider = providers[name];

  describe(name, () => {
    test('a refund of a surplus payment that fails is due again, and is made once more under another key', async () => {
      const { placed, payment, checkout, refund } = await surplus(name);
      const before = await look(placed);
      const called = provider.refundCalls().length;
      provider.fake().misbehave({ on: provider.refundRule, kind: 'status', status: 503, times: 1 }); // time to look
      provider.settle(refund.id, 'failed');
      await untilPayment(placed, payment, 'refund_due');
      const [listed] = (await staffPayments('refund_due')).filter(({ id }) => id === payment.id);
      assert.deepEqual([listed.failed_refunds, listed.refunded.amount], [1, 0]);
      const [, second] = await untilRefunds(provider, checkout, 2);
      const settled = await untilPayment(placed, payment, 'refunded');
      provider.settle(second.id, provider.succeeded);
      await provider.fake().settled();
      assert.deepEqual(lasting(settled), lasting(before), 'order, decisions and documents stay as they were');
      assert.deepEqual(sentBack(name, placed), { refunds: 1, refunded: placed.total.amount });
      const keys = provider.refundCalls().slice(called - 1).map(({ headers }) => headers['idempotency-key']);
      assert.ok(keys.slice(1).every((key) => key !== keys[0]), `no old key: ${keys}`);
      assert.deepEqual((await historyOf(placed)).slice(-4),
        ['payment_refunded', 'payment_refund_failed', 'payment_refund_due', 'payment_refunded']);
      assert.ok(Number(await metric(`akkoord_refunds_failed_total{provider="${name}"}`)) >= 1);
      assert.match(shop.server.log, /level=warning event=refund\.failed /);
    });

    test('an order that was refunded stays cancelled when the refund fails, and its money is sent by us', async () => {
      const { placed, payment, checkout } = await paidOrder(name);
      const refund = provider.refund(checkout);
      const cancelled = await until(placed, 'cancelled');
      await provider.fake().settled();
      provider.settle(refund.id, 'failed');
      await untilRefunds(provider, checkout, 2);
      const settled = await untilPayment(placed, payment, 'refunded');
      await provider.fake().settled();
      assert.deepEqual(lasting(settled), lasting(cancelled));
      assert.deepEqual(settled.invoices.map(({ kind }) => kind), ['invoice', 'credit_note']);
      assert.deepEqual(sentBack(name, placed), { refunds: 1, refunded: placed.total.amount });
    });

    test('a part that fails leaves an accepted order paid, and nothing is sent', async () => {
      const { placed, payment, checkout } = await paidOrder(name);
      const before = await look(placed);
      const [first, second] = [provider.refund(checkout, 100), provider.refund(checkout, 200)];
      await untilPayment(placed, payment, 'partially_refunded');
      await provider.fake().settled();
      provider.settle(first.id, 'failed');
      const refundedIs = (cents, status) => waitFor(async () => (await staffPayments(status))
        .some(({ id, refunded }) => id === payment.id && refunded.amount === cents), { what: `${cents} to have gone back` });
      await refundedIs(200, 'partially_refunded');
      provider.settle(second.id, 'failed');
      await refundedIs(0, 'paid');
      assert.deepEqual(lasting(await look(placed)), lasting(before));
      assert.deepEqual(sentBack(name, placed), { refunds: 0, refunded: 0 });
    });

    test('whatever the order of the webhooks and however often they come, the sums are the provider’s', async () => {
      for (const order of ['reversed', 'random', 'random', 'sent']) {
        const { placed, payment, checkout } = await paidOrder(name);
        await provider.fake().settled();
        provider.fake().deliveries.hold();
        const failing = provider.refund(checkout, 400);
        provider.settle(failing.id, 'failed');
        const standing = provider.refund(checkout, 300);
        provider.settle(provider.refund(checkout, 200).id, 'failed');
        provider.settle(standing.id, provider.succeeded);
        provider.fake().deliveries.release(order);
        await provider.fake().settled();
        provider.fake().deliveries.resend();
        await provider.fake().settled();
        const [listed] = await waitFor(async () => {
          const found = (await staffPayments('partially_refunded')).filter(({ id }) => id === payment.id);
          return found[0]?.failed_refunds === 2 && found[0].refunded.amount === 300 ? found : null;
        }, { what: `the sums, ${order}` });
        assert.equal(listed.status, 'partially_refunded');
        assert.equal((await look(placed)).status, 'accepted');
      }
    });

    test('a failure whose webhook is lost is found by looking, also where refunds have to be listed, and a cancelled refund too', async () => {
      const failed = await surplus(name);
      const cancelled = await surplus(name);
      const listed = await surplus(name);
      const seen = paymentOf(await look(listed.placed), listed.payment);
      provider.fake().leavesRefundsOutOf.add(seen.provider_payment_id);
      provider.fake().deliveries.hold();
      provider.settle(failed.refund.id, 'failed');
      provider.settle(listed.refund.id, 'failed');
      await provider.cancel(cancelled.checkout, cancelled.refund.id);
      for (const { placed, payment, checkout } of [failed, cancelled, listed]) {
        await untilRefunds(provider, checkout, 2, 120_000);
        await untilPayment(placed, payment, 'refunded');
        assert.deepEqual(sentBack(name, placed), { refunds: 1, refunded: placed.total.amount });
      }
      provider.fake().deliveries.release('reversed');
      await provider.fake().settled();
      for (const { placed, payment } of [failed, cancelled, listed])
        assert.equal(paymentOf(await look(placed), payment).status, 'refunded', 'what comes late changes nothing');
    });

    test('one that fails again and again is left to staff, whose retry makes one more', async () => {
      const { placed, payment, checkout } = await surplus(name);
      for (let count = 1; count <= FAILURES_MAX; count++) {
        const refunds = await untilRefunds(provider, checkout, count);
        await untilPayment(placed, payment, 'refunded');
        provider.settle(refunds.at(-1).id, 'failed');
      }
      const job = await waitFor(async () => (await deadJobs()).find(({ payload }) => payload.payment === payment.id),
        { what: 'the dead job' });
      assert.deepEqual([job.kind, job.last_error], [`refund_${name}`, 'refund_failed']);
      await waitFor(async () => Number(await metric('akkoord_jobs_dead')) >= 1, { what: 'the metric' });
      assert.match(shop.server.log, new RegExp(`level=error event=job\\.dead kind=refund_${name} .* code=refund_failed`));
      assert.equal(paymentOf(await look(placed), payment).status, 'refund_due');
      const [listed] = (await staffPayments('refund_due')).filter(({ id }) => id === payment.id);
      assert.equal(listed.failed_refunds, FAILURES_MAX);
      await new Promise((done) => setTimeout(done, 3000));
      assert.equal(provider.refundsOf(checkout).length, FAILURES_MAX, 'no further refund by itself');

      expectStatus(await shop.server.api('POST', `/v1/staff/jobs/${job.id}/retry`, { token: shop.staff.token }), 204);
      const refunds = await untilRefunds(provider, checkout, FAILURES_MAX + 1);
      await untilPayment(placed, payment, 'refunded');
      provider.settle(refunds.at(-1).id, provider.succeeded);
      assert.deepEqual(sentBack(name, placed), { refunds: 1, refunded: placed.total.amount });
      const keys = provider.refundCalls().map(({ headers }) => headers['idempotency-key'])
        .filter((key) => key.startsWith(payment.id));
      assert.equal(new Set(keys).size, FAILURES_MAX + 1, `${keys}`);
      assert.ok(!(await deadJobs()).some(({ id }) => id === job.id));
    });

    test('a server that is killed while it sends a failed refund again sends it once', async () => {
      const { placed, payment, checkout, refund } = await surplus(name);
      const begun = provider.fake().calls.length;
      provider.fake().misbehave({ on: provider.refundRule, kind: 'hang' });
      provider.settle(refund.id, 'failed');
      await waitFor(() => provider.fake().calls.slice(begun).some(({ misbehaviour }) => misbehaviour === 'hang'),
        { what: 'the call for the refund' });
      await shop.server.kill9();
      provider.fake().behave();
      await shop.server.start();
      await untilPayment(placed, payment, 'refunded', 60_000);
      assert.equal(provider.refundsOf(checkout).length, 2);
      assert.deepEqual(sentBack(name, placed), { refunds: 1, refunded: placed.total.amount });
    });
  });
}

test('a refund that Stripe refuses at once is a failed one, and the next has another key', async () => {
  shop.stripe.refundStatus = 'failed';
  const placed = await placeOrder(shop.server, shop.customer, { payment_provider: 'stripe' });
  const again = await shop.server.api('POST', `/v1/orders/${placed.id}/payments`,
    { token: shop.customer.token, body: { payment_provider: 'stripe' } });
  expectStatus(again, 201);
  shop.stripe.pay(placed.payment.provider_payment_id);
  await until(placed, 'accepted');
  shop.stripe.pay(again.json.payment.provider_payment_id);
  await untilRefunds(providers.stripe, again.json.payment.provider_payment_id, 2);
  shop.stripe.refundStatus = 'succeeded';
  await untilPayment(placed, again.json.payment, 'refunded');
  shop.stripe.refundStatus = 'pending';
  assert.deepEqual(sentBack('stripe', placed), { refunds: 1, refunded: placed.total.amount });
});

// ---- signed events alone ----

describe('without an API key', () => {
  let server;
  let customer;
  let manager;
  before(async () => {
    server = await startAkkoord();
    customer = await registerCustomer(server);
    manager = await newStaff(server, 'manager');
  });

  const stripeRefund = ({ id = randomId('re'), intent, amount, status = 'succeeded' }) => ({
    id, object: 'refund', amount, charge: randomId('ch'), currency: 'eur', metadata: {}, payment_intent: intent, status,
  });
  const tell = async (type, object, options) => expectStatus(await sendStripe(server, stripeEvent(type, object, options)), 200);
  const listed = async (order, status) => (await listAll(server, manager.token, `/v1/staff/payments?status=${status}`))
    .filter((payment) => payment.order === order.id);
  const totals = async (order, status) => (await listed(order, status)).map(({ refunded, failed_refunds: failed }) => [refunded.amount, failed]);

  async function paid() {
    const order = await placeOrder(server, customer, { payment_provider: 'stripe' });
    const intent = randomId('pi');
    expectStatus(await payStripe(server, order, { intent }), 200);
    return { order, intent, amount: order.total.amount };
  }

  test('each of the three events that tell of one failure is enough, and all of them take it off once', async () => {
    const told = (refund) => [['refund.failed', refund], ['refund.updated', refund], ['charge.refund.updated', refund]];
    for (let first = 0; first < 3; first++) {
      const { order, intent, amount } = await paid();
      await tell('charge.refunded', stripeCharge({ intent, amount, refunded: 700 }));
      const refund = stripeRefund({ intent, amount: 300, status: 'failed' });
      const events = told(refund);
      await tell(...events[first]);
      assert.deepEqual(await totals(order, 'partially_refunded'), [[400, 1]]);
      for (const event of [...events, ...events]) await tell(...event);
      assert.deepEqual(await totals(order, 'partially_refunded'), [[400, 1]]);
    }
  });

  test('a failure that is told before the refund leaves nothing refunded, whichever total comes after', async () => {
    const { order, intent, amount } = await paid();
    const refund = { intent, id: randomId('re'), amount };
    await tell('refund.failed', stripeRefund({ ...refund, status: 'failed' }));
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: amount }));
    await tell('refund.created', stripeRefund({ ...refund, status: 'pending' }));
    assert.deepEqual(await totals(order, 'paid'), [[0, 1]]);
    assert.equal((await getOrder(server, customer, order)).status, 'accepted');
  });

  test('a lower total is no failure', async () => {
    const { order, intent, amount } = await paid();
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: amount }));
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: 100 }));
    assert.deepEqual(await totals(order, 'refunded'), [[amount, 0]]);
  });

  test('what staff sent back after a failure is known by the id of its refund', async () => {
    const { order, intent, amount } = await paid();
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: amount }));
    await tell('refund.updated', stripeRefund({ intent, amount, status: 'canceled' }));
    assert.deepEqual(await totals(order, 'refund_due'), [[0, 1]]);
    await tell('refund.created', stripeRefund({ intent, amount, status: 'pending' }));
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: amount }));
    assert.deepEqual(await totals(order, 'refunded'), [[amount, 1]]);
    const { status, invoices, decisions } = await getOrder(server, customer, order);
    assert.deepEqual([status, decisions.length, invoices.length], ['cancelled', 2, 2]);
  });

  test('all of it may come before the approval', async () => {
    const order = await placeOrder(server, customer, { payment_provider: 'stripe' });
    const intent = randomId('pi');
    const { amount } = order.total;
    await tell('refund.failed', stripeRefund({ intent, amount: 500, status: 'failed' }));
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: 800 }));
    await tell('refund.created', stripeRefund({ intent, amount: 300 }));
    expectStatus(await payStripe(server, order, { intent }), 200);
    assert.deepEqual(await totals(order, 'partially_refunded'), [[300, 1]]);
    assert.equal((await getOrder(server, customer, order)).status, 'accepted');
  });

  test('at once, on many connections, each failure still counts once', async () => {
    const { order, intent, amount } = await paid();
    await tell('charge.refunded', stripeCharge({ intent, amount, refunded: 1000 }));
    const refunds = Array.from({ length: 4 }, () => stripeRefund({ intent, amount: 100, status: 'failed' }));
    const events = refunds.flatMap((refund) => [['refund.failed', refund], ['refund.updated', refund]]);
    await Promise.all([...events, ...events].map((event) => tell(...event)));
    assert.deepEqual(await totals(order, 'partially_refunded'), [[600, 4]]);
  });

  test('no such event is put aside', async () => {
    assert.deepEqual(await server.sql("SELECT kind, outcome FROM akkoord.event WHERE outcome IN ('quarantined', 'conflict', 'unmatched')"), []);
    await expectNothingTwice(server);
  });
});

test('nothing was accepted, invoiced or charged twice', async () => {
  await expectNothingTwice(shop.server);
  assert.deepEqual(await deadJobs(), []);
});
