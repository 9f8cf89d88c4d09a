// Holds webhooks/ against the providers' own libraries: what they sign we read, what we sign they verify. Runs the
// small driver tests/unit/webhooks/webhook_read.c, no server. AKKOORD_BUILD_DIR says where the build is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';

const sourceDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
const buildDirectory = resolve(sourceDirectory, process.env.AKKOORD_BUILD_DIR ?? 'build');
const driver = join(buildDirectory, 'tests', 'unit', 'webhooks', 'webhook_read');

const ROUNDS = 60;
const stripe = new Stripe('sk_test_sample');

function run(args, body) {
  const result = spawnSync(driver, args, { input: body });
  if (result.error) throw result.error;
  assert.equal(result.status, 0, result.stderr.toString());
  return result.stdout.toString();
}

// What the driver prints, as an object of texts.
function readWebhook(provider, secrets, headers, body, receivedAt = now()) {
  const pairs = Object.entries(headers).flat();
  const lines = run(['read', provider, secrets, String(receivedAt), ...pairs], body).trimEnd().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

const now = () => Math.floor(Date.now() / 1000);
const pick = (items) => items[randomInt(items.length)];
const standardSecret = () => `whsec_${randomBytes(randomInt(24, 65)).toString('base64')}`;

// Text that breaks whoever signs something else than the bytes: several scripts, emoji with joiners, line separators,
// escapes, white space, the separators of the schemes themselves.
const pieces = ['plain', 'Ægir', 'München', '日本語', 'עברית', '🎉', '👩‍👩‍👧', '\u2028', '\ufeff', '"', '\\', '\n', '\t', '\r\n', '.', ',',
  'v1=', 'v1,', 't=1', '</script>', '%00', '\u0001', ' '];
const randomText = () => Array.from({ length: randomInt(20) }, () => pick(pieces)).join('');

// The same value in one of the spellings that JSON allows.
function spell(value) {
  const text = JSON.stringify(value, null, pick([0, 0, 2, '\t']));
  const spelled = pick([
    (json) => json,
    (json) => json.replaceAll('\n', '\r\n'),
    (json) => `\r\n \t${json}\n\n`,
    (json) => json.replace(/[^\x20-\x7e\r\n\t]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ]);
  return spelled(text);
}

function standardBody() {
  const data = {
    payment: `pay_${randomBytes(8).toString('hex')}`,
    order: randomUUID(),
    amount: randomInt(100_000_000),
    currency: pick(['EUR', 'USD', 'JPY']),
    note: randomText(),
  };
  return { data, text: spell({ type: 'payment.paid', timestamp: new Date().toISOString(), data, memo: randomText() }) };
}

function stripeBody() {
  const session = {
    id: `cs_test_${randomBytes(8).toString('hex')}`,
    object: 'checkout.session',
    amount_total: randomInt(100_000_000),
    currency: pick(['eur', 'usd', 'jpy']),
    payment_intent: `pi_${randomBytes(8).toString('hex')}`,
    payment_status: 'paid',
    client_reference_id: randomUUID(),
    customer_details: { name: randomText(), address: null },
    metadata: { note: randomText() },
  };
  const event = {
    id: `evt_${randomBytes(8).toString('hex')}`,
    object: 'event',
    api_version: '2025-03-31.basil',
    created: now(),
    data: { object: session },
    livemode: false,
    type: 'checkout.session.completed',
  };
  return { event, session, text: spell(event) };
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// One bit of the body changed, at random.
function altered(text) {
  const bytes = Buffer.from(text);
  bytes[randomInt(bytes.length)] ^= 1 << randomInt(8);
  return bytes;
}

for (const provider of ['standard', 'sandbox']) {
  test(`${provider}: what the Standard Webhooks library signs is read, altered it is refused`, () => {
    for (let round = 0; round < ROUNDS; round++) {
      const secret = standardSecret();
      const id = `msg_${randomBytes(12).toString('hex')}`;
      const { data, text } = standardBody();
      const at = new Date();
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at / 1000)),
        'webhook-signature': new StandardWebhook(secret).sign(id, at, text),
      };
      const event = readWebhook(provider, secret, headers, text);
      assert.equal(event.verdict, 'event', `${event.detail}: ${text}`);
      assert.equal(event.provider, provider);
      assert.equal(event.event_id, id);
      assert.equal(event.kind, 'approved');
      assert.equal(event.payment_id, data.payment);
      assert.equal(event.order_id, data.order);
      assert.equal(event.amount_minor, String(data.amount));
      assert.equal(event.currency, data.currency);
      assert.equal(event.live, provider === 'standard' ? '1' : '0');
      assert.equal(event.body_sha256, sha256(text));
      assert.equal(readWebhook(provider, secret, headers, altered(text)).verdict, 'unsigned');
      assert.equal(readWebhook(provider, standardSecret(), headers, text).verdict, 'unsigned');
    }
  });
}

test('standard: what the Svix library signs is read under its own header names', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const secret = standardSecret();
    const id = `msg_${randomBytes(12).toString('hex')}`;
    const { data, text } = standardBody();
    const at = new Date();
    const headers = {
      'svix-id': id,
      'svix-timestamp': String(Math.floor(at / 1000)),
      'svix-signature': new SvixWebhook(secret).sign(id, at, text),
    };
    const event = readWebhook('standard', `${standardSecret()}, ${secret}`, headers, text);
    assert.equal(event.verdict, 'event', `${event.detail}: ${text}`);
    assert.equal(event.event_id, id);
    assert.equal(event.payment_id, data.payment);
    assert.equal(readWebhook('standard', secret, headers, altered(text)).verdict, 'unsigned');
  }
});

test("stripe: what Stripe's library signs is read, altered it is refused", () => {
  for (let round = 0; round < ROUNDS; round++) {
    const secret = `whsec_${randomBytes(24).toString('base64url')}`;
    const { event: sent, session, text } = stripeBody();
    const header = stripe.webhooks.generateTestHeaderString({ payload: text, secret });
    const headers = { 'Stripe-Signature': header };
    const event = readWebhook('stripe', secret, headers, text);
    assert.equal(event.verdict, 'event', `${event.detail}: ${text}`);
    assert.equal(event.event_id, sent.id);
    assert.equal(event.kind, 'approved');
    assert.equal(event.payment_id, session.payment_intent);
    assert.equal(event.payment_alias, session.id);
    assert.equal(event.order_id, session.client_reference_id);
    assert.equal(event.amount_minor, String(session.amount_total));
    assert.equal(event.currency, session.currency.toUpperCase());
    assert.equal(event.live, '0');
    assert.equal(event.body_sha256, sha256(text));
    assert.equal(readWebhook('stripe', secret, headers, altered(text)).verdict, 'unsigned');
    assert.equal(readWebhook('stripe', `${secret}x`, headers, text).verdict, 'unsigned');
    assert.equal(readWebhook('stripe', `old,${secret}`, headers, text).verdict, 'event');
    assert.equal(readWebhook('stripe', secret, headers, text, sent.created + 330).verdict, 'unsigned');
  }
});

test('sandbox: what we sign, the Standard Webhooks and Svix libraries verify', () => {
  for (let round = 0; round < ROUNDS; round++) {
    const secret = standardSecret();
    const id = `msg_${randomUUID()}`;
    const timestamp = String(now());
    const { text } = standardBody();
    const signature = run(['sign', secret, id, timestamp], text).trimEnd();
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    assert.doesNotThrow(() => new StandardWebhook(secret).verify(text, headers));
    assert.doesNotThrow(() => new SvixWebhook(secret).verify(text, headers));
    assert.throws(() => new StandardWebhook(standardSecret()).verify(text, headers));
    assert.throws(() => new StandardWebhook(secret).verify(`${text} `, headers));
  }
});
