// Provider `sandbox` in random lives: the actions of its page, whose webhooks the program sends to itself, some of them
// twice, and the same events signed by the test itself, also for orders that no sandbox was asked for.
import { expectStatus } from '../akkoord.mjs';
import { alone, partOf } from './parts.mjs';
import { MEANING, sendAs, standard } from './standard.mjs';

const ACTIONS = { approve: 8, decline: 2, expire: 2, approve_twice: 2, refund: 5, charge_back: 2 };
// What each says, in the words of the webhook; and what that means.
const SAYS = { approve: 'paid', approve_twice: 'paid', decline: 'failed', expire: 'expired', refund: 'refunded', charge_back: 'charged_back' };

export const sandbox = {
  makesUpEvents: true,
  hasIds: true,

  makeEvent(random, plan, payment) {
    if (random.maybe(0.2)) return { ...standard.makeEvent(random, plan, payment), signed: true };
    return { form: random.weighted(ACTIONS), named: true };
  },

  async act(world, plan, life, step) {
    if (step.signed) return sendAs('sandbox', world, plan, life, step);
    const attempts = life.view.payments.filter((payment) => payment.provider === 'sandbox' && payment.checkout_url !== null);
    // Nobody could have opened a page: then somebody who knows the secret says it.
    if (attempts.length === 0) return sendAs('sandbox', world, plan, life, { ...step, form: SAYS[step.form] });
    const { provider_payment_id: id, checkout_url: page } = attempts[step.payment % attempts.length];
    const amount = step.form === 'refund' ? partOf(life.total, step.part) : life.total;
    const path = `${new URL(page).pathname}/${step.form}${step.form === 'refund' ? `?amount=${amount}` : ''}`;
    const { webhooks } = expectStatus(await world.servers[step.at].api('POST', path), 202).json;
    return webhooks.map((webhook, index) => alone({ act: 'event', event: {
      provider: 'sandbox', id: webhook.id, kind: MEANING[SAYS[step.form]], payment: index === 0 ? id : `${id}_again`, named: true, amount,
      currency: life.order.total.currency, live: false,
    } }));
  },
};
