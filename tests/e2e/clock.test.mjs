// What depends on time: dates are those of Amsterdam, series begin anew with the year, and no clock can make the dates of
// a series run backwards. The server's clock is shifted (AKKOORD_CLOCK_OFFSET), so no test waits for new year's eve.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  getOrder, isSanitized, payStandard, placeOrder, prepareAkkoord, registerCustomer, startAkkoord, waitFor,
} from './lib/akkoord.mjs';

const YEAR_S = 31536000;
const LEAD_S = isSanitized ? 25 : 6;

// Sets the clock of a server that does not run: when it starts now, it is `instant` there.
function setClock(server, instant) {
  server.env.AKKOORD_CLOCK_OFFSET = String(Math.round((new Date(instant).getTime() - Date.now()) / 1000));
}

// A server that is made, but not running; the cluster exists, so that its start is short.
async function madeServer(env = {}) {
  const server = await startAkkoord({ env: { AKKOORD_ORDER_EXPIRES: String(YEAR_S), ...env } });
  await server.stop();
  return server;
}

const untilThere = (server, instant) => sleep(Math.max(0, new Date(instant).getTime() - server.now().getTime()));

async function paidOrder(server, customer, payment) {
  const order = await placeOrder(server, customer);
  assert.equal((await payStandard(server, order, { payment })).status, 200);
  return getOrder(server, customer, order);
}

const numbersAndDates = (order) => order.invoices.map(({ kind, number, issue_date: date }) => ({ kind, number, date }));

async function seriesAreWhole(server) {
  const none = async (what, query) => assert.deepEqual(await server.sql(query), [], what);
  await none('numbers run from 1 without a gap in each kind and year', `
    SELECT kind, year FROM akkoord.document GROUP BY kind, year HAVING min(sequence) <> 1 OR max(sequence) <> count(*)`);
  await none('dates never run backwards in a series', `
    SELECT * FROM (SELECT number, issue_date, lag(issue_date) OVER (PARTITION BY kind, year ORDER BY sequence) AS before
                   FROM akkoord.document) d WHERE before > issue_date`);
  await none('a document stands in the series of the year of its date', `
    SELECT number FROM akkoord.document WHERE extract(year FROM issue_date) <> year
       OR number <> CASE kind WHEN 'credit_note' THEN 'CN' ELSE '' END || year || '-' || lpad(sequence::text, 6, '0')`);
}

// ---- the year ----

test('with the new year in Amsterdam, invoices and credit notes begin again at 1', async () => {
  const server = await madeServer();
  const midnight = '2027-12-31T23:00:00Z'; // an hour before that of UTC
  setClock(server, new Date(Date.parse(midnight) - LEAD_S * 1000));
  await server.start();
  const customer = await registerCustomer(server);
  const orders = [];
  for (let i = 0; i < 5; i++) orders.push(await placeOrder(server, customer));
  for (const [index, order] of orders.slice(0, 3).entries()) await payStandard(server, order, { payment: `pay_old_${index}` });
  await payStandard(server, orders[0], { kind: 'refunded', payment: 'pay_old_0' });
  const before = [];
  for (const order of orders.slice(0, 3)) before.push(numbersAndDates(await getOrder(server, customer, order)));
  assert.ok(server.now() < new Date(midnight), 'this happened in the old year');
  const old = '2027-12-31';
  assert.deepEqual(before.flat(), [
    { kind: 'invoice', number: '2027-000001', date: old }, { kind: 'credit_note', number: 'CN2027-000001', date: old },
    { kind: 'invoice', number: '2027-000002', date: old }, { kind: 'invoice', number: '2027-000003', date: old },
  ]);

  await untilThere(server, Date.parse(midnight) + 1000);
  await payStandard(server, orders[3], { payment: 'pay_new_0' });
  await payStandard(server, orders[1], { kind: 'refunded', payment: 'pay_old_1' });
  await payStandard(server, orders[4], { payment: 'pay_new_1' });
  const after = [];
  for (const order of [orders[3], orders[1], orders[4]]) after.push(numbersAndDates(await getOrder(server, customer, order)).at(-1));
  assert.deepEqual(after, [
    { kind: 'invoice', number: '2028-000001', date: '2028-01-01' },
    { kind: 'credit_note', number: 'CN2028-000001', date: '2028-01-01' },
    { kind: 'invoice', number: '2028-000002', date: '2028-01-01' },
  ]);
  await seriesAreWhole(server);
});

test('payments that come in all through midnight fall into the two years without a gap', async () => {
  const server = await madeServer();
  const midnight = Date.parse('2027-12-31T23:00:00Z');
  setClock(server, midnight - LEAD_S * 1000);
  await server.start();
  const customer = await registerCustomer(server);
  const orders = await Promise.all(Array.from({ length: 80 }, () => placeOrder(server, customer)));
  await untilThere(server, midnight - 1000);
  await Promise.all(orders.map(async (order, index) => {
    await sleep(index * 25);
    assert.equal((await payStandard(server, order)).status, 200);
  }));
  await seriesAreWhole(server);
  const years = await server.sql('SELECT year, count(*) FROM akkoord.document GROUP BY year ORDER BY year');
  assert.equal(years.reduce((sum, { count }) => sum + count, 0), orders.length);
  assert.deepEqual(years.map(({ year }) => year), [2027, 2028]);
  const wrong = await server.sql(`
    SELECT number, issue_date, issued_at FROM akkoord.document WHERE issue_date <> (issued_at AT TIME ZONE 'Europe/Amsterdam')::date`);
  assert.deepEqual(wrong, [], 'an issue date is the day in Amsterdam on which it was issued');
});

// ---- two clocks ----

test('a server whose clock is behind does not make the dates of a series run backwards', async () => {
  const ahead = await madeServer();
  setClock(ahead, '2027-06-15T10:00:00Z');
  await ahead.start();
  const behind = await prepareAkkoord({ dataDir: ahead.dataDir, secrets: ahead.secrets, env: { AKKOORD_ORDER_EXPIRES: String(YEAR_S) } });
  setClock(behind, '2027-06-14T10:00:00Z');
  await behind.start();
  const customer = await registerCustomer(ahead);
  const dates = [];
  for (const server of [behind, ahead, behind, ahead, behind]) {
    const order = await paidOrder(server, customer);
    assert.equal(order.status, 'accepted');
    dates.push(order.invoices[0].issue_date);
  }
  assert.deepEqual(dates, ['2027-06-14', '2027-06-15', '2027-06-15', '2027-06-15', '2027-06-15']);
  await seriesAreWhole(ahead);
  await behind.stop();
  await ahead.stop();
});

test('a server that is still in the old year goes on in its series, beside one in the new year', async () => {
  const ahead = await madeServer();
  setClock(ahead, '2028-01-01T10:00:00Z');
  await ahead.start();
  const behind = await prepareAkkoord({ dataDir: ahead.dataDir, secrets: ahead.secrets, env: { AKKOORD_ORDER_EXPIRES: String(YEAR_S) } });
  setClock(behind, '2027-12-31T10:00:00Z');
  await behind.start();
  const customer = await registerCustomer(ahead);
  for (const server of [behind, ahead, behind, ahead]) assert.equal((await paidOrder(server, customer)).status, 'accepted');
  await Promise.all(Array.from({ length: 30 }, (_, index) => paidOrder(index % 2 === 0 ? ahead : behind, customer)));
  await seriesAreWhole(ahead);
  await behind.stop();
  await ahead.stop();
});

// ---- expiry ----

test('an order that expires in the new year can be paid until then, and not after', async () => {
  const server = await madeServer();
  const midnight = Date.parse('2027-12-31T23:00:00Z');
  const expires = LEAD_S + 2;
  server.env.AKKOORD_ORDER_EXPIRES = String(expires);
  setClock(server, midnight - LEAD_S * 1000);
  await server.start();
  const customer = await registerCustomer(server);
  const placed = server.now();
  const [paid, late] = [await placeOrder(server, customer), await placeOrder(server, customer)];
  const expiresAt = new Date(late.expires_at);
  assert.ok(Math.abs(expiresAt - placed - expires * 1000) < LEAD_S * 1000, `${late.expires_at} for an order of ${placed.toISOString()}`);
  assert.ok(expiresAt > midnight);
  await untilThere(server, midnight + 200);
  await payStandard(server, paid);
  assert.ok(server.now() < new Date(paid.expires_at));
  assert.equal((await getOrder(server, customer, paid)).status, 'accepted');

  await untilThere(server, expiresAt.getTime() + 1000);
  await payStandard(server, late);
  const held = await getOrder(server, customer, late);
  assert.equal(held.status, 'held');
  assert.deepEqual(held.decision.reasons.map(({ code }) => code), ['order_expired']);
});

test('an order that nobody pays expires by itself, and is not expired a moment before', async () => {
  const server = await startAkkoord({ env: { AKKOORD_ORDER_EXPIRES: isSanitized ? '12' : '4' } });
  const customer = await registerCustomer(server);
  const order = await placeOrder(server, customer);
  const expiresAt = new Date(order.expires_at).getTime();
  let earliest = null;
  await waitFor(async () => {
    const { status } = await getOrder(server, customer, order);
    if (status === 'expired') earliest = server.now().getTime();
    return earliest !== null;
  }, { what: 'the expiry', timeout: 60_000 });
  assert.ok(earliest >= expiresAt, `expired ${expiresAt - earliest} ms too early`);
  assert.ok(earliest < expiresAt + 10_000, `expired ${earliest - expiresAt} ms late`);
});

// ---- days of 23 and 25 hours ----

test('a date is that of Amsterdam, in summer, in winter and on the days between', async (t) => {
  const server = await madeServer();
  const days = [
    ['2027-03-27T22:58:00Z', '2027-03-27'], ['2027-03-27T23:01:00Z', '2027-03-28'], // winter time
    ['2027-03-28T21:58:00Z', '2027-03-28'], ['2027-03-28T22:01:00Z', '2027-03-29'], // a day of 23 hours has ended
    ['2027-10-30T21:58:00Z', '2027-10-30'], ['2027-10-30T22:01:00Z', '2027-10-31'],
    ['2027-10-31T22:58:00Z', '2027-10-31'], ['2027-10-31T23:01:00Z', '2027-11-01'], // and one of 25
    ['2028-02-29T12:00:00Z', '2028-02-29'],
  ];
  for (const [instant, date] of days) {
    await t.test(`${instant} is ${date}`, async () => {
      setClock(server, instant);
      await server.start();
      const order = await paidOrder(server, await registerCustomer(server));
      assert.equal(order.invoices[0].issue_date, date);
      await server.stop();
    });
  }
});

test('a review is due at the end of the day in Amsterdam, a month later, whatever the clocks did between', async (t) => {
  const server = await madeServer();
  const terms = [
    ['2027-03-15T12:00:00Z', '2027-04-15T22:00:00Z'], // from winter to summer time
    ['2027-10-11T12:00:00Z', '2027-11-11T23:00:00Z'], // and back
    ['2028-01-31T12:00:00Z', '2028-02-29T23:00:00Z'], // a month without a 31st
  ];
  for (const [asked, due] of terms) {
    await t.test(`asked ${asked}, due ${due}`, async () => {
      setClock(server, asked);
      await server.start();
      const customer = await registerCustomer(server);
      const order = await paidOrder(server, customer);
      const answer = await server.api('POST', `/v1/decisions/${order.decision.id}/reviews`,
        { token: customer.token, body: { statement: 'Please look again.' } });
      assert.equal(answer.status, 201, String(answer));
      const left = Date.parse(due) - Date.parse(answer.json.due_at);
      assert.ok(left >= 0 && left <= 1000, `due ${answer.json.due_at}`);
      await server.stop();
    });
  }
});
