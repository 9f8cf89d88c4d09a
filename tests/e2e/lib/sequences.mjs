// Random lives of orders: makes them from a seed, lives them on a running server, and holds the order against the model
// after every step. A plan is data: its steps name payments by number and amounts by their share of the total, so that
// it can be lived again, whole or in part, on another order.
import assert from 'node:assert/strict';

import {
  getOrder, placeOrder, sendStandard, sendStripe, standardBody, stripeCharge, stripeDispute, stripeEvent, stripeIntent,
  stripeSession, waitFor,
} from './akkoord.mjs';
import { anyOrder, difference, distinct, expectedTotals, newOrder, step as stepModel } from './model.mjs';

// ---- chance ----

// Mulberry32: the same numbers for the same seed, everywhere.
export function chance(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const weighted = (weights) => {
    const entries = Object.entries(weights);
    let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
    return entries.at(-1)[0];
  };
  return { below, maybe: (probability) => next() < probability, pick: (items) => items[below(items.length)], weighted };
}

// ---- plans ----

const PROVIDERS = ['standard', 'stripe'];
// Of a payment: how its amount relates to the total.
const SIZES = { total: 16, less: 1, more: 1 };
const STANDARD_KINDS = { paid: 10, failed: 3, expired: 2, refunded: 5, charged_back: 2, 'payment.pending': 1 };
const STRIPE_FORMS = {
  session_paid: 6, session_later: 2, intent_paid: 5, session_unpaid: 1, session_failed: 1, session_expired: 1,
  intent_failed: 1, intent_canceled: 1, refund: 5, dispute: 2, other: 1,
};
const PARTS = { all: 5, half: 4, rest: 3, one: 2 };

export function makePlan(seed, { mode = 'test' } = {}) {
  const random = chance(seed);
  const first = random.pick(PROVIDERS);
  const payments = {};
  for (const provider of PROVIDERS) {
    payments[provider] = Array.from({ length: 3 }, () =>
      ({ size: random.weighted(SIZES), currency: random.maybe(0.06) ? 'USD' : 'EUR', live: mode === 'live' && random.maybe(0.8) }));
  }
  const plan = { seed, mode, provider: first, basket: random.below(2 ** 16), payments, steps: [] };
  const made = { events: [], number: 0 };
  const length = 2 + random.below(10);
  for (let i = 0; i < length; i++) {
    if (!random.maybe(0.18)) plan.steps.push(makeStep(random, plan, made));
    else plan.steps.push({ do: 'burst', steps: Array.from({ length: 2 + random.below(2) }, () => makeStep(random, plan, made, true)) });
  }
  return plan;
}

function makeStep(random, plan, made, inBurst = false) {
  const what = random.weighted({ event: 20, again: made.events.length > 0 ? 4 : 0, attempt: 2, cancel: 2,
    complete: inBurst ? 1 : 2, expire: inBurst ? 0 : 1, sweep: inBurst ? 0 : 0.7, ask: 1.5, decide: 5 });
  switch (what) {
    case 'event': return makeEvent(random, plan, made);
    case 'again': return repeatEvent(random, plan, made);
    case 'attempt': return { do: what, provider: random.pick(PROVIDERS) };
    case 'ask': return { do: what, which: random.below(4), by: random.pick(['customer', 'staff']) };
    // Mostly the newest decision: which 0 is that one, 1 the one before it.
    case 'decide': return { do: what, which: random.maybe(0.75) ? 0 : random.below(4), outcome: random.pick(['upheld', 'overturned']) };
    default: return { do: what };
  }
}

// `again`: the event whose id it takes.
function makeEvent(random, plan, made, again = null) {
  const provider = again?.provider ?? (random.maybe(0.8) ? plan.provider : random.pick(PROVIDERS));
  // The third payment of Stripe is one that has a session and no intent.
  const payment = random.pick([0, 0, 0, 0, 1, 1, 2]);
  const event = { do: 'event', provider, payment, number: again?.number ?? made.number++ };
  if (provider === 'standard') {
    event.form = random.weighted(STANDARD_KINDS);
    // Only of what is taken back is it said that the order may be missing.
    event.named = !['refunded', 'charged_back'].includes(event.form) || random.maybe(0.6);
  } else {
    event.form = payment === 2 ? random.pick(['session_paid', 'session_later', 'session_expired', 'session_unpaid']) :
      random.weighted(STRIPE_FORMS);
    event.named = event.form !== 'dispute' && random.maybe(0.75);
  }
  if (['refunded', 'refund'].includes(event.form)) event.part = random.weighted(PARTS);
  if (again) return event;
  // Providers number their events without asking each other.
  const others = made.events.filter((each) => each.provider !== provider);
  if (others.length > 0 && random.maybe(0.1)) event.number = random.pick(others).number;
  made.events.push(event);
  return event;
}

// A plan written by hand: every payment of the right size.
export function planOf(provider, steps, mode = 'test') {
  const payment = { size: 'total', currency: 'EUR', live: mode === 'live' };
  const payments = Object.fromEntries(PROVIDERS.map((each) => [each, [payment, payment, payment]]));
  let number = 0;
  const numbered = steps.map((step) => (step.do === 'event' ? { provider, payment: 0, named: true, number: number++, ...step } : step));
  return { seed: 0, mode, provider, basket: 1, payments, steps: numbered };
}

// The same event id again, with the same body or with another one.
function repeatEvent(random, plan, made) {
  const event = random.pick(made.events);
  return random.maybe(0.6) ? event : makeEvent(random, plan, made, event);
}

// ---- events ----

function amountOf(plan, { provider, payment }, total) {
  return { total, less: total - 1, more: total + 1000 }[plan.payments[provider][payment].size];
}

function partOf(amount, part) {
  const half = Math.floor(amount / 2);
  return { all: amount, half, rest: amount - half, one: 1 }[part ?? 'all'];
}

const STANDARD_MEANING = { paid: 'approved', failed: 'failed', expired: 'expired', refunded: 'refunded', charged_back: 'charged_back' };

// An event as the model knows it, and how to send it.
function realise(plan, step, life) {
  const { provider, number, form, named } = step;
  const amount = amountOf(plan, step, life.total);
  const { currency, live } = plan.payments[provider][step.payment];
  const common = { provider, id: `evt_${life.tag}_${number}`, named, currency, live: provider === 'standard' ? true : live };
  const order = named ? life.order.id : null;
  if (provider === 'standard') {
    const payment = `pay_${life.tag}_${step.payment}`;
    const kind = STANDARD_MEANING[form] ?? 'nothing';
    const told = kind === 'refunded' ? partOf(amount, step.part) : amount;
    const body = standardBody({ kind: form, payment, order: order ?? undefined, amount: told, currency });
    return { event: { ...common, kind, payment, amount: told }, send: (server) => sendStandard(server, body, { id: common.id }) };
  }
  return realiseStripe({ common, step, life, amount, order, live });
}

function realiseStripe({ common, step, life, amount, order, live }) {
  const { form } = step;
  const money = { amount, currency: common.currency.toLowerCase(), order };
  const session = `cs_test_${life.tag}_${step.payment}`;
  const intent = step.payment === 2 ? null : `pi_${life.tag}_${step.payment}`;
  const ofSession = { payment: intent ?? session, alias: intent ? session : null, amount };
  const ofIntent = { payment: intent, amount };
  const asSession = (rest) => stripeSession({ id: session, intent, ...money, ...rest });
  const asIntent = (status) => stripeIntent({ id: intent, ...money, status });
  const refunded = partOf(amount, step.part);
  const [type, object, event] = {
    session_paid: () => ['checkout.session.completed', asSession(), { ...ofSession, kind: 'approved' }],
    session_later: () => ['checkout.session.async_payment_succeeded', asSession(), { ...ofSession, kind: 'approved' }],
    session_unpaid: () => ['checkout.session.completed', asSession({ payment_status: 'unpaid' }), { ...ofSession, kind: 'nothing' }],
    session_failed: () => ['checkout.session.async_payment_failed', asSession({ payment_status: 'unpaid' }), { ...ofSession, kind: 'failed' }],
    // As it comes from Stripe: nobody has begun to pay, so there is no intent yet.
    session_abandoned: () => ['checkout.session.expired', asSession({ intent: null, payment_status: 'unpaid' }),
      { payment: session, amount, kind: 'expired' }],
    session_expired: () => ['checkout.session.expired', asSession({ payment_status: 'unpaid', status: 'expired' }), { ...ofSession, kind: 'expired' }],
    intent_paid: () => ['payment_intent.succeeded', asIntent('succeeded'), { ...ofIntent, kind: 'approved' }],
    intent_failed: () => ['payment_intent.payment_failed', asIntent('requires_payment_method'), { ...ofIntent, kind: 'failed' }],
    // Open: whether a cancelled intent has failed or expired.
    intent_canceled: () => ['payment_intent.canceled', asIntent('canceled'), { ...ofIntent, kind: 'lost' }],
    refund: () => ['charge.refunded', stripeCharge({ intent, ...money, refunded }), { ...ofIntent, kind: 'refunded', amount: refunded, running: true }],
    dispute: () => ['charge.dispute.created', stripeDispute({ intent, amount, currency: money.currency }), { ...ofIntent, kind: 'charged_back' }],
    other: () => ['charge.succeeded', stripeCharge({ intent, ...money, refunded: 0 }), { ...ofIntent, kind: 'nothing' }],
  }[form]();
  const body = stripeEvent(type, object, { id: common.id, livemode: live });
  return { event: { ...common, ...event }, send: (server) => sendStripe(server, body) };
}

// ---- living ----

// Lives the plan on a new order of the customer. Resolves to {life, failure}; `failure`, when the order is not as any
// state that the model allows, is {steps: how many it took, text}.
export async function livePlan(world, plan) {
  const { server, customers } = world;
  const customer = customers[plan.seed % customers.length];
  const lines = linesOf(world, plan);
  const order = await placeOrder(server, customer, { payment_provider: plan.provider, lines });
  const { net, vat, total } = order;
  assert.deepEqual({ net, vat, total }, expectedTotals(world.services, lines), `the totals of ${JSON.stringify(lines)}`);
  const life = { order, customer, total: order.total.amount, tag: order.id.replaceAll('-', ''), view: order, reviews: new Map() };
  let states = [newOrder({ total: life.total, provider: plan.provider, mode: plan.mode })];
  const wrong = difference(states[0], order);
  if (wrong) return { life, states, failure: { steps: 0, text: wrong } };
  for (const [index, step] of plan.steps.entries()) {
    const { after, acts } = await liveStep(world, plan, life, states, step);
    const view = await getOrder(server, customer, order);
    const fitting = after.filter((state) => difference(state, view) === null);
    if (fitting.length === 0) {
      const texts = [...new Set(after.map((state) => difference(state, view)))];
      const text = texts.length > 0 ? texts.join('\n  or ') : 'the model does not allow the answer';
      return { life, states: after, failure: { steps: index + 1, text: `${text}\n  after ${acts.map(actText).join(' | ')}` } };
    }
    states = fitting;
    life.view = view;
  }
  return { life, states, failure: null };
}

// One to three of the services, some of each.
function linesOf(world, { basket }) {
  const random = chance(basket);
  const skus = Object.keys(world.services);
  return Array.from({ length: 1 + random.below(3) }, () => ({ sku: random.pick(skus), quantity: 1 + random.below(9) }));
}

async function liveStep(world, plan, life, states, step) {
  const steps = step.do === 'burst' ? step.steps : [step];
  const told = [];
  // What a decision of staff needs first: a review.
  for (const each of steps.filter((one) => one.do === 'decide')) {
    const act = await openReview(world, life, each);
    if (act) {
      told.push(act);
      states = distinct(states.flatMap((state) => stepModel(state, act)));
    }
  }
  const acts = (await Promise.all(steps.map((each) => act(world, plan, life, each)))).filter(Boolean);
  return { after: anyOrder(states, acts), acts: [...told, ...acts] };
}

// Does one step: resolves to the act with the program's answer, or to null where there is nothing to act upon.
async function act(world, plan, life, step) {
  const { server, staff } = world;
  const path = `/v1/orders/${life.order.id}`;
  const token = life.customer.token;
  switch (step.do) {
    case 'event': {
      const { event, send } = realise(plan, step, life);
      const answer = await send(server);
      if (answer.status !== 200 || answer.text !== 'OK') throw new Error(`a webhook was answered ${answer}`);
      return { act: 'event', event };
    }
    case 'attempt':
      return answered({ act: 'attempt', provider: step.provider },
        await server.api('POST', `${path}/payments`, { token, body: { payment_provider: step.provider } }));
    case 'cancel': return answered({ act: 'cancel' }, await server.api('POST', `${path}/cancel`, { token }));
    case 'complete':
      return answered({ act: 'complete' }, await server.api('POST', `/v1/staff/orders/${life.order.id}/complete`, { token: staff.token }));
    case 'expire':
      await world.expire(life.order.id);
      return { act: 'expire' };
    case 'sweep':
      await world.expire(life.order.id);
      await waitFor(async () => (await getOrder(server, life.customer, life.order)).status !== 'awaiting_payment',
        { what: 'the expiry of an order', timeout: 30_000 });
      return { act: 'sweep' };
    case 'ask': return ask(world, life, step, step.by);
    case 'decide': {
      const index = decisionIndex(life, step);
      if (index === null) return null;
      const review = life.reviews.get(life.view.decisions[index].id);
      // Live mode wants the inputs to have been before whoever decides.
      assert.equal((await server.api('GET', `/v1/staff/reviews/${review}`, { token: staff.token })).status, 200);
      return answered({ act: 'decide', decision: index, outcome: step.outcome },
        await server.api('POST', `/v1/staff/reviews/${review}/outcome`,
          { token: staff.token, body: { outcome: step.outcome, reasons: 'Looked at the inputs again.' } }));
    }
    default: throw new Error(`no such step: ${step.do}`);
  }
}

function answered(act, answer) {
  if (answer.status >= 500) throw new Error(`${act.act} was answered ${answer}`);
  return { ...act, status: answer.status, code: answer.status >= 400 ? answer.json.code : undefined };
}

// Counted from the newest back.
function decisionIndex(life, { which }) {
  const count = life.view.decisions.length;
  return count === 0 ? null : count - 1 - (which % count);
}

async function ask(world, life, step, by) {
  const index = decisionIndex(life, step);
  if (index === null) return null;
  const { id } = life.view.decisions[index];
  const path = by === 'staff' ? `/v1/staff/decisions/${id}/reviews` : `/v1/decisions/${id}/reviews`;
  const { token } = by === 'staff' ? world.staff : life.customer;
  const answer = await world.server.api('POST', path, { token, body: { statement: 'Please look at this again.' } });
  if (answer.status < 300) life.reviews.set(id, answer.json.id);
  return answered({ act: 'ask', decision: index, by }, answer);
}

async function openReview(world, life, step) {
  const index = decisionIndex(life, step);
  if (index === null || life.reviews.has(life.view.decisions[index].id)) return null;
  return ask(world, life, step, 'staff');
}

// ---- telling ----

function actText(act) {
  if (act.act !== 'event') return JSON.stringify(act);
  const { provider, id, kind, payment, amount, currency, named } = act.event;
  return `${provider} ${kind} ${amount} ${currency} payment ${payment.slice(0, 5)}…${payment.slice(-2)}${named ? '' : ' (no order)'} id …${id.slice(-3)}`;
}

export const stepText = (step) =>
  (step.do === 'burst' ? `at once: ${step.steps.map(stepText).join(' | ')}` :
    Object.entries(step).map(([name, value]) => (name === 'do' ? value : `${name}=${value}`)).join(' '));

// Leaves steps out of a failing plan as long as it goes on failing, each try on a new order.
export async function shrinkPlan(world, plan, steps) {
  let best = { ...plan, steps: plan.steps.slice(0, steps) };
  for (let index = best.steps.length - 1, tries = 0; index >= 0 && tries < 60; index--) {
    for (const without of [[], ...lessOf(best.steps[index])]) {
      const shorter = { ...best, steps: [...best.steps.slice(0, index), ...without, ...best.steps.slice(index + 1)] };
      const { failure } = await livePlan(world, shorter);
      tries++;
      if (failure) {
        best = { ...shorter, steps: shorter.steps.slice(0, failure.steps) };
        index = Math.min(index, best.steps.length);
        break;
      }
    }
  }
  return best;
}

// Of a burst: the bursts without one of its steps.
function lessOf(step) {
  if (step.do !== 'burst' || step.steps.length < 2) return [];
  return step.steps.map((_, index) => [{ ...step, steps: step.steps.filter((_, other) => other !== index) }]);
}
