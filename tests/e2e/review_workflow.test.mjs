// A review in all its steps: who works on it, what the customer is asked and told, who may decide, what happens when it
// takes too long, the second look, and the figures about all of that.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectDecisionsReplay, expectProblem, expectStatus, expectTime, getOrder, listAll, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer,
  samplePriceList, sampleSeller, sendStripe, staffLogin, startAkkoord, stripeEvent, waitFor } from './lib/akkoord.mjs';

const UPHELD = { outcome: 'upheld', reasons: 'The facts are as they were.' };
const OVERTURNED = { outcome: 'overturned', reasons: 'The customer paid the rest to us.' };
const DAY = 86_400;
// Two of the dearest service are above it, one is not.
const FOUR_EYES = 60_000;

let server;
let customer;
let anna; // reviewers
let bram;
let manager;
let auditor;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
  [anna, bram, manager, auditor] = await Promise.all(['reviewer', 'reviewer', 'manager', 'auditor'].map((role) => newStaff(server, role)));
});

// What one server's people can do; `at` is the server.
const as = (who, at = server) => ({
  see: (review) => at.api('GET', `/v1/staff/reviews/${review.id}`, { token: who.token }),
  list: (state = 'open') => listAll(at, who.token, `/v1/staff/reviews?state=${state}`),
  act: (review, what, body) => at.api('POST', `/v1/staff/reviews/${review.id}/${what}`, { token: who.token, body }),
  decide: (review, body = UPHELD) => at.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token: who.token, body }),
});
const mine = (who = customer, at = server) => ({
  ask: (decision, statement = 'Please look.') => at.api('POST', `/v1/decisions/${decision.id}/reviews`, { token: who.token, body: { statement } }),
  see: async (review) => expectStatus(await at.api('GET', `/v1/reviews/${review.id}`, { token: who.token }), 200).json,
  again: (review, statement = 'Look once more.') =>
    at.api('POST', `/v1/reviews/${review.id}/second-look`, { token: who.token, body: { statement } }),
});

async function paid({ at = server, who = customer, ...options } = {}) {
  const order = await placeOrder(at, who);
  expectStatus(await payStandard(at, order, options), 200);
  return getOrder(at, who, order);
}
// An order that the policy holds, and the review it opened.
async function held({ at = server, who = customer, staff = auditor } = {}) {
  const order = await paid({ at, who, amount: 1 });
  const review = (await as(staff, at).list()).find(({ decision_id }) => decision_id === order.decision.id);
  return { order, review };
}
// A review that the customer asked for, of an order that was accepted.
async function asked() {
  const order = await paid();
  return { order, review: expectStatus(await mine().ask(order.decision), 201).json };
}
const stageOf = async (review) => (await mine().see(review)).stage;
const stepsOf = async ({ order_id }, at = server, { token } = auditor) =>
  expectStatus(await at.api('GET', `/v1/staff/orders/${order_id}`, { token }), 200).json.history.map(({ step }) => step);

describe('the stages', () => {
  test('a review goes from acknowledged to notified, each step in the history, and its state follows', async () => {
    const { review } = await asked();
    assert.deepEqual([review.stage, review.state, review.look, review.overdue, review.extension], ['acknowledged', 'requested', 1, false, null]);
    const seen = [];
    const note = async (answer) => {
      const { stage, state } = expectStatus(answer, 200).json;
      seen.push(`${stage} ${state}`);
    };
    await note(await as(anna).act(review, 'assignment', {}));
    await note(await as(anna).see(review));
    await note(await as(anna).act(review, 'view-invitation', { question: 'What did you expect?' }));
    await note(await mine().ask({ id: review.decision_id }, 'That it would start in May.'));
    await note(await as(anna).decide(review));
    seen.push(await stageOf(review));
    assert.deepEqual(seen, ['assigned assigned', 'under_review assigned', 'view_invited assigned', 'under_review assigned', 'decided decided', 'notified']);
    const steps = (await stepsOf(review)).filter((step) => /review|view|statement/.test(step));
    assert.deepEqual(steps, ['review_requested', 'review_assigned', 'review_opened_by_staff', 'view_invited', 'statement_added', 'review_upheld',
      'review_notified']);
    await mine().see(review);
    assert.equal((await stepsOf(review)).filter((step) => step === 'review_notified').length, 1, 'told once');
  });

  test('whoever may decide takes what is nobody\'s by opening it; an auditor only looks', async () => {
    const { review } = await held();
    assert.equal(expectStatus(await as(auditor).see(review), 200).json.assigned_to, null);
    const taken = expectStatus(await as(anna).see(review), 200).json;
    assert.ok(taken.assigned_to);
    assert.equal(taken.stage, 'under_review');
    assert.equal(expectStatus(await as(bram).see(review), 200).json.assigned_to, taken.assigned_to, 'it stays hers');
  });

  test('the customer reads what is asked, and what was said since; the invitation is not repeated meanwhile', async () => {
    const { review } = await held();
    const question = { question: 'Could you send us the receipt?' };
    expectProblem(await as(anna).act(review, 'view-invitation', question), 409, 'review_not_assigned');
    expectStatus(await as(anna).act(review, 'assignment'), 200);
    expectStatus(await as(anna).act(review, 'view-invitation', question), 200);
    expectProblem(await as(anna).act(review, 'view-invitation', question), 409, 'view_invited');
    const read = await mine().see(review);
    assert.deepEqual([read.stage, read.statements.map(({ by, text }) => [by, text])], ['view_invited', [['staff', question.question]]]);
    // What staff add is no answer of the customer's.
    expectStatus(await server.api('POST', `/v1/staff/decisions/${review.decision_id}/reviews`, { token: bram.token, body: { statement: 'Note.' } }), 200);
    assert.equal(await stageOf(review), 'view_invited');
    expectStatus(await mine().ask({ id: review.decision_id }, 'Here it is.'), 200);
    assert.equal(await stageOf(review), 'under_review');
    expectStatus(await as(anna).act(review, 'view-invitation', question), 200);
  });

  test('a customer sees nothing of who works on it, nor what is proposed', async () => {
    const { review } = await asked();
    expectStatus(await as(anna).see(review), 200);
    const read = await mine().see(review);
    for (const field of ['assigned_to', 'proposal', 'decided_by', 'confirmed_by', 'inputs_seen', 'decision']) assert.ok(!(field in read), field);
  });

  for (const [what, call, body, fields] of [['no question', 'view-invitation', {}, ['question']], ['a blank question', 'view-invitation', { question: ' ' }, ['question']],
    ['no reasons', 'extension', { months: 1 }, ['reasons']], ['three months', 'extension', { months: 3, reasons: 'x' }, ['months']],
    ['an unknown field', 'assignment', { staff: 'x' }, ['staff']], ['nobody\'s address', 'assignment', { email: 'nobody@example.com' }, ['email']],
    ['no agreement', 'confirmation', { outcome: 'upheld' }, ['agrees']]]) {
    test(`${call} with ${what} is refused: 422`, async () => {
      const { review } = await held();
      expectStatus(await as(manager).act(review, 'assignment', {}), 200);
      expectProblem(await as(manager).act(review, call, body), 422, 'validation', fields);
    });
  }
});

describe('assigning', () => {
  test('a manager gives a review to a reviewer, a reviewer only to herself', async () => {
    const { review } = await held();
    expectProblem(await as(anna).act(review, 'assignment', { email: bram.email }), 403, 'forbidden');
    const given = expectStatus(await as(manager).act(review, 'assignment', { email: bram.email.toUpperCase() }), 200).json;
    assert.equal(given.stage, 'assigned');
    expectStatus(await as(bram).see(review), 200);
    assert.equal(expectStatus(await as(bram).see(review), 200).json.stage, 'under_review');
    const own = expectStatus(await as(anna).act(review, 'assignment', {}), 200).json;
    assert.notEqual(own.assigned_to, given.assigned_to);
    expectProblem(await as(manager).act(review, 'assignment', { email: auditor.email }), 422, 'validation', ['email']);
    expectProblem(await as(auditor).act(review, 'assignment', {}), 403, 'forbidden');
  });

  test('what is somebody else\'s is asked about and extended by her or a manager', async () => {
    const { review } = await held();
    expectStatus(await as(anna).act(review, 'assignment', {}), 200);
    expectProblem(await as(bram).act(review, 'view-invitation', { question: 'Why?' }), 403, 'assigned_to_other');
    expectProblem(await as(bram).act(review, 'extension', { months: 1, reasons: 'Busy.' }), 403, 'assigned_to_other');
    expectStatus(await as(manager).act(review, 'extension', { months: 1, reasons: 'Waiting for the bank.' }), 200);
  });

  test('a decided review is neither assigned nor asked about nor extended', async () => {
    const { review } = await held();
    expectStatus(await as(anna).decide(review), 200);
    for (const [what, body] of [['assignment', {}], ['view-invitation', { question: 'Why?' }], ['extension', { months: 1, reasons: 'x' }],
      ['confirmation', { outcome: 'upheld', agrees: true }]]) expectProblem(await as(manager).act(review, what, body), 409, 'review_decided');
  });
});

describe('more time', () => {
  test('the due date moves once, counted from the day it was asked for, and the customer reads why', async () => {
    const { review } = await asked();
    expectStatus(await as(anna).act(review, 'assignment', {}), 200);
    const reasons = 'We wachten op de bank.';
    const extended = expectStatus(await as(anna).act(review, 'extension', { months: 2, reasons }), 200).json;
    const read = await mine().see(review);
    assert.equal(read.due_at, extended.due_at);
    expectTime(read.extension.at);
    assert.deepEqual([read.extension.due_before, read.extension.reasons, read.stage], [review.due_at, reasons, 'assigned']);
    const days = (Date.parse(read.due_at) - Date.parse(review.requested_at)) / 86_400_000;
    assert.ok(days >= 88 && days < 98, `three months, and perhaps a weekend: ${days} days`);
    expectProblem(await as(anna).act(review, 'extension', { months: 1, reasons }), 409, 'review_extended');
  });
});

describe('who may decide', () => {
  test('whoever wrote the policy decides no review of it, and is given none', async () => {
    const author = await (async () => {
      const email = `author-${Date.now()}@example.com`;
      const { code, stdout, stderr } = await server.cli(['staff', 'add', email, '--policy-author', '--role', 'reviewer']);
      assert.equal(code, 0, stderr);
      const staff = JSON.parse(stdout);
      return { ...staff, ...(await staffLogin(server, staff)) };
    })();
    const { order, review } = await held();
    assert.equal(expectStatus(await as(author).see(review), 200).json.assigned_to, null, 'looking is not taking');
    expectProblem(await as(author).decide(review), 403, 'policy_author');
    expectProblem(await as(author).act(review, 'assignment', {}), 403, 'policy_author');
    expectProblem(await as(manager).act(review, 'assignment', { email: author.email }), 403, 'policy_author');
    assert.equal((await getOrder(server, customer, order)).status, 'held');
    expectStatus(await as(anna).decide(review, OVERTURNED), 200);
    // A decision of staff is not the policy's.
    const { decision } = await getOrder(server, customer, order);
    const next = expectStatus(await mine().ask(decision), 201).json;
    expectStatus(await as(author).decide(next), 200);
  });

  test('how the inputs were before whoever decided is on record', async () => {
    const fresh = await newStaff(server, 'reviewer');
    const seen = [];
    for (const look of [async () => {}, () => as(fresh).list(), (review) => as(fresh).see(review)]) {
      const { review } = await held();
      await look(review);
      seen.push(expectStatus(await as(fresh).decide(review), 200).json.inputs_seen);
    }
    assert.deepEqual(seen, [null, 'listed', 'opened']);
  });

  test('a strict installation refuses an outcome by whoever was not shown the inputs, and takes the same after a list', async () => {
    const strict = await startAkkoord({ env: { AKKOORD_REVIEW_STRICT: '1' } });
    const who = await registerCustomer(strict);
    const [reader, reviewer] = [await newStaff(strict, 'auditor'), await newStaff(strict, 'reviewer')];
    const { review } = await held({ at: strict, who, staff: reader });
    expectProblem(await as(reviewer, strict).decide(review), 409, 'inputs_not_opened');
    const [listed] = await as(reviewer, strict).list();
    assert.deepEqual(listed.decision.inputs.payment.amount, { amount: 1, currency: 'EUR' }, 'the list shows the inputs');
    expectStatus(await as(reviewer, strict).decide(review), 200);
    const second = await held({ at: strict, who, staff: reader });
    expectStatus(await as(reviewer, strict).see(second.review), 200);
    expectStatus(await as(reviewer, strict).decide(second.review), 200);
  });

  test('live mode is strict unless it is told not to be', async () => {
    const live = await prepareAkkoord({ env: { AKKOORD_MODE: 'live', AKKOORD_RATE_LIMITS: null, AKKOORD_SANDBOX_WEBHOOK_SECRET: null } });
    live.env.AKKOORD_SELLER_FILE = live.writeFile('seller.json', sampleSeller);
    live.env.AKKOORD_SERVICES_FILE = live.writeFile('services.json', samplePriceList);
    await live.start();
    const who = await registerCustomer(live);
    const [reader, reviewer] = [await newStaff(live, 'auditor'), await newStaff(live, 'reviewer')];
    const { review } = await held({ at: live, who, staff: reader });
    expectProblem(await as(reviewer, live).decide(review), 409, 'inputs_not_opened');
    await live.stop();
    live.env.AKKOORD_REVIEW_STRICT = '0';
    await live.start();
    expectStatus(await as(reviewer, live).decide(review), 200);
  });
});

describe('four eyes', () => {
  let other;
  let who;
  let people;
  before(async () => {
    other = await startAkkoord({ env: { AKKOORD_REVIEW_FOUR_EYES_AMOUNT: String(FOUR_EYES) } });
    who = await registerCustomer(other);
    people = await Promise.all(['reviewer', 'reviewer', 'auditor'].map((role) => newStaff(other, role)));
  });
  const begin = async (quantity) => {
    const { json: { services } } = await other.api('GET', '/v1/services');
    const order = await placeOrder(other, who, { lines: [{ sku: services[0].sku, quantity }] });
    expectStatus(await payStandard(other, order, { amount: 1 }), 200);
    const review = (await as(people[2], other).list()).find(({ order_id }) => order_id === order.id);
    return { order, review };
  };
  const expensive = () => begin(2);
  const statusOf = async (order) => (await getOrder(other, who, order)).status;

  test('above the amount an outcome waits for another member of staff, and only staff see it', async () => {
    const { order, review } = await expensive();
    assert.ok(order.total.amount > FOUR_EYES);
    const proposed = expectStatus(await as(people[0], other).decide(review, OVERTURNED), 200).json;
    assert.deepEqual([proposed.state, proposed.stage, proposed.outcome, proposed.reasons], ['assigned', 'under_review', null, null]);
    assert.deepEqual([proposed.proposal.outcome, proposed.proposal.reasons], [OVERTURNED.outcome, OVERTURNED.reasons]);
    assert.equal(await statusOf(order), 'held');
    assert.ok(!JSON.stringify(await mine(who, other).see(review)).includes(OVERTURNED.reasons));
    expectProblem(await as(people[0], other).decide(review), 409, 'outcome_proposed');
    expectProblem(await as(people[0], other).act(review, 'confirmation', { outcome: 'overturned', agrees: true }), 403, 'same_reviewer');
    expectProblem(await as(people[1], other).act(review, 'confirmation', { outcome: 'upheld', agrees: true }), 409, 'proposal_changed');
    expectProblem(await as(people[2], other).act(review, 'confirmation', { outcome: 'overturned', agrees: true }), 403, 'forbidden');
    assert.equal(await statusOf(order), 'held');
    const decided = expectStatus(await as(people[1], other).act(review, 'confirmation', { outcome: 'overturned', agrees: true }), 200).json;
    assert.deepEqual([decided.stage, decided.outcome, decided.reasons, decided.proposal], ['decided', 'overturned', OVERTURNED.reasons, null]);
    assert.equal(decided.decided_by, proposed.proposal.by);
    assert.notEqual(decided.confirmed_by, decided.decided_by);
    assert.equal(await statusOf(order), 'accepted');
    const steps = await stepsOf(review, other, people[2]);
    for (const step of ['outcome_proposed', 'review_overturned', 'outcome_confirmed']) assert.ok(steps.includes(step), step);
  });

  test('without agreement the proposal is withdrawn, and another can be made', async () => {
    const { order, review } = await expensive();
    expectProblem(await as(people[1], other).act(review, 'confirmation', { outcome: 'upheld', agrees: false }), 409, 'nothing_proposed');
    expectStatus(await as(people[0], other).decide(review), 200);
    expectProblem(await as(people[0], other).act(review, 'confirmation', { outcome: 'upheld', agrees: false }), 403, 'same_reviewer');
    const declined = expectStatus(await as(people[1], other).act(review, 'confirmation', { outcome: 'upheld', agrees: false }), 200).json;
    assert.deepEqual([declined.stage, declined.proposal], ['under_review', null]);
    expectStatus(await as(people[1], other).decide(review, OVERTURNED), 200);
    expectStatus(await as(people[0], other).act(review, 'confirmation', { outcome: 'overturned', agrees: true }), 200);
    assert.equal(await statusOf(order), 'accepted');
  });

  test('of several who agree at once one is heard', async () => {
    const { order, review } = await expensive();
    expectStatus(await as(people[0], other).decide(review), 200);
    const answers = await Promise.all(Array.from({ length: 5 }, () =>
      as(people[1], other).act(review, 'confirmation', { outcome: 'upheld', agrees: true })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409]);
    assert.equal((await getOrder(other, who, order)).decisions.length, 2);
  });

  test('of one who agrees and one who does not, at once, one is heard', async () => {
    const third = await newStaff(other, 'manager');
    for (let round = 0; round < 8; round++) {
      const { order, review } = await expensive();
      expectStatus(await as(people[0], other).decide(review), 200);
      const answers = await Promise.all([[people[1], true], [third, false]].map(([staff, agrees]) =>
        as(staff, other).act(review, 'confirmation', { outcome: 'upheld', agrees })));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409], answers.join('\n'));
      assert.equal(await statusOf(order), answers[0].status === 200 ? 'cancelled' : 'held');
    }
  });

  test('up to the amount one member of staff is enough', async () => {
    const { order, review } = await begin(1);
    assert.ok(order.total.amount <= FOUR_EYES);
    assert.equal(expectStatus(await as(people[0], other).decide(review), 200).json.stage, 'decided');
  });
});

describe('a second look', () => {
  test('is asked for once, taken by another reviewer, and final', async () => {
    const { order, review } = await asked();
    expectProblem(await mine().again(review), 409, 'review_not_decided');
    expectStatus(await as(anna).decide(review), 200);
    const second = expectStatus(await mine().again(review, 'Not convinced.'), 201).json;
    assert.deepEqual([second.look, second.first_review_id, second.decision_id, second.stage, second.requested_by],
      [2, review.id, review.decision_id, 'acknowledged', 'customer']);
    assert.equal((await mine().see(review)).second_look_id, second.id);
    assert.equal(expectStatus(await mine().again(review, 'And this.'), 200).json.id, second.id);
    expectProblem(await as(anna).decide(second), 403, 'same_reviewer');
    expectProblem(await as(anna).act(second, 'assignment', {}), 403, 'same_reviewer');
    assert.equal(expectStatus(await as(anna).see(second), 200).json.assigned_to, null);
    expectStatus(await as(bram).decide(second, OVERTURNED), 200);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, after.payment.status, after.invoices.length], ['cancelled', 'refund_due', 2]);
    assert.equal(after.decision.inputs.reviewed_decision_id, order.decision.id);
    expectProblem(await mine().again(review), 409, 'review_decided');
    expectProblem(await mine().again(second), 409, 'second_look_final');
    expectProblem(await mine().ask(order.decision), 409, 'review_decided');
    assert.ok((await stepsOf(review)).includes('second_look_requested'));
  });

  test('acts on what the first look has left: upheld changes nothing', async () => {
    const { order, review } = await held();
    expectStatus(await as(anna).decide(review, OVERTURNED), 200);
    const before = await getOrder(server, customer, order);
    assert.equal(before.status, 'accepted');
    const second = expectStatus(await mine().again(review), 201).json;
    expectStatus(await as(bram).decide(second), 200);
    assert.deepEqual(await getOrder(server, customer, order), before);
  });

  test('overturns an acceptance that the first look made: the order is cancelled and credited', async () => {
    const { order, review } = await held();
    expectStatus(await as(anna).decide(review, OVERTURNED), 200);
    const second = expectStatus(await mine().again(review), 201).json;
    expectStatus(await as(bram).decide(second, OVERTURNED), 200);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, after.decisions.map(({ outcome }) => outcome)], ['cancelled', ['held', 'accepted', 'cancelled']]);
  });

  test('of an order that has ended there is nothing to overturn: 409, and it can be upheld', async () => {
    const { order, review } = await held();
    expectStatus(await as(anna).decide(review), 200);
    const second = expectStatus(await mine().again(review), 201).json;
    expectProblem(await as(bram).decide(second, OVERTURNED), 409, 'nothing_to_overturn');
    expectStatus(await as(bram).decide(second), 200);
    assert.equal((await getOrder(server, customer, order)).status, 'cancelled');
  });

  test('is the customer\'s to ask for: not a stranger\'s, not staff\'s', async () => {
    const { review } = await asked();
    expectStatus(await as(anna).decide(review), 200);
    expectProblem(await mine(await registerCustomer(server)).again(review), 404, 'not_found');
    expectProblem(await mine(anna).again(review), 403, 'forbidden');
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => mine().again(review, `Statement ${i}`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201]);
    assert.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
  });
});

describe('time passes', () => {
  test('what is overdue stands out, nothing happens to the order meanwhile, and it can not be extended any more', async () => {
    const late = await startAkkoord();
    const who = await registerCustomer(late);
    const [reviewer, reader] = [await newStaff(late, 'reviewer'), await newStaff(late, 'auditor')];
    const { order, review } = await held({ at: late, who, staff: reader });
    assert.deepEqual(await as(reader, late).list('overdue'), []);
    assert.equal(review.overdue, false);
    await late.stop();
    late.env.AKKOORD_CLOCK_OFFSET = String(60 * DAY);
    await late.start();
    const [again, read] = await Promise.all([reviewer, reader].map((staff) => staffLogin(late, staff)));
    const overdue = await as(read, late).list('overdue');
    assert.deepEqual(overdue.map(({ id, overdue }) => [id, overdue]), [[review.id, true]]);
    await waitFor(async () => /^akkoord_reviews_overdue 1$/m.test((await late.api('GET', '/metrics')).text));
    assert.match(late.log, /event=reviews\.overdue count=1/);
    const customerAgain = await late.api('POST', '/v1/sessions', { body: { email: who.email, password: who.password } });
    const token = expectStatus(customerAgain, 201).json.token;
    assert.equal((await getOrder(late, { ...who, token }, order)).status, 'held', 'no machine ends what waits for a person');
    expectStatus(await as(again, late).act(review, 'assignment', {}), 200);
    expectProblem(await as(again, late).act(review, 'extension', { months: 1, reasons: 'Late.' }), 409, 'review_overdue');
    expectStatus(await as(again, late).decide(review, OVERTURNED), 200);
    assert.deepEqual(await as(read, late).list('overdue'), []);
    const figures = expectStatus(await late.api('GET', '/v1/staff/reviews/figures', { token: read.token }), 200).json;
    assert.deepEqual([figures.asked, figures.decided, figures.overturned, figures.overturn_rate, figures.late], [1, 1, 1, '100.00', 1]);
    assert.ok(figures.median_seconds >= 60 * DAY && figures.median_seconds < 60 * DAY + 600);
  });
});

describe('figures', () => {
  test('how many, how they ended and how long they took: held against the reviews themselves', async () => {
    const fresh = await startAkkoord();
    const who = await registerCustomer(fresh);
    const [reviewer, reader] = [await newStaff(fresh, 'reviewer'), await newStaff(fresh, 'auditor')];
    const read = async (query = '') => expectStatus(await fresh.api('GET', `/v1/staff/reviews/figures${query}`, { token: reader.token }), 200).json;
    const nothing = await read();
    assert.deepEqual([nothing.asked, nothing.decided, nothing.overturn_rate, nothing.median_seconds, nothing.by_reason], [0, 0, null, null, []]);
    for (const body of [UPHELD, OVERTURNED, UPHELD, null]) {
      const { review } = await held({ at: fresh, who, staff: reader });
      if (body) expectStatus(await as(reviewer, fresh).decide(review, body), 200);
    }
    const order = await paid({ at: fresh, who });
    const review = expectStatus(await mine(who, fresh).ask(order.decision), 201).json;
    expectStatus(await as(reviewer, fresh).decide(review), 200);
    // As if these had taken 100, 200, 300 and 1000 seconds.
    const { code, stderr } = await fresh.psql(`UPDATE akkoord.review SET decided_at = requested_at + s.seconds * interval '1 second'
      FROM (SELECT id, (ARRAY[100, 200, 300, 1000])[row_number() OVER (ORDER BY id)] AS seconds FROM akkoord.review WHERE state = 'decided') AS s
      WHERE s.id = review.id`);
    assert.equal(code, 0, stderr);
    const tomorrow = new Date(Date.now() + DAY * 1000).toISOString().slice(0, 10);
    const figures = await read(`?to=${tomorrow}`);
    assert.deepEqual([figures.asked, figures.decided, figures.overturned, figures.overturn_rate, figures.late, figures.inputs_not_seen],
      [5, 4, 1, '25.00', 0, 4]);
    assert.deepEqual([figures.median_seconds, figures.percentile_90_seconds], [200, 1000]);
    const [byReason, byPolicy] = [figures.by_reason, figures.by_policy].map((groups) => groups.map((group) =>
      [group.reason ?? `${group.policy} ${group.version}`, group.asked, group.decided, group.overturn_rate]));
    assert.deepEqual(byReason, [['amount_mismatch', 4, 3, '33.33'], ['payment_approved', 1, 1, '0.00']]);
    assert.deepEqual(byPolicy, [['acceptance 1', 5, 4, '25.00']]);
    assert.deepEqual((await read('?from=2001-01-01&to=2001-12-31')).asked, 0);
    const refused = (query) => fresh.api('GET', `/v1/staff/reviews/figures${query}`, { token: reader.token });
    expectProblem(await refused('?from=2026-13-01'), 422, 'validation', ['from']);
    expectProblem(await refused('?from=2026-02-02&to=2026-02-01'), 422, 'validation', ['from']);
  });
});

describe('the record', () => {
  test('a risk score that the provider sent is an input with its source, told, and not used', async () => {
    const order = await placeOrder(server, customer, { payment_provider: 'stripe' });
    const intent = { id: `pi_${order.number}`, object: 'payment_intent', amount: order.total.amount, amount_received: order.total.amount, currency: 'eur',
      metadata: { order_id: order.id }, latest_charge: { id: 'ch_1', outcome: { risk_level: 'highest', risk_score: 97 } } };
    expectStatus(await sendStripe(server, stripeEvent('payment_intent.succeeded', intent)), 200);
    const { status, decision } = await getOrder(server, customer, order);
    assert.equal(status, 'accepted');
    assert.deepEqual(decision.inputs.payment.risk, { score: 97, level: 'highest' });
    assert.equal(decision.inputs.sources['payment.risk'], 'provider_assessment');
    assert.match(decision.explanation, /97 van de 100, highest\); die is bewaard, maar telde niet mee/);
  });

  test('a decision of a version of the policy that is not known is reported, not passed over', async () => {
    const other = await startAkkoord();
    const who = await registerCustomer(other);
    const orders = [await paid({ at: other, who }), await paid({ at: other, who })];
    const good = await other.cli(['decisions', 'replay']);
    assert.deepEqual([good.code, good.stdout.trim()], [0, '2 replayed, 0 differ']);
    const change = async (set) => assert.equal((await other.psql(`UPDATE akkoord.decision SET ${set} WHERE order_id = '${orders[0].id}'`)).code, 0);
    await change("policy_version = '0'");
    const unknown = await other.cli(['decisions', 'replay']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stdout, /^1 replayed, 0 differ\n1 not replayed/);
    assert.match(unknown.stderr, new RegExp(`decision ${orders[0].decision.id}: made by acceptance version 0`));
    await change(`policy_version = '1', policy_hash = '${'0'.repeat(64)}'`);
    const otherText = await other.cli(['decisions', 'replay']);
    assert.deepEqual([otherText.code, otherText.stdout], [0, '2 replayed, 0 differ\n1 made by another text of the same version of the policy\n']);
    await change("outcome = 'held'");
    assert.equal((await other.cli(['decisions', 'replay'])).code, 1);
  });

  test('every decision made here replays', () => expectDecisionsReplay(server));
});
