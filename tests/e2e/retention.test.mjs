// What has reached its term goes, on the day and not before, and nothing else does. Time is walked by shifting the clock
// of `akkoord retention run` (AKKOORD_CLOCK_OFFSET) beside a server of today; when a term ends is reckoned here with Intl.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { addStaff, expectProblem, expectStatus, getOrder, kill, newStaff, payStandard, placeOrder, prepareAkkoord,
  program, registerCustomer, run, staffLogin, start, startAkkoord, startPostgres, waitFor } from './lib/akkoord.mjs';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

let server;
let customer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
});

// Those who walk through time stay logged in.
const keepSessions = () => sqlDone("UPDATE akkoord.session SET expires_at = '2100-01-01'");
beforeEach(async () => {
  customer = await registerCustomer(server);
  await keepSessions();
});
const newManager = async () => {
  const manager = await newStaff(server, 'manager');
  await keepSessions();
  return manager;
};

// ---- time, by another reckoning than the program's ----

const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Amsterdam', dateStyle: 'short', timeStyle: 'medium' });

// The first moment of a date in Amsterdam.
function midnight(date) {
  const found = [1, 2].map((hours) => new Date(Date.parse(`${date}T00:00:00Z`) - hours * 3_600_000))
    .find((moment) => clock.format(moment) === `${date} 00:00:00`);
  assert.ok(found, date);
  return found;
}

// ---- running it ----

const offset = (moment) => String(Math.round((new Date(moment).getTime() - Date.now()) / 1000));
const at = (moment) => ({ env: { AKKOORD_CLOCK_OFFSET: offset(moment) } });

function readCounts({ code, stdout, stderr }) {
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n').filter((line) => !line.startsWith('progress=')).map((line) => Object.fromEntries(line.split(' ').map((pair) => pair.split('='))));
  const total = Number(lines.at(-1).total);
  const counts = Object.fromEntries(lines.slice(0, -1).map(({ category, rows }) => [category, Number(rows)]));
  assert.equal(Object.values(counts).reduce((sum, rows) => sum + rows, 0), total);
  return counts;
}

// The server has a daily run of its own, which may be under way.
async function runAt(moment, { on = server, args = [] } = {}) {
  const answer = await waitFor(async () => {
    const tried = await on.cli(['retention', 'run', ...args], at(moment));
    return /another retention run is under way/.test(tried.stderr) ? null : tried;
  }, { what: 'the daily run to end' });
  return readCounts(answer);
}
const only = (counts) => Object.fromEntries(Object.entries(counts).filter(([, rows]) => rows > 0));
const sqlDone = async (text, on = server) => {
  const { code, stderr } = await on.psql(text);
  assert.equal(code, 0, stderr);
};
const count = async (what, on = server) => (await on.sql(`SELECT count(*)::int AS count FROM akkoord.${what}`))[0].count;

// ---- what is in it ----

test('each table of the schema stands with exactly one category', async () => {
  const { code, stdout, stderr } = await server.cli(['privacy', 'register', '--format', 'json']);
  assert.equal(code, 0, stderr);
  const named = JSON.parse(stdout).processing.flatMap(({ tables }) => tables.split(' ').filter(Boolean));
  const tables = (await server.sql("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'akkoord'")).map(({ name }) => name);
  assert.ok(tables.length > 20);
  assert.deepEqual(named.filter((name) => !name.includes('.')).sort(), tables.sort(), 'a new table needs a place in domain/retention.c');
  const columns = (await server.sql(`SELECT table_name || '.' || column_name AS name FROM information_schema.columns
    WHERE table_schema = 'akkoord'`)).map(({ name }) => name);
  assert.deepEqual(named.filter((name) => name.includes('.') && !columns.includes(name)), []);
});

// ---- each category just before and just after its term ----

// [category, a row whose term starts at a moment, where it is looked for]
const id = () => randomUUID();
const rowOf = {
  session: (moment) => `INSERT INTO akkoord.session (token_sha256, customer_id, created_at, expires_at)
    VALUES (sha256('${id()}'), '${customer.id}', '${moment}', '${moment}')`,
  review_link: (moment) => `INSERT INTO akkoord.review_link VALUES (sha256('${id()}'), '${id()}', '${customer.id}', '${moment}', '${moment}')`,
  account_code: (moment) => `INSERT INTO akkoord.account_code (id, purpose, customer_id, created_at, expires_at)
    VALUES ('${id()}', 'verification', '${customer.id}', '${moment}', '${moment}')`,
  idempotency: (moment) => `INSERT INTO akkoord.idempotency VALUES ('${id()}', sha256('x'), '${id()}', sha256('x'), '${id()}', '', '${moment}')`,
  reservation: (moment) => `INSERT INTO akkoord.checkout_reservation
    VALUES ('${id()}', sha256('x'), '${id()}', 'A0', '${id()}', 'stripe', 1, 'EUR', '{}', '${moment}')`,
  event: (moment) => `INSERT INTO akkoord.event VALUES ('${id()}', 'standard', '${id()}', 'paid', 'pay', NULL, 1, 'EUR', false, '${moment}',
    '${moment}', sha256('x'), 'unmatched', NULL, NULL)`,
  event_key: (moment) => `INSERT INTO akkoord.event_key VALUES ('standard', '${id()}', sha256('x'), '${moment}')`,
  privacy_request: (moment) => `INSERT INTO akkoord.privacy_request (id, customer_id, kind, state, received_at, due_at, decided_at)
    VALUES ('${id()}', '${id()}', 'access', 'fulfilled', '${moment}', '${moment}', '${moment}')`,
  early_reversal: (moment) => `INSERT INTO akkoord.early_reversal VALUES ('standard', '${id()}', 1, false, false, '${moment}')`,
  refund: (moment) => `INSERT INTO akkoord.refund VALUES ('stripe', '${id()}', '${id()}', 1, '${moment}')`,
  job: (moment) => `INSERT INTO akkoord.job (id, kind, payload, run_at, dead, created_at)
    VALUES ('${id()}', 'render_document', '{}', '${moment}', true, '${moment}')`,
  legal_hold: (moment) => `INSERT INTO akkoord.legal_hold VALUES ('${id()}', '${id()}', NULL, 'dispute', '${id()}', '${moment}', '${id()}', '${moment}')`,
  retention_run: (moment) => `INSERT INTO akkoord.retention_run VALUES ('${id()}', 'server', '1', 'x', '${moment}', '${moment}', 'done', '{}')`,
};

describe('a row goes when its term is over, and not a second before:', () => {
  for (const [row, start, end] of [
    ['session', '2030-03-30T12:00:00Z', new Date('2030-03-30T12:00:01Z')],
    ['review_link', '2030-03-30T12:00:00Z', new Date('2030-03-30T12:00:01Z')],
    ['account_code', '2030-03-30T12:00:00Z', new Date('2030-03-30T12:00:01Z')],
    ['idempotency', '2030-03-30T12:00:00Z', new Date('2030-03-31T12:00:00Z')],
    ['reservation', '2030-03-30T12:00:00Z', new Date('2030-03-31T12:00:00Z')],
    ['event', '2030-05-05T21:59:59Z', midnight('2031-05-06')],
    ['event', '2030-05-05T22:00:00Z', midnight('2031-05-07')], // the next day in Amsterdam
    ['event', '2032-02-29T12:00:00Z', midnight('2033-03-01')], // a leap day
    ['event', '2031-02-28T12:00:00Z', midnight('2032-02-29')], // a year that ends before one
    ['privacy_request', '2027-02-28T12:00:00Z', midnight('2032-02-29')],
    ['event_key', '2030-01-31T12:00:00Z', midnight('2031-03-01')],
    ['event_key', '2031-01-31T12:00:00Z', midnight('2032-03-01')],
    ['early_reversal', '2030-10-27T12:00:00Z', midnight('2031-10-28')],
    ['refund', '2030-10-27T12:00:00Z', midnight('2031-10-28')],
    ['job', '2030-06-01T12:00:00Z', midnight('2031-06-02')],
    ['legal_hold', '2030-06-01T12:00:00Z', midnight('2031-06-02')],
    ['retention_run', '2030-06-01T12:00:00Z', midnight('2040-06-02')],
  ]) {
    test(`${row} of ${start}`, async () => {
      const category = row === 'refund' ? 'early_reversal' : row; // a single one, of a payment that nobody knows
      await runAt(new Date(end.getTime() - 5 * SECOND_MS)); // what others left
      await sqlDone(rowOf[row](start));
      const [early, late] = [new Date(end.getTime() - 5 * SECOND_MS), new Date(end.getTime() + 5 * SECOND_MS)];
      const before = await runAt(early);
      if (category !== 'session') assert.equal(before[category], 0, 'it stays until its term is over');
      assert.equal((await runAt(late))[category], category === 'session' ? before.session === 1 ? 0 : 1 : 1, 'it goes when its term is over');
      assert.equal((await runAt(late))[category], 0, 'and is gone');
    });
  }

  test('the body of an unmatched message with it, and then the key of its month', async () => {
    const other = await startAkkoord();
    await payStandard(other, { id: 'nothing', total: { amount: 1, currency: 'EUR' } });
    const [{ month, received, sealed }] = await other.sql(`SELECT to_char(k.month, 'YYYY-MM-DD') AS month,
      (e.received_at AT TIME ZONE 'Europe/Amsterdam')::date::text AS received, e.body_sealed IS NOT NULL AS sealed
      FROM akkoord.event e JOIN akkoord.data_key k ON k.id = e.body_key_id`);
    assert.ok(sealed);
    const [year, number] = month.split('-').map(Number);
    const monthOver = midnight(new Date(Date.UTC(year + 1, number, 2)).toISOString().slice(0, 10)); // a year after the month's last day
    const eventOver = midnight(new Date(Date.parse(received.replace(/^\d+/, String(year + 1))) + DAY_MS).toISOString().slice(0, 10));
    const first = await runAt(new Date(Math.min(eventOver.getTime() + 5000, monthOver.getTime() - 5000)), { on: other });
    assert.deepEqual([first.event, first.data_key], [1, 0]);
    assert.equal((await runAt(new Date(monthOver.getTime() - DAY_MS - 5000), { on: other })).data_key, 0);
    assert.equal((await runAt(new Date(monthOver.getTime() + 5000), { on: other })).data_key, 1);
    assert.equal(await count("data_key WHERE purpose = 'event'", other), 0);
  });

  test('staff a year after their employment ended, whose decisions stay and are nobody\'s', async () => {
    const staff = await addStaff(server);
    const session = await staffLogin(server, staff);
    expectStatus(await server.api('GET', '/v1/staff/orders', { token: session.token }), 200);
    assert.equal((await server.cli(['staff', 'end', staff.email])).code, 0);
    expectProblem(await server.api('GET', '/v1/staff/orders', { token: session.token }), 401, 'unauthenticated');
    expectProblem(await server.api('POST', '/v1/staff/sessions', { body: { email: staff.email, password: staff.password, code: '000000' } }), 401, 'unauthenticated');
    assert.equal((await server.cli(['staff', 'end', staff.email])).code, 1, 'who has left can not leave again');
    const [{ ended, key }] = await server.sql(`SELECT to_char(ended_at AT TIME ZONE 'Europe/Amsterdam', 'YYYY-MM-DD') AS ended, staff_key_id AS key
      FROM akkoord.staff WHERE ended_at IS NOT NULL`);
    const end = midnight(new Date(Date.parse(ended.replace(/^\d+/, (year) => String(Number(year) + 1))) + DAY_MS).toISOString().slice(0, 10));
    assert.equal((await runAt(new Date(end.getTime() - 5000))).staff, 0);
    assert.equal((await runAt(new Date(end.getTime() + 5000))).staff, 1);
    assert.equal(await count(`data_key WHERE id = '${key}'`), 0);
  });
});

// ---- orders ----

// Moves all that happened to an order to one moment.
const movedTo = (order, moment, on = server) => sqlDone(`
  UPDATE akkoord.customer_order SET created_at = '${moment}', id = id WHERE id = '${order.id}';
  UPDATE akkoord.history SET at = '${moment}' WHERE order_id = '${order.id}';
  UPDATE akkoord.document SET issued_at = '${moment}', issue_date = ('${moment}'::timestamptz AT TIME ZONE 'Europe/Amsterdam')::date
  WHERE order_id = '${order.id}';`, on);

async function partsOf(order) {
  const where = `WHERE order_id = '${order.id}'`;
  const [{ key }] = await server.sql(`SELECT billing_key_id AS key FROM akkoord.customer_order WHERE id = '${order.id}'`);
  const told = await server.sql(`SELECT id FROM akkoord.document ${where} UNION SELECT id FROM akkoord.decision ${where} UNION SELECT id FROM akkoord.review ${where}`);
  const tables = [`customer_order WHERE id = '${order.id}'`, `data_key WHERE id = '${key}'`, `document ${where}`, `payment ${where}`, `decision ${where}`,
    `review ${where}`, `history ${where}`, `rendition WHERE document_id IN (SELECT id FROM akkoord.document ${where})`,
    `mail WHERE subject_id = ANY ('{${told.map(({ id: subject }) => subject)}}')`];
  return () => Promise.all(tables.map((table) => count(table)));
}

async function paidOrder({ review = false, credit = false } = {}) {
  const placed = await placeOrder(server, customer);
  expectStatus(await payStandard(server, placed), 200);
  const order = await getOrder(server, customer, placed);
  expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customer.token }), 200);
  if (review) {
    expectStatus(await server.api('POST', `/v1/decisions/${order.decision.id}/reviews`,
      { token: customer.token, body: { statement: 'Please look again.' } }), 201);
  }
  if (credit) {
    const manager = await newStaff(server, 'manager');
    expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/credit-notes`,
      { token: manager.token, body: { reason: 'Agreed', lines: [{ line: 1, quantity: 1 }] } }), 201);
  }
  await waitFor(async () => (await count('job')) === 0, { what: 'the end of all jobs' });
  return order;
}

describe('an order', () => {
  test('that was paid ends with everything of it seven years after its book year, in Amsterdam time', async () => {
    const [old, young] = [await paidOrder({ review: true, credit: true }), await paidOrder()];
    const [{ counter }] = await server.sql('SELECT json_agg(c ORDER BY kind) AS counter FROM akkoord.document_counter c');
    const [oldParts, youngParts] = [await partsOf(old), await partsOf(young)];
    await movedTo(old, '2026-12-31T22:59:59Z');
    await movedTo(young, '2026-12-31T23:00:00Z'); // the new year
    const whole = await oldParts();
    assert.ok(whole.every((rows) => rows > 0), whole.join());
    assert.equal(whole.at(-1), 2, 'mails about the decision and the credit note');
    const end = midnight('2034-01-01');
    assert.deepEqual(only(await runAt(new Date(end.getTime() - 5000), { args: ['--dry-run'] })).order, undefined);
    await runAt(new Date(end.getTime() - 5000));
    assert.deepEqual(await oldParts(), whole, 'nothing goes before');
    const counts = await runAt(new Date(end.getTime() + 5000));
    assert.deepEqual([counts.order, counts.invoice, counts.payment, counts.decision, counts.review], [1, 2, 1, 1, 1]);
    assert.deepEqual(await oldParts(), whole.map(() => 0), 'everything of it is gone, its key too');
    assert.ok((await youngParts())[0] === 1, 'that of the new year stays for another');
    expectProblem(await server.api('GET', `/v1/orders/${old.id}`, { token: customer.token }), 404, 'not_found');
    const [{ counter: after }] = await server.sql('SELECT json_agg(c ORDER BY kind) AS counter FROM akkoord.document_counter c');
    assert.deepEqual(after, counter, 'the counter still says how many there were');
    const next = await paidOrder();
    assert.equal(Number(next.invoices[0].number.slice(5)), counter.find(({ kind }) => kind === 'invoice').last_number + 1, 'and the series goes on');
    assert.equal((await runAt(new Date(midnight('2035-01-01').getTime() + 5000))).order >= 1, true);
    assert.equal((await youngParts())[0], 0);
  });

  test('whose money came back in a later year is counted from that year', async () => {
    const order = await paidOrder();
    await payStandard(server, order, { kind: 'refunded', payment: order.payments[0].provider_payment_id });
    await sqlDone(`INSERT INTO akkoord.refund VALUES ('standard', '${id()}', '${order.payments[0].provider_payment_id}', 1, now())`);
    const after = await getOrder(server, customer, order);
    assert.equal(after.status, 'cancelled');
    await movedTo(order, '2026-12-15T12:00:00Z');
    await sqlDone(`UPDATE akkoord.history SET at = '2027-01-15T12:00:00Z' WHERE order_id = '${order.id}' AND step = 'payment_refunded'`);
    const parts = await partsOf(order);
    await runAt(new Date(midnight('2034-01-01').getTime() + 5000));
    assert.equal((await parts())[0], 1);
    assert.equal(await count('refund'), 1, 'a single refund ends with its payment');
    await runAt(new Date(midnight('2035-01-01').getTime() + 5000));
    assert.deepEqual(await parts(), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(await count('refund'), 0);
  });

  test('that was never paid for goes thirty days after it was cancelled or expired', async () => {
    const [cancelled, expired, open] = [await placeOrder(server, customer), await placeOrder(server, customer), await placeOrder(server, customer)];
    expectStatus(await server.api('POST', `/v1/orders/${cancelled.id}/cancel`, { token: customer.token }), 200);
    await sqlDone(`UPDATE akkoord.customer_order SET expires_at = now() - interval '1 second' WHERE id = '${expired.id}'`);
    await waitFor(async () => (await getOrder(server, customer, expired)).status === 'expired');
    for (const order of [cancelled, expired]) await movedTo(order, '2027-03-01T12:00:00Z');
    const end = midnight('2027-04-01'); // over the beginning of summer time
    const parts = [await partsOf(cancelled), await partsOf(expired)];
    assert.equal((await runAt(new Date(end.getTime() - 5000))).unpaid_order, 0);
    assert.equal((await runAt(new Date(end.getTime() + 5000))).unpaid_order, 2);
    for (const part of parts) assert.deepEqual(await part(), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal((await getOrder(server, customer, open)).status, 'awaiting_payment', 'one that is open has no end yet');
  });

  test('that was cancelled and then paid is no unpaid one', async () => {
    const order = await placeOrder(server, customer);
    expectStatus(await server.api('POST', `/v1/orders/${order.id}/cancel`, { token: customer.token }), 200);
    await payStandard(server, order);
    assert.equal((await getOrder(server, customer, order)).status, 'held');
    await movedTo(order, '2027-03-01T12:00:00Z');
    await runAt('2030-01-01T12:00:00Z');
    assert.equal((await getOrder(server, customer, order)).status, 'held');
  });
});

// Rows that belong to an order that is no more.
const orphans = (on) => on.sql(`SELECT t, order_id FROM (
  SELECT 'history' AS t, order_id FROM akkoord.history UNION ALL SELECT 'payment', order_id FROM akkoord.payment
  UNION ALL SELECT 'decision', order_id FROM akkoord.decision UNION ALL SELECT 'review', order_id FROM akkoord.review
  UNION ALL SELECT 'document', order_id FROM akkoord.document) rows
  WHERE order_id NOT IN (SELECT id FROM akkoord.customer_order)`);

test('a payment that comes while its order is deleted is seen in time or comes too late, and leaves nothing behind', async (t) => {
  const other = await startAkkoord();
  const buyer = await registerCustomer(other);
  await waitFor(async () => (await count("retention_run WHERE outcome = 'done'", other)) === 1, { what: 'the first run of the server' });
  const orders = await Promise.all(Array.from({ length: 120 }, () => placeOrder(other, buyer)));
  await Promise.all(orders.map((order) => other.api('POST', `/v1/orders/${order.id}/cancel`, { token: buyer.token })));
  const running = other.cli(['retention', 'run'], at(Date.now() + 60 * DAY_MS));
  const answers = await Promise.all(orders.map(async (order, index) => {
    await sleep(index * 12);
    return payStandard(other, order);
  }));
  for (const { status } of answers) assert.equal(status, 200);
  readCounts(await running);
  const left = await other.sql("SELECT id, status, decisions_count FROM akkoord.customer_order");
  t.diagnostic(`${left.length} of ${orders.length} were paid in time`);
  for (const order of left) assert.deepEqual([order.status, order.decisions_count], ['held', 1]);
  const [{ unmatched }] = await other.sql("SELECT count(*)::int AS unmatched FROM akkoord.event WHERE outcome = 'unmatched'");
  assert.equal(unmatched, orders.length - left.length, 'each payment was seen by its order, or is kept for staff');
  assert.deepEqual(await orphans(other), []);
});

// ---- holds ----

describe('a legal hold', () => {
  const put = (who, order, body) => server.api('PUT', `/v1/staff/orders/${order.id}/legal-hold`, { token: who.token, body });
  const lift = (who, order, query = '') => server.api('DELETE', `/v1/staff/orders/${order.id}/legal-hold${query}`, { token: who.token });
  const late = '2060-01-01T12:00:00Z';

  test('stops every category of its order, and nothing else, until it is lifted', async () => {
    const manager = await newManager();
    const [held, other] = [await paidOrder({ review: true }), await paidOrder()];
    const parts = [await partsOf(held), await partsOf(other)];
    const eventsOf = () => count(`event WHERE order_id = '${held.id}'`);
    const keysOf = () => count(`event_key k WHERE EXISTS (SELECT FROM akkoord.event e WHERE e.order_id = '${held.id}' AND e.event_id = k.event_id)`);
    const answer = expectStatus(await put(manager, held, { reason: 'dispute' }), 200).json;
    assert.deepEqual(answer.legal_holds.map(({ scope, reason }) => ({ scope, reason })), [{ scope: 'order', reason: 'dispute' }]);
    const shown = expectStatus(await server.api('GET', `/v1/staff/orders/${held.id}`, { token: manager.token }), 200).json;
    assert.deepEqual(shown.legal_holds, answer.legal_holds);
    assert.equal(shown.history.at(-1).step, 'legal_hold_set');
    const before = [await parts[0](), await eventsOf(), await keysOf()];
    assert.ok(before[1] > 0 && before[2] > 0);
    await runAt(late);
    assert.deepEqual([await parts[0](), await eventsOf(), await keysOf()], before);
    assert.equal((await parts[1]())[0], 0, 'another order is not held');
    expectStatus(await lift(manager, held), 204);
    expectProblem(await lift(manager, held), 404, 'not_found');
    const [{ reason, lifted }] = await server.sql(`SELECT reason, lifted_at IS NOT NULL AS lifted FROM akkoord.legal_hold WHERE order_id = '${held.id}'`);
    assert.deepEqual({ reason, lifted }, { reason: 'dispute', lifted: true });
    await runAt(late);
    assert.deepEqual([(await parts[0]())[0], await eventsOf()], [0, 0]);
  });

  test('of a customer stops all of their orders', async () => {
    const manager = await newManager();
    const [one, two] = [await paidOrder(), await placeOrder(server, customer)];
    expectStatus(await server.api('POST', `/v1/orders/${two.id}/cancel`, { token: customer.token }), 200);
    expectStatus(await put(manager, one, { reason: 'tax_audit', scope: 'customer' }), 200);
    const again = expectStatus(await put(manager, two, { reason: 'court_order', scope: 'customer' }), 200).json;
    assert.deepEqual(again.legal_holds.map(({ scope, reason }) => ({ scope, reason })), [{ scope: 'customer', reason: 'court_order' }]);
    await runAt(late);
    assert.equal(await count(`customer_order WHERE id IN ('${one.id}', '${two.id}')`), 2);
    expectStatus(await lift(manager, two, '?scope=customer'), 204);
    await runAt(late);
    assert.equal(await count(`customer_order WHERE id IN ('${one.id}', '${two.id}')`), 0);
  });

  test('has no need to be set for a customer who had processing restricted', async () => {
    const order = await paidOrder();
    await sqlDone(`UPDATE akkoord.customer SET restricted_since = now() WHERE id = '${customer.id}'`);
    await runAt(late);
    assert.equal(await count(`customer_order WHERE id = '${order.id}'`), 1);
    await sqlDone(`UPDATE akkoord.customer SET restricted_since = NULL WHERE id = '${customer.id}'`);
    await runAt(late);
    assert.equal(await count(`customer_order WHERE id = '${order.id}'`), 0);
  });

  test('is set and lifted by a manager alone', async () => {
    const order = await placeOrder(server, customer);
    for (const role of ['reviewer', 'auditor']) {
      const staff = await newStaff(server, role);
      expectProblem(await put(staff, order, { reason: 'dispute' }), 403, 'forbidden');
      expectProblem(await lift(staff, order), 403, 'forbidden');
    }
    const manager = await newStaff(server, 'manager');
    expectProblem(await put(manager, order, { reason: 'because', scope: 'all' }), 422, 'validation', ['reason', 'scope']);
    expectProblem(await put(manager, { id: randomUUID() }, { reason: 'dispute' }), 404, 'not_found');
  });
});

// ---- running it ----

describe('akkoord retention run', () => {
  const manyEvents = (on, rows) => sqlDone(`INSERT INTO akkoord.event SELECT gen_random_uuid(), 'standard', n::text, 'paid', 'pay', NULL, 1, 'EUR', false,
    '2020-01-01', '2020-01-01', sha256('x'), 'unmatched', NULL, NULL FROM generate_series(1, ${rows}) n`, on);
  const today = () => new Date();

  test('with --dry-run prints the same counts and changes nothing', async () => {
    await manyEvents(server, 2500);
    const order = await paidOrder();
    const late = midnight(`${new Date().getUTCFullYear() + 8}-01-02`);
    const snapshot = () => server.sql(`SELECT (SELECT count(*) FROM akkoord.event) AS events, (SELECT count(*) FROM akkoord.customer_order) AS orders,
      (SELECT count(*) FROM akkoord.retention_run) AS runs, (SELECT sum(n_tup_del + n_tup_upd) FROM pg_stat_xact_user_tables) AS touched`);
    const before = await snapshot();
    const dry = await runAt(late, { args: ['--dry-run'] });
    assert.deepEqual(await snapshot(), before);
    assert.ok(dry.event >= 2500 && dry.order >= 1);
    assert.deepEqual(await runAt(late), dry);
    assert.deepEqual(only(await runAt(late)), {}, 'a second run finds nothing');
    assert.equal(await count(`customer_order WHERE id = '${order.id}'`), 0);
  });

  test('killed in the middle has noted exactly what it did, and the next goes on', async () => {
    const other = await startAkkoord();
    const rows = 120_000;
    await waitFor(async () => (await count("retention_run WHERE outcome = 'done'", other)) === 1, { what: 'the first run of the server' });
    await manyEvents(other, rows);
    const running = start(program(), ['retention', 'run'], { env: other.env, stdio: ['ignore', 'ignore', 'inherit'] });
    await waitFor(async () => (await count('event', other)) < rows - 3000, { what: 'the first batches', interval: 5 });
    kill(running.pid, 'SIGKILL');
    await running.exit;
    await waitFor(async () => (await other.sql("SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'akkoord retention' AND state <> 'idle'"))[0].count === 0);
    const left = await count('event', other);
    assert.ok(left > 0, 'it was killed in the middle');
    const [{ counts, outcome }] = await other.sql("SELECT counts, outcome FROM akkoord.retention_run WHERE origin = 'command'");
    assert.deepEqual([counts.event, outcome], [rows - left, null]);
    assert.equal((await runAt(today(), { on: other })).event, left);
    const runs = await other.sql("SELECT counts, outcome, policy_version FROM akkoord.retention_run WHERE origin = 'command' ORDER BY started_at");
    assert.deepEqual(runs.map(({ outcome: word }) => word), [null, 'done']);
    assert.equal(runs[1].counts.event, left);
  });

  test('runs once at a time', async () => {
    await manyEvents(server, 20_000);
    const results = await Promise.all([1, 2, 3].map(() => server.cli(['retention', 'run'])));
    const done = results.filter(({ code }) => code === 0).map(readCounts);
    assert.ok(done.length >= 1);
    assert.equal(done.reduce((sum, { event }) => sum + event, 0), 20_000, 'no row is counted twice');
    for (const { code, stderr } of results.filter((result) => result.code !== 0)) {
      assert.equal(code, 1);
      assert.match(stderr, /another retention run is under way/);
    }
  });

  test('shows a bar and a table on a terminal', async () => {
    await manyEvents(server, 3000);
    const command = `${program()} retention run`;
    const { code, stdout } = await run('script', ['-qec', command, '/dev/null'], { env: server.env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /\rdeleting \[#+\] 100% 3000\/3000/);
    assert.match(stdout, /CATEGORY +BEFORE +DELETED/);
    assert.match(stdout, /^event +\S+ +3000\r?$/m);
  });

  test('refuses wrong arguments with 2', async () => {
    for (const args of [[], ['now'], ['run', '--dry'], ['run', '--dry-run', 'x']]) assert.equal((await server.cli(['retention', ...args])).code, 2, args.join(' '));
  });
});

test('the server does it once a day by itself, and counts and logs it; of two that share a database one does', async () => {
  const first = await startAkkoord();
  const { id: customerId, token } = await registerCustomer(first);
  const order = await placeOrder(first, { id: customerId, token });
  expectStatus(await payStandard(first, order), 200);
  await first.stop();
  const second = await prepareAkkoord({ dataDir: first.dataDir, secrets: first.secrets });
  for (const server_ of [first, second]) server_.env.AKKOORD_CLOCK_OFFSET = offset(midnight(`${new Date().getUTCFullYear() + 8}-01-02`));
  await Promise.all([first.start(), second.start()]);
  await waitFor(async () => (await count('customer_order', first)) === 0, { what: 'the sweep' });
  await waitFor(async () => (await count("retention_run WHERE outcome = 'done' AND started_at > now() + interval '1 year'", first)) >= 1,
    { what: 'the end of the run' });
  const metrics = await Promise.all([first, second].map(async (each) => (await each.api('GET', '/metrics')).text));
  const orders = metrics.flatMap((text) => [...text.matchAll(/^akkoord_retention_deleted_total\{category="order"\} (\d+)$/gm)].map(([, number]) => Number(number)));
  assert.deepEqual(orders, [1]);
  const log = first.log + second.log;
  assert.equal(log.match(/event=retention\.deleted category=order rows=1/g)?.length, 1);
  assert.match(log, /event=retention\.done/);
  await second.stop();
});

test('postgres.log holds no line that is older than a year', async () => {
  const one = await startAkkoord();
  await one.stop();
  const path = join(one.dataDir, 'log', 'postgres.log');
  const old = `${path}.1`;
  writeFileSync(old, 'old\n');
  utimesSync(old, new Date(Date.now() - 200 * DAY_MS), new Date(Date.now() - 200 * DAY_MS));
  one.env.AKKOORD_CLOCK_OFFSET = String(150 * 86_400);
  await one.start();
  await one.stop();
  assert.equal(statSync(old, { throwIfNoEntry: false }), undefined, 'what was put away half a year ago is gone');
  const line = readFileSync(path, 'utf8').split('\n').find((text) => /^\d{4}-/.test(text));
  one.env.AKKOORD_CLOCK_OFFSET = String(200 * 86_400);
  await one.start();
  await one.stop();
  assert.ok(readFileSync(old, 'utf8').includes(line), 'what is half a year old is put away');
  assert.ok(!readFileSync(path, 'utf8').includes(line));
  one.env.AKKOORD_CLOCK_OFFSET = String(400 * 86_400);
  await one.start();
  await one.stop();
  const left = [path, old].map((name) => statSync(name, { throwIfNoEntry: false }) ? readFileSync(name, 'utf8') : '');
  assert.ok(!left.join().includes(line), 'and gone after another half');
});

// ---- an external database ----

describe('with an external database', () => {
  let cluster;
  let database;
  let external;
  let role;
  before(async () => {
    cluster = await startPostgres();
    database = await cluster.createDatabase();
    role = `retention_${database.name}`;
    await cluster.query(`CREATE ROLE ${role} LOGIN PASSWORD 'sample'`);
    external = await prepareAkkoord({ database });
    assert.equal((await external.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } })).code, 0);
    await external.start();
  });
  const url = () => cluster.url(role, 'sample', database.name);
  const runWith = (env, args = []) => external.cli(['retention', 'run', ...args], { env: { AKKOORD_MODE: null, ...env } });

  test('it says which setting is missing; the server too', async () => {
    const { code, stderr } = await runWith({});
    assert.equal(code, 1);
    assert.match(stderr, /AKKOORD_DATABASE_RETENTION_URL must be set/);
    assert.match(external.log, /event=retention\.off setting=AKKOORD_DATABASE_RETENTION_URL/);
  });

  test('it refuses a role that is not in akkoord_retention; migrate puts it there', async () => {
    const refused = await runWith({ AKKOORD_DATABASE_RETENTION_URL: url() });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /AKKOORD_DATABASE_RETENTION_URL .*akkoord_retention/);
    assert.equal((await external.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl, AKKOORD_DATABASE_RETENTION_URL: url() } })).code, 0);
    readCounts(await runWith({ AKKOORD_DATABASE_RETENTION_URL: url() }));
    assert.match((await runWith({ AKKOORD_DATABASE_RETENTION_URL: url(), AKKOORD_KEYRING_FILE: null })).stderr, /audit log.*AKKOORD_KEYRING_FILE/);
  });

  test('its role may delete, and change nothing', async () => {
    for (const text of ["UPDATE akkoord.customer_order SET status = 'held'", 'UPDATE akkoord.event SET amount_minor = 1', 'DELETE FROM akkoord.document_counter',
      "INSERT INTO akkoord.legal_hold (id, order_id, reason, set_by, set_at) VALUES (gen_random_uuid(), gen_random_uuid(), 'dispute', gen_random_uuid(), now())",
      'UPDATE akkoord.legal_hold SET lifted_at = now()', 'UPDATE akkoord.retention_run SET started_at = now()']) {
      await assert.rejects(cluster.query(text, { url: url() }), /permission denied/, text);
    }
  });

  test('a shifted clock deletes nothing of a live installation, and nor does one that is wrong', async () => {
    const env = { AKKOORD_DATABASE_RETENTION_URL: url() };
    await database.query("UPDATE akkoord.installation SET mode = 'live'");
    const shifted = await runWith({ ...env, AKKOORD_CLOCK_OFFSET: '315360000' });
    assert.equal(shifted.code, 1);
    assert.match(shifted.stderr, /AKKOORD_CLOCK_OFFSET is set/);
    await database.query("UPDATE akkoord.installation SET mode = 'test'");
    readCounts(await runWith({ ...env, AKKOORD_CLOCK_OFFSET: '315360000' }, ['--dry-run']));
  });
});
