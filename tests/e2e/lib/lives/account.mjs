// Payments at a provider whose API the program can call, in random lives: at the stateful fakes of tests/providers, which
// say what really became of the money. The fake sends nothing by itself: its webhooks are kept here until a step tells
// them, to whichever server.
//
// Of each payment `log` has every state that it has been in at the provider, oldest first, with who brought it about: the
// `provider` (this test) or the `program` (a refund that it asked for). Whoever looks at the payment sees the newest; so the
// states that the program may have seen are those from `seen` on, and which it has to have seen follows from how far it
// was `told` to look, and from what it did.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';

import { ApiError } from '../../../providers/fake.mjs';
import { amountOf } from './parts.mjs';

const ASKED_WITHIN_MS = 1000;

// Who has failed so often is left to staff, who are not played here.
const FAILURES_MAX = 3;

export const refundOf = ({ id, amount, status }) => ({ id, amount, failed: ['failed', 'canceled'].includes(status) });

// What a look at the refunds says: which have failed, and all that were ever made.
export function refundEvents(refunds, event) {
  const failed = refunds.filter((refund) => refund.failed).map(({ id, amount }) => ({ ...event('refund_failed', amount), refund: id }));
  const made = refunds.reduce((sum, { amount }) => sum + amount, 0);
  return [...failed, ...(made > 0 ? [{ ...event('refunded', made), running: true }] : [])];
}

// The newest that has not failed.
export function refundToFail({ refunds }) {
  return refunds.filter(({ failed }) => failed).length < FAILURES_MAX ? refunds.findLast(({ failed }) => !failed)?.id : undefined;
}

export class Account {
  // `idIn`: the id of a payment in the text of a webhook, as a RegExp.
  constructor(fake, { provider, idIn }) {
    Object.assign(this, { fake, provider, idIn, payments: new Map(), lives: new Map(), kept: 0, watched: new Map() });
    fake.misbehave({ on: (call) => this.isWatched(call), times: Infinity, kind: 'slow', ms: 30 });
  }

  // ---- of a subclass ----

  // The payment as it is at the provider now, as plain values; `refunds` are {id, amount, failed}, oldest first.
  // look(id)
  // What the model knows a state as: events in the order in which they follow from it.
  // eventsOf(payment, state)
  // Makes a payment that our program did not ask for; gives its id. `order` is null where it names none.
  // create({ order, amount })
  // The payment by any of its ids.
  // ownerOf(id)
  // Tells the program what it has not been told yet; resolves to the chains of acts that this is by itself.
  // tell(world, payment, how, at)

  // ---- whose it is ----

  // The payments at this provider of one life.
  of(life) {
    if (!this.lives.has(life)) this.lives.set(life, []);
    return this.lives.get(life);
  }

  add(life, id, { named = true } = {}) {
    const payment = { id, named, log: [{ ...this.look(id), by: 'provider' }], seen: 1, told: 0, untold: [] };
    this.payments.set(id, payment);
    this.of(life).push(payment);
    return payment;
  }

  // Takes up the attempts that the order shows by now.
  meet(life) {
    for (const { provider, provider_payment_id: id, checkout_url: url, amount } of life.view.payments) {
      if (provider !== this.provider || url === null || this.ownerOf(id)) continue;
      assert.deepEqual(this.add(life, id).log[0].asked, amount, 'the provider was asked for the total');
    }
  }

  addOther(life, wanted) {
    const amount = { amount: amountOf(wanted, life.total), currency: wanted.currency };
    return this.add(life, this.create({ order: wanted.named ? life.order.id : null, amount }), wanted);
  }

  // The payment that a step means: its number is that of an attempt of the order, or of a payment that was made elsewhere.
  choose(plan, life, { payment: number }) {
    const wanted = plan.payments[this.provider][number];
    const slots = ((life.slots ??= {})[this.provider] ??= []);
    if (!slots[number]) {
      slots[number] = (wanted.elsewhere ? null : this.of(life).find((payment) => !slots.includes(payment))) ?? this.addOther(life, wanted);
      if (plan.mode === 'live' && !wanted.live) this.makeTest(slots[number].id);
    }
    return slots[number];
  }

  // ---- what becomes of it ----

  // Writes down the state that the payment is in by now.
  note(payment, by) {
    const state = this.look(payment.id);
    const { by: _, ...last } = payment.log.at(-1);
    if (JSON.stringify(state) !== JSON.stringify(last)) payment.log.push({ ...state, by });
  }

  // Does something at the provider, unless the state does not allow it.
  change(payment, act) {
    this.note(payment, 'program');
    try {
      act(this.fake);
    } catch (error) {
      // A refund of what was not paid, and the like: no money has moved.
      if (error.constructor !== Error && !(error instanceof ApiError)) throw error;
    }
    this.note(payment, 'provider');
  }

  // Resolves when the program asks about the payment, and its answer is made but not yet sent; or when it does not ask for
  // a while.
  asked({ id }) {
    return new Promise((done) => {
      this.watched.set(id, [...(this.watched.get(id) ?? []), done]);
      setTimeout(done, ASKED_WITHIN_MS);
    });
  }

  isWatched({ method, path }) {
    const id = method === 'GET' ? this.ownerOf(path.split('/').pop())?.id : undefined;
    const waiting = this.watched.get(id) ?? [];
    this.watched.delete(id);
    for (const done of waiting) done();
    return waiting.length > 0;
  }

  // Files the webhooks that the fake would have sent under their payments; a refund takes a moment to be on its way.
  async file() {
    await turn();
    await turn();
    const { all } = this.fake.deliveries;
    for (; this.kept < all.length; this.kept++) {
      const [id] = this.idIn.exec(all[this.kept].message().body) ?? [];
      this.ownerOf(id)?.untold.push(all[this.kept]);
    }
  }

  hasNews(payment) {
    return payment.untold.length > 0 || payment.seen < payment.log.length;
  }

  // The keys of the jobs that ask about it.
  jobsOf({ id, log }) {
    return [id, log.at(-1).intent].filter(Boolean).map((known) => `${this.provider}/${known}`);
  }

  // What the program may have seen since it was asked last, as a chain. `isHasty`: it may be about to send money back.
  chain(payment, isHasty) {
    this.note(payment, 'program');
    const fresh = payment.log.slice(payment.seen);
    // Before it sends money back it looks, and then it knows.
    const isSure = fresh.map(({ by }, index) => (!isHasty && [by, fresh[index + 1]?.by].includes('program')) ||
      (payment.told === payment.log.length && index === fresh.length - 1 && by === 'provider'));
    payment.seen += isSure.lastIndexOf(true) + 1;
    return fresh.map((state, index) => {
      const events = this.eventsOf(payment, state);
      const ours = events.filter(({ kind }) => kind === 'refunded').map((event) => ({ ...event, ours: true }));
      return { acts: (state.by === 'program' ? ours : events).map((event) => ({ act: 'event', event })), optional: !isSure[index] };
    }).filter(({ acts }) => acts.length > 0);
  }

  // The chains of all its payments, to be asked for after the order was looked at.
  async chains(life, isHasty = false) {
    await this.file();
    return this.of(life).map((payment) => this.chain(payment, isHasty)).filter((chain) => chain.length > 0);
  }
}

// The `act` of a provider with an account: `happen(fake, payment, step)` does there what the step says. An ambush waits
// until the program has asked the provider.
export const actWith = (happen) => async (world, plan, life, step) => {
  const account = world.accounts[step.provider];
  const payment = account.choose(plan, life, step);
  if (step.ambush) await account.asked(payment);
  account.change(payment, (fake) => happen(fake, payment, step));
  return step.told === 'later' ? [] : account.tell(world, payment, step.told, step.at);
};
