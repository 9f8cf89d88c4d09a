// The state table of CONTRACT section 4, a test for each row and provider, through the API alone. The rules are proved
// as functions in tests/unit/domain; here everything between a signed message and the answers of the API takes part.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { euros, expectDecisionsReplay, expectNothingTwice, expectProblem, expectSeriesWithoutGaps, expectStatus, getOrder, listAll, newStaff, payStandard,
  placeOrder, prepareAkkoord, randomId, registerCustomer, samplePriceList, sampleSeller, sendStandard, sendStripe, services, standardBody, startAkkoord,
  stripeCharge, stripeDispute, stripeEvent, stripeIntent, stripeSession, waitFor } from './lib/akkoord.mjs';

let server;
let customer;
let reviewer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
  reviewer = await newStaff(server, 'reviewer');
});

// ---- providers: a payment as an object that can be told about ----

class StandardPayment {
  constructor(on, order, provider, id) {
    Object.assign(this, { on, order, provider, id: id ?? randomId('pay') });
  }

  tell(kind, { amount = this.order.total.amount, currency = 'EUR', order = this.order.id } = {}) {
    const body = standardBody({ kind, payment: this.id, order, amount, currency, at: this.on.now() });
    return sendStandard(this.on, body, { provider: this.provider });
  }

  pay = (options) => this.tell('paid', options);
  fail = () => this.tell('failed');
  expire = () => this.tell('expired');
  refund = (amount, options) => this.tell('refunded', { amount, ...options });
  chargeBack = (options) => this.tell('charged_back', options);
}

class StripePayment {
  constructor(on, order) {
    Object.assign(this, { on, order, id: randomId('pi'), session: randomId('cs_test'), refunded: 0 });
  }

  send(type, object) {
    return sendStripe(this.on, stripeEvent(type, object, { at: this.on.now() }));
  }

  sessionObject({ amount = this.order.total.amount, currency = 'EUR', ...rest } = {}) {
    return stripeSession({ id: this.session, intent: this.id, order: this.order.id, amount, currency: currency.toLowerCase(), ...rest });
  }

  pay = (options) => this.send('checkout.session.completed', this.sessionObject(options));
  fail = () => this.send('checkout.session.async_payment_failed', this.sessionObject({ payment_status: 'unpaid' }));
  expire = () => this.send('checkout.session.expired', this.sessionObject({ payment_status: 'unpaid' }));

  // Stripe tells the sum of all refunds each time.
  refund(amount, { order = this.order.id } = {}) {
    this.refunded += amount;
    return this.send('charge.refunded', stripeCharge({ intent: this.id, order, amount: this.order.total.amount, refunded: this.refunded }));
  }

  chargeBack = () => this.send('charge.dispute.created', stripeDispute({ intent: this.id, amount: this.order.total.amount }));
}

// A payment that we did not begin; with `id` that of an attempt whose provider's id is known.
const newPayment = (on, order, provider, id) =>
  (provider === 'stripe' ? new StripePayment(on, order) : new StandardPayment(on, order, provider, id));

// ---- acts ----

const ok = (answer) => assert.equal(expectStatus(answer, 200).text, 'OK');
const look = (order, on = server, who = customer) => getOrder(on, who, order);

async function placed(provider, on = server, who = customer) {
  const order = await placeOrder(on, who, { payment_provider: provider });
  return { order, payment: newPayment(on, order, provider, order.payment.provider_payment_id) };
}

async function accepted(provider) {
  const { order, payment } = await placed(provider);
  ok(await payment.pay());
  assert.equal((await look(order)).status, 'accepted');
  return { order, payment };
}

async function held(provider) {
  const { order, payment } = await placed(provider);
  ok(await payment.pay({ amount: order.total.amount - 1 }));
  assert.equal((await look(order)).status, 'held');
  return { order, payment };
}

async function completed(provider) {
  const { order, payment } = await accepted(provider);
  const answer = expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/complete`, { token: reviewer.token }), 200);
  assert.equal(answer.json.status, 'completed');
  return { order, payment };
}

async function cancelled(provider) {
  const { order, payment } = await placed(provider);
  const answer = expectStatus(await server.api('POST', `/v1/orders/${order.id}/cancel`, { token: customer.token }), 200);
  assert.equal(answer.json.status, 'cancelled');
  return { order, payment };
}

const openReviews = (on, staff) => listAll(on, staff.token, '/v1/staff/reviews?state=open');

async function reviewOf(decision, on = server, staff = reviewer) {
  return (await openReviews(on, staff)).find((review) => review.decision_id === decision.id) ?? null;
}

async function decide(decision, outcome, on = server, staff = reviewer) {
  let review = await reviewOf(decision, on, staff);
  if (review === null) {
    review = expectStatus(await on.api('POST', `/v1/staff/decisions/${decision.id}/reviews`, { token: staff.token, body: { statement: 'Flagged' } }), 201).json;
  }
  return on.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token: staff.token, body: { outcome, reasons: 'Looked at it myself' } });
}

// What the table speaks of, of one order: compare with what a row says.
async function expectState(order, { status, decision, reasons, by = 'policy', payments, documents, review, decisions }, on = server, who = customer, staff = reviewer) {
  const now = await look(order, on, who);
  assert.equal(now.status, status);
  if (decision === null) {
    assert.equal(now.decision, null);
  } else {
    assert.equal(now.decision.outcome, decision);
    assert.deepEqual(now.decision.reasons.map(({ code }) => code), reasons);
    assert.equal(now.decision.made_by, by);
    assert.equal(now.decision.policy === null, by === 'staff');
    if (review !== undefined) {
      const opened = await reviewOf(now.decision, on, staff);
      assert.equal(opened?.requested_by ?? null, review, 'who asked for the review');
    }
  }
  if (decisions !== undefined) assert.deepEqual(now.decisions.map(({ outcome }) => outcome), decisions);
  assert.deepEqual(now.payments.map((payment) => payment.status), payments);
  assert.deepEqual(now.payment, now.payments.at(-1), 'the newest payment stands alone too');
  assert.deepEqual(now.invoices.map(({ kind }) => kind), documents);
  for (const { total } of now.invoices) assert.deepEqual(total, now.total);
  return now;
}

for (const provider of ['standard', 'sandbox', 'stripe']) {
  describe(`with ${provider}`, () => {
    test('awaiting, approved: accepted, with an invoice', async () => {
      const { order, payment } = await placed(provider);
      ok(await payment.pay());
      const now = await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['payment_approved'], payments: ['paid'],
        documents: ['invoice'], review: null, decisions: ['accepted'] });
      assert.equal(now.payment.provider_payment_id, payment.id);
      assert.equal(now.decision.order_id, order.id);
    });

    for (const difference of [-1, 1, 100_000, null]) {
      test(`awaiting, approved with ${difference === null ? 'nothing' : `${Math.abs(difference)} cents too ${difference < 0 ? 'few' : 'many'}`}: held, amount_mismatch`, async () => {
        const { order, payment } = await placed(provider);
        const amount = difference === null ? 0 : order.total.amount + difference;
        ok(await payment.pay({ amount }));
        const now = await expectState(order, { status: 'held', decision: 'held', reasons: ['amount_mismatch'], payments: ['paid'], documents: [], review: 'policy' });
        assert.deepEqual(now.payment.amount, euros(amount));
      });
    }

    test('awaiting, approved in another currency: held, currency_mismatch', async () => {
      const { order, payment } = await placed(provider);
      ok(await payment.pay({ currency: 'USD' }));
      await expectState(order, { status: 'held', decision: 'held', reasons: ['currency_mismatch'], payments: ['paid'], documents: [], review: 'policy' });
    });

    test('cancelled, approved: held, order_cancelled', async () => {
      const { order, payment } = await cancelled(provider);
      ok(await payment.pay());
      await expectState(order, { status: 'held', decision: 'held', reasons: ['order_cancelled'], payments: ['paid'], documents: [], review: 'policy' });
    });

    for (const [state, begin] of [['accepted', accepted], ['held', held], ['completed', completed]]) {
      test(`${state}, another payment approved: refused, that payment is due to go back`, async () => {
        const { order } = await begin(provider);
        const before = await look(order);
        const second = newPayment(server, order, provider);
        ok(await second.pay());
        const now = await look(order);
        assert.equal(now.status, state);
        assert.deepEqual(now.decision, before.decision, 'the newest decision that is not a refusal');
        assert.equal(now.decisions.length, before.decisions.length + 1);
        const refused = now.decisions.at(-1);
        assert.equal(refused.outcome, 'refused');
        assert.deepEqual(refused.reasons.map(({ code }) => code), ['already_paid']);
        assert.deepEqual(now.payments.map(({ status }) => status), ['paid', 'refund_due']);
        assert.deepEqual(now.invoices, before.invoices);
        const due = await listAll(server, reviewer.token, '/v1/staff/payments?status=refund_due');
        assert.equal(due.filter((item) => item.provider_payment_id === second.id).length, 1);
        assert.equal(await reviewOf(refused), null);
      });
    }

    for (const act of ['fail', 'expire']) {
      const status = { fail: 'failed', expire: 'expired' }[act];
      test(`awaiting, an attempt ${status}: the attempt alone`, async () => {
        const { order, payment } = await placed(provider);
        ok(await payment[act]());
        await expectState(order, { status: 'awaiting_payment', decision: null, payments: [status], documents: [] });
      });

      test(`a paid attempt that ${act}s afterwards stays paid`, async () => {
        const { order, payment } = await accepted(provider);
        const before = await look(order);
        ok(await payment[act]());
        assert.deepEqual(await look(order), before);
      });

      test(`an attempt that ${status} and is approved after all: accepted`, async () => {
        const { order, payment } = await placed(provider);
        ok(await payment[act]());
        ok(await payment.pay());
        await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['payment_approved'], payments: ['paid'], documents: ['invoice'] });
      });

      test(`accepted, an earlier attempt ${status}: the attempt alone`, async () => {
        const { order, payment } = await placed(provider);
        const body = { payment_provider: provider };
        const answer = expectStatus(await server.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body }), 201);
        const second = newPayment(server, order, provider, answer.json.payment.provider_payment_id);
        ok(await second.pay());
        ok(await payment[act]());
        const now = await look(order);
        assert.equal(now.status, 'accepted');
        assert.deepEqual(now.decisions.map(({ outcome }) => outcome), ['accepted']);
        const found = Object.fromEntries(now.payments.map((item) => [item.provider_payment_id, item.status]));
        assert.equal(found[payment.id], status);
        assert.equal(found[second.id], 'paid');
      });
    }

    for (const [state, begin] of [['accepted', accepted], ['completed', completed]]) {
      test(`${state}, refunded in full: cancelled, with a credit note`, async () => {
        const { order, payment } = await begin(provider);
        ok(await payment.refund(order.total.amount));
        await expectState(order, { status: 'cancelled', decision: 'cancelled', reasons: ['payment_refunded'], payments: ['refunded'],
          documents: ['invoice', 'credit_note'], decisions: ['accepted', 'cancelled'], review: null });
      });

      test(`${state}, refunded in part: unchanged, listed for staff`, async () => {
        const { order, payment } = await begin(provider);
        ok(await payment.refund(order.total.amount - 1));
        await expectState(order, { status: state, decision: 'accepted', reasons: ['payment_approved'], payments: ['partially_refunded'],
          documents: ['invoice'], decisions: ['accepted'] });
        const listed = await listAll(server, reviewer.token, '/v1/staff/payments?status=partially_refunded');
        assert.ok(listed.some((item) => item.provider_payment_id === payment.id));
      });

      test(`${state}, charged back: held, with the invoice standing`, async () => {
        const { order, payment } = await begin(provider);
        ok(await payment.chargeBack());
        await expectState(order, { status: 'held', decision: 'held', reasons: ['payment_charged_back'], payments: ['charged_back'],
          documents: ['invoice'], decisions: ['accepted', 'held'], review: 'policy' });
      });
    }

    test('refunds of one payment add up to a refund in full', async () => {
      const { order, payment } = await accepted(provider);
      for (const part of [1, order.total.amount - 3, 1]) ok(await payment.refund(part));
      assert.equal((await look(order)).status, 'accepted');
      ok(await payment.refund(1));
      await expectState(order, { status: 'cancelled', decision: 'cancelled', reasons: ['payment_refunded'], payments: ['refunded'], documents: ['invoice', 'credit_note'] });
    });

    for (const reference of ['with', 'without']) {
      test(`a refund in full ${reference} an order reference, before the approval: kept, then held`, async () => {
        const { order, payment } = await placed(provider);
        ok(await payment.refund(order.total.amount, reference === 'with' ? {} : { order: undefined }));
        assert.equal((await look(order)).status, 'awaiting_payment');
        ok(await payment.pay());
        await expectState(order, { status: 'held', decision: 'held', reasons: ['payment_refunded'], payments: ['refunded'], documents: [], review: 'policy' });
      });

      test(`a refund in part ${reference} an order reference, before the approval: accepted`, async () => {
        const { order, payment } = await placed(provider);
        ok(await payment.refund(1, reference === 'with' ? {} : { order: undefined }));
        ok(await payment.pay());
        await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['payment_approved'], payments: ['partially_refunded'], documents: ['invoice'] });
      });
    }

    test('a charge-back before the approval: kept, then held', async () => {
      const { order, payment } = await placed(provider);
      ok(await payment.chargeBack({ order: undefined }));
      ok(await payment.pay());
      await expectState(order, { status: 'held', decision: 'held', reasons: ['payment_charged_back'], payments: ['charged_back'], documents: [], review: 'policy' });
    });

    test('a refund of a held order changes the payment only', async () => {
      const { order, payment } = await held(provider);
      const before = await look(order);
      ok(await payment.refund(before.payment.amount.amount));
      const now = await look(order);
      assert.deepEqual([now.status, now.decisions, now.invoices], ['held', before.decisions, []]);
      assert.deepEqual(now.payments.map(({ status }) => status), ['refunded']);
    });

    test('a charge-back of a cancelled order changes the payment only', async () => {
      const { order, payment } = await accepted(provider);
      expectStatus(await decide((await look(order)).decision, 'overturned'), 200);
      const before = await look(order);
      assert.equal(before.status, 'cancelled');
      ok(await payment.chargeBack());
      const now = await look(order);
      assert.deepEqual([now.status, now.decisions, now.invoices], ['cancelled', before.decisions, before.invoices]);
      assert.deepEqual(now.payments.map(({ status }) => status), ['charged_back']);
    });

    test('a refund of a refused payment changes that payment only', async () => {
      const { order } = await accepted(provider);
      const second = newPayment(server, order, provider);
      ok(await second.pay());
      const before = await look(order);
      ok(await second.refund(order.total.amount));
      const now = await look(order);
      assert.deepEqual([now.status, now.decisions, now.invoices], ['accepted', before.decisions, before.invoices]);
      assert.deepEqual(now.payments.map(({ status }) => status), ['paid', 'refunded']);
      const due = await listAll(server, reviewer.token, '/v1/staff/payments?status=refund_due');
      assert.ok(!due.some((item) => item.provider_payment_id === second.id));
    });

    test('held, review upheld: cancelled by staff, the money is due to go back', async () => {
      const { order } = await held(provider);
      const answer = expectStatus(await decide((await look(order)).decision, 'upheld'), 200);
      assert.deepEqual([answer.json.state, answer.json.outcome, answer.json.reasons], ['decided', 'upheld', 'Looked at it myself']);
      await expectState(order, { status: 'cancelled', decision: 'cancelled', reasons: ['upheld_by_review'], by: 'staff', payments: ['refund_due'], documents: [] });
    });

    test('held, review overturned: accepted by staff, an invoice with what was received', async () => {
      const { order } = await held(provider);
      expectStatus(await decide((await look(order)).decision, 'overturned'), 200);
      const now = await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['overturned_by_review'], by: 'staff', payments: ['paid'],
        documents: ['invoice'], decisions: ['held', 'accepted'] });
      const [document] = await server.sql(`SELECT prepaid_minor FROM akkoord.document WHERE number = '${now.invoices[0].number}'`);
      assert.equal(document.prepaid_minor, order.total.amount - 1);
    });

    test('held for another currency, review overturned: the invoice counts nothing as paid', async () => {
      const { order, payment } = await placed(provider);
      ok(await payment.pay({ currency: 'USD' }));
      expectStatus(await decide((await look(order)).decision, 'overturned'), 200);
      const now = await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['overturned_by_review'], by: 'staff', payments: ['paid'], documents: ['invoice'] });
      const [document] = await server.sql(`SELECT prepaid_minor FROM akkoord.document WHERE number = '${now.invoices[0].number}'`);
      assert.equal(document.prepaid_minor, 0);
    });

    test('charged back, review upheld: cancelled by staff, with a credit note', async () => {
      const { order, payment } = await accepted(provider);
      ok(await payment.chargeBack());
      expectStatus(await decide((await look(order)).decision, 'upheld'), 200);
      await expectState(order, { status: 'cancelled', decision: 'cancelled', reasons: ['upheld_by_review'], by: 'staff', payments: ['charged_back'],
        documents: ['invoice', 'credit_note'] });
    });

    test('charged back, review overturned: accepted by staff, the invoice that stands stays the only one', async () => {
      const { order, payment } = await accepted(provider);
      ok(await payment.chargeBack());
      expectStatus(await decide((await look(order)).decision, 'overturned'), 200);
      await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['overturned_by_review'], by: 'staff', payments: ['charged_back'], documents: ['invoice'] });
    });

    test('accepted, review upheld: unchanged', async () => {
      const { order } = await accepted(provider);
      const before = await look(order);
      expectStatus(await decide(before.decision, 'upheld'), 200);
      assert.deepEqual(await look(order), before);
    });

    test('accepted, review overturned: cancelled by staff, credit note, the money is due to go back', async () => {
      const { order } = await accepted(provider);
      expectStatus(await decide((await look(order)).decision, 'overturned'), 200);
      await expectState(order, { status: 'cancelled', decision: 'cancelled', reasons: ['overturned_by_review'], by: 'staff', payments: ['refund_due'],
        documents: ['invoice', 'credit_note'] });
    });

    test('a refusal can not be overturned: 409 nothing_to_overturn', async () => {
      const { order } = await accepted(provider);
      ok(await newPayment(server, order, provider).pay());
      const before = await look(order);
      const refused = before.decisions.at(-1);
      expectProblem(await decide(refused, 'overturned'), 409, 'nothing_to_overturn');
      assert.deepEqual(await look(order), before);
      expectStatus(await decide(refused, 'upheld'), 200);
      assert.deepEqual(await look(order), before);
    });

    for (const [state, begin] of [['awaiting', placed], ['cancelled', cancelled]]) {
      test(`${state}, approved by another provider: held, provider_mismatch`, async () => {
        const { order } = await begin(provider);
        const other = newPayment(server, order, provider === 'stripe' ? 'standard' : 'stripe');
        ok(await other.pay());
        const now = await look(order);
        assert.equal(now.status, 'held');
        assert.equal(now.decision.outcome, 'held');
        assert.ok(now.decision.reasons.some(({ code }) => code === 'provider_mismatch'));
        assert.ok(now.payments.some((item) => item.provider_payment_id === other.id && item.status === 'paid'));
        assert.equal((await reviewOf(now.decision)).requested_by, 'policy');
      });
    }

    test('an attempt with another provider may be added while the order awaits payment', async () => {
      const { order } = await placed(provider);
      const other = provider === 'stripe' ? 'standard' : 'stripe';
      const body = { payment_provider: other };
      const answer = expectStatus(await server.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body }), 201);
      assert.deepEqual(answer.json.payments.map((item) => item.provider), [provider, other]);
      ok(await newPayment(server, order, other).pay());
      assert.equal((await look(order)).status, 'accepted');
    });
  });
}

describe('what people may do', () => {
  test('an order may be cancelled only while it awaits payment or is expired: else 409', async () => {
    for (const begin of [accepted, held, completed, cancelled]) {
      const { order } = await begin('standard');
      const before = await look(order);
      expectProblem(await server.api('POST', `/v1/orders/${order.id}/cancel`, { token: customer.token }), 409);
      assert.deepEqual(await look(order), before);
    }
  });

  test('another attempt to pay is taken only while the order awaits payment: else 409', async () => {
    for (const begin of [accepted, held, completed, cancelled]) {
      const { order } = await begin('standard');
      const body = { payment_provider: 'standard' };
      expectProblem(await server.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body }), 409);
    }
  });

  test('only an accepted order can be completed: else 409', async () => {
    for (const begin of [placed, held, completed, cancelled]) {
      const { order } = await begin('standard');
      expectProblem(await server.api('POST', `/v1/staff/orders/${order.id}/complete`, { token: reviewer.token }), 409);
    }
  });
});

describe('stripe in particular', () => {
  const paidIntent = (order, payment, rest) => stripeIntent({ id: payment.id, order: order.id, amount: order.total.amount, ...rest });

  test('events of a session and of its intent are one payment, in either order', async () => {
    for (const intentFirst of [true, false]) {
      const { order, payment } = await placed('stripe');
      const tell = [() => payment.pay(), () => payment.send('payment_intent.succeeded', paidIntent(order, payment))];
      for (const act of intentFirst ? tell.reverse() : tell) ok(await act());
      await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['payment_approved'], payments: ['paid'], documents: ['invoice'], decisions: ['accepted'] });
    }
  });

  test('an intent finds its order by metadata', async () => {
    const { order, payment } = await placed('stripe');
    ok(await payment.send('payment_intent.succeeded', paidIntent(order, payment)));
    assert.equal((await look(order)).status, 'accepted');
  });

  test('a later event without a reference finds its order by the stored session or intent', async () => {
    const { order, payment } = await placed('stripe');
    ok(await payment.fail());
    ok(await payment.send('payment_intent.succeeded', paidIntent({ ...order, id: undefined }, payment)));
    assert.equal((await look(order)).status, 'accepted');
  });

  test('a session that is paid later is approved by async_payment_succeeded', async () => {
    const { order, payment } = await placed('stripe');
    ok(await payment.send('checkout.session.completed', payment.sessionObject({ payment_status: 'unpaid' })));
    assert.equal((await look(order)).status, 'awaiting_payment');
    ok(await payment.send('checkout.session.async_payment_succeeded', payment.sessionObject()));
    assert.equal((await look(order)).status, 'accepted');
  });

  for (const type of ['payment_intent.payment_failed', 'payment_intent.canceled']) {
    test(`${type} fails the attempt`, async () => {
      const { order, payment } = await placed('stripe');
      ok(await payment.send(type, paidIntent(order, payment, { status: 'requires_payment_method' })));
      await expectState(order, { status: 'awaiting_payment', decision: null, payments: ['failed'], documents: [] });
    });
  }

  test('money of test mode is money in test mode', async () => {
    const { order, payment } = await placed('stripe');
    ok(await sendStripe(server, stripeEvent('checkout.session.completed', payment.sessionObject(), { livemode: false })));
    assert.equal((await look(order)).status, 'accepted');
  });
});

describe('expired orders', () => {
  let fleeting;
  let buyer;
  before(async () => {
    fleeting = await startAkkoord({ env: { AKKOORD_ORDER_EXPIRES: '1' } });
    buyer = await registerCustomer(fleeting);
  });
  const expired = async (provider) => {
    const { order, payment } = await placed(provider, fleeting, buyer);
    await waitFor(async () => (await look(order, fleeting, buyer)).status === 'expired', { what: 'the expiry of the order' });
    return { order, payment };
  };

  test('an order expires by itself, without a decision', async () => {
    const { order } = await expired('standard');
    await expectState(order, { status: 'expired', decision: null, payments: ['open'], documents: [] }, fleeting, buyer);
  });

  for (const provider of ['standard', 'sandbox', 'stripe']) {
    test(`expired, approved by ${provider}: held, order_expired`, async () => {
      const { order, payment } = await expired(provider);
      ok(await payment.pay());
      const staff = await newStaff(fleeting, 'manager');
      await expectState(order, { status: 'held', decision: 'held', reasons: ['order_expired'], payments: ['paid'], documents: [], review: 'policy' }, fleeting, buyer, staff);
    });
  }

  test('expired, approved by another provider: held, provider_mismatch', async () => {
    const { order } = await expired('standard');
    ok(await newPayment(fleeting, order, 'stripe').pay());
    const { status, decision } = await look(order, fleeting, buyer);
    assert.equal(status, 'held');
    assert.ok(decision.reasons.some(({ code }) => code === 'provider_mismatch'));
  });

  test('an expired order can be cancelled, and not be paid anew', async () => {
    const { order } = await expired('standard');
    const body = { payment_provider: 'standard' };
    expectProblem(await fleeting.api('POST', `/v1/orders/${order.id}/payments`, { token: buyer.token, body }), 409);
    const answer = expectStatus(await fleeting.api('POST', `/v1/orders/${order.id}/cancel`, { token: buyer.token }), 200);
    assert.equal(answer.json.status, 'cancelled');
  });
});

describe('live mode', () => {
  let live;
  let buyer;
  let staff;
  before(async () => {
    live = await prepareAkkoord({ env: { AKKOORD_MODE: 'live', AKKOORD_RATE_LIMITS: null, AKKOORD_SANDBOX_WEBHOOK_SECRET: null } });
    live.env.AKKOORD_SELLER_FILE = live.writeFile('seller.json', sampleSeller);
    live.env.AKKOORD_SERVICES_FILE = live.writeFile('services.json', samplePriceList);
    await live.start();
    buyer = await registerCustomer(live);
    staff = await newStaff(live, 'reviewer');
  });

  test('live money is accepted', async () => {
    const standard = await placed('standard', live, buyer);
    ok(await standard.payment.pay());
    assert.equal((await look(standard.order, live, buyer)).status, 'accepted');
    const { order, payment } = await placed('stripe', live, buyer);
    ok(await sendStripe(live, stripeEvent('checkout.session.completed', payment.sessionObject(), { livemode: true })));
    assert.equal((await look(order, live, buyer)).status, 'accepted');
  });

  test('test money on a live order: held, test_payment; overturned, the invoice counts nothing as paid', async () => {
    const { order, payment } = await placed('stripe', live, buyer);
    ok(await sendStripe(live, stripeEvent('checkout.session.completed', payment.sessionObject(), { livemode: false })));
    const now = await expectState(order, { status: 'held', decision: 'held', reasons: ['test_payment'], payments: ['paid'], documents: [], review: 'policy' }, live, buyer, staff);
    expectStatus(await decide(now.decision, 'overturned', live, staff), 200);
    const later = await expectState(order, { status: 'accepted', decision: 'accepted', reasons: ['overturned_by_review'], by: 'staff', payments: ['paid'], documents: ['invoice'] }, live, buyer, staff);
    const [document] = await live.sql(`SELECT prepaid_minor FROM akkoord.document WHERE number = '${later.invoices[0].number}'`);
    assert.equal(document.prepaid_minor, 0);
  });

  test('the sandbox is not there: 404, and no order names it', async () => {
    const { order } = await placed('standard', live, buyer);
    expectProblem(await payStandard(live, order, { provider: 'sandbox' }), 404, 'not_found');
    const body = { lines: [{ sku: Object.keys(await services(live))[0], quantity: 1 }], payment_provider: 'sandbox' };
    expectProblem(await live.api('POST', '/v1/orders', { token: buyer.token, body }), 422, 'validation', ['payment_provider']);
  });

  test('the mode is stamped: the same data folder does not start in test mode', async () => {
    await live.stop();
    const { code, stderr } = await live.refuse({ AKKOORD_MODE: 'test' });
    assert.equal(code, 1);
    assert.match(stderr, /AKKOORD_MODE/);
    await live.start();
  });
});

test('after all of this no series has a gap and nothing was done twice', async () => {
  await expectSeriesWithoutGaps(server);
  await expectNothingTwice(server);
  await expectDecisionsReplay(server);
});
