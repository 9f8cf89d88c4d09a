// kill -9 under load: of the server, of the postmaster, of a backend, of everything at once. Whatever was answered 200 is
// there, nothing is done twice, no series has a gap, and after the resend every order is accepted. This test is the
// supervisor of the server, as server/start is; the server itself has to bring its PostgreSQL back.
//
// AKKOORD_CHAOS_ROUNDS: how many rounds (4). AKKOORD_SEED replays who is killed and when, as far as time can be replayed.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  getOrder, kill, payStandard, payStripe, placeOrder, prepareAkkoord, registerCustomer, startAkkoord, waitFor,
} from './lib/akkoord.mjs';
import { chance } from './lib/sequences.mjs';

const rounds = Number(process.env.AKKOORD_CHAOS_ROUNDS ?? 4);
const seed = Number(process.env.AKKOORD_SEED ?? randomInt(2 ** 31));
const random = chance(seed);

const ORDERS_PER_ROUND = 60;
const SENDERS = 24;
const LOAD_MS = 1200;

const isReady = (server) => waitFor(async () => (await server.api('GET', '/readyz')).status === 200, { what: 'readiness' });

// ---- victims ----

async function backends(server) {
  const rows = await server.sql(`SELECT pid FROM pg_stat_activity WHERE datname = 'akkoord' AND pid <> pg_backend_pid()`);
  return rows.map((row) => row.pid);
}

const victims = {
  async server({ server }) {
    await server.kill9();
    await server.start();
  },
  async postmaster({ server }) {
    kill(server.postmasterPid(), 'SIGKILL');
  },
  async backend({ server, pids }) {
    kill(random.pick(pids), 'SIGKILL');
  },
  async everything({ server }) {
    kill(server.postmasterPid(), 'SIGKILL');
    await server.kill9();
    await server.start();
  },
};

// ---- the load ----

// One event: what it is, how to send it, and whether a 200 has come for it.
function eventsOf(orders, round) {
  return orders.flatMap((order, index) => {
    const pay = index % 3 === 2 ? payStripe : payStandard;
    const name = pay === payStripe ? 'intent' : 'payment';
    const provider = pay === payStripe ? 'stripe' : 'standard';
    const make = (key) => {
      const id = `evt_${round}_${index}_${key}`;
      return { order, provider, id, isFirst: key === 'a', acknowledged: false,
        send: (server) => pay(server, order, { id, [name]: `pay_${round}_${index}_${key}`, session: `cs_${round}_${index}_${key}` }) };
    };
    // Every fourth customer pays twice.
    return index % 4 === 0 ? [make('a'), make('b')] : [make('a')];
  });
}

async function sendOnce(server, event) {
  try {
    const answer = await event.send(server);
    if (answer.status === 200) event.acknowledged = true;
    else assert.equal(answer.status, 503, String(answer));
    return answer.status === 200;
  } catch (error) {
    if (error.code === 'ERR_ASSERTION') throw error;
    return false; // the connection broke: nobody knows
  }
}

// Sends for a while: every event at its moment, again on anything but a 200, and now and then once more after one.
async function load(server, events) {
  const until = Date.now() + LOAD_MS;
  const queue = events.map((event) => ({ event, at: Date.now() + random.below(LOAD_MS) })).sort((a, b) => a.at - b.at);
  const sender = async () => {
    while (queue.length > 0 && Date.now() < until) {
      const { event, at } = queue.shift();
      await sleep(Math.max(0, Math.min(at, until) - Date.now()));
      const copies = random.maybe(0.3) ? [event, event, event] : [event];
      const done = (await Promise.all(copies.map((copy) => sendOnce(server, copy)))).every(Boolean);
      if (!done || random.maybe(0.5)) queue.push({ event, at: Date.now() + 20 });
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

// ---- what has to hold ----

async function acknowledgedIsKept(server, events) {
  const keys = new Set((await server.sql('SELECT provider, event_id FROM akkoord.event_key')).map((row) => `${row.provider} ${row.event_id}`));
  const lost = events.filter((event) => event.acknowledged && !keys.has(`${event.provider} ${event.id}`));
  assert.deepEqual(lost.map((event) => event.id), [], 'every event that was answered 200 is there');
}

async function nothingIsTwice(server) {
  const none = async (what, query) => assert.deepEqual(await server.sql(query), [], what);
  await none('no order is accepted twice', `
    SELECT order_id FROM akkoord.decision WHERE outcome = 'accepted' GROUP BY order_id HAVING count(*) > 1`);
  await none('no order has two invoices', `
    SELECT order_id FROM akkoord.document GROUP BY order_id HAVING count(*) > 1`);
  await none('no payment is there twice', `
    SELECT provider, provider_payment_id FROM akkoord.payment WHERE provider_payment_id IS NOT NULL
    GROUP BY provider, provider_payment_id HAVING count(*) > 1`);
  await none('no event is applied twice', `
    SELECT provider, event_id FROM akkoord.event GROUP BY provider, event_id HAVING count(*) > 1`);
  await none('an accepted order has its invoice', `
    SELECT id FROM akkoord.customer_order WHERE (status = 'accepted') <> (invoice_id IS NOT NULL)`);
  await none('no series has a gap', `
    SELECT kind, year FROM akkoord.document GROUP BY kind, year HAVING min(sequence) <> 1 OR max(sequence) <> count(*)`);
  await none('the counter is the last number', `
    SELECT kind, year FROM akkoord.document_counter c WHERE last_number <>
      (SELECT count(*) FROM akkoord.document d WHERE d.kind = c.kind AND d.year = c.year)`);
  await none('nothing is put aside', `SELECT * FROM akkoord.event WHERE outcome = 'quarantined'`);
}

async function everythingIsAccepted(server, events) {
  const rows = await server.sql(`
    SELECT o.id, o.status, (SELECT count(*) FROM akkoord.decision d WHERE d.order_id = o.id AND d.outcome = 'refused') AS refused,
      (SELECT count(*) FROM akkoord.document d WHERE d.order_id = o.id) AS invoices FROM akkoord.customer_order o`);
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const event of events.filter((each) => each.isFirst)) {
    const payments = events.filter((each) => each.order.id === event.order.id).length;
    const { status, refused, invoices } = found.get(event.order.id);
    assert.deepEqual({ status, refused, invoices }, { status: 'accepted', refused: payments - 1, invoices: 1 }, event.id);
  }
}

// ---- the tests ----

test('whoever is killed under load, what was answered 200 is done, and done once', async (t) => {
  t.diagnostic(`AKKOORD_SEED=${seed} AKKOORD_CHAOS_ROUNDS=${rounds}`);
  const server = await startAkkoord();
  const customer = await registerCustomer(server);
  const names = Object.keys(victims);
  const all = [];
  for (let round = 0; round < rounds; round++) {
    const victim = names[(seed + round) % names.length];
    await t.test(`round ${round + 1}: ${victim}`, async () => {
      const orders = await Promise.all(Array.from({ length: ORDERS_PER_ROUND }, () => placeOrder(server, customer)));
      // Half of the orders expect Stripe's events too, so that no payment comes from a stranger.
      for (const order of orders.filter((_, index) => index % 3 === 2)) {
        await server.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body: { payment_provider: 'stripe' } });
      }
      const events = eventsOf(orders, round);
      all.push(...events);
      const pids = await backends(server);
      const killing = sleep(100 + random.below(LOAD_MS - 200)).then(() => victims[victim]({ server, pids }));
      await Promise.all([load(server, events), killing]);
      await isReady(server);
      await acknowledgedIsKept(server, all);
      await nothingIsTwice(server);

      const acknowledged = events.filter((event) => event.acknowledged).length;
      await Promise.all(events.map((event) => waitFor(() => sendOnce(server, event), { what: `the resend of ${event.id}` })));
      await nothingIsTwice(server);
      await everythingIsAccepted(server, all);
      t.diagnostic(`${victim}: ${acknowledged} of ${events.length} events were answered 200 before the resend`);
    });
  }
});

test('an order placed under one Idempotency-Key through a kill is placed once', async () => {
  const server = await startAkkoord();
  const customer = await registerCustomer(server);
  const [{ sku }] = (await server.api('GET', '/v1/services')).json.services;
  const ask = (key) => server.api('POST', '/v1/orders', { token: customer.token, headers: { 'idempotency-key': key },
    body: { lines: [{ sku, quantity: 1 }], payment_provider: 'standard' } });
  const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
  const first = keys.map(async (key) => {
    await sleep(random.below(300));
    return ask(key).catch(() => null);
  });
  await sleep(100 + random.below(150));
  await server.kill9();
  const early = await Promise.all(first);
  await server.start();
  const late = await Promise.all(keys.map((key) => waitFor(async () => {
    const answer = await ask(key);
    return answer.status === 201 ? answer : null;
  }, { what: 'the order' })));
  for (const [index, answer] of early.entries()) {
    if (answer?.status === 201) assert.equal(answer.json.id, late[index].json.id, 'what was answered is answered again');
  }
  const placed = await server.sql('SELECT count(*) AS orders FROM akkoord.customer_order');
  assert.equal(placed[0].orders, keys.length);
});

test('whenever the first start is killed, the next one works', async (t) => {
  for (let round = 0; round < rounds; round++) {
    const delay = random.below(2500);
    await t.test(`after ${delay} ms`, async () => {
      const server = await prepareAkkoord();
      const starting = server.start().catch(() => {});
      await sleep(delay);
      if (round % 2 === 1) {
        const postmaster = server.postmasterPid();
        if (postmaster !== null) kill(postmaster, 'SIGKILL');
      }
      kill(server.pid, 'SIGKILL');
      await starting;
      if (server.running !== null) await server.ended();
      await server.start();
      const customer = await registerCustomer(server);
      const order = await placeOrder(server, customer);
      assert.equal((await payStandard(server, order)).status, 200);
      assert.equal((await getOrder(server, customer, order)).status, 'accepted');
      await server.stop();
    });
  }
});
