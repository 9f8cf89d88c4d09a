// Random lives of orders: makes them from a seed, lives them on a running server, and holds the order against the model
// after every step. A plan is data: its steps name payments by number and amounts by their share of the total, so that
// it can be lived again, whole or in part, on another order.
import assert from 'node:assert/strict';

import { getOrder, placeOrder, waitFor } from './akkoord.mjs';
import { mollie } from './lives/mollie.mjs';
import { PARTS, SIZES, alone } from './lives/parts.mjs';
import { sandbox } from './lives/sandbox.mjs';
import { standard } from './lives/standard.mjs';
import { stripe } from './lives/stripe.mjs';
import { stripeHosted } from './lives/stripe_hosted.mjs';
import { anyOrder, difference, expectedTotals, newOrder, step as stepModel } from './model.mjs';

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

const PAYMENTS = 3; // of each provider
const SERVERS = 2;

const providerOf = ({ kind }, name) =>
  (name === 'stripe' && kind.callable.includes(name) ? stripeHosted : { standard, stripe, mollie, sandbox }[name]);

export function makePlan(seed, kind) {
  const random = chance(seed);
  const { mode, providers } = kind;
  const payments = {};
  for (const provider of providers) {
    payments[provider] = Array.from({ length: PAYMENTS }, () => ({
      size: random.weighted(SIZES), currency: random.maybe(0.06) ? 'USD' : 'EUR', live: mode === 'live' && random.maybe(0.8),
      // Of a payment at the provider itself: it was not made by our program, and names our order all the same or not.
      elsewhere: random.maybe(0.2), named: random.maybe(0.85),
    }));
  }
  const [provider, at, basket] = [random.pick(providers), random.below(SERVERS), random.below(2 ** 16)];
  const plan = { seed, kind, mode, provider, at, basket, payments, steps: [] };
  const made = { events: [], numbers: { next: 0 }, inBurst: false };
  const length = 2 + random.below(10);
  for (let i = 0; i < length; i++) {
    const step = random.maybe(0.25) ? makeBurst(random, plan, made) : makeStep(random, plan, made);
    // The order is looked at on either server; in haste, while money may still be about to be sent back.
    plan.steps.push({ ...step, look: random.below(SERVERS), ...(random.maybe(0.4) ? { hasty: true } : {}) });
  }
  return plan;
}

// What is done at once; often everything that is heard is about one payment, on both servers.
function makeBurst(random, plan, made) {
  const inBurst = { ...made, inBurst: true, payment: random.maybe(0.5) ? pickPayment(random, plan) : null };
  const steps = Array.from({ length: 2 + random.below(2) }, () => makeStep(random, plan, inBurst));
  return { do: 'burst', steps: steps.map((step, index) => (inBurst.payment ? { ...step, at: index % SERVERS } : step)) };
}

const pickPayment = (random, plan) =>
  ({ provider: random.maybe(0.8) ? plan.provider : random.pick(plan.kind.providers), payment: random.pick([0, 0, 0, 0, 1, 1, 2]) });

function makeStep(random, plan, made) {
  const { inBurst, events } = made;
  // Beside money that the program sends back by itself, a credit has too many ends for the model to follow: it looks at
  // every order in which things may have happened.
  const credit = plan.kind.callable.length > 0 ? 0 : inBurst ? 1.5 : 2;
  const what = random.weighted({ event: 20, again: events.length > 0 ? 4 : 0, attempt: 2.5, cancel: 2,
    complete: inBurst ? 1 : 2, credit, expire: inBurst ? 0.5 : 1, sweep: inBurst ? 0 : 0.7, ask: 1.5, decide: 5 });
  return { ...makeAct(random, plan, made, what), at: random.below(SERVERS) };
}

function makeAct(random, plan, made, what) {
  switch (what) {
    case 'event': return makeEvent(random, plan, made);
    case 'again': return repeatEvent(random, plan, made);
    case 'attempt': return makeAttempt(random, plan, made);
    case 'credit': return { do: what, part: random.pick([2, 2, 3, 1]) }; // a half, a third, all of its rate
    case 'ask': return { do: what, which: random.below(4), by: random.pick(['customer', 'staff']) };
    // Mostly the newest decision: which 0 is that one, 1 the one before it.
    case 'decide': return { do: what, which: random.maybe(0.75) ? 0 : random.below(4), outcome: random.pick(['upheld', 'overturned']) };
    default: return { do: what };
  }
}

// Under an Idempotency-Key, one of two, or without.
function makeAttempt(random, plan, { inBurst }) {
  const provider = random.pick(plan.kind.providers);
  return { do: 'attempt', provider, ...(!inBurst && random.maybe(0.5) ? { key: random.pick([0, 0, 1]) } : {}) };
}

// `again`: the event whose id it takes.
function makeEvent(random, plan, made, again = null) {
  const picked = made.payment ?? pickPayment(random, plan);
  const provider = again?.provider ?? picked.provider;
  const { payment } = picked;
  const { makeEvent: makeForm, makesUpEvents = false } = providerOf(plan, provider);
  const event = { do: 'event', provider, payment, ...makeForm(random, plan, payment) };
  if (['refunded', 'refund', 'chargeback'].includes(event.form)) event.part = random.weighted(PARTS);
  // An ambush waits until the program has asked the provider, and comes before the answer does.
  if (!makesUpEvents) return { ...event, ...(made.inBurst && random.maybe(0.4) ? { ambush: true } : {}) };
  event.number = again?.number ?? made.numbers.next++;
  if (again) return event;
  // Providers number their events without asking each other.
  const others = made.events.filter((each) => each.provider !== provider);
  if (others.length > 0 && random.maybe(0.1)) event.number = random.pick(others).number;
  made.events.push(event);
  return event;
}

// A plan written by hand: every payment of the right size, the servers in turn.
export function planOf(kind, provider, steps) {
  const payment = { size: 'total', currency: 'EUR', live: kind.mode === 'live', elsewhere: false, named: true };
  const payments = Object.fromEntries(kind.providers.map((each) => [each, Array(PAYMENTS).fill(payment)]));
  let number = 0;
  const complete = (step) => {
    number++;
    const servers = { at: number % SERVERS, look: (number + 1) % SERVERS };
    if (step.do === 'burst') return { ...servers, do: 'burst', steps: step.steps.map(complete) };
    return step.do === 'event' ? { provider, payment: 0, named: true, number, ...servers, ...step } : { ...servers, ...step };
  };
  return { seed: 0, kind, mode: kind.mode, provider, at: 0, basket: 1, payments, steps: steps.map(complete) };
}

// The same event id again, with the same body or with another one.
function repeatEvent(random, plan, made) {
  const event = random.pick(made.events);
  return random.maybe(0.6) ? event : makeEvent(random, plan, made, event);
}

// ---- living ----

// Lives the plan on a new order of the customer. Resolves to {life, states, failure}; `failure`, when the order is not as
// any state that the model allows, is {steps: how many it took, text}.
export async function livePlan(world, plan) {
  const customer = world.customers[plan.seed % world.customers.length];
  const lines = linesOf(world, plan);
  const order = await placeOrder(world.servers[plan.at], customer, { payment_provider: plan.provider, lines });
  const { net, vat, total } = order;
  assert.deepEqual({ net, vat, total }, expectedTotals(world.services, lines), `the totals of ${JSON.stringify(lines)}`);
  const life = { order, customer, total: order.total.amount, tag: order.id.replaceAll('-', ''), view: order, reviews: new Map() };
  const ids = providerOf(plan, plan.provider).hasIds ? [order.payment.provider_payment_id] : [];
  // What credits are asked of: the rate of the first line.
  const { vat_category, vat_rate } = order.lines[0];
  const alike = expectedTotals(world.services, lines.filter(({ sku }) => world.services[sku].vat_rate === vat_rate)).total.amount;
  life.creditable = { vat_category, vat_rate, amount: alike };
  let states = [newOrder({ total: life.total, creditable: alike, provider: plan.provider, ids, mode: plan.mode })];
  const wrong = difference(states[0], order);
  if (wrong) return { life, states, failure: { steps: 0, text: wrong } };
  for (const account of Object.values(world.accounts)) account.meet(life);
  // At last the program hears of everything, so that nothing is left that may still change the order.
  for (const [index, step] of [...plan.steps, { do: 'tell', look: 0, at: 0 }].entries()) {
    const { after, acts, view } = await liveStep(world, plan, life, states, step);
    const fitting = after.filter((state) => difference(state, view) === null);
    if (fitting.length === 0) {
      const texts = [...new Set(after.map((state) => difference(state, view)))];
      const text = texts.length > 0 ? texts.join('\n  or ') : 'the model does not allow the answer';
      return { life, states: after, failure: { steps: index + 1, text: `${text}\n  after ${acts.map(actText).join(' | ')}` } };
    }
    states = fitting;
    life.view = view;
    for (const account of Object.values(world.accounts)) account.meet(life);
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
    const chains = await openReview(world, life, each);
    told.push(...chains);
    for (const chain of chains) states = anyOrder(states, [chain]);
  }
  const chains = (await Promise.all(steps.map((each) => act(world, plan, life, each, steps)))).flat();
  const keys = Object.values(world.accounts).flatMap((account) => account.of(life).flatMap((payment) => account.jobsOf(payment)));
  await world.settling.wait({ orderId: life.order.id, keys, isHasty: step.hasty });
  const view = await getOrder(world.servers[step.look], life.customer, life.order);
  for (const account of Object.values(world.accounts)) chains.push(...await account.chains(life, step.hasty));
  const settled = step.hasty ? [] : [alone({ act: 'settled', callable: plan.kind.callable })];
  const after = anyOrder(anyOrder(states, chains), settled);
  return { after, view, acts: [...told, ...chains].flat().flatMap(({ acts }) => acts) };
}

// Does one step of `steps`, which are done at once: resolves to the chains of acts that the model knows it as, each with
// the program's answer. None where there is nothing to act upon.
async function act(world, plan, life, step, steps) {
  const { staff } = world;
  const server = world.servers[step.at];
  const path = `/v1/orders/${life.order.id}`;
  const token = life.customer.token;
  switch (step.do) {
    case 'event': return providerOf(plan, step.provider).act(world, plan, life, step);
    case 'tell': return tellAll(world, life, step);
    case 'attempt': return addAttempt(world, plan, life, step, steps);
    case 'cancel': return answered({ act: 'cancel' }, await server.api('POST', `${path}/cancel`, { token }));
    case 'complete':
      return answered({ act: 'complete' }, await server.api('POST', `/v1/staff/orders/${life.order.id}/complete`, { token: staff.token }));
    case 'credit': {
      const { vat_category, vat_rate, amount: all } = life.creditable;
      const amount = Math.max(1, Math.trunc(all / step.part));
      return answered({ act: 'credit', amount }, await server.api('POST', `/v1/staff/orders/${life.order.id}/credit-notes`,
        { token: staff.token, body: { amounts: [{ vat_category, vat_rate, gross: { amount, currency: 'EUR' } }], reason: 'Agreed by telephone.' } }));
    }
    case 'expire':
      await world.expire(life.order.id);
      return [alone({ act: 'expire' })];
    case 'sweep':
      await world.expire(life.order.id);
      await waitFor(async () => (await getOrder(server, life.customer, life.order)).status !== 'awaiting_payment',
        { what: 'the expiry of an order', timeout: 30_000 });
      return [alone({ act: 'sweep' })];
    case 'ask': return ask(world, life, step, step.by);
    case 'decide': {
      const index = decisionIndex(life, step);
      if (index === null) return [];
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
  return [alone({ ...act, status: answer.status, code: answer.status >= 400 ? answer.json.code : undefined })];
}

async function addAttempt(world, plan, life, { provider, at, key }, steps) {
  const headers = key === undefined ? {} : { 'Idempotency-Key': `${life.tag}-${key}` };
  const answer = await world.servers[at].api('POST', `/v1/orders/${life.order.id}/payments`,
    { token: life.customer.token, body: { payment_provider: provider }, headers });
  const attempt = { act: 'attempt', provider, key, isReplay: answer.headers['idempotency-replayed'] === 'true' };
  if (answer.status === 201 && providerOf(plan, provider).hasIds) {
    const known = life.view.payments.map((payment) => payment.id);
    attempt.ids = answer.json.payments.filter((payment) => payment.provider === provider && payment.checkout_url !== null &&
      !known.includes(payment.id)).map((payment) => payment.provider_payment_id);
    const alike = steps.filter((each) => each.do === 'attempt' && each.provider === provider);
    attempt.mayJoin = plan.kind.callable.includes(provider) && alike.length > 1;
  }
  return answered(attempt, answer);
}

async function tellAll(world, life, { at }) {
  const told = [];
  for (const account of Object.values(world.accounts)) {
    told.push(...account.of(life).filter((payment) => account.hasNews(payment)).map((payment) => account.tell(world, payment, 'both', at)));
  }
  return (await Promise.all(told)).flat();
}

// Counted from the newest back.
function decisionIndex(life, { which }) {
  const count = life.view.decisions.length;
  return count === 0 ? null : count - 1 - (which % count);
}

async function ask(world, life, step, by) {
  const index = decisionIndex(life, step);
  if (index === null) return [];
  const { id } = life.view.decisions[index];
  const path = by === 'staff' ? `/v1/staff/decisions/${id}/reviews` : `/v1/decisions/${id}/reviews`;
  const { token } = by === 'staff' ? world.staff : life.customer;
  const answer = await world.servers[step.at].api('POST', path, { token, body: { statement: 'Please look at this again.' } });
  if (answer.status < 300) life.reviews.set(id, answer.json.id);
  return answered({ act: 'ask', decision: index, by }, answer);
}

async function openReview(world, life, step) {
  const index = decisionIndex(life, step);
  if (index === null || life.reviews.has(life.view.decisions[index].id)) return [];
  return ask(world, life, step, 'staff');
}

// ---- telling ----

function actText(act) {
  if (act.act !== 'event') return JSON.stringify(act);
  const { provider, id, kind, payment, amount, currency, named, ours } = act.event;
  return `${provider} ${kind} ${amount} ${currency} payment ${payment.slice(0, 5)}…${payment.slice(-2)}${named ? '' : ' (no order)'}` +
    `${id === null ? '' : ` id …${id.slice(-3)}`}${ours ? ' (asked for by the program)' : ''}`;
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
