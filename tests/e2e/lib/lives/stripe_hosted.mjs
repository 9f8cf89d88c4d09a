// Provider `stripe` in random lives, where the program has an API key: sessions at the fake of tests/providers, whose
// signed events say what happened, in any order, at least once. The program may also look for itself.
import { Account, actWith, refundEvents, refundOf, refundToFail } from './account.mjs';
import { alone, partOf, told } from './parts.mjs';

const FORMS = {
  pay: 12, fail: 2, asyncPay: 2, settled: 3, unsettled: 1, authorise: 1, expire: 1.5, refund: 6, failRefund: 2, dispute: 2.5,
  closeDispute: 0.7, none: 2,
};
// Which of its events the program hears of.
const TOLD = { all: 6, reversed: 2, some: 3, twice: 2, later: 2.5 };

export class StripeAccount extends Account {
  constructor(fake) {
    super(fake, { provider: 'stripe', idIn: /\b(?:cs_test|pi)_[A-Za-z0-9]+/ });
    this.sessions = new Map(); // by the id of their intent
  }

  ownerOf(id) {
    return this.payments.get(this.sessions.get(id) ?? id);
  }

  look(id) {
    const session = this.fake.sessions.get(id);
    const intent = this.fake.intents.get(session.payment_intent) ?? null;
    const charge = this.fake.charges.get(intent?.latest_charge) ?? null;
    if (intent) this.sessions.set(intent.id, id);
    const isLost = session.status === 'complete' && ['requires_payment_method', 'canceled'].includes(intent?.status);
    return {
      status: session.payment_status === 'paid' ? 'paid' : session.status === 'expired' ? 'expired' : isLost ? 'failed' : 'open',
      asked: { amount: session.amount_total, currency: session.currency.toUpperCase() },
      refunds: [...this.fake.refunds.values()].filter((refund) => refund.charge === charge?.id).map(refundOf),
      disputed: charge?.disputed ?? false, intent: intent?.id ?? null,
    };
  }

  create({ order, amount: { amount, currency } }) {
    const price = { currency, unit_amount: String(amount), product_data: { name: 'Made elsewhere' } };
    const reference = order ? { client_reference_id: order, payment_intent_data: { metadata: { order_id: order } } } : {};
    const body = { mode: 'payment', success_url: 'https://shop.example.com/', line_items: [{ price_data: price, quantity: '1' }], ...reference };
    return this.fake.handle({ method: 'POST', path: '/v1/checkout/sessions', body }).body.id;
  }

  // What the program finds when it looks.
  eventsOf({ id, named }, { status, asked, refunds, disputed, intent }) {
    const ids = intent ? { payment: intent, alias: id } : { payment: id };
    const event = (kind, amount = asked.amount) =>
      ({ provider: 'stripe', id: null, kind, ...ids, named, currency: asked.currency, live: false, amount });
    if (status === 'open') return [];
    if (status !== 'paid') return [event(status)];
    return [event('approved'), ...refundEvents(refunds, event), ...(disputed ? [event('charged_back')] : [])];
  }

  // What its webhooks have said a look says as well.
  chain(payment, isHasty) {
    const chain = super.chain(payment, isHasty);
    if (payment.untold.length === 0 && !isHasty) payment.seen = payment.log.length;
    return chain;
  }

  // What one of Stripe's events says, by CONTRACT section 5, and server/README.md of single refunds; null when it needs
  // nothing.
  eventIn({ id, type, data: { object } }) {
    const refund = [['failed', 'canceled'].includes(object.status) ? 'refund_failed' : 'refunded', object.amount];
    const reading = {
      'checkout.session.completed': object.payment_status === 'paid' && ['approved', object.amount_total],
      'checkout.session.async_payment_succeeded': ['approved', object.amount_total],
      'checkout.session.async_payment_failed': ['failed', object.amount_total],
      'checkout.session.expired': ['expired', object.amount_total],
      'payment_intent.succeeded': ['approved', object.amount_received],
      'payment_intent.payment_failed': ['failed', object.amount],
      // Open: whether a cancelled intent has failed or expired.
      'payment_intent.canceled': ['lost', object.amount],
      'charge.refunded': ['refunded', object.amount_refunded],
      'charge.dispute.created': ['charged_back', object.amount],
      'refund.created': refund, 'refund.updated': refund, 'refund.failed': refund, 'charge.refund.updated': refund,
    }[type];
    if (!reading) return null;
    const intent = object.object === 'payment_intent' ? object.id : object.payment_intent;
    // Our attempt is named on the session and on the intent, so that they are known to be one payment.
    const session = object.object === 'checkout.session' ? object.id : object.metadata.attempt_id ? this.sessions.get(intent) : null;
    const [kind, amount] = reading;
    return {
      provider: 'stripe', id, kind, amount, currency: object.currency.toUpperCase(), live: false, payment: intent ?? session,
      alias: intent ? session : null, named: Boolean(object.client_reference_id ?? object.metadata.order_id),
      running: type === 'charge.refunded', ...(object.object === 'refund' ? { refund: object.id } : {}),
    };
  }

  async tell(world, payment, how, at) {
    await this.file();
    const news = payment.untold.filter((_, index) => how !== 'some' || index % 2 === at);
    payment.untold = payment.untold.filter((each) => !news.includes(each));
    if (how === 'reversed') news.reverse();
    const copies = how === 'twice' ? [at, 1 - at] : [at];
    await Promise.all(copies.flatMap((to) => news.map(async ({ message }) => {
      const { headers, body } = message();
      told(await world.servers[to].client.send('POST', '/webhooks/stripe', { headers, body }));
    })));
    return news.map(({ message }) => this.eventIn(JSON.parse(message().body))).filter(Boolean).map((event) => alone({ act: 'event', event }));
  }
}

export const stripeHosted = {
  hasIds: true,

  makeEvent(random) {
    const form = random.weighted(FORMS);
    return { form, told: random.weighted(form === 'none' ? { all: 1 } : TOLD) };
  },

  act: actWith(happen),
};

function happen(fake, { id, log }, { form, part }) {
  switch (form) {
    case 'none': return undefined;
    case 'settled': return fake.settleAsync(id);
    case 'unsettled': return fake.settleAsync(id, { succeeds: false });
    case 'refund': return fake.refund(id, { amount: partOf(log[0].asked.amount, part) });
    case 'failRefund': return fake.settleRefund(refundToFail(log.at(-1)), { status: 'failed' });
    case 'closeDispute': {
      const { intent } = log.at(-1);
      return fake.closeDispute([...fake.disputes.values()].find((one) => one.payment_intent === intent)?.id, { won: true });
    }
    default: return fake.control(form, id);
  }
}
