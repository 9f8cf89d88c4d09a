// Duplicate storms: every provider sends again, and several deliveries of one event arrive at the same moment. Each order
// is accepted once, with one decision and one invoice, and the numbers have no gap. On one server, and on two that share
// one database.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { Client, expectDecisionsReplay, expectNothingTwice, expectSeriesWithoutGaps, expectStatus, getOrder, listAll, newStaff, payStandard, payStripe, placeOrder,
  randomId, registerCustomer, startAkkoord, startPostgres, startTogether } from './lib/akkoord.mjs';

// `tasks` in `connections` chains, each on a connection of its own: connection i runs every task whose index is i modulo
// their number, so that the deliveries of one event meet.
async function onConnections(urls, connections, tasks) {
  const answers = [];
  await Promise.all(Array.from({ length: connections }, async (_, chain) => {
    const client = new Client(urls[chain % urls.length], { connections: 1 });
    for (let i = chain; i < tasks.length; i += connections) answers[i] = await tasks[i](client);
  }));
  return answers;
}

async function placeMany(server, customer, count, payment_provider = 'standard') {
  const orders = [];
  for (let i = 0; i < count; i += 10) {
    orders.push(...await Promise.all(Array.from({ length: Math.min(10, count - i) }, () => placeOrder(server, customer, { payment_provider }))));
  }
  return orders;
}

async function expectAcceptedOnce(server, customer, orders) {
  const listed = new Map((await listAll(server, customer.token, '/v1/orders')).map((order) => [order.id, order]));
  const numbers = [];
  for (const { id } of orders) {
    const order = await getOrder(server, customer, id);
    assert.equal(order.status, 'accepted');
    assert.deepEqual(order.decisions.map(({ outcome }) => outcome), ['accepted']);
    assert.deepEqual(order.payments.map(({ status }) => status), ['paid']);
    assert.equal(order.invoices.length, 1);
    assert.deepEqual(listed.get(id).invoices, order.invoices);
    numbers.push(order.invoices[0].number);
  }
  assert.equal(new Set(numbers).size, orders.length, 'no number was given twice');
  return numbers.sort();
}

describe('one server', () => {
  let server;
  before(async () => {
    server = await startAkkoord();
  });

  test('an order is shown as it was at one moment, also while it is being accepted', async () => {
    const customer = await registerCustomer(server);
    const orders = await placeMany(server, customer, 60);
    const seen = new Set();
    for (const order of orders) {
      let paid = false;
      const paying = payStandard(server, order).finally(() => { paid = true; });
      const reading = Array.from({ length: 4 }, async () => {
        while (!paid) {
          const now = await getOrder(server, customer, order);
          seen.add([now.status, now.payment.status, now.decisions.length, now.invoices.length].join());
        }
      });
      await Promise.all([paying, ...reading]);
    }
    for (const view of seen) assert.ok(['awaiting_payment,open,0,0', 'accepted,paid,1,1'].includes(view), view);
  });

  for (const [orderCount, provider] of [[30, 'standard'], [30, 'stripe'], [200, 'standard']]) {
    test(`${orderCount} orders and 8 deliveries of each at once by ${provider}: one acceptance each, no gap`, async () => {
      const customer = await registerCustomer(server);
      const [{ issued }] = await server.sql("SELECT coalesce(max(last_number), 0) AS issued FROM akkoord.document_counter WHERE kind = 'invoice'");
      const orders = await placeMany(server, customer, orderCount, provider);
      const deliveries = orders.flatMap((order) => {
        const [payment, id, intent, session] = [randomId('pay'), randomId('msg'), randomId('pi'), randomId('cs_test')];
        return Array.from({ length: 8 }, () => (client) => (provider === 'stripe'
          ? payStripe(server, order, { intent, session, id, client }) : payStandard(server, order, { payment, id, client })));
      });
      const answers = await onConnections([server.url], 8, deliveries);
      assert.equal(answers.length, orderCount * 8);
      for (const answer of answers) assert.equal(expectStatus(answer, 200).text, 'OK');
      const numbers = await expectAcceptedOnce(server, customer, orders);
      assert.deepEqual(numbers.map((number) => Number(number.slice(5))), Array.from({ length: orderCount }, (_, index) => issued + index + 1));
      await expectSeriesWithoutGaps(server);
      await expectNothingTwice(server);
    });
  }

  test('8 different events of one payment at once are one approval', async () => {
    const customer = await registerCustomer(server);
    const orders = await placeMany(server, customer, 10);
    const deliveries = orders.flatMap((order) => {
      const payment = randomId('pay');
      return Array.from({ length: 8 }, () => (client) => payStandard(server, order, { payment, client }));
    });
    for (const answer of await onConnections([server.url], 8, deliveries)) expectStatus(answer, 200);
    await expectAcceptedOnce(server, customer, orders);
  });

  test('8 different payments of one order at once: one is kept, seven are due to go back', async () => {
    const customer = await registerCustomer(server);
    const orders = await placeMany(server, customer, 10);
    const deliveries = orders.flatMap((order) => Array.from({ length: 8 }, () => (client) => payStandard(server, order, { client })));
    for (const answer of await onConnections([server.url], 8, deliveries)) expectStatus(answer, 200);
    for (const { id } of orders) {
      const order = await getOrder(server, customer, id);
      assert.equal(order.status, 'accepted');
      assert.deepEqual(order.payments.map(({ status }) => status).sort(), ['paid', ...Array(7).fill('refund_due')]);
      assert.deepEqual(order.decisions.map(({ outcome }) => outcome), ['accepted', ...Array(7).fill('refused')]);
      assert.equal(order.decision.outcome, 'accepted');
      assert.equal(order.invoices.length, 1);
    }
    await expectNothingTwice(server);
  });

  test('paid, cancelled by the customer and expired of an earlier attempt at the same moment end in one of the allowed states', async () => {
    const customer = await registerCustomer(server);
    const orders = await placeMany(server, customer, 20);
    await Promise.all(orders.map(async (order) => {
      const [paid, cancel] = await Promise.all([
        payStandard(server, order), server.api('POST', `/v1/orders/${order.id}/cancel`, { token: customer.token }),
        payStandard(server, order, { kind: 'expired' }),
      ]);
      expectStatus(paid, 200);
      const now = await getOrder(server, customer, order);
      const [outcome] = now.decisions.map((decision) => decision.outcome);
      if (cancel.status === 200) assert.deepEqual([now.status, outcome, now.invoices.length], ['held', 'held', 0]);
      else assert.deepEqual([cancel.status, now.status, outcome, now.invoices.length], [409, 'accepted', 'accepted', 1]);
    }));
    await expectSeriesWithoutGaps(server);
  });

  test('two members of staff who decide one review at once: one does, the other gets 409', async () => {
    const [customer, one, two] = [await registerCustomer(server), await newStaff(server), await newStaff(server, 'manager')];
    for (const order of await placeMany(server, customer, 6)) {
      expectStatus(await payStandard(server, order, { amount: 1 }), 200);
      const { decision } = await getOrder(server, customer, order);
      const review = (await listAll(server, one.token, '/v1/staff/reviews?state=open')).find(({ decision_id }) => decision_id === decision.id);
      const answers = await Promise.all([[one, 'upheld'], [two, 'overturned']].map(([{ token }, outcome]) =>
        server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token, body: { outcome, reasons: 'Looked' } })));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      assert.equal((await getOrder(server, customer, order)).decisions.length, 2);
    }
    await expectSeriesWithoutGaps(server);
    await expectNothingTwice(server);
  });
});

describe('two servers on one database', () => {
  test('60 orders and 8 deliveries of each, spread over both: one acceptance each, no gap', async () => {
    const [first, second] = await startTogether(2, await startPostgres());
    const customer = await registerCustomer(first);
    const orders = await placeMany(second, customer, 60);
    const deliveries = orders.flatMap((order) => {
      const [payment, id] = [randomId('pay'), randomId('msg')];
      return Array.from({ length: 8 }, () => (client) => payStandard(first, order, { payment, id, client }));
    });
    for (const answer of await onConnections([first.url, second.url], 8, deliveries)) expectStatus(answer, 200);
    const numbers = await expectAcceptedOnce(second, customer, orders);
    assert.deepEqual(numbers.map((number) => Number(number.slice(5))), Array.from({ length: 60 }, (_, index) => index + 1));
    await expectSeriesWithoutGaps(first);
    await expectNothingTwice(first);
    await expectDecisionsReplay(first);
  });
});
