// Provider `mollie` in random lives: payments at the fake of tests/providers, whose webhooks, pings and signed events, only
// say where to look.
import { Account, actWith, refundEvents, refundOf, refundToFail } from './account.mjs';
import { amountOf, partOf, told } from './parts.mjs';

const FORMS = {
  pay: 12, authorise: 1, pending: 1, fail: 1.5, cancel: 1, expire: 1, refund: 6, failRefund: 2, chargeback: 2.5, reverse: 0.7, ping: 2,
};
// How the program hears of it. Nothing limits what is signed.
const TOLD = { ping: 5, signed: 4, both: 2, twice: 1.5, later: 2.5 };
const TOLD_LIVE = { ...TOLD, ping: 1, both: 0.5, twice: 0.5 };

const minor = ({ value }) => Number(value.replace('.', ''));
const decimal = (amount) => (amount / 100).toFixed(2);

export class MollieAccount extends Account {
  constructor(fake) {
    super(fake, { provider: 'mollie', idIn: /tr_[A-Za-z0-9]+/ });
    this.testIds = new Set();
    fake.misbehave({ on: (call) => this.isOfTest(call), times: Infinity, kind: 'change', change: (body) => ({ ...body, mode: 'test' }) });
  }

  makeTest(id) {
    this.testIds.add(id);
  }

  isOfTest({ method, path }) {
    return method === 'GET' && this.testIds.has(path.split('/').pop());
  }

  // One thing at a time: what is of test mode answers at once.
  isWatched(call) {
    return !this.isOfTest(call) && super.isWatched(call);
  }

  ownerOf(id) {
    return this.payments.get(id);
  }

  look(id) {
    const query = new URLSearchParams('embed=refunds');
    const { status, amount, amountChargedBack, _embedded = {} } = this.fake.handle({ method: 'GET', path: `/v2/payments/${id}`, query }).body;
    const refunds = (_embedded.refunds ?? []).map((refund) => refundOf({ ...refund, amount: minor(refund.amount) })).reverse();
    return { status, asked: { amount: minor(amount), currency: amount.currency }, refunds, chargedBack: amountChargedBack ? minor(amountChargedBack) : 0 };
  }

  create({ order, amount: { amount: minorAmount, currency } }) {
    const amount = { currency, value: decimal(minorAmount) };
    const body = { amount, description: 'Made elsewhere', redirectUrl: 'https://shop.example.com/', metadata: order && { order_id: order } };
    return this.fake.handle({ method: 'POST', path: '/v2/payments', body }).body.id;
  }

  eventsOf({ id, named }, { status, asked, refunds, chargedBack }) {
    const live = this.fake.mode === 'live' && !this.testIds.has(id);
    const event = (kind, amount = asked.amount) =>
      ({ provider: 'mollie', id: null, kind, payment: id, named, currency: asked.currency, live, amount });
    // Open: whether a cancelled payment has failed or expired.
    const lost = { failed: 'failed', expired: 'expired', canceled: 'lost' }[status];
    if (lost) return [event(lost)];
    if (status !== 'paid') return []; // open, pending, and authorized, which is no money
    return [event('approved'), ...refundEvents(refunds, event), ...(chargedBack > 0 ? [event('charged_back')] : [])];
  }

  // Tells the program to look, and resolves when it has taken that.
  async tell(world, payment, how, at) {
    await this.file();
    const [signed, classic] = [true, false].map((wanted) => payment.untold.filter(({ label }) => label.startsWith('event ') === wanted));
    const news = [];
    if (['signed', 'both', 'twice'].includes(how)) news.push(...signed);
    if (['ping', 'both', 'twice'].includes(how)) news.push(classic[0] ?? this.ping(payment.id));
    payment.untold = payment.untold.filter((each) => !news.includes(each) && !classic.includes(each));
    if (news.length > 0) payment.told = payment.log.length;
    const copies = how === 'twice' ? [at, 1 - at] : [at];
    await Promise.all(copies.flatMap((to) => news.map(({ message }) => send(world.servers[to], message()))));
    return [];
  }

  // A classic webhook for no reason.
  ping(id) {
    this.fake.ping(id, { url: 'http://localhost/' });
    return this.fake.deliveries.all.at(-1);
  }
}

// What is limited is sent again, as Mollie does.
async function send(server, message) {
  const answer = await server.client.send('POST', '/webhooks/mollie', message);
  if (answer.status !== 429) return told(answer);
  await new Promise((done) => setTimeout(done, Number(answer.headers['retry-after']) * 1000));
  return send(server, message);
}

export const mollie = {
  hasIds: true,

  makeEvent(random, plan) {
    const form = random.weighted(FORMS);
    return { form, told: random.weighted(form === 'ping' ? { ping: 1, twice: 1 } : plan.mode === 'live' ? TOLD_LIVE : TOLD) };
  },

  act: actWith(happen),
};

function happen(fake, { id, log }, { form, part }) {
  switch (form) {
    case 'ping': return undefined;
    case 'refund': return fake.refund(id, { amount: decimal(partOf(log[0].asked.amount, part)) });
    case 'failRefund': return fake.advanceRefund(refundToFail(log.at(-1)), { status: 'failed' });
    case 'chargeback': return fake.chargeback(id, part === 'all' ? {} : { amount: decimal(partOf(log[0].asked.amount, part)) });
    case 'reverse': {
      const open = [...fake.chargebacks.values()].find((one) => one.paymentId === id && !one.reversedMs);
      return fake.reverseChargeback(open?.id);
    }
    default: return fake.control(form, id);
  }
}
