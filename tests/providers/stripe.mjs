// A fake of the Stripe API, as far as a shop that uses Checkout needs it: sessions, payment intents, charges, refunds,
// disputes and events, with signed webhooks. It follows what Stripe publishes (the pages are named where they are
// used); what Stripe leaves open is an option. This file is the API; what happens to the money is stripe_account.mjs.
// Can be run by hand, see README.md.
import { pathToFileURL } from 'node:url';

import { ApiError, runFromCommandLine } from './fake.mjs';
import { parseForm } from './form.mjs';
import { SAMPLE_KEY, SAMPLE_SECRET, StripeAccount } from './stripe_account.mjs';
import { checkRefund, checkSession, checkTotal, invalid, noSuch, withinCreated } from './stripe_checks.mjs';
import * as objects from './stripe_objects.mjs';

const DAY = 86_400;

class FakeStripe extends StripeAccount {
  // ---- requests ----

  // docs.stripe.com/api/authentication: the key as a bearer token, or as the user name of HTTP Basic.
  authenticate(call) {
    const [scheme, value = ''] = (call.headers.authorization ?? '').split(' ');
    const given = /^basic$/i.test(scheme) ? Buffer.from(value, 'base64').toString().split(':')[0] : value;
    call.requestId = `req_${this.names.letters(14)}`;
    if (given === '') {
      const message =
        'You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer ' +
        'auth (e.g. "Authorization: Bearer YOUR_SECRET_KEY").';
      throw invalid(401, message);
    }
    if (given !== this.key)
      throw invalid(401, `Invalid API Key provided: ${given.slice(0, 8)}${'*'.repeat(8)}${given.slice(-4)}`);
    if ((call.headers['idempotency-key'] ?? '').length > 255)
      throw invalid(400, 'The idempotency key is longer than 255 characters.', { type: 'idempotency_error' });
  }

  parse(call, text) {
    if (
      call.method === 'POST' &&
      text !== '' &&
      !/^application\/x-www-form-urlencoded\b/.test(call.headers['content-type'] ?? '')
    )
      throw invalid(400, 'Invalid request (check that your POST content type is application/x-www-form-urlencoded).');
    try {
      return parseForm(new URLSearchParams(call.method === 'POST' ? text : call.query));
    } catch (error) {
      throw invalid(400, `Invalid parameter: ${error.message}`, { param: error.message });
    }
  }

  handle(call) {
    const route = `${call.method} ${call.path}`;
    let match;
    if (route === 'POST /v1/checkout/sessions') return this.#createSession(call);
    if (route === 'GET /v1/checkout/sessions') return this.#list(call, this.sessions, ['payment_intent', 'status']);
    if ((match = /^GET \/v1\/checkout\/sessions\/([^/]+)$/.exec(route)))
      return this.#show(call, this.#find(this.sessions, match[1], 'checkout.session', 'session'));
    if ((match = /^GET \/v1\/checkout\/sessions\/([^/]+)\/line_items$/.exec(route)))
      return this.#lineItems(call, match[1]);
    if ((match = /^POST \/v1\/checkout\/sessions\/([^/]+)\/expire$/.exec(route)))
      return this.#expireSession(call, match[1]);
    if (route === 'GET /v1/payment_intents') return this.#list(call, this.intents, ['customer']);
    if ((match = /^GET \/v1\/payment_intents\/([^/]+)$/.exec(route)))
      return this.#show(call, this.#find(this.intents, match[1], 'payment_intent', 'intent'));
    if (route === 'GET /v1/charges') return this.#list(call, this.charges, ['payment_intent']);
    if ((match = /^GET \/v1\/charges\/([^/]+)$/.exec(route)))
      return this.#show(call, this.#find(this.charges, match[1], 'charge'));
    if (route === 'POST /v1/refunds') return this.#createRefund(call);
    if ((match = /^POST \/v1\/refunds\/([^/]+)\/cancel$/.exec(route))) return this.#cancelRefund(call, match[1]);
    if (route === 'GET /v1/refunds') return this.#list(call, this.refunds, ['payment_intent', 'charge']);
    if ((match = /^GET \/v1\/refunds\/([^/]+)$/.exec(route)))
      return this.#show(call, this.#find(this.refunds, match[1], 'refund'));
    if (route === 'GET /v1/events') return this.#listEvents(call);
    if ((match = /^GET \/v1\/events\/([^/]+)$/.exec(route)))
      return this.#show(call, this.#find(new Map(this.events.map((event) => [event.id, event])), match[1], 'event'));
    throw invalid(
      404,
      `Unrecognized request URL (${call.method}: ${call.path}). Please see https://stripe.com/docs or we ` +
        'can help at https://support.stripe.com/.',
    );
  }

  #find(collection, id, what, param) {
    const found = collection.get(id);
    if (!found) throw noSuch(what, id, param);
    return found;
  }

  // docs.stripe.com/api/expanding_objects, for the fields of these objects that are ids.
  #show(call, object) {
    const shown = structuredClone(object);
    for (const path of [call.body.expand ?? []].flat()) {
      let place = shown;
      for (const field of path.split('.')) {
        if (field === 'line_items' && place.object === 'checkout.session') place.line_items = this.#itemList(place.id);
        if (field === 'refunds' && place.object === 'charge' && !this.leavesRefundsOutOf.has(place.payment_intent))
          place.refunds = this.#refundList(place.id);
        const id = place[field];
        const found =
          typeof id === 'string' && [this.intents, this.charges, this.refunds].map((all) => all.get(id)).find(Boolean);
        if (found) place[field] = structuredClone(found);
        place = place[field];
        if (place === null || typeof place !== 'object') break;
      }
    }
    return { status: 200, body: shown };
  }

  // docs.stripe.com/api/pagination: newest first, starting_after and ending_before, limit 1-100 (10).
  #list(call, collection, filters) {
    const given = call.body;
    const all = [...collection.values()]
      .reverse()
      .filter(
        (object) =>
          filters.every((name) => given[name] === undefined || object[name] === given[name]) &&
          withinCreated(object, given.created),
      );
    const limit = Number(given.limit ?? 10);
    if (!(limit >= 1 && limit <= 100)) throw invalid(400, `Invalid limit: ${given.limit}`, { param: 'limit' });
    let from = 0;
    if (given.starting_after) from = all.findIndex((object) => object.id === given.starting_after) + 1;
    let page = all.slice(from, from + limit);
    if (given.ending_before) {
      const end = all.findIndex((object) => object.id === given.ending_before);
      page = all.slice(Math.max(0, end - limit), end);
    }
    const more = page.length > 0 && all.indexOf(page[page.length - 1]) < all.length - 1;
    return { status: 200, body: { object: 'list', data: structuredClone(page), has_more: more, url: call.path } };
  }

  #listEvents(call) {
    const types = [call.body.types ?? call.body.type ?? []].flat();
    const wanted = this.events.filter(
      ({ type }) =>
        types.length === 0 ||
        types.some((pattern) => (pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern)),
    );
    return this.#list(call, new Map(wanted.map((event) => [event.id, event])), []);
  }

  #createSession(call) {
    const params = call.body;
    const created = this.clock.seconds();
    checkSession(params, created);
    const lines = params.line_items.map((line) =>
      objects.lineItem(this.names, { ...line, quantity: Number(line.quantity ?? 1) }),
    );
    const total = lines.reduce((sum, line) => sum + line.amount_total, 0);
    checkTotal(total);
    const id = `cs_${this.livemode ? 'live' : 'test'}_a1${this.names.letters(56)}`;
    const session = objects.checkoutSession({
      id,
      created,
      livemode: this.livemode,
      params,
      total,
      currency: lines[0].currency,
      url: `${this.url}/c/pay/${id}`,
      expiresAt: Number(params.expires_at ?? created + DAY),
    });
    this.sessions.set(id, session);
    this.items.set(id, lines);
    this.intentData.set(id, params.payment_intent_data);
    return this.#show(call, session);
  }

  #itemList(id) {
    return {
      object: 'list',
      data: structuredClone(this.items.get(id)),
      has_more: false,
      url: `/v1/checkout/sessions/${id}/line_items`,
    };
  }

  #lineItems(call, id) {
    this.#find(this.sessions, id, 'checkout.session', 'session');
    return { status: 200, body: this.#itemList(id) };
  }

  // docs.stripe.com/api/checkout/sessions/expire
  #expireSession(call, id) {
    const session = this.#find(this.sessions, id, 'checkout.session', 'session');
    if (session.status !== 'open') {
      throw invalid(
        400,
        'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status ' +
          `of ${session.status}.`,
        {},
        { begun: true },
      );
    }
    this.expire(id, { request: call });
    return this.#show(call, session);
  }

  // docs.stripe.com/api/refunds/create
  #createRefund(call) {
    const params = call.body;
    checkRefund(params);
    let { charge } = params;
    if (params.payment_intent) {
      const intent = this.#find(this.intents, params.payment_intent, 'payment_intent', 'payment_intent');
      charge = intent.latest_charge;
      if (!charge || this.charges.get(charge).status === 'failed')
        throw invalid(
          400,
          `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
          { param: 'payment_intent' },
          { begun: true },
        );
    }
    const refunded = this.#find(this.charges, charge, 'charge', 'charge');
    const refund = this.refundCharge(
      refunded,
      params.amount === undefined ? undefined : Number(params.amount),
      params,
      call,
    );
    return this.#show(call, refund);
  }

  // docs.stripe.com/api/charges/object: expandable, and then the newest ten.
  #refundList(charge) {
    const all = [...this.refunds.values()].reverse().filter((refund) => refund.charge === charge);
    return {
      object: 'list',
      data: structuredClone(all.slice(0, 10)),
      has_more: all.length > 10,
      url: `/v1/charges/${charge}/refunds`,
    };
  }

  // docs.stripe.com/api/refunds/cancel: only one that waits for the customer to act.
  #cancelRefund(call, id) {
    const refund = this.#find(this.refunds, id, 'refund');
    if (refund.status !== 'requires_action')
      throw invalid(400, `Refund ${id} has a status of ${refund.status} and can't be canceled.`, {}, { begun: true });
    return this.#show(call, this.settleRefund(id, { status: 'canceled' }, call));
  }

  // ---- errors: docs.stripe.com/api/errors ----

  problem({ status, details, headers }) {
    const documentation = details.code
      ? { doc_url: `https://stripe.com/docs/error-codes/${details.code.replaceAll('_', '-')}` }
      : {};
    return { status, headers, body: { error: { ...details, ...documentation } } };
  }

  failure(status) {
    const details = {
      429: {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message:
          'Request rate limit exceeded. Learn more about rate ' + 'limits at https://stripe.com/docs/rate-limits.',
      },
      409: {
        type: 'invalid_request_error',
        code: 'lock_timeout',
        message:
          'This object cannot be accessed right now because ' +
          'another API request or Stripe process is currently accessing it.',
      },
    };
    return this.problem({
      status,
      headers: {},
      details: details[status] ?? {
        type: 'api_error',
        message: 'Sorry, there was an error processing your request. Please try again later.',
      },
    });
  }

  conflict(kind, key, entry) {
    if (kind === 'in_progress') {
      const message =
        'There is currently another in-progress request using this Idempotency Key (that probably means you ' +
        `submitted twice, and the other request is still going through): ${key}. Please try again later.`;
      return new ApiError(409, { type: 'idempotency_error', code: 'idempotency_key_in_use', message });
    }
    const message =
      'Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a ' +
      `key other than '${key}' if you meant to execute a different request. (first used for ${entry.call.path})`;
    return new ApiError(400, { type: 'idempotency_error', message });
  }

  complete(call, answer) {
    call.requestId ??= `req_${this.names.letters(14)}`;
    const key = call.headers['idempotency-key'];
    const headers = {
      ...answer.headers,
      'Request-Id': call.requestId,
      'Stripe-Version': call.headers['stripe-version'] ?? this.apiVersion,
    };
    if (call.method === 'POST' && key !== undefined) {
      const first = this.idempotency.entries.get(key)?.call;
      headers['Idempotency-Key'] = key;
      if (call.replayed && first) headers['Original-Request'] = first.requestId;
    }
    return { ...answer, headers };
  }
}

// Options: port, host, key, secret (one or several), webhook (URL) or webhooks ([{ url, secrets, events }]), seed,
// apiVersion, refundStatus ("succeeded", "pending", "requires_action" or "failed"), chaos (a rate), delivery (see Deliveries).
export const startFakeStripe = (options = {}) => new FakeStripe(options).start(options);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await runFromCommandLine(startFakeStripe, { key: SAMPLE_KEY, secret: SAMPLE_SECRET });
