// A seller's account at the fake Stripe: what customers, banks and the people at the dashboard do to its sessions,
// payments, refunds and disputes, and the events that come of it. Each act changes the objects and sends their signed
// webhooks; an act that the state does not allow throws an Error.
import { createHmac } from 'node:crypto';

import { Fake, ledgerEntry } from './fake.mjs';
import { checkRefundable } from './stripe_checks.mjs';
import * as objects from './stripe_objects.mjs';

export const SAMPLE_KEY = 'sk_test_sample';
export const SAMPLE_SECRET = 'whsec_sample_secret';
const API_VERSION = '2026-08-26.dahlia';
const HOUR = 3600;
const DAY = 24 * HOUR;

// "For up to three days with an exponential back off" in live mode (docs.stripe.com/webhooks#retries); the steps are
// not published, these are of that kind.
const SCHEDULE = [0, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 22 * HOUR, 34 * HOUR, 46 * HOUR, 58 * HOUR, 70 * HOUR];

export class StripeAccount extends Fake {
  constructor(options) {
    super(options, {
      jsonType: 'application/json',
      keptSeconds: DAY, // docs.stripe.com/api/idempotent_requests: at least 24 hours
      delivery: { schedule: SCHEDULE, timeoutMs: 20_000, accepts: (status) => status >= 200 && status < 300 },
    });
    this.key = options.key ?? SAMPLE_KEY;
    this.livemode = /^[sr]k_live_/.test(this.key);
    this.apiVersion = options.apiVersion ?? API_VERSION;
    // Several secrets: one that is being replaced, both sign (docs.stripe.com/webhooks#roll-endpoint-secrets).
    this.secrets = [options.secret ?? SAMPLE_SECRET].flat();
    this.endpoints = options.webhooks ?? (options.webhook ? [{ url: options.webhook, secrets: this.secrets }] : []);
    this.refundStatus = options.refundStatus ?? 'succeeded';
    this.leavesRefundsOutOf = new Set(); // intents whose charge lists no refunds, though asked
    this.sessions = new Map();
    this.intents = new Map();
    this.charges = new Map();
    this.refunds = new Map();
    this.disputes = new Map();
    this.events = [];
    this.items = new Map(); // session id -> line items
    this.intentData = new Map(); // session id -> payment_intent_data
    this.controls = [
      'pay',
      'fail',
      'asyncPay',
      'settleAsync',
      'authorise',
      'expire',
      'refund',
      'settleRefund',
      'dispute',
      'closeDispute',
    ];
  }

  // ---- webhooks ----

  // One act's events, [[type, object, previous attributes]]: kept for GET /v1/events and sent, each with its state at
  // this moment. docs.stripe.com/webhooks: no order is promised, duplicates happen.
  emit(list, call = null) {
    const request = { id: call?.requestId ?? null, idempotency_key: call?.headers?.['idempotency-key'] ?? null };
    const batch = [];
    for (const [type, object, previous] of list) {
      const wanted = this.endpoints.filter(({ events = ['*'] }) => events.includes('*') || events.includes(type));
      const event = objects.event({
        id: `evt_3${this.names.letters(23)}`,
        apiVersion: this.apiVersion,
        type,
        object,
        previous,
        created: this.clock.seconds(),
        livemode: this.livemode,
        request,
        webhooks: wanted.length,
      });
      this.events.push(event);
      const body = JSON.stringify(event, null, 2);
      for (const { url, secrets = this.secrets } of wanted)
        batch.push({
          label: type,
          event: event.id,
          url,
          message: () => ({ headers: signedHeaders(body, secrets), body }),
        });
    }
    this.deliveries.send(batch);
  }

  // ---- controls: what customers, banks and the dashboard do ----

  #open(sessionId) {
    this.tick();
    const session = this.sessions.get(sessionId);
    if (!session) throw new Error(`no session ${sessionId}`);
    if (session.status !== 'open') throw new Error(`session ${sessionId} is ${session.status}`);
    return session;
  }

  // A session has no payment intent before the customer tries to pay (docs.stripe.com/upgrades, 2022-08-01); a second
  // try uses the same intent with another charge.
  #attempt(session, method, status, captured) {
    let intent = this.intents.get(session.payment_intent);
    if (!intent) {
      intent = objects.paymentIntent({
        id: `pi_3${this.names.letters(23)}`,
        created: this.clock.seconds(),
        livemode: this.livemode,
        session,
        data: this.intentData.get(session.id),
      });
      this.intents.set(intent.id, intent);
      session.payment_intent = intent.id;
    }
    intent.payment_method = `pm_1${this.names.letters(23)}`;
    const charge = objects.charge({
      id: `${method === 'card' ? 'ch' : 'py'}_3${this.names.letters(23)}`,
      created: this.clock.seconds(),
      livemode: this.livemode,
      intent,
      method,
      status,
      captured,
    });
    this.charges.set(charge.id, charge);
    intent.latest_charge = charge.id;
    return { intent, charge };
  }

  #complete(session, paymentStatus) {
    Object.assign(session, { status: 'complete', payment_status: paymentStatus, url: null });
    session.customer_details ??= objects.customerDetails('customer@example.com', 'Sample Customer');
  }

  // The customer pays. Gives { session, intent, charge }.
  pay(sessionId, { method = 'ideal' } = {}) {
    const session = this.#open(sessionId);
    const { intent, charge } = this.#attempt(session, method, 'succeeded');
    Object.assign(intent, { status: 'succeeded', amount_received: intent.amount, last_payment_error: null });
    this.#complete(session, 'paid');
    this.emit([
      [
        'payment_intent.created',
        { ...intent, status: 'requires_payment_method', amount_received: 0, latest_charge: null },
      ],
      ['charge.succeeded', charge],
      ['payment_intent.succeeded', intent],
      ['checkout.session.completed', session],
    ]);
    return { session, intent, charge };
  }

  // The card is declined; the session stays open.
  fail(sessionId) {
    const session = this.#open(sessionId);
    const { intent, charge } = this.#attempt(session, 'card', 'failed');
    Object.assign(intent, {
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: {
        charge: charge.id,
        code: 'card_declined',
        decline_code: 'generic_decline',
        message: 'Your card was declined.',
        type: 'card_error',
      },
    });
    this.emit([
      ['charge.failed', charge],
      ['payment_intent.payment_failed', intent],
    ]);
    return { session, intent, charge };
  }

  // A method that is confirmed later (docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification): complete,
  // not paid, until settleAsync().
  asyncPay(sessionId, { method = 'sepa_debit' } = {}) {
    const session = this.#open(sessionId);
    const { intent, charge } = this.#attempt(session, method, 'pending');
    intent.status = 'processing';
    this.#complete(session, 'unpaid');
    this.emit([
      ['payment_intent.processing', intent],
      ['charge.pending', charge],
      ['checkout.session.completed', session],
    ]);
    return { session, intent, charge };
  }

  settleAsync(sessionId, { succeeds = true } = {}) {
    const session = this.sessions.get(sessionId);
    const intent = this.intents.get(session?.payment_intent);
    if (intent?.status !== 'processing') throw new Error(`session ${sessionId} awaits no payment`);
    const charge = this.charges.get(intent.latest_charge);
    if (succeeds) {
      Object.assign(charge, { status: 'succeeded', paid: true, amount_captured: charge.amount });
      Object.assign(intent, { status: 'succeeded', amount_received: intent.amount });
      session.payment_status = 'paid';
      this.emit([
        ['charge.succeeded', charge],
        ['payment_intent.succeeded', intent],
        ['checkout.session.async_payment_succeeded', session],
      ]);
    } else {
      Object.assign(charge, {
        status: 'failed',
        failure_code: 'insufficient_funds',
        failure_message: 'The account has insufficient funds.',
      });
      Object.assign(intent, {
        status: 'requires_payment_method',
        last_payment_error: {
          code: 'insufficient_funds',
          type: 'card_error',
          charge: charge.id,
          message: charge.failure_message,
        },
      });
      this.emit([
        ['charge.failed', charge],
        ['payment_intent.payment_failed', intent],
        ['checkout.session.async_payment_failed', session],
      ]);
    }
    return { session, intent, charge };
  }

  // Authorised, not captured: no money yet (docs.stripe.com/payments/place-a-hold-on-a-payment-method).
  authorise(sessionId) {
    const session = this.#open(sessionId);
    const { intent, charge } = this.#attempt(session, 'card', 'succeeded', false);
    Object.assign(intent, { status: 'requires_capture', amount_capturable: intent.amount });
    this.#complete(session, 'unpaid');
    this.emit([
      ['charge.succeeded', charge],
      ['payment_intent.amount_capturable_updated', intent],
      ['checkout.session.completed', session],
    ]);
    return { session, intent, charge };
  }

  // The session's time is over, or somebody ended it; an intent that was tried is cancelled with it.
  expire(sessionId, { request = null } = {}) {
    const session = this.sessions.get(sessionId);
    if (session?.status !== 'open') throw new Error(`session ${sessionId} is not open`);
    Object.assign(session, { status: 'expired', url: null });
    const events = [['checkout.session.expired', session]];
    const intent = this.intents.get(session.payment_intent);
    if (intent) {
      Object.assign(intent, {
        status: 'canceled',
        canceled_at: this.clock.seconds(),
        cancellation_reason: 'automatic',
      });
      events.push(['payment_intent.canceled', intent]);
    }
    this.emit(events, request);
    return { session };
  }

  #chargeOf(id) {
    const intentId = this.sessions.get(id)?.payment_intent ?? id;
    const charge = this.charges.get(this.intents.get(intentId)?.latest_charge ?? id);
    if (!charge) throw new Error(`nothing was charged for ${id}`);
    return charge;
  }

  // Refunds a part of a charge, or without an amount what is left; throws an ApiError where Stripe refuses. A refund
  // that fails at once never touches the charge.
  refundCharge(charge, amount, params, call) {
    const left = checkRefundable(charge, amount);
    const refund = objects.refund({
      id: `re_3${this.names.letters(23)}`,
      created: this.clock.seconds(),
      charge,
      amount: amount ?? left,
      params,
      status: this.refundStatus,
    });
    this.refunds.set(refund.id, refund);
    if (refund.status === 'failed') {
      refund.failure_reason = 'expired_or_canceled_card';
      this.emit(
        [
          ['refund.created', refund],
          ['refund.failed', refund],
        ],
        call,
      );
      return refund;
    }
    charge.amount_refunded += refund.amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    this.emit(
      [
        ['refund.created', refund],
        ['charge.refunded', charge],
        ['charge.refund.updated', refund],
      ],
      call,
    );
    return refund;
  }

  // A refund made in the dashboard, of a session, intent or charge; without an amount all that is left.
  refund(id, { amount, reason } = {}) {
    return this.refundCharge(this.#chargeOf(id), amount, { reason });
  }

  // The end of a refund that was pending, or the failure of one that had succeeded: the money is back with the seller
  // (docs.stripe.com/refunds#failed-refunds). One that is cancelled gives it back too, and has no event of its own.
  settleRefund(refundId, { status = 'succeeded' } = {}, call = null) {
    const refund = this.refunds.get(refundId);
    if (!refund || ['failed', 'canceled'].includes(refund.status)) throw new Error(`refund ${refundId} is not open`);
    const previous = { status: refund.status };
    refund.status = status;
    if (status === 'failed') refund.failure_reason = 'lost_or_stolen_card';
    const events = [
      ['refund.updated', refund, previous],
      ['charge.refund.updated', refund, previous],
    ];
    if (status === 'failed') events.push(['refund.failed', refund]);
    if (['failed', 'canceled'].includes(status)) {
      const charge = this.charges.get(refund.charge);
      charge.amount_refunded -= refund.amount;
      charge.refunded = false;
      events.push(['charge.updated', charge]);
    }
    this.emit(events, call);
    return refund;
  }

  // The customer's bank takes the money back (docs.stripe.com/disputes/how-disputes-work).
  dispute(id, { amount, reason = 'fraudulent' } = {}) {
    const charge = this.#chargeOf(id);
    const dispute = objects.dispute({
      id: `du_1${this.names.letters(23)}`,
      created: this.clock.seconds(),
      charge,
      reason,
      amount: amount ?? charge.amount - charge.amount_refunded,
    });
    this.disputes.set(dispute.id, dispute);
    charge.disputed = true;
    this.emit([
      ['charge.dispute.created', dispute],
      ['charge.dispute.funds_withdrawn', dispute],
    ]);
    return dispute;
  }

  closeDispute(disputeId, { won = false } = {}) {
    const dispute = this.disputes.get(disputeId);
    if (dispute?.status !== 'needs_response') throw new Error(`dispute ${disputeId} is not open`);
    dispute.status = won ? 'won' : 'lost';
    this.emit([['charge.dispute.closed', dispute], ...(won ? [['charge.dispute.funds_reinstated', dispute]] : [])]);
    return dispute;
  }

  tick() {
    for (const session of this.sessions.values())
      if (session.status === 'open' && session.expires_at <= this.clock.seconds()) this.expire(session.id);
  }

  isPage(path) {
    return path.startsWith('/c/pay/');
  }

  // ---- inspection ----

  snapshot() {
    const values = (all) => [...all.values()];
    return {
      sessions: values(this.sessions),
      intents: values(this.intents),
      charges: values(this.charges),
      refunds: values(this.refunds),
      disputes: values(this.disputes),
      events: this.events,
    };
  }

  // By the client's reference: client_reference_id, else metadata.order_id, else the session itself.
  ledger() {
    const ledger = {};
    for (const session of this.sessions.values()) {
      const entry = ledgerEntry(ledger, session.client_reference_id ?? session.metadata.order_id ?? session.id);
      entry.attempts++;
      const own = (object) => session.payment_intent !== null && object.payment_intent === session.payment_intent;
      for (const charge of [...this.charges.values()].filter(own)) {
        if (charge.status !== 'succeeded' || !charge.captured) continue;
        entry.charges++;
        entry.charged += charge.amount_captured;
        entry.refunded += charge.amount_refunded;
      }
      entry.refunds += [...this.refunds.values()].filter(
        (refund) => own(refund) && !['failed', 'canceled'].includes(refund.status),
      ).length;
      entry.disputed += [...this.disputes.values()]
        .filter((dispute) => own(dispute) && dispute.status !== 'won')
        .reduce((sum, dispute) => sum + dispute.amount, 0);
    }
    return ledger;
  }
}

// docs.stripe.com/webhooks#verify-manually. Made anew for each attempt: the time is the time of sending.
export function signedHeaders(body, secrets, at = Math.floor(Date.now() / 1000)) {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`,
  );
  return {
    'Content-Type': 'application/json; charset=utf-8',
    'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    Accept: '*/*; q=0.5, application/xml',
    'Cache-Control': 'no-cache',
    'Stripe-Signature': `t=${at},${signatures.join(',')},v0=${'0'.repeat(64)}`,
  };
}
