// Provider `standard` in random lives: events that the test signs itself, about payments that it makes up.
import { sendStandard, standardBody } from '../akkoord.mjs';
import { alone, amountOf, partOf, told } from './parts.mjs';

const KINDS = { paid: 10, failed: 3, expired: 2, refunded: 5, charged_back: 2, 'payment.pending': 1 };
export const MEANING = { paid: 'approved', failed: 'failed', expired: 'expired', refunded: 'refunded', charged_back: 'charged_back' };

export const standard = {
  makesUpEvents: true,

  // Only of what is taken back is it said that the order may be missing.
  makeEvent(random) {
    const form = random.weighted(KINDS);
    return { form, named: !['refunded', 'charged_back'].includes(form) || random.maybe(0.6) };
  },

  act: (world, plan, life, step) => sendAs('standard', world, plan, life, step),
};

// Sends the event that the step says, signed as of `provider`, which speaks the same language.
export async function sendAs(provider, world, plan, life, step) {
  const made = plan.payments[provider][step.payment];
  const amount = amountOf(made, life.total);
  const { currency } = made;
  const payment = `pay_${life.tag}_${step.payment}`;
  const kind = MEANING[step.form] ?? 'nothing';
  const stated = kind === 'refunded' ? partOf(amount, step.part) : amount;
  const id = `evt_${life.tag}_${step.number}`;
  const order = step.named ? life.order.id : undefined;
  const body = standardBody({ kind: step.form, payment, order, amount: stated, currency });
  told(await sendStandard(world.servers[step.at], body, { provider, id }));
  const live = provider === 'standard';
  return [alone({ act: 'event', event: { provider, id, kind, payment, named: step.named, amount: stated, currency, live } })];
}
