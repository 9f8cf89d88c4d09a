// Where random lives are lived: two servers on one database, with customers, staff, and fakes of the providers whose API
// the servers can call.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startFakeMollie } from '../../../providers/mollie.mjs';
import { startFakeStripe } from '../../../providers/stripe.mjs';
import {
  atEnd, connectTo, newStaff, newStripeSecret, priceList, registerCustomer, sampleSeller, services, startTogether,
  temporaryFolder,
} from '../akkoord.mjs';
import { MollieAccount } from './mollie.mjs';
import { StripeAccount } from './stripe_hosted.mjs';

const MOLLIE_KEY = { test: 'test_samplesamplesamplesamplesample', live: 'live_samplesamplesamplesamplesample' };
const MOLLIE_SECRET = 'sample_signing_secret';
const STRIPE_KEY = 'sk_test_sample';
const LIVE = { AKKOORD_MODE: 'live', AKKOORD_SANDBOX: '0', AKKOORD_RATE_LIMITS: null, AKKOORD_SANDBOX_WEBHOOK_SECRET: null };
const SETTLED_WITHIN_MS = 60_000; // the second or third try of a job is seconds away
// What now and then becomes of a call of the jobs.
const FAULTS = [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'slow', ms: 50 }];

// Prices that make VAT round at its half, and two rates.
const prices = priceList({ hour: [9550, '21.00'], half: [50, '21.00'], booklet: [1150, '9.00'], style: [85000, '21.00'] });

// The kinds of worlds: what plans are made for, and what the servers are set to. `callable`: the providers with an API.
export const kinds = {
  test: { mode: 'test', providers: ['standard', 'stripe', 'mollie', 'sandbox'], callable: ['mollie'] },
  hosted: { mode: 'test', providers: ['standard', 'stripe', 'mollie'], callable: ['mollie', 'stripe'] },
  live: { mode: 'live', providers: ['standard', 'stripe', 'mollie'], callable: ['mollie'] },
};

export async function newWorld(cluster, kind) {
  const { mode, callable } = kind;
  const { accounts, env } = await openAccounts(kind);
  const folder = temporaryFolder();
  for (const [setting, content] of Object.entries({ AKKOORD_SELLER_FILE: sampleSeller, AKKOORD_SERVICES_FILE: prices })) {
    env[setting] = join(folder, setting);
    writeFileSync(env[setting], JSON.stringify(content));
    chmodSync(env[setting], 0o644);
  }
  if (mode === 'live') Object.assign(env, LIVE);
  const servers = await startTogether(2, cluster, { env });
  const [server] = servers;
  const customers = [];
  for (let i = 0; i < 4; i++) customers.push(await registerCustomer(server));
  const query = connectTo(server.database.superuserUrl);
  const expire = (id) => query(`UPDATE akkoord.customer_order SET expires_at = now() - interval '1 second'
    WHERE id = $1 AND status = 'awaiting_payment'`, [id]);
  return {
    kind, server, servers, customers, accounts, staff: await newStaff(server, 'manager'), services: await services(server), expire,
    settling: new Settling(query, callable), lives: [],
  };
}

async function openAccounts({ mode, callable }) {
  const accounts = {};
  const silent = { delivery: { enabled: false } };
  const mollie = await startFakeMollie({ key: MOLLIE_KEY[mode], secret: MOLLIE_SECRET, events: [{ url: 'http://localhost/' }], ...silent });
  accounts.mollie = new MollieAccount(mollie);
  const env = { AKKOORD_MOLLIE_API_KEY: MOLLIE_KEY[mode], AKKOORD_MOLLIE_API_URL: mollie.url, AKKOORD_MOLLIE_WEBHOOK_SECRET: MOLLIE_SECRET };
  if (callable.includes('stripe')) {
    const secret = newStripeSecret();
    const stripe = await startFakeStripe({ key: STRIPE_KEY, secret, webhook: 'http://localhost/', ...silent });
    accounts.stripe = new StripeAccount(stripe);
    Object.assign(env, { AKKOORD_STRIPE_SECRET_KEY: STRIPE_KEY, AKKOORD_STRIPE_API_URL: stripe.url, AKKOORD_STRIPE_WEBHOOK_SECRET: secret });
  }
  for (const { fake } of Object.values(accounts)) {
    for (const rule of FAULTS) fake.misbehave({ on: /^GET |refunds$/, times: Infinity, rate: 0.02, ...rule });
    atEnd(() => fake.close());
  }
  return { accounts, env };
}

// Waits until nothing is under way any more for an order: no job that would change it, and no money that is still to be
// sent back by one. One look at the database serves all who wait.
class Settling {
  constructor(query, callable) {
    Object.assign(this, { query, callable, waiting: [], isLooking: false });
  }

  // `keys`: those of the jobs that ask about its payments. `isHasty`: does not wait for money to be sent back.
  wait({ orderId, keys, isHasty = false }) {
    return new Promise((done, failed) => {
      this.waiting.push({ orderId, keys, isHasty, done, failed, until: Date.now() + SETTLED_WITHIN_MS });
      if (!this.isLooking) this.#look();
    });
  }

  async #look() {
    this.isLooking = true;
    while (this.waiting.length > 0) {
      const asked = this.waiting;
      this.waiting = [];
      try {
        const busy = await this.#busy();
        for (const one of asked) this.#answer(one, busy);
      } catch (error) {
        for (const one of asked) one.failed(error);
      }
      await sleep(10);
    }
    this.isLooking = false;
  }

  #answer(one, busy) {
    const left = busy.filter(({ order_id: orderId, key, payload }) =>
      (orderId === one.orderId && !one.isHasty) || one.keys.includes(key) || payload.includes(one.orderId));
    if (left.length === 0) one.done();
    else if (left.some(({ dead }) => dead)) one.failed(new Error(`a job was given up: ${JSON.stringify(left)}`));
    else if (Date.now() > one.until) one.failed(new Error(`order ${one.orderId} did not settle: ${JSON.stringify(left)}`));
    else this.waiting.push(one);
  }

  // Of what sends money back, `order_id` says whose; of what asks about a payment, `key`; of the sandbox's, `payload`. What
  // was charged back as well no provider sends back.
  #busy() {
    return this.query(`
      SELECT j.kind, p.order_id, j.key, j.payload::text, j.dead, j.last_error
      FROM akkoord.job j LEFT JOIN akkoord.payment p ON p.id::text = j.key AND NOT p.charged_back WHERE j.kind <> 'render_document'
      UNION ALL
      SELECT 'due', order_id, '', '', false, NULL FROM akkoord.payment
      WHERE status = 'refund_due' AND NOT charged_back AND provider = ANY ($1)`, [this.callable]);
  }
}
