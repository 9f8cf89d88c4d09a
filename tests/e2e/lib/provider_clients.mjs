// Starts the fakes of tests/providers for a test, and the official clients, raw calls and webhook endpoint that face
// them. All of it is closed when the test file ends.
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { after } from 'node:test';

import { Client as Mollie } from 'mollie-api-typescript';
import Stripe from 'stripe';

import { startFakeMollie } from '../../providers/mollie.mjs';
import { startFakeStripe } from '../../providers/stripe.mjs';

export const STRIPE_KEY = 'sk_test_sample';
export const STRIPE_SECRET = 'whsec_sample_secret';
export const MOLLIE_KEY = 'test_samplesamplesamplesamplesample';
export const MOLLIE_SECRET = 'sample_signing_secret';
export const HOUR = 3600;
const COMPRESSED = 3_600_000; // an hour of the retry schedule takes a millisecond

const closing = [];
after(() => Promise.all(closing.map((one) => one.close())));

// A shop's webhook endpoint that remembers what it got; answer(delivery) gives the status (200).
export async function startReceiver(answer = () => 200) {
  const received = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const text of request.setEncoding('utf8')) body += text;
    const delivery = { headers: request.headers, body };
    received.push(delivery);
    response.writeHead(await answer(delivery), { 'Content-Length': 0 }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closing.push({ close: () => new Promise((done) => (server.closeAllConnections?.(), server.close(done))) });
  return { url: `http://127.0.0.1:${server.address().port}/webhooks`, received };
}

export async function startStripe(options = {}) {
  const fake = await startFakeStripe({
    seed: 'test',
    ...options,
    delivery: { compress: COMPRESSED, ...options.delivery },
  });
  closing.push(fake);
  return { fake, stripe: stripeClient(fake) };
}

export function stripeClient(fake, { key = STRIPE_KEY, ...options } = {}) {
  const { hostname: host, port } = new URL(fake.url);
  const settings = { host, port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, timeout: 10_000, ...options };
  return new Stripe(key, settings);
}

export async function startMollie(options = {}) {
  const fake = await startFakeMollie({
    seed: 'test',
    ...options,
    delivery: { compress: COMPRESSED, ...options.delivery },
  });
  closing.push(fake);
  return { fake, mollie: mollieClient(fake) };
}

export const mollieClient = (fake, apiKey = MOLLIE_KEY) =>
  new Mollie({ serverURL: fake.url, security: { apiKey }, retryConfig: { strategy: 'none' }, timeoutMs: 10_000 });

export const checkout = (order = 'order-1', more = {}) => ({
  mode: 'payment',
  success_url: 'https://shop.example.com/thanks',
  cancel_url: 'https://shop.example.com/back',
  client_reference_id: order,
  customer_email: 'customer@example.com',
  payment_intent_data: { metadata: { order_id: order } },
  line_items: [
    { quantity: 2, price_data: { currency: 'eur', unit_amount: 6000, product_data: { name: 'Sample service' } } },
    { quantity: 1, price_data: { currency: 'eur', unit_amount: 100, product_data: { name: 'Transport & more' } } },
  ],
  ...more,
});

export const payment = (order = 'order-1', more = {}) => ({
  paymentRequest: {
    description: `Order ${order}`,
    amount: { currency: 'EUR', value: '121.00' },
    redirectUrl: 'https://shop.example.com/thanks',
    metadata: { order_id: order },
    ...more,
  },
});

// Without a client library, for what they hide. Gives { status, headers, body } or throws the socket's error.
export function rawCall(url, { method = 'GET', headers = {}, body = '' } = {}) {
  return new Promise((done, failed) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: text }));
      response.on('error', failed);
    });
    request.on('error', failed).end(body);
  });
}
