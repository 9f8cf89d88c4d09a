// Provider `stripe` in random lives, where no API key is set: events that the test signs itself, in every form that
// Stripe has, about payments that it makes up.
import { sendStripe, stripeCharge, stripeDispute, stripeEvent, stripeIntent, stripeSession } from '../akkoord.mjs';
import { alone, amountOf, partOf, told } from './parts.mjs';

const FORMS = {
  session_paid: 6, session_later: 2, intent_paid: 5, session_unpaid: 1, session_failed: 1, session_expired: 1,
  intent_failed: 1, intent_canceled: 1, refund: 5, refund_made: 2, refund_failed: 2, dispute: 2, other: 1,
};
const FORMS_WITHOUT_INTENT = ['session_paid', 'session_later', 'session_expired', 'session_unpaid'];
const WITHOUT_INTENT = 2; // the third payment is one that has a session and no intent

export const stripe = {
  makesUpEvents: true,

  makeEvent(random, plan, payment) {
    const form = payment === WITHOUT_INTENT ? random.pick(FORMS_WITHOUT_INTENT) : random.weighted(FORMS);
    // These name no order.
    const named = !['dispute', 'refund_made', 'refund_failed'].includes(form) && random.maybe(0.75);
    return { form, named, ...(form.startsWith('refund_') ? { refund: random.below(2) } : {}) };
  },

  async act(world, plan, life, step) {
    const { number, named, form } = step;
    const { currency, live } = plan.payments.stripe[step.payment];
    const id = `evt_${life.tag}_${number}`;
    const [type, object, event] = realise(plan, life, step)[form]();
    told(await sendStripe(world.servers[step.at], stripeEvent(type, object, { id, livemode: live })));
    return [alone({ act: 'event', event: { provider: 'stripe', id, named, currency, live, ...event } })];
  },
};

// Of each form: the type of event, its object, and what the model has to know of it.
function realise(plan, life, step) {
  const made = plan.payments.stripe[step.payment];
  const amount = amountOf(made, life.total);
  const money = { amount, currency: made.currency.toLowerCase(), order: step.named ? life.order.id : null };
  const session = `cs_test_${life.tag}_${step.payment}`;
  const intent = step.payment === WITHOUT_INTENT ? null : `pi_${life.tag}_${step.payment}`;
  const ofSession = { payment: intent ?? session, alias: intent ? session : null, amount };
  const ofIntent = { payment: intent, amount };
  const asSession = (rest) => stripeSession({ id: session, intent, ...money, ...rest });
  const asIntent = (status) => stripeIntent({ id: intent, ...money, status });
  const refunded = partOf(amount, step.part);
  // Two refunds have an id: one of a half, one of the rest.
  const refund = { id: `re_${life.tag}_${step.payment}_${step.refund}`, amount: partOf(amount, step.refund === 0 ? 'half' : 'rest') };
  const asRefund = (status) => ({ ...refund, object: 'refund', charge: `ch_${life.tag}`, currency: money.currency, metadata: {}, payment_intent: intent, status });
  const ofRefund = { ...ofIntent, refund: refund.id, amount: refund.amount };
  return {
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
    refund_made: () => ['refund.created', asRefund('succeeded'), { ...ofRefund, kind: 'refunded' }],
    refund_failed: () => ['refund.failed', asRefund('failed'), { ...ofRefund, kind: 'refund_failed' }],
    dispute: () => ['charge.dispute.created', stripeDispute({ intent, amount, currency: money.currency }), { ...ofIntent, kind: 'charged_back' }],
    other: () => ['charge.succeeded', stripeCharge({ intent, ...money, refunded: 0 }), { ...ofIntent, kind: 'nothing' }],
  };
}
