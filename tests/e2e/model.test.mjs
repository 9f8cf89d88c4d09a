// Random lives of orders against the independent model of lib/model.mjs: whatever providers, customers and staff do, in
// whatever order, at once and to whichever of two servers on one database, an order is what CONTRACT section 4 says; and
// what all orders have in common holds after.
//
// AKKOORD_SEED lives one sequence again, AKKOORD_SEQUENCES says how many to live.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, test } from 'node:test';

import { expectDecisionsReplay, listAll, startPostgres } from './lib/akkoord.mjs';
import { kinds, newWorld } from './lib/lives/world.mjs';
import { livePlan, makePlan, planOf, shrinkPlan, stepText } from './lib/sequences.mjs';

const firstSeed = process.env.AKKOORD_SEED === undefined ? randomInt(2 ** 31) : Number(process.env.AKKOORD_SEED);
const count = Number(process.env.AKKOORD_SEQUENCES ?? (process.env.AKKOORD_SEED === undefined ? 500 : 1));
const AT_ONCE = 32;

let cluster;
before(async () => {
  cluster = await startPostgres();
});

// Lives `many` plans, AT_ONCE of them at a time; the first failures as texts.
async function liveAll(world, many) {
  const failures = [];
  let next = 0;
  const worker = async () => {
    while (next < many && failures.length < 3) {
      const plan = makePlan(firstSeed + next++, world.kind);
      let life;
      try {
        life = await livePlan(world, plan);
      } catch (error) {
        failures.push({ plan, steps: plan.steps.length, text: error.stack, isBroken: true });
        continue;
      }
      if (life.failure) failures.push({ plan, ...life.failure });
      else world.lives.push(life);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return failures;
}

// What did not come to its end is not made shorter: each try would be waited for.
async function explain(world, { plan, steps, text, isBroken }) {
  const lines = [`AKKOORD_SEED=${plan.seed} (an order through ${plan.provider}, mode ${plan.mode}, API of ${plan.kind.callable}, ` +
    `payments ${JSON.stringify(plan.payments)}) fails after ${steps} steps:`,
  ...plan.steps.slice(0, steps).map((step) => `  ${stepText(step)}`), `  ${text}`];
  const shorter = isBroken ? null : await shrinkPlan(world, plan, steps).catch(() => null);
  if (shorter && shorter.steps.length < steps) {
    const again = await livePlan(world, shorter);
    lines.push(`and so does, after ${shorter.steps.length}:`, ...shorter.steps.map((step) => `  ${stepText(step)}`),
      `  ${again.failure?.text ?? '(not every time)'}`);
  }
  return lines.join('\n');
}

async function liveOrFail(world, many) {
  const before = world.lives.length;
  const failures = await liveAll(world, many);
  const texts = [];
  for (const failure of failures) texts.push(await explain(world, failure));
  assert.equal(texts.length, 0, `\n${texts.join('\n\n')}`);
  assert.equal(world.lives.length, before + many);
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
      AND NOT EXISTS (SELECT FROM akkoord.document n WHERE n.credits_id = i.id AND n.takes_rest) GROUP BY order_id HAVING count(*) > 1`);
  await nothing('no invoice is credited for more than it was, and one that ended for all of it', `
    SELECT i.number FROM akkoord.document i JOIN akkoord.document n ON n.credits_id = i.id GROUP BY i.number, i.total_minor
    HAVING sum(n.total_minor) > i.total_minor OR bool_or(n.takes_rest) <> (sum(n.total_minor) = i.total_minor)`);
  await nothing('an invoice stands for every order that is accepted or completed, unless staff credited all of it, and for none that is unpaid or cancelled', `
    SELECT id, status FROM akkoord.customer_order o CROSS JOIN LATERAL (SELECT EXISTS (
      SELECT FROM akkoord.document i WHERE i.order_id = o.id AND i.kind = 'invoice'
        AND NOT EXISTS (SELECT FROM akkoord.document n WHERE n.credits_id = i.id AND n.takes_rest)) AS stands) s
    WHERE CASE WHEN status IN ('accepted', 'completed') THEN NOT stands AND NOT EXISTS (
      SELECT FROM akkoord.document n WHERE n.order_id = o.id AND n.takes_rest AND n.decision_id IS NULL) WHEN status <> 'held' THEN stands END`);
  await nothing('no event is applied twice', `
    SELECT provider, event_id FROM akkoord.event GROUP BY provider, event_id HAVING count(*) > 1`);
  await nothing('no event is put aside because the database refused it', `
    SELECT * FROM akkoord.event WHERE outcome = 'quarantined'`);

  await expectDecisionsReplay(server);
}

// What has gone back at the providers that can be called is what the books say, and the program has sent nothing twice.
async function booksAreAtTheProviders(world) {
  const { accounts, server } = world;
  assert.deepEqual(await server.sql('SELECT kind, last_error FROM akkoord.job WHERE dead'), [], 'no job is given up');
  const paid = await server.sql(`SELECT provider, provider_payment_id AS id, status, refunded_minor, charged_back FROM akkoord.payment
    WHERE provider_payment_id IS NOT NULL`);
  for (const { provider, id, status, refunded_minor: refunded, charged_back: isCharged } of paid.filter((payment) => accounts[payment.provider])) {
    const payment = accounts[provider].ownerOf(id);
    const { refunds } = payment.log.at(-1);
    const failed = refunds.filter((refund) => refund.failed).length;
    assert.equal(refunded, refunds.reduce((sum, refund) => sum + (refund.failed ? 0 : refund.amount), 0), `what went back of ${id}`);
    assert.ok(status !== 'refund_due' || isCharged, `${id} is still due`);
    assert.ok(payment.log.filter(({ by }) => by === 'program').length <= 1 + failed, `${id} was sent back twice`);
  }
}

// Staff find every payment under its status, with what has gone back of it.
async function isListedForStaff({ server, staff, lives }) {
  const shown = lives.flatMap(({ life, states }) => life.view.payments.map((payment) => ({ ...payment, states })));
  for (const status of ['open', 'paid', 'failed', 'expired', 'refund_due', 'partially_refunded', 'refunded', 'charged_back']) {
    const listed = await listAll(server, staff.token, `/v1/staff/payments?status=${status}`);
    const expected = new Map(shown.filter((payment) => payment.status === status).map((payment) => [payment.id, payment]));
    assert.deepEqual(listed.map(({ id }) => id).sort(), [...expected.keys()].sort(), status);
    for (const { id, provider, provider_payment_id: known, refunded, failed_refunds: failed } of listed.filter((one) => one.provider_payment_id)) {
      const sums = expected.get(id).states.flatMap(({ payments }) => payments)
        .filter((payment) => payment.provider === provider && payment.ids.includes(known))
        .map((payment) => `${payment.refunded} and ${payment.refunds.failed.length} failed`);
      assert.ok(sums.includes(`${refunded.amount} and ${failed} failed`), `${provider} ${known}: ${refunded.amount} and ${failed} failed, not ${sums}`);
    }
  }
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

// A world for as long as it takes to look at it.
async function inWorld(kind, look) {
  const world = await newWorld(cluster, kind);
  try {
    await look(world);
    await holdsEverywhere(world);
    await unseenIsAsModelled(world);
    await booksAreAtTheProviders(world);
    await isListedForStaff(world);
  } finally {
    for (const server of world.servers) await server.stop();
  }
}

// What chance seldom makes.
const event = (form, rest) => ({ do: 'event', form, ...rest });
const corners = {
  'each surplus payment is refused, and the order still follows the first one': planOf(kinds.test, 'standard', [
    event('paid'), event('paid', { payment: 1 }), event('paid', { payment: 2 }), event('refunded', { payment: 1, part: 'all' }),
    event('refunded', { part: 'all' }),
  ]),
  'money that went back before the approval and is charged back after it holds the order again': planOf(kinds.test, 'standard', [
    event('refunded', { part: 'all', named: false }), event('paid'), { do: 'decide', which: 0, outcome: 'overturned' },
    event('charged_back'), { do: 'decide', which: 0, outcome: 'upheld' },
  ]),
  'a refund after a dispute that was won takes the invoice back': planOf(kinds.test, 'standard', [
    event('paid'), event('charged_back'), { do: 'decide', which: 0, outcome: 'overturned' }, event('refunded', { part: 'all' }),
  ]),
  'a payment that failed may still succeed, and then does not fail again': planOf(kinds.test, 'standard', [
    event('failed'), event('paid'), event('failed'), event('expired'),
  ]),
  'a session that is abandoned, then paid, is one payment, and its intent is too': planOf(kinds.test, 'stripe', [
    event('session_abandoned'), event('session_paid'), event('intent_paid', { named: false }), event('refund', { named: false, part: 'half' }),
    event('refund', { named: false, part: 'all' }),
  ]),
  'a charge-back and a refund that came before the approval are both applied to it': planOf(kinds.test, 'standard', [
    event('charged_back', { named: false }), event('refunded', { part: 'half', named: false }), event('paid'),
    { do: 'decide', which: 0, outcome: 'upheld' },
  ]),
  'what was paid and has gone back before Mollie is asked is a payment and a refund': planOf(kinds.test, 'mollie', [
    event('pay', { told: 'later' }), event('refund', { part: 'half', told: 'later' }), event('refund', { part: 'rest', told: 'signed' }),
  ]),
  'what staff take back goes back to the customer at Mollie, less what has gone already': planOf(kinds.test, 'mollie', [
    event('pay', { told: 'ping' }), event('refund', { part: 'half', told: 'both' }), { do: 'decide', which: 0, outcome: 'overturned' },
    event('ping', { told: 'twice' }),
  ]),
  'a payment at a provider that nobody was asked to pay at is held, and goes back when that is upheld': planOf(kinds.test, 'sandbox', [
    event('pay', { provider: 'mollie', told: 'signed' }), { do: 'decide', which: 0, outcome: 'upheld' }, event('approve'),
  ]),
  'money that is due and that the bank takes meanwhile is not sent as well': planOf(kinds.test, 'mollie', [
    event('pay', { told: 'ping' }), event('pay', { payment: 1, told: 'later' }),
    { do: 'burst', steps: [event('ping', { payment: 1, told: 'ping' }), event('chargeback', { payment: 1, part: 'all', told: 'ping', ambush: true })] },
  ]),
  'the sandbox pays twice, and gives back what was kept': planOf(kinds.test, 'sandbox', [
    event('approve_twice'), event('refund', { part: 'half' }), event('refund', { part: 'rest' }), event('charge_back'),
  ]),
  'money that the bank has taken back is not owed as well when a refund of it fails': planOf(kinds.test, 'stripe', [
    event('session_paid'), event('refund', { part: 'all' }), event('dispute', { named: false }),
    event('refund_failed', { named: false, refund: 0 }),
  ]),
  'a surplus payment whose refund fails is sent back once more': planOf(kinds.test, 'mollie', [
    event('pay', { told: 'ping' }), event('pay', { payment: 1, told: 'signed' }), event('failRefund', { payment: 1, told: 'ping' }),
    event('failRefund', { payment: 1, told: 'both' }),
  ]),
  'an attempt that is asked for again under its key is the same one, and with another provider it is refused': planOf(kinds.test, 'standard', [
    { do: 'attempt', provider: 'mollie', key: 0 }, { do: 'attempt', provider: 'mollie', key: 0 }, { do: 'attempt', provider: 'mollie', key: 1 },
    { do: 'attempt', provider: 'stripe', key: 0 }, event('paid'), { do: 'attempt', provider: 'mollie', key: 1 },
  ]),
  'a refund after credits of parts credits what is left, and nothing more can be credited then': planOf(kinds.test, 'standard', [
    event('paid'), { do: 'credit', part: 3 }, { do: 'credit', part: 2 }, { do: 'credit', part: 1 }, event('refunded', { part: 'all' }), { do: 'credit', part: 3 },
  ]),
  'an invoice that was credited in full is replaced when a charge-back of its order is overturned': planOf(kinds.test, 'standard', [
    event('paid'), { do: 'credit', part: 1 }, event('charged_back'), { do: 'decide', which: 0, outcome: 'overturned' }, { do: 'credit', part: 2 },
    { do: 'credit', part: 2 }, event('refunded', { part: 'all' }),
  ]),
  'a refund that fails before it is heard of cancels nothing': planOf(kinds.test, 'mollie', [
    event('pay', { told: 'ping' }), event('refund', { part: 'all', told: 'later' }), event('failRefund', { told: 'ping' }),
  ]),
  'what staff took back and a later payment pays again can be accepted by a person only': planOf(kinds.test, 'standard', [
    event('paid'), { do: 'decide', which: 0, outcome: 'overturned' }, event('paid', { payment: 1 }),
    { do: 'decide', which: 0, outcome: 'overturned' }, event('charged_back', { payment: 1 }),
    { do: 'decide', which: 0, outcome: 'overturned' }, { do: 'complete' }, event('refunded', { payment: 0, part: 'all' }),
  ]),
};

async function liveCorners(t, world) {
  for (const [title, plan] of Object.entries(corners)) {
    await t.test(title, async () => {
      const life = await livePlan(world, plan);
      assert.equal(life.failure?.text ?? null, null, life.failure && plan.steps.slice(0, life.failure.steps).map(stepText).join('\n'));
      world.lives.push(life);
    });
  }
}

async function liveAtRandom(t, world, many) {
  t.diagnostic(`AKKOORD_SEED=${firstSeed} AKKOORD_SEQUENCES=${many}`);
  await liveOrFail(world, many);
}

test('whatever happens to an order, it is what the state table says', (t) => inWorld(kinds.test, async (world) => {
  if (process.env.AKKOORD_SEED === undefined) await liveCorners(t, world);
  await liveAtRandom(t, world, count);
}));

test('the same holds in live mode, where test money is held', (t) => inWorld(kinds.live, (world) => liveAtRandom(t, world, Math.ceil(count / 5))));

test('the same holds where Stripe can be called too, and is sent to for what is due', (t) =>
  inWorld(kinds.hosted, (world) => liveAtRandom(t, world, Math.ceil(count / 5))));
