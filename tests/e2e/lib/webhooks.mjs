// Payment providers: events as they send them, signed by their own libraries.
import { randomBytes } from 'node:crypto';

import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';

const stripe = new Stripe('sk_test_sample');

export const randomId = (prefix) => `${prefix}_${randomBytes(9).toString('hex')}`;
export const newStandardSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
export const newStripeSecret = () => `whsec_${randomBytes(24).toString('hex')}`;

const seconds = (at) => Math.floor(at.getTime() / 1000);

// ---- Standard Webhooks: providers standard and sandbox ----

// The body of an event; `kind` is paid, failed, expired, refunded, charged_back, or a whole type with a dot in it.
export function standardBody({ kind = 'paid', payment, order, amount, currency = 'EUR', at = new Date() }) {
  const type = kind.includes('.') ? kind : `payment.${kind}`;
  return { type, timestamp: at.toISOString(), data: { payment, order, amount, currency } };
}

export function standardHeaders({ secret, id, at = new Date(), text }) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds(at)),
    'webhook-signature': new Webhook(secret).sign(id, at, text),
  };
}

// Signs and sends a body (an object, or text as it is) and gives the answer. Retries send the same `id` again.
export function sendStandard(server, body, { provider = 'standard', id = randomId('msg'), secret, at, client } = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const headers = standardHeaders({ secret: secret ?? server.secrets[provider], id, at: at ?? server.now(), text });
  return (client ?? server.client).send('POST', `/webhooks/${provider}`, { headers, body: text });
}

// Tells of a payment of this order; what is left out is as it ought to be.
export function payStandard(server, order, { kind = 'paid', amount = order.total.amount,
  currency = order.total.currency, payment = randomId('pay'), id = randomId('msg'), ...options } = {}) {
  return sendStandard(server, standardBody({ kind, payment, order: order.id, amount, currency, at: server.now() }),
    { id, ...options });
}

// ---- Stripe ----

export function stripeEvent(type, object, { id = randomId('evt'), livemode = false, at = new Date() } = {}) {
  return { id, object: 'event', api_version: '2025-03-31.basil', created: seconds(at), livemode,
    pending_webhooks: 1, request: { id: null, idempotency_key: null }, type, data: { object } };
}

export function stripeSession({ id = randomId('cs_test'), intent = randomId('pi'), order, amount, currency = 'eur',
  payment_status = 'paid', ...rest }) {
  return { id, object: 'checkout.session', amount_subtotal: amount, amount_total: amount, currency, mode: 'payment',
    client_reference_id: order ?? null, metadata: {}, payment_intent: intent, payment_status, status: 'complete', ...rest };
}

export function stripeIntent({ id = randomId('pi'), order, amount, currency = 'eur', status = 'succeeded', ...rest }) {
  return { id, object: 'payment_intent', amount, amount_received: status === 'succeeded' ? amount : 0, currency,
    metadata: order ? { order_id: order } : {}, status, ...rest };
}

export function stripeCharge({ id = randomId('ch'), intent, order, amount, refunded, currency = 'eur', ...rest }) {
  return { id, object: 'charge', amount, amount_captured: amount, amount_refunded: refunded, currency, paid: true,
    captured: true, refunded: refunded >= amount, payment_intent: intent, metadata: order ? { order_id: order } : {},
    status: 'succeeded', ...rest };
}

export function stripeDispute({ id = randomId('dp'), intent, amount, currency = 'eur', ...rest }) {
  return { id, object: 'dispute', amount, charge: randomId('ch'), currency, metadata: {}, payment_intent: intent,
    reason: 'fraudulent', status: 'needs_response', ...rest };
}

export const stripeHeaders = ({ secret, at = new Date(), text }) => ({
  'content-type': 'application/json; charset=utf-8',
  'stripe-signature': stripe.webhooks.generateTestHeaderString({ payload: text, secret, timestamp: seconds(at) }),
});

export function sendStripe(server, event, { secret = server.secrets.stripe, at, client } = {}) {
  const text = typeof event === 'string' ? event : JSON.stringify(event, null, 2);
  const headers = stripeHeaders({ secret, at: at ?? server.now(), text });
  return (client ?? server.client).send('POST', '/webhooks/stripe', { headers, body: text });
}

// A finished checkout session of this order.
export function payStripe(server, order, { amount = order.total.amount, currency = order.total.currency.toLowerCase(),
  intent, session, id, livemode, ...options } = {}) {
  const object = stripeSession({ id: session, intent, order: order.id, amount, currency });
  return sendStripe(server, stripeEvent('checkout.session.completed', object, { id, livemode, at: server.now() }), options);
}
