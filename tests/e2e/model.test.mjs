// Random lives of orders against the independent model of lib/model.mjs: whatever providers, customers and staff do, in
// whatever order and at once, an order is what CONTRACT section 4 says; and what all orders have in common holds after.
//
// AKKOORD_SEED lives one sequence again, AKKOORD_SEQUENCES says how many to live.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { newStaff, prepareAkkoord, registerCustomer, services } from './lib/akkoord.mjs';
import { livePlan, makePlan, planOf, shrinkPlan, stepText } from './lib/sequences.mjs';

const firstSeed = process.env.AKKOORD_SEED === undefined ? randomInt(2 ** 31) : Number(process.env.AKKOORD_SEED);
const count = Number(process.env.AKKOORD_SEQUENCES ?? (process.env.AKKOORD_SEED === undefined ? 500 : 1));
const AT_ONCE = 16;

const money = (amount) => ({ amount, currency: 'EUR' });
const seller = {
  name: 'Sample Studio', kvk_number: '12345678', vat_number: 'NL123456789B01', iban: 'NL91ABNA0417164300',
  email: 'studio@example.com', address: { street: 'Voorbeeldstraat 1', postal_code: '1000 AA', city: 'Amsterdam', country: 'NL' },
};
// Prices that make VAT round at its half, and two rates.
const priceList = {
  services: [['hour', 9550, '21.00'], ['half', 50, '21.00'], ['booklet', 1150, '9.00'], ['house-style', 185000, '21.00']]
    .map(([sku, amount, rate]) => ({
      sku, name: { nl: sku, en: sku }, unit_price: money(amount), price_includes_vat: false, vat_category: 'S', vat_rate: rate,
    })),
};

async function newWorld(mode) {
  const server = await prepareAkkoord();
  const files = { AKKOORD_SELLER_FILE: seller, AKKOORD_SERVICES_FILE: priceList };
  for (const [setting, content] of Object.entries(files)) {
    server.env[setting] = join(server.folder, `${setting}.json`);
    writeFileSync(server.env[setting], JSON.stringify(content));
    chmodSync(server.env[setting], 0o644);
  }
  server.env.AKKOORD_MODE = mode;
  if (mode === 'live') Object.assign(server.env, { AKKOORD_RATE_LIMITS: null, AKKOORD_SANDBOX_WEBHOOK_SECRET: null });
  await server.start();
  const customers = [];
  for (let i = 0; i < 4; i++) customers.push(await registerCustomer(server));
  const staff = await newStaff(server, 'manager');
  const expire = async (id) => {
    const { code, stderr } = await server.psql(`UPDATE akkoord.customer_order SET expires_at = now() - interval '1 second'
      WHERE id = '${id}' AND status = 'awaiting_payment'`);
    assert.equal(code, 0, stderr);
  };
  return { mode, server, customers, staff, expire, services: await services(server), lives: [] };
}

// Lives `many` plans, AT_ONCE of them at a time; the first failures as texts.
async function liveAll(world, many) {
  const failures = [];
  let next = 0;
  const worker = async () => {
    while (next < many && failures.length < 3) {
      const plan = makePlan(firstSeed + next++, { mode: world.mode });
      let life;
      try {
        life = await livePlan(world, plan);
      } catch (error) {
        failures.push({ plan, steps: plan.steps.length, text: error.stack });
        continue;
      }
      if (life.failure) failures.push({ plan, ...life.failure });
      else world.lives.push(life);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failures;
}

async function explain(world, { plan, steps, text }) {
  const lines = [`AKKOORD_SEED=${plan.seed} (an order through ${plan.provider}, mode ${plan.mode}, ` +
    `payments ${JSON.stringify(plan.payments)}) fails after ${steps} steps:`,
  ...plan.steps.slice(0, steps).map((step) => `  ${stepText(step)}`), `  ${text}`];
  const shorter = await shrinkPlan(world, plan, steps).catch(() => null);
  if (shorter && shorter.steps.length < steps) {
    const again = await livePlan(world, shorter);
    lines.push(`and so does, after ${shorter.steps.length}:`, ...shorter.steps.map((step) => `  ${stepText(step)}`),
      `  ${again.failure?.text ?? '(not every time)'}`);
  }
  return lines.join('\n');
}

async function liveOrFail(world, many) {
  const failures = await liveAll(world, many);
  const texts = [];
  for (const failure of failures) texts.push(await explain(world, failure));
  assert.equal(texts.length, 0, `\n${texts.join('\n\n')}`);
  assert.equal(world.lives.length, many);
}

// ---- what all orders have in common ----

async function holdsEverywhere(world) {
  const { server } = world;
  const nothing = async (what, query) => assert.deepEqual(await server.sql(query), [], what);

  await nothing('the numbers of a series run from 1 without a gap', `
    SELECT kind, year, count(*), min(sequence), max(sequence) FROM akkoord.document GROUP BY kind, year
    HAVING min(sequence) <> 1 OR max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)`);
  await nothing('the counter of a series is its last number', `
    SELECT kind, year FROM akkoord.document_counter c
    WHERE last_number <> (SELECT count(*) FROM akkoord.document d WHERE d.kind = c.kind AND d.year = c.year)`);
  await nothing('dates never run backwards in a series', `
    SELECT * FROM (SELECT number, issue_date, lag(issue_date) OVER (PARTITION BY kind, year ORDER BY sequence) AS before
                   FROM akkoord.document) d WHERE before > issue_date`);
  await nothing('a document stands in the series of the year of its date', `
    SELECT number FROM akkoord.document WHERE extract(year FROM issue_date) <> year
       OR number <> CASE kind WHEN 'credit_note' THEN 'CN' ELSE '' END || year || '-' || lpad(sequence::text, 6, '0')`);
  await nothing('the decisions about an order are numbered without a gap', `
    SELECT order_id FROM akkoord.decision GROUP BY order_id
    HAVING min(ordinal) <> 1 OR max(ordinal) <> count(*) OR count(DISTINCT ordinal) <> count(*)`);
  await nothing('an order counts its decisions', `
    SELECT id FROM akkoord.customer_order o
    WHERE decisions_count <> (SELECT count(*) FROM akkoord.decision d WHERE d.order_id = o.id)`);
  await nothing('at most one invoice of an order stands', `
    SELECT order_id FROM akkoord.document i WHERE kind = 'invoice'
      AND NOT EXISTS (SELECT FROM akkoord.document n WHERE n.credits_id = i.id) GROUP BY order_id HAVING count(*) > 1`);
  await nothing('an invoice stands for every order that is accepted or completed, and for none that is unpaid or cancelled', `
    SELECT id, status FROM akkoord.customer_order o CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM akkoord.document i WHERE i.order_id = o.id AND i.kind = 'invoice'
        AND NOT EXISTS (SELECT FROM akkoord.document n WHERE n.credits_id = i.id)) AS stands) s
    WHERE CASE WHEN status IN ('accepted', 'completed') THEN NOT stands WHEN status <> 'held' THEN stands END`);
  await nothing('no event is applied twice', `
    SELECT provider, event_id FROM akkoord.event GROUP BY provider, event_id HAVING count(*) > 1`);
  await nothing('no event is put aside because the database refused it', `
    SELECT * FROM akkoord.event WHERE outcome = 'quarantined'`);

  const replay = await server.cli(['decisions', 'replay']);
  assert.equal(replay.code, 0, `the policy gives every decision on record again: ${replay.stderr}`);
}

// What the API does not show of an order: reviews that nobody asked after, and what an invoice says was paid before.
async function unseenIsAsModelled(world) {
  const reviews = await world.server.sql(`
    SELECT d.order_id, d.ordinal, r.requested_by, r.outcome FROM akkoord.review r JOIN akkoord.decision d ON d.id = r.decision_id`);
  const invoices = await world.server.sql(`
    SELECT order_id, prepaid_minor FROM akkoord.document WHERE kind = 'invoice' ORDER BY order_id, issued_at, sequence`);
  const byOrder = (rows) => rows.reduce((map, row) =>
    map.set(row.order_id, [...(map.get(row.order_id) ?? []), row]), new Map());
  const [reviewsOf, invoicesOf] = [byOrder(reviews), byOrder(invoices)];
  for (const { life, states } of world.lives) {
    const found = (reviewsOf.get(life.order.id) ?? []).map((row) => `${row.ordinal} by ${row.requested_by}: ${row.outcome}`).sort();
    const paid = (invoicesOf.get(life.order.id) ?? []).map((row) => row.prepaid_minor);
    const fits = states.some((state) => {
      const expected = state.decisions.flatMap(({ review }, index) =>
        (review ? [`${index + 1} by ${review.by}: ${review.outcome}`] : [])).sort();
      const issued = state.documents.filter((document) => document.kind === 'invoice');
      return String(found) === String(expected) && issued.length === paid.length &&
        issued.every(({ prepaid }, index) => prepaid === null || prepaid === paid[index]);
    });
    assert.ok(fits, `order ${life.order.id}: reviews [${found}], prepaid [${paid}], where the model has ${JSON.stringify(states)}`);
  }
}

// ---- the tests ----

async function liveInMode(t, mode, many) {
  t.diagnostic(`AKKOORD_SEED=${firstSeed} AKKOORD_SEQUENCES=${many}`);
  const world = await newWorld(mode);
  await liveOrFail(world, many);
  await holdsEverywhere(world);
  await unseenIsAsModelled(world);
}

test('whatever happens to an order, it is what the state table says', (t) => liveInMode(t, 'test', count));

test('the same holds in live mode, where test money is held', (t) => liveInMode(t, 'live', Math.ceil(count / 5)));

// What chance seldom makes.
const event = (form, rest) => ({ do: 'event', form, ...rest });
const corners = {
  'each surplus payment is refused, and the order still follows the first one': planOf('standard', [
    event('paid'), event('paid', { payment: 1 }), event('paid', { payment: 2 }), event('refunded', { payment: 1, part: 'all' }),
    event('refunded', { part: 'all' }),
  ]),
  'money that went back before the approval and is charged back after it holds the order again': planOf('standard', [
    event('refunded', { part: 'all', named: false }), event('paid'), { do: 'decide', which: 0, outcome: 'overturned' },
    event('charged_back'), { do: 'decide', which: 0, outcome: 'upheld' },
  ]),
  'a refund after a dispute that was won takes the invoice back': planOf('standard', [
    event('paid'), event('charged_back'), { do: 'decide', which: 0, outcome: 'overturned' }, event('refunded', { part: 'all' }),
  ]),
  'a payment that failed may still succeed, and then does not fail again': planOf('standard', [
    event('failed'), event('paid'), event('failed'), event('expired'),
  ]),
  'a session that is abandoned, then paid, is one payment, and its intent is too': planOf('stripe', [
    event('session_abandoned'), event('session_paid'), event('intent_paid', { named: false }), event('refund', { named: false, part: 'half' }),
    event('refund', { named: false, part: 'all' }),
  ]),
  'a charge-back and a refund that came before the approval are both applied to it': planOf('standard', [
    event('charged_back', { named: false }), event('refunded', { part: 'half', named: false }), event('paid'),
    { do: 'decide', which: 0, outcome: 'upheld' },
  ]),
  'what staff took back and a later payment pays again can be accepted by a person only': planOf('standard', [
    event('paid'), { do: 'decide', which: 0, outcome: 'overturned' }, event('paid', { payment: 1 }),
    { do: 'decide', which: 0, outcome: 'overturned' }, event('charged_back', { payment: 1 }),
    { do: 'decide', which: 0, outcome: 'overturned' }, { do: 'complete' }, event('refunded', { payment: 0, part: 'all' }),
  ]),
};

test('what happens seldom', { skip: process.env.AKKOORD_SEED !== undefined && 'a seed was asked for' }, async (t) => {
  const world = await newWorld('test');
  for (const [title, plan] of Object.entries(corners)) {
    await t.test(title, async () => {
      const life = await livePlan(world, plan);
      assert.equal(life.failure?.text ?? null, null, life.failure && plan.steps.slice(0, life.failure.steps).map(stepText).join('\n'));
      world.lives.push(life);
    });
  }
  await holdsEverywhere(world);
  await unseenIsAsModelled(world);
});
