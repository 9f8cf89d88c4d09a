// A fake of the Mollie API v2, as far as a shop needs it: payments, refunds and charge-backs, with classic webhooks (an
// id, nothing else) and, where asked for, signed events. It follows what Mollie publishes (the pages are named where
// they are used); what Mollie leaves open is an option. By hand: see README.md.
import { createHmac } from 'node:crypto';
import { pathToFileURL } from 'node:url';

import { Fake, ledgerEntry, runFromCommandLine } from './fake.mjs';
import {
  checkAmount,
  checkUrl,
  isPrivate,
  minorUnits,
  money,
  problem,
  timestamp,
  unprocessable,
} from './mollie_values.mjs';

export const SAMPLE_KEY = 'test_samplesamplesamplesamplesample';
export const SAMPLE_SECRET = 'sample_signing_secret';
const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;

// docs.mollie.com/reference/webhooks: ten attempts, the last 26 hours after the change; an answer within 15 seconds.
const SCHEDULE = [0, 1, 3, 7, 15, 31, 60, 120, 240, 1560].map((minutes) => minutes * MINUTE);
const ANSWER_TIME_MS = 15_000;

// docs.mollie.com/reference/status-change: how long an open payment lives, by method; 15 minutes for most.
const LIFE_SECONDS = { banktransfer: 12 * DAY, creditcard: 30 * MINUTE, paypal: 3 * HOUR };
const LIFE_SECONDS_DEFAULT = 15 * MINUTE;

const AMOUNT_MINOR_MAX = 5_000_000; // iDEAL: 50 000.00
const METADATA_BYTES_MAX = 1024; // "approximately 1kB", docs.mollie.com/reference/create-payment
const DESCRIPTION_LENGTH_MAX = 255;
const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized Request',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
const HAL = 'application/hal+json';

class FakeMollie extends Fake {
  constructor(options) {
    super(options, {
      jsonType: HAL,
      keptSeconds: HOUR, // docs.mollie.com/reference/api-idempotency
      delivery: { schedule: SCHEDULE, timeoutMs: ANSWER_TIME_MS, accepts: (status) => status === 200 },
    });
    this.key = options.key ?? SAMPLE_KEY;
    this.mode = this.key.startsWith('live_') ? 'live' : 'test';
    this.profileId = `pfl_${this.names.letters(10)}`;
    this.secrets = [options.secret ?? SAMPLE_SECRET].flat();
    // Subscriptions to signed events: [{ url, secrets, events, payload: "full" or "simple" }].
    this.subscriptions = options.events ?? [];
    // Where webhooks go when a payment names no webhookUrl; Mollie has nothing like it.
    this.webhook = options.webhook ?? null;
    this.refusesPrivateWebhooks = options.refusesPrivateWebhooks ?? false;
    this.cancelable = options.cancelable ?? false;
    this.overRefund = options.overRefund ?? 0; // minor units that may be refunded beyond the payment
    this.refundsRun = options.refundsRun ?? true; // false: a refund stays pending until advanceRefund()
    this.duplicateRefundSeconds = options.duplicateRefundSeconds ?? 0;
    this.leavesRefundsOutOf = new Set(); // payments that embed no refunds, though asked
    this.payments = new Map();
    this.refunds = new Map();
    this.chargebacks = new Map();
    this.controls = [
      'pay',
      'authorise',
      'pending',
      'fail',
      'expire',
      'cancel',
      'refund',
      'advanceRefund',
      'chargeback',
      'reverseChargeback',
      'ping',
    ];
  }

  // ---- requests ----

  authenticate(call) {
    if (call.headers.authorization !== `Bearer ${this.key}`)
      throw problem(401, 'Missing authentication, or failed to authenticate');
  }

  parse(call, text) {
    if (text === '') return {};
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      throw problem(400, 'The request body is not valid JSON.');
    }
    if (body === null || typeof body !== 'object' || Array.isArray(body))
      throw problem(400, 'The request body is no JSON object.');
    return body;
  }

  handle(call) {
    const route = `${call.method} ${call.path}`;
    if (route === 'POST /v2/payments') return this.#createPayment(call);
    if (route === 'GET /v2/payments') return this.#list(call, 'payments', [...this.payments.values()]);
    const [, method, id, rest = ''] = /^([A-Z]+) \/v2\/payments\/([^/]+)(\/.*)?$/.exec(route) ?? [];
    if (id === undefined) throw problem(404, `No resource exists at ${call.path}.`);
    this.#paymentOr404(id);
    const [, kind, part] = /^\/(refunds|chargebacks)(?:\/([^/]+))?$/.exec(rest) ?? [];
    if (rest === '' && method === 'GET') return { status: 200, body: this.#embedded(call, this.#shownPayment(id)) };
    if (rest === '' && method === 'DELETE') return this.#cancelPayment(id);
    if (kind === 'refunds' && method === 'POST' && !part) return this.#createRefund(call, id);
    if (kind && method === 'GET') {
      const all = kind === 'refunds' ? this.refunds : this.chargebacks;
      if (!part)
        return this.#list(
          call,
          kind,
          [...all.values()].filter((one) => one.paymentId === id),
        );
      if (all.get(part)?.paymentId === id) return { status: 200, body: this.#linked(all.get(part)) };
    }
    if (kind === 'refunds' && method === 'DELETE' && part) return this.#cancelRefund(id, part);
    throw problem(
      404,
      part ? `No ${kind.slice(0, -1)} exists with token ${part}.` : `No resource exists at ${call.path}.`,
    );
  }

  #paymentOr404(id) {
    const payment = this.payments.get(id);
    if (!payment) throw problem(404, `No payment exists with token ${id}.`);
    return payment;
  }

  // docs.mollie.com/reference/pagination: newest first, "from" an id onwards, limit 1-250 (50).
  #list(call, name, all) {
    const limit = Number(call.query.get('limit') ?? 50);
    if (!(limit >= 1 && limit <= 250)) throw problem(400, 'Invalid limit.', 'limit');
    const newest = [...all].reverse();
    const from = call.query.get('from') ? newest.findIndex((one) => one.id === call.query.get('from')) : 0;
    if (from < 0) throw problem(400, 'Invalid cursor value.', 'from');
    const page = newest.slice(from, from + limit);
    const next = newest[from + limit];
    const items = page.map((one) => (name === 'payments' ? this.#shownPayment(one.id) : this.#linked(one)));
    const links = {
      ...this.#links({ self: call.path }, `list-${name}`),
      previous: null,
      next: next ? this.#link(`${call.path}?from=${next.id}&limit=${limit}`) : null,
    };
    return { status: 200, body: { count: page.length, _embedded: { [name]: items }, _links: links } };
  }

  // docs.mollie.com/reference/create-payment
  #createPayment(call) {
    const given = call.body;
    const amount = checkAmount(given.amount);
    if (minorUnits(amount) > AMOUNT_MINOR_MAX) throw unprocessable('The amount is higher than the maximum', 'amount');
    if (typeof given.description !== 'string' || given.description === '')
      throw unprocessable('The description is missing', 'description');
    if (given.description.length > DESCRIPTION_LENGTH_MAX)
      throw unprocessable('The description is too long', 'description');
    checkUrl(given.redirectUrl, 'redirectUrl', true);
    checkUrl(given.webhookUrl, 'webhookUrl', false);
    if (this.refusesPrivateWebhooks && given.webhookUrl && isPrivate(given.webhookUrl))
      throw unprocessable(
        "The webhook URL is invalid because it is unreachable from Mollie's point of view",
        'webhookUrl',
      );
    if (Buffer.byteLength(JSON.stringify(given.metadata ?? null)) > METADATA_BYTES_MAX)
      throw unprocessable('The metadata is too large', 'metadata');
    const method = [given.method ?? []].flat()[0] ?? null;
    const payment = {
      id: `tr_${this.names.letters(22)}`,
      amount,
      description: given.description,
      method,
      status: 'open',
      metadata: given.metadata ?? null,
      redirectUrl: given.redirectUrl,
      cancelUrl: given.cancelUrl ?? null,
      webhookUrl: given.webhookUrl ?? null,
      locale: given.locale ?? null,
      createdMs: this.clock.nowMs(),
      expiresMs: this.clock.nowMs() + (LIFE_SECONDS[method] ?? LIFE_SECONDS_DEFAULT) * 1000,
      times: {},
      details: null,
    };
    this.payments.set(payment.id, payment);
    return { status: 201, body: this.#shownPayment(payment.id) };
  }

  // docs.mollie.com/reference/cancel-payment: only while isCancelable.
  #cancelPayment(id) {
    const payment = this.payments.get(id);
    if (!this.#isCancelable(payment)) throw unprocessable('The payment cannot be cancelled');
    this.cancel(id);
    return { status: 200, body: this.#shownPayment(id) };
  }

  // docs.mollie.com/reference/create-refund
  #createRefund(call, id) {
    const payment = this.payments.get(id);
    const { amount: given, description = payment.description, metadata = null } = call.body;
    const amount = checkAmount(given);
    const refund = this.#refund(payment, amount, { description, metadata });
    const answer = { status: 201, body: this.#linked(refund) };
    if (this.refundsRun) this.#runRefund(refund);
    return answer;
  }

  #refund(payment, amount, { description, metadata = null }) {
    if (payment.status !== 'paid') throw unprocessable('The payment is not in a state that can be refunded');
    if (amount.currency !== payment.amount.currency)
      throw unprocessable('The currency is not that of the payment', 'amount.currency');
    const { remaining } = this.#sums(payment);
    if (remaining <= 0) throw unprocessable('The payment has already been refunded', 'amount');
    if (minorUnits(amount) > remaining)
      throw unprocessable('The amount is higher than the remaining amount of the payment', 'amount');
    const since = this.clock.nowMs() - this.duplicateRefundSeconds * 1000;
    const alike = (other) =>
      other.paymentId === payment.id && other.createdMs > since && other.amount.value === amount.value;
    if (this.duplicateRefundSeconds > 0 && [...this.refunds.values()].some(alike))
      throw problem(409, 'A duplicate refund has been detected');
    const refund = {
      resource: 'refund',
      id: `re_${this.names.letters(10)}`,
      paymentId: payment.id,
      amount,
      description,
      metadata,
      status: 'pending',
      createdMs: this.clock.nowMs(),
    };
    this.refunds.set(refund.id, refund);
    return refund;
  }

  // A refund on its way through the bank, without anybody's help.
  #runRefund(refund) {
    setImmediate(() => {
      if (refund.status === 'pending') this.advanceRefund(refund.id, { status: 'processing' });
      if (refund.status === 'processing') this.advanceRefund(refund.id, { status: 'refunded' });
    });
  }

  // docs.mollie.com/reference/cancel-refund: while it is queued or pending.
  #cancelRefund(id, refundId) {
    const refund = this.refunds.get(refundId);
    if (refund?.paymentId !== id) throw problem(404, `No refund exists with token ${refundId}.`);
    if (!['queued', 'pending'].includes(refund.status)) throw unprocessable('The refund cannot be cancelled any more');
    refund.status = 'canceled';
    return { status: 204 };
  }

  // ---- what is shown ----

  #link(path, type = HAL) {
    return { href: `${this.url}${path}`, type };
  }

  #links(paths, page) {
    const links = {};
    for (const [name, path] of Object.entries(paths)) links[name] = this.#link(path);
    return { ...links, documentation: { href: `https://docs.mollie.com/reference/${page}`, type: 'text/html' } };
  }

  // In minor units: what went back by refunds, by charge-backs, and what may still be refunded.
  #sums(payment) {
    const sum = (all, counts) =>
      [...all.values()]
        .filter((one) => one.paymentId === payment.id && counts(one))
        .reduce((total, one) => total + minorUnits(one.amount), 0);
    const refunded = sum(this.refunds, (refund) => !['failed', 'canceled'].includes(refund.status));
    const chargedBack = sum(this.chargebacks, (chargeback) => !chargeback.reversedMs);
    return { refunded, chargedBack, remaining: minorUnits(payment.amount) + this.overRefund - refunded - chargedBack };
  }

  #isCancelable(payment) {
    return payment.status === 'open' && (this.cancelable || payment.method === 'banktransfer');
  }

  // docs.mollie.com/reference/get-payment. Refunds and charge-backs change amounts, never the status.
  #shownPayment(id) {
    const payment = this.payments.get(id);
    const { currency } = payment.amount;
    const { refunded, chargedBack, remaining } = this.#sums(payment);
    const paths = { self: `/v2/payments/${id}` };
    if (payment.status === 'open') paths.checkout = `/checkout/select-method/${id}`;
    if (refunded > 0) paths.refunds = `/v2/payments/${id}/refunds`;
    if (chargedBack > 0) paths.chargebacks = `/v2/payments/${id}/chargebacks`;
    const links = this.#links(paths, 'get-payment');
    if (links.checkout) links.checkout.type = 'text/html';
    links.dashboard = this.#link(`/dashboard/payments/${id}`, 'text/html');
    const amounts =
      payment.status !== 'paid'
        ? {}
        : {
            amountRefunded: money(refunded, currency),
            amountRemaining: money(Math.max(0, remaining), currency),
            ...(chargedBack > 0 ? { amountChargedBack: money(chargedBack, currency) } : {}),
          };
    const times = {};
    for (const [name, ms] of Object.entries(payment.times)) times[name] = timestamp(ms);
    return {
      resource: 'payment',
      id,
      mode: this.mode,
      createdAt: timestamp(payment.createdMs),
      amount: { ...payment.amount },
      description: payment.description,
      method: payment.method,
      metadata: payment.metadata,
      status: payment.status,
      ...(payment.status === 'open'
        ? { isCancelable: this.#isCancelable(payment), expiresAt: timestamp(payment.expiresMs) }
        : {}),
      ...times,
      ...amounts,
      details: payment.details,
      locale: payment.locale,
      profileId: this.profileId,
      sequenceType: 'oneoff',
      redirectUrl: payment.redirectUrl,
      cancelUrl: payment.cancelUrl,
      webhookUrl: payment.webhookUrl,
      settlementId: null,
      _links: links,
    };
  }

  // docs.mollie.com/reference/get-payment: ?embed=refunds,chargebacks; newest first, and nothing where there is none.
  #embedded(call, shown) {
    const wanted = (call.query.get('embed') ?? '').split(',');
    const embedded = {};
    for (const [name, all] of Object.entries({ refunds: this.refunds, chargebacks: this.chargebacks })) {
      const own = [...all.values()].reverse().filter(({ paymentId }) => paymentId === shown.id);
      if (wanted.includes(name) && own.length > 0 && !this.leavesRefundsOutOf.has(shown.id)) embedded[name] = own.map((one) => this.#linked(one));
    }
    return Object.keys(embedded).length > 0 ? { ...shown, _embedded: embedded } : shown;
  }

  // A refund or charge-back as the API shows it.
  #linked({ createdMs, reversedMs, ...own }) {
    const kind = `${own.resource}s`;
    const paths = { self: `/v2/payments/${own.paymentId}/${kind}/${own.id}`, payment: `/v2/payments/${own.paymentId}` };
    const times =
      own.resource === 'chargeback' ? { reversedAt: reversedMs ? timestamp(reversedMs) : null } : { mode: this.mode };
    return {
      ...structuredClone(own),
      ...times,
      createdAt: timestamp(createdMs),
      settlementId: null,
      _links: this.#links(paths, `get-${own.resource}`),
    };
  }

  // ---- errors: docs.mollie.com/reference/handling-errors ----

  problem({ status, details: { detail, field }, headers }) {
    const body = {
      status,
      title: TITLES[status] ?? 'Error',
      detail,
      ...(field ? { field } : {}),
      _links: { documentation: { href: 'https://docs.mollie.com/reference/handling-errors', type: 'text/html' } },
    };
    return { status, headers, body };
  }

  failure(status) {
    const details = { 429: 'Too many requests', 503: 'The service is temporarily unavailable' };
    return this.problem({ status, headers: {}, details: { detail: details[status] ?? 'An unknown error occurred' } });
  }

  conflict(kind) {
    return kind === 'mismatch'
      ? problem(400, 'You are using an idempotency key that was used before for another request.')
      : problem(
          409,
          'You are using an idempotency key that you used before. The previous request with the same key is ' +
            'still being executed. Please try again in a few seconds.',
        );
  }

  // ---- webhooks ----

  // The classic call says nothing but which payment to look at. Not made for open or pending payments.
  #call(payment, eventType, entity) {
    const batch = [];
    const url = payment.webhookUrl ?? this.webhook;
    if (url && !['payment.pending', 'refund.pending', 'refund.queued', 'refund.canceled'].includes(eventType))
      batch.push({ label: eventType, url, message: () => classicMessage(payment.id) });
    for (const { url: target, secrets = this.secrets, events = ['*'], payload = 'full' } of this.subscriptions) {
      if (!events.includes('*') && !events.includes(eventType)) continue;
      const body = JSON.stringify(this.#event(eventType, entity, payload));
      batch.push({
        label: `event ${eventType}`,
        url: target,
        message: () => ({ headers: signedHeaders(body, secrets), body }),
      });
    }
    this.deliveries.send(batch);
  }

  // docs.mollie.com/reference/webhooks-new
  #event(type, entity, payload) {
    const id = `event_${this.names.letters(21)}`;
    return {
      resource: 'event',
      id,
      type,
      entityId: entity.id,
      createdAt: new Date(this.clock.nowMs()).toISOString(),
      ...(payload === 'full' ? { _embedded: { entity } } : {}),
      _links: { ...this.#links({ self: `/v2/events/${id}` }, 'get-webhook-event'), entity: entity._links.self },
    };
  }

  #change(id, status, time, more = {}) {
    this.tick();
    const payment = this.payments.get(id);
    if (!payment) throw new Error(`no payment ${id}`);
    if (!['open', 'pending', 'authorized'].includes(payment.status))
      throw new Error(`payment ${id} is ${payment.status}`);
    Object.assign(payment, more, { status });
    if (time) payment.times[time] = this.clock.nowMs();
    const shown = this.#shownPayment(id);
    this.#call(payment, `payment.${status}`, shown);
    return shown;
  }

  // ---- controls: what customers, banks and the dashboard do; each gives the object as the API shows it ----

  pay(id, { method = 'ideal' } = {}) {
    const details = { consumerName: 'Sample Customer', consumerAccount: 'NL00SAMP0000000000', consumerBic: 'SAMPNL2A' };
    return this.#change(id, 'paid', 'paidAt', { method: this.payments.get(id)?.method ?? method, details });
  }

  // A hold, no money yet.
  authorise(id) {
    return this.#change(id, 'authorized', 'authorizedAt', { method: 'klarna' });
  }

  pending(id) {
    return this.#change(id, 'pending', null);
  }

  fail(id) {
    return this.#change(id, 'failed', 'failedAt');
  }

  expire(id) {
    return this.#change(id, 'expired', 'expiredAt');
  }

  cancel(id) {
    return this.#change(id, 'canceled', 'canceledAt');
  }

  // A refund made in the dashboard; without an amount ("12.50") all that is left.
  refund(id, { amount } = {}) {
    const payment = this.payments.get(id);
    if (!payment) throw new Error(`no payment ${id}`);
    const { currency } = payment.amount;
    const value =
      amount === undefined ? money(this.#sums(payment).remaining - this.overRefund, currency).value : amount;
    const refund = this.#refund(payment, checkAmount({ value, currency }), { description: payment.description });
    if (this.refundsRun) this.#runRefund(refund);
    return this.#linked(refund);
  }

  // The next state of a refund: queued, pending, processing, refunded, or failed, also after it was refunded.
  advanceRefund(refundId, { status = 'refunded' } = {}) {
    const refund = this.refunds.get(refundId);
    if (!refund || ['failed', 'canceled'].includes(refund.status)) throw new Error(`refund ${refundId} has ended`);
    refund.status = status;
    const shown = this.#linked(refund);
    this.#call(this.payments.get(refund.paymentId), `refund.${status}`, shown);
    return shown;
  }

  chargeback(id, { amount } = {}) {
    const payment = this.payments.get(id);
    if (payment?.status !== 'paid') throw new Error(`payment ${id} is not paid`);
    const value = amount ?? payment.amount.value;
    const chargeback = {
      resource: 'chargeback',
      id: `chb_${this.names.letters(6)}`,
      paymentId: id,
      createdMs: this.clock.nowMs(),
      amount: checkAmount({ value, currency: payment.amount.currency }),
      reason: { code: 'AC01', description: 'Account identifier incorrect' },
      reversedMs: null,
    };
    this.chargebacks.set(chargeback.id, chargeback);
    const shown = this.#linked(chargeback);
    this.#call(payment, 'chargeback.received', shown);
    return shown;
  }

  reverseChargeback(chargebackId) {
    const chargeback = this.chargebacks.get(chargebackId);
    if (!chargeback || chargeback.reversedMs) throw new Error(`charge-back ${chargebackId} is not open`);
    chargeback.reversedMs = this.clock.nowMs();
    const shown = this.#linked(chargeback);
    this.#call(this.payments.get(chargeback.paymentId), 'chargeback.reversed', shown);
    return shown;
  }

  // A classic call for no reason: Mollie's, or a stranger's, which look the same.
  ping(id, { url } = {}) {
    const target = url ?? this.payments.get(id)?.webhookUrl ?? this.webhook;
    this.deliveries.send([{ label: 'ping', url: target, message: () => classicMessage(id) }]);
  }

  tick() {
    for (const payment of this.payments.values()) {
      if (payment.status !== 'open' || payment.expiresMs > this.clock.nowMs()) continue;
      payment.status = 'expired';
      payment.times.expiredAt = payment.expiresMs;
      this.#call(payment, 'payment.expired', this.#shownPayment(payment.id));
    }
  }

  isPage(path) {
    return path.startsWith('/checkout/select-method/');
  }

  // ---- inspection ----

  snapshot() {
    return {
      payments: [...this.payments.keys()].map((id) => this.#shownPayment(id)),
      refunds: [...this.refunds.values()].map((refund) => this.#linked(refund)),
      chargebacks: [...this.chargebacks.values()].map((chargeback) => this.#linked(chargeback)),
    };
  }

  // By the client's reference: metadata.order_id, else the description. Amounts in minor units.
  ledger() {
    const ledger = {};
    for (const payment of this.payments.values()) {
      const entry = ledgerEntry(ledger, payment.metadata?.order_id ?? payment.description);
      const { refunded, chargedBack } = this.#sums(payment);
      entry.attempts++;
      entry.charges += payment.status === 'paid' ? 1 : 0;
      entry.charged += payment.status === 'paid' ? minorUnits(payment.amount) : 0;
      entry.refunds += [...this.refunds.values()].filter(
        ({ paymentId, status }) => paymentId === payment.id && !['failed', 'canceled'].includes(status),
      ).length;
      entry.refunded += refunded;
      entry.disputed += chargedBack;
    }
    return ledger;
  }
}

const classicMessage = (id) => ({
  headers: {
    'Content-Type': 'application/x-www-form-urlencoded',
    'User-Agent': 'Mollie HTTP client/1.0',
    Accept: '*/*',
  },
  body: `id=${encodeURIComponent(id)}`,
});

// docs.mollie.com/reference/webhooks-best-practices: HMAC-SHA256 over the body. With several secrets, several headers.
export function signedHeaders(body, secrets) {
  const signatures = secrets.map((secret) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  return {
    'Content-Type': 'application/json',
    'User-Agent': 'Mollie HTTP client/1.0',
    Accept: '*/*',
    'X-Mollie-Signature': signatures.length === 1 ? signatures[0] : signatures,
  };
}

// Options: port, host, key, webhook (URL), events (subscriptions to signed events), secret, seed, refundsRun,
// cancelable, overRefund, duplicateRefundSeconds, refusesPrivateWebhooks, chaos (a rate), delivery (see Deliveries).
export const startFakeMollie = (options = {}) => new FakeMollie(options).start(options);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await runFromCommandLine(startFakeMollie, { key: SAMPLE_KEY, secret: SAMPLE_SECRET });
