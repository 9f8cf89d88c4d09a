// Decisions and the humans who look at them again: who may ask, who may decide, when it is due, what is written down.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { addStaff, expectDecisionsReplay, expectProblem, expectStatus, expectTime, expectUuid, getOrder, listAll, newStaff, payStandard, placeOrder, registerCustomer,
  staffLogin, startAkkoord, totp } from './lib/akkoord.mjs';

let server;
let customer;
let reviewer;
let manager;
let auditor;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
  [reviewer, manager, auditor] = [await newStaff(server, 'reviewer'), await newStaff(server, 'manager'), await newStaff(server, 'auditor')];
});

const look = (order, who = customer) => getOrder(server, who, order);
async function paid({ who = customer, ...options } = {}) {
  const order = await placeOrder(server, who);
  expectStatus(await payStandard(server, order, options), 200);
  return look(order, who);
}
const held = () => paid({ amount: 1 });
const ask = (decision, statement, { token } = customer) =>
  server.api('POST', `/v1/decisions/${decision.id}/reviews`, { token, body: { statement } });
const flag = (decision, statement, { token } = reviewer) =>
  server.api('POST', `/v1/staff/decisions/${decision.id}/reviews`, { token, body: { statement } });
const decide = (review, body, { token } = reviewer) => server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token, body });
const upheld = { outcome: 'upheld', reasons: 'The facts are as they were' };
const open = () => listAll(server, reviewer.token, '/v1/staff/reviews?state=open');
const reviewOf = async (decision) => (await open()).find((review) => review.decision_id === decision.id);

// Easter Sunday as the churches publish it; the other holidays that move follow it.
const EASTER = {
  2026: '04-05', 2027: '03-28', 2028: '04-16', 2029: '04-01', 2030: '04-21', 2031: '04-13', 2032: '03-28', 2033: '04-17',
  2034: '04-09', 2035: '03-25', 2036: '04-13',
};
const DAY = 86_400_000;
const dateOf = (time) => new Date(time).toISOString().slice(0, 10);

function isWorkingDay(time) {
  const weekday = new Date(time).getUTCDay();
  const year = dateOf(time).slice(0, 4);
  assert.ok(EASTER[year], `the date of Easter ${year} has to be added here`);
  const easter = Date.parse(`${year}-${EASTER[year]}`);
  const kingsDay = new Date(`${year}-04-27`).getUTCDay() === 0 ? '04-26' : '04-27';
  const holidays = [...[1, 39, 50].map((days) => dateOf(easter + days * DAY)),
    ...['01-01', kingsDay, '05-05', '12-25', '12-26'].map((date) => `${year}-${date}`)];
  return weekday !== 0 && weekday !== 6 && !holidays.includes(dateOf(time));
}

// The end of the day one month on in Amsterdam: the same day of the next month, or that month's last; where that is no
// working day, the next one (EU Regulation 1182/71). A calendar of another make than the server's: Intl.
function dueAt(requestedAt) {
  const inAmsterdam = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam', dateStyle: 'short' });
  const [year, month, day] = inAmsterdam.format(new Date(requestedAt)).split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  let due = Date.UTC(year, month, Math.min(day, lastDay));
  while (!isWorkingDay(due)) due += DAY;
  const next = inAmsterdam.format(new Date(due + DAY + DAY / 2));
  // The last second before the day after begins in Amsterdam.
  for (let second = due + DAY - 3 * 3_600_000; ; second += 1000) {
    if (inAmsterdam.format(new Date(second)) === next) return new Date(second - 1000);
  }
}

describe('asking', () => {
  test('a customer asks for a review of a decision, and reads it', async () => {
    const { decision } = await paid();
    const statement = 'Ik denk dat dit niet klopt: "é" — 日本';
    const review = expectStatus(await ask(decision, statement), 201).json;
    expectUuid(review.id);
    assert.equal(review.decision_id, decision.id);
    assert.deepEqual([review.state, review.requested_by, review.outcome, review.reasons], ['requested', 'customer', null, null]);
    assert.deepEqual(review.statements.map(({ by, text }) => ({ by, text })), [{ by: 'customer', text: statement }]);
    for (const time of [review.requested_at, review.due_at, review.statements[0].at]) expectTime(time);
    assert.deepEqual(expectStatus(await server.api('GET', `/v1/reviews/${review.id}`, { token: customer.token }), 200).json, review);
  });

  test('a review is due at the end of the day one month later in Amsterdam, or of the next working day', async () => {
    const { decision } = await paid();
    const review = expectStatus(await ask(decision, 'When?'), 201).json;
    assert.equal(Math.floor(Date.parse(review.due_at) / 1000), dueAt(review.requested_at).getTime() / 1000);
    const opened = await reviewOf((await held()).decision);
    assert.equal(Math.floor(Date.parse(opened.due_at) / 1000), dueAt(opened.requested_at).getTime() / 1000);
  });

  test('while it is open, more statements are added to it: 200', async () => {
    const { decision } = await held();
    const opened = await reviewOf(decision);
    assert.deepEqual([opened.requested_by, opened.statements], ['policy', []]);
    const first = expectStatus(await ask(decision, 'First'), 200).json;
    assert.equal(first.id, opened.id);
    expectStatus(await flag(decision, 'Second'), 200);
    const third = expectStatus(await ask(decision, 'Third'), 200).json;
    assert.deepEqual(third.statements.map(({ by, text }) => [by, text]), [['customer', 'First'], ['staff', 'Second'], ['customer', 'Third']]);
    assert.equal(third.due_at, opened.due_at);
    assert.equal((await open()).filter(({ decision_id }) => decision_id === decision.id).length, 1);
  });

  test('ten requests at once open one review with ten statements', async () => {
    const { decision } = await paid();
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => ask(decision, `Statement ${index}`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(9).fill(200), 201]);
    assert.equal((await reviewOf(decision)).statements.length, 10);
  });

  test('after it was decided nothing is added: 409 review_decided', async () => {
    const { decision } = await paid();
    const review = expectStatus(await ask(decision, 'Look'), 201).json;
    expectStatus(await decide(review, upheld), 200);
    expectProblem(await ask(decision, 'Again'), 409, 'review_decided');
    expectProblem(await flag(decision, 'Again'), 409, 'review_decided');
  });

  test('staff flag a decision', async () => {
    const { decision } = await paid();
    const review = expectStatus(await flag(decision, 'Odd'), 201).json;
    assert.deepEqual([review.requested_by, review.statements[0].by], ['staff', 'staff']);
  });

  for (const [what, body, fields] of [['nothing', {}, ['statement']], ['an empty statement', { statement: '' }, ['statement']],
    ['a blank statement', { statement: ' \n ' }, ['statement']], ['a number', { statement: 5 }, ['statement']],
    ['a statement of 100,000 characters', { statement: 'x'.repeat(100_000) }, ['statement']],
    ['an unknown field', { statement: 'x', due_at: '2030-01-01' }, ['due_at']]]) {
    test(`a request with ${what} is refused: 422`, async () => {
      const { decision } = await paid();
      const answer = await server.api('POST', `/v1/decisions/${decision.id}/reviews`, { token: customer.token, body });
      expectProblem(answer, 422, 'validation', fields);
      assert.equal(await reviewOf(decision), undefined);
    });
  }

  test('a decision or review that does not exist is not found: 404', async () => {
    const none = { id: randomUUID() };
    expectProblem(await ask(none, 'x'), 404, 'not_found');
    expectProblem(await flag(none, 'x'), 404, 'not_found');
    expectProblem(await decide(none, upheld), 404, 'not_found');
    expectProblem(await server.api('GET', `/v1/staff/reviews/${none.id}`, { token: reviewer.token }), 404, 'not_found');
  });
});

describe('deciding', () => {
  test('staff see the decision with its inputs, and nothing that says who the customer is', async () => {
    const details = { name: 'Zyxwvut Qponmlk', company: 'Hgfedcba Works', email: `hgfedcba-${randomUUID()}@example.com` };
    const person = await registerCustomer(server, details);
    const { decision } = await paid({ who: person, amount: 1 });
    const { id } = await reviewOf(decision);
    const review = expectStatus(await server.api('GET', `/v1/staff/reviews/${id}`, { token: reviewer.token }), 200).json;
    assert.equal(review.decision.id, decision.id);
    assert.deepEqual(review.decision.inputs, decision.inputs);
    assert.deepEqual(review.decision.policy, decision.policy);
    const inputs = JSON.stringify(decision.inputs);
    for (const value of [...Object.values(details), person.id]) assert.ok(!inputs.includes(value), value);
  });

  test('the outcome, the reasons and their reading by the customer', async () => {
    const order = await held();
    const review = await reviewOf(order.decision);
    const body = { outcome: 'overturned', reasons: 'De klant heeft de rest bij ons betaald.' };
    const decided = expectStatus(await decide(review, body), 200).json;
    assert.deepEqual([decided.state, decided.outcome, decided.reasons], ['decided', body.outcome, body.reasons]);
    const read = expectStatus(await server.api('GET', `/v1/reviews/${review.id}`, { token: customer.token }), 200).json;
    assert.deepEqual([read.state, read.outcome, read.reasons], ['decided', body.outcome, body.reasons]);
    const after = await look(order);
    assert.deepEqual([after.status, after.decision.made_by, after.decision.policy], ['accepted', 'staff', null]);
    assert.deepEqual(after.decisions[0], order.decision, 'the decision of the policy stands as it was written');
  });

  test('a review is decided once: 409, and nothing changes', async () => {
    const order = await held();
    const review = await reviewOf(order.decision);
    expectStatus(await decide(review, upheld), 200);
    const after = await look(order);
    for (const outcome of ['upheld', 'overturned']) expectProblem(await decide(review, { outcome, reasons: 'Again' }), 409, 'review_decided');
    assert.deepEqual(await look(order), after);
  });

  for (const [what, body, fields] of [['no outcome', { reasons: 'x' }, ['outcome']], ['no reasons', { outcome: 'upheld' }, ['reasons']],
    ['blank reasons', { outcome: 'upheld', reasons: '  ' }, ['reasons']], ['another word', { outcome: 'rejected', reasons: 'x' }, ['outcome']],
    ['an unknown field', { ...upheld, refund: true }, ['refund']]]) {
    test(`an outcome with ${what} is refused: 422`, async () => {
      const { decision } = await held();
      expectProblem(await decide(await reviewOf(decision), body), 422, 'validation', fields);
      assert.notEqual((await reviewOf(decision)).state, 'decided');
    });
  }

  test('reviewer and manager may decide, an auditor reads only: 403', async () => {
    for (const who of [reviewer, manager]) {
      const { decision } = await held();
      expectStatus(await decide(await reviewOf(decision), upheld, who), 200);
    }
    const order = await held();
    const review = await reviewOf(order.decision);
    expectProblem(await decide(review, upheld, auditor), 403, 'forbidden');
    expectProblem(await flag(order.decision, 'x', auditor), 403, 'forbidden');
    const accepted = await paid();
    expectProblem(await server.api('POST', `/v1/staff/orders/${accepted.id}/complete`, { token: auditor.token }), 403, 'forbidden');
    for (const path of ['/v1/staff/reviews', `/v1/staff/reviews/${review.id}`, '/v1/staff/orders', `/v1/staff/orders/${order.id}`,
      '/v1/staff/payments', '/v1/staff/events']) {
      expectStatus(await server.api('GET', path, { token: auditor.token }), 200);
    }
    assert.deepEqual(await look(order), order);
  });

  test('a review whose key can not be used is not decided, and holds up nobody else', async () => {
    const order = await held();
    const review = await reviewOf(order.decision);
    const spoil = async () => {
      const { code, stderr } = await server.psql(`UPDATE akkoord.data_key SET wrapped = set_byte(wrapped, 60, get_byte(wrapped, 60) # 1)
        WHERE id = (SELECT billing_key_id FROM akkoord.customer_order WHERE id = '${order.id}')`);
      assert.equal(code, 0, stderr);
    };
    const others = [await placeOrder(server, customer), await placeOrder(server, customer), await placeOrder(server, customer)];
    await spoil();
    try {
      const begun = Date.now();
      const [outcome, ...answers] = await Promise.all([decide(review, upheld), ...others.map((other) => payStandard(server, other))]);
      expectProblem(outcome, 500, 'internal');
      for (const answer of answers) expectStatus(answer, 200);
      assert.ok(Date.now() - begun < 4000, 'nobody waits for the deadline of the one that can not be done');
    } finally {
      await spoil();
    }
    expectStatus(await decide(review, upheld), 200);
    assert.equal((await look(order)).status, 'cancelled');
  });

  test('the queue shows what is not decided, the earliest due first, each once whatever the limit', async () => {
    const { decision } = await held();
    const decided = await reviewOf(decision);
    expectStatus(await decide(decided, upheld), 200);
    const [one, two] = [await held(), await held()];
    const all = await open();
    const ids = all.map(({ id }) => id);
    assert.ok(!ids.includes(decided.id));
    const positions = [one, two].map((order) => all.findIndex((review) => review.decision_id === order.decision.id));
    assert.ok(positions[0] >= 0 && positions[0] < positions[1], 'both, the first asked for first');
    const dues = all.map(({ due_at }) => Date.parse(due_at));
    assert.deepEqual(dues, [...dues].sort((a, b) => a - b));
    for (const limit of [1, 2, 7]) {
      assert.deepEqual((await listAll(server, reviewer.token, '/v1/staff/reviews?state=open', limit)).map(({ id }) => id), ids);
    }
    expectProblem(await server.api('GET', '/v1/staff/reviews?state=lost', { token: reviewer.token }), 422, 'validation');
  });

  test('every step stands in a history that the server can only add to', async () => {
    const order = await held();
    const review = await reviewOf(order.decision);
    expectStatus(await ask(order.decision, 'Please'), 200);
    expectStatus(await server.api('GET', `/v1/staff/reviews/${review.id}`, { token: reviewer.token }), 200);
    expectStatus(await decide(review, { outcome: 'overturned', reasons: 'Fine' }), 200);
    const shown = expectStatus(await server.api('GET', `/v1/staff/orders/${order.id}`, { token: auditor.token }), 200).json.history;
    const steps = shown.map(({ step, actor }) => `${step} ${actor}`);
    for (const step of ['placed customer', 'held policy', 'review_requested policy', 'statement_added customer', 'review_opened_by_staff staff',
      'review_overturned staff', 'accepted staff']) assert.ok(steps.includes(step), `${step} in ${steps}`);
    const times = shown.map(({ at }) => at);
    assert.deepEqual(times, [...times].sort());
    for (const statement of ['UPDATE akkoord.history SET step = step', 'DELETE FROM akkoord.history', 'UPDATE akkoord.review_statement SET made_by = made_by',
      'DELETE FROM akkoord.review', 'DELETE FROM akkoord.review_statement']) {
      const { code, stderr } = await server.psql(statement, { role: 'akkoord_server_login' });
      assert.notEqual(code, 0, statement);
      assert.match(stderr, /permission denied/);
    }
  });
});

describe('explanations', () => {
  const words = {
    nl: { held: /bedrag/i, otherwise: /was de bestelling|de bestelling was/i, human: /medewerker|mens/i },
    en: { held: /amount/i, otherwise: /would (have|not)|had /i, human: /person|human|staff|colleague|somebody/i },
  };
  for (const language of ['nl', 'en']) {
    test(`in ${language} say what was used, what would have changed the outcome, and how to ask a human`, async () => {
      const person = await registerCustomer(server, { language });
      const accepted = (await paid({ who: person })).decision;
      const { decision } = await paid({ who: person, amount: 12345 });
      for (const { explanation, reasons } of [accepted, decision]) {
        assert.match(explanation, words[language].otherwise);
        assert.match(explanation, words[language].human);
        for (const { text } of reasons) assert.ok(text.length > 10);
      }
      assert.match(decision.explanation, words[language].held);
      assert.match(decision.explanation, language === 'nl' ? /123,45/ : /123\.45/, 'the amount that came');
    });
  }

  test('are different in each language', async () => {
    const texts = [];
    for (const language of ['nl', 'en']) texts.push((await paid({ who: await registerCustomer(server, { language }) })).decision);
    assert.notEqual(texts[0].explanation, texts[1].explanation);
    assert.notEqual(texts[0].reasons[0].text, texts[1].reasons[0].text);
    assert.equal(texts[0].reasons[0].code, texts[1].reasons[0].code);
  });

  test('every stored decision replays from its inputs and policy', () => expectDecisionsReplay(server));
});

describe('staff sessions', () => {
  const logIn = (body) => server.api('POST', '/v1/staff/sessions', { body });

  test('password and code give a token and the role', async () => {
    for (const role of ['reviewer', 'manager', 'auditor']) {
      const staff = await addStaff(server, role);
      assert.equal((await staffLogin(server, staff)).role, role);
    }
  });

  test('a code works once, also when it is used eight times at once', async () => {
    const staff = await addStaff(server);
    const body = { email: staff.email, password: staff.password, code: totp(staff.totp_secret, server.now()) };
    const answers = await Promise.all(Array.from({ length: 8 }, () => logIn(body)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(401)]);
    expectProblem(await logIn(body), 401, 'unauthenticated');
    await staffLogin(server, staff, 1);
  });

  test('a code of the step before or after is taken, one of two steps is not', async () => {
    for (const [steps, status] of [[-1, 201], [1, 201], [-3, 401], [3, 401]]) {
      const staff = await addStaff(server);
      const body = { email: staff.email, password: staff.password, code: totp(staff.totp_secret, server.now(), steps) };
      expectStatus(await logIn(body), status);
    }
  });

  test('wrong password, wrong code and unknown address get the same answer', async () => {
    const staff = await addStaff(server);
    const code = totp(staff.totp_secret, server.now());
    const right = { email: staff.email, password: staff.password, code };
    const answers = [];
    for (const wrong of [{ password: 'another' }, { code: code === '000000' ? '000001' : '000000' }, { email: 'nobody@example.com' },
      { code: '' }, { code: '1' }, { code: `${code}0` }, { email: customer.email, password: customer.password }]) {
      const answer = await logIn({ ...right, ...wrong });
      if (answer.status !== 422) answers.push(answer);
    }
    for (const answer of answers) {
      expectProblem(answer, 401, 'unauthenticated');
      assert.deepEqual(answer.json, answers[0].json);
    }
    assert.ok(answers.length >= 4);
    expectStatus(await logIn(right), 201);
  });

  test('DELETE /v1/sessions ends a session of staff', async () => {
    const { token } = await newStaff(server);
    expectStatus(await server.api('DELETE', '/v1/sessions', { token }), 204);
    expectProblem(await server.api('GET', '/v1/staff/reviews', { token }), 401, 'unauthenticated');
  });
});
