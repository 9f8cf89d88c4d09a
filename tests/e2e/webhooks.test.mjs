// POST /webhooks/{provider}: which messages are believed, and every answer of CONTRACT section 5. Signed by the
// providers' own libraries. What becomes of the orders stands in acceptance.test.mjs.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, getOrder, listAll, newStaff, newStandardSecret, newStripeSecret, payStandard, payStripe,
  placeOrder, randomId, registerCustomer, sendStandard, sendStripe, standardBody, standardHeaders, startAkkoord, stripeCharge,
  stripeEvent, stripeHeaders, stripeIntent, stripeSession } from './lib/akkoord.mjs';

// Two secrets each, as while one is being replaced.
const standardSecrets = [newStandardSecret(), newStandardSecret()];
const stripeSecrets = [newStripeSecret(), newStripeSecret()];

let server;
let customer;
let auditor;
before(async () => {
  server = await startAkkoord({
    env: { AKKOORD_STANDARD_WEBHOOK_SECRET: standardSecrets.join(','), AKKOORD_STRIPE_WEBHOOK_SECRET: stripeSecrets.join(',') },
  });
  server.secrets.standard = standardSecrets[0];
  server.secrets.stripe = stripeSecrets[0];
  customer = await registerCustomer(server);
  auditor = await newStaff(server, 'auditor');
});

const order = (options) => placeOrder(server, customer, options);
const post = (path, headers, body) => server.client.send('POST', path, { headers, body });
const statusOf = async (placed) => (await getOrder(server, customer, placed)).status;
const expectOk = (answer) => assert.equal(expectStatus(answer, 200).text, 'OK');
const secondsAgo = (seconds) => new Date(server.now().getTime() - seconds * 1000);

// {name, message: (order) => {headers, text}, path}
const schemes = [
  { name: 'standard', message: (placed, { secret = standardSecrets[0], at = server.now() } = {}) => {
    const text = JSON.stringify(standardBody({ payment: randomId('pay'), order: placed.id, amount: placed.total.amount }));
    return { text, headers: standardHeaders({ secret, id: randomId('msg'), at, text }) };
  }, secrets: standardSecrets, newSecret: newStandardSecret },
  { name: 'stripe', message: (placed, { secret = stripeSecrets[0], at = server.now() } = {}) => {
    const session = stripeSession({ order: placed.id, amount: placed.total.amount });
    const text = JSON.stringify(stripeEvent('checkout.session.completed', session), null, 2);
    return { text, headers: stripeHeaders({ secret, at, text }) };
  }, secrets: stripeSecrets, newSecret: newStripeSecret },
];

for (const { name, message, secrets, newSecret } of schemes) {
  const path = `/webhooks/${name}`;
  describe(name, () => {
    test('a message signed with either secret is believed', async () => {
      for (const secret of secrets) {
        const placed = await order({ payment_provider: name });
        const { headers, text } = message(placed, { secret });
        expectOk(await post(path, headers, text));
        assert.equal(await statusOf(placed), 'accepted');
      }
    });

    test('a message signed with another secret is refused: 401', async () => {
      const placed = await order({ payment_provider: name });
      const { headers, text } = message(placed, { secret: newSecret() });
      expectProblem(await post(path, headers, text), 401, 'unauthenticated');
      assert.equal(await statusOf(placed), 'awaiting_payment');
    });

    test('a message with any byte altered is refused: 401', async () => {
      const placed = await order({ payment_provider: name });
      const { headers, text } = message(placed);
      const bytes = Buffer.from(text);
      const answers = await Promise.all([...bytes.keys()].map((at) => {
        const altered = Buffer.from(bytes);
        altered[at] ^= 1;
        return post(path, headers, altered);
      }));
      for (const [at, answer] of answers.entries()) assert.equal(answer.status, 401, `byte ${at}`);
      for (const altered of [` ${text}`, `${text} `, `${text}\n`, text.slice(0, -1), text.replace(/\s/g, '') + ' ', '']) {
        expectProblem(await post(path, headers, altered), 401, 'unauthenticated');
      }
      assert.equal(await statusOf(placed), 'awaiting_payment');
      expectOk(await post(path, headers, text));
      assert.equal(await statusOf(placed), 'accepted');
    });

    test('a message with any signing header missing, altered or twice is refused: 401', async () => {
      const placed = await order({ payment_provider: name });
      const { headers, text } = message(placed);
      for (const header of Object.keys(headers).filter((key) => key !== 'content-type')) {
        const { [header]: value, ...rest } = headers;
        for (const changed of [rest, { ...rest, [header]: '' }, { ...rest, [header]: `${value}x` }, { ...rest, [header]: value.slice(1) },
          { ...rest, [header]: [value, value] }]) {
          const answer = await post(path, changed, text);
          assert.equal(answer.status, 401, `${header}: ${changed[header]} gave ${answer}`);
        }
      }
      assert.equal(await statusOf(placed), 'awaiting_payment');
    });

    test('a message may be 290 s old or ahead, not 310', async () => {
      for (const [seconds, status] of [[290, 200], [-290, 200], [310, 401], [-310, 401], [100_000, 401], [-100_000, 401]]) {
        const placed = await order({ payment_provider: name });
        const { headers, text } = message(placed, { at: secondsAgo(seconds) });
        expectStatus(await post(path, headers, text), status);
        assert.equal(await statusOf(placed), status === 200 ? 'accepted' : 'awaiting_payment', `${seconds} s`);
      }
    });

    test('the other scheme\'s signature opens nothing: 401', async () => {
      const other = schemes.find((scheme) => scheme.name !== name);
      const { headers, text } = other.message(await order({ payment_provider: name }));
      expectProblem(await post(path, headers, text), 401, 'unauthenticated');
    });

    test('a signed body that is no JSON object is refused: 400', async () => {
      for (const text of ['', 'hello', '[]', 'null', '{"type":', '{"type":"a","type":"b"}', '{} {}']) {
        const headers = name === 'standard' ? standardHeaders({ secret: secrets[0], id: randomId('msg'), at: server.now(), text })
          : stripeHeaders({ secret: secrets[0], at: server.now(), text });
        expectProblem(await post(path, headers, text), 400);
      }
    });

    test('the signature covers the raw bytes: spelling, key order and white space do not matter', async () => {
      const placed = await order({ payment_provider: name });
      const { text } = message(placed);
      const spelled = `\r\n\t${JSON.stringify(JSON.parse(text), null, '\t').replace('"data"', '"d\\u0061ta"').replaceAll('\n', '\r\n')}  \n`;
      const headers = name === 'standard' ? standardHeaders({ secret: secrets[0], id: randomId('msg'), at: server.now(), text: spelled })
        : stripeHeaders({ secret: secrets[0], at: server.now(), text: spelled });
      expectOk(await post(path, headers, spelled));
      assert.equal(await statusOf(placed), 'accepted');
    });
  });
}

describe('formats', () => {
  const data = (changes = {}) => ({ payment: randomId('pay'), order: '00000000-0000-4000-8000-000000000000', amount: 100, currency: 'EUR', ...changes });
  const without = (name) => {
    const whole = data();
    delete whole[name];
    return whole;
  };
  const body = (changed) => ({ type: 'payment.paid', data: changed });
  const malformed = [
    ['no type', { data: data() }], ['a type that is a number', { type: 1, data: data() }],
    ['no data', { type: 'payment.paid' }], ['data that is a list', { type: 'payment.paid', data: [] }],
    ['no payment', body(without('payment'))], ['an empty payment', body(data({ payment: '' }))],
    ['a payment that is a number', body(data({ payment: 5 }))], ['a payment of 5,000 characters', body(data({ payment: 'x'.repeat(5000) }))],
    ['no amount', body(without('amount'))], ['an amount as text', body(data({ amount: '100' }))],
    ['an amount with decimals', body(data({ amount: 100.5 }))], ['an amount as 1e2', '{"type":"payment.paid","data":{"payment":"p","order":"x","amount":1e2,"currency":"EUR"}}'],
    ['a negative amount', body(data({ amount: -1 }))], ['an amount past 64 bits', '{"type":"payment.paid","data":{"payment":"p","order":"x","amount":99999999999999999999,"currency":"EUR"}}'],
    ['a null amount', body(data({ amount: null }))], ['no currency', body(without('currency'))], ['a currency of two letters', body(data({ currency: 'EU' }))],
    ['a key twice in data', '{"type":"payment.paid","data":{"payment":"p","payment":"q","order":"x","amount":1,"currency":"EUR"}}'],
    ['a timestamp that is no time', { ...body(data()), timestamp: 'yesterday' }],
  ];
  for (const [what, message] of malformed) {
    test(`a signed standard message with ${what} is refused: 400`, async () => {
      const before = await server.sql('SELECT count(*) FROM akkoord.event_key');
      expectProblem(await sendStandard(server, message), 400);
      assert.deepEqual(await server.sql('SELECT count(*) FROM akkoord.event_key'), before, 'nothing of it is kept');
    });
  }

  test('a standard message may leave its timestamp out', async () => {
    const placed = await order();
    expectOk(await sendStandard(server, body(data({ order: placed.id, amount: placed.total.amount }))));
    assert.equal(await statusOf(placed), 'accepted');
  });

  test('fields that nobody knows do no harm', async () => {
    const placed = await order();
    const message = body(data({ order: placed.id, amount: placed.total.amount, extra: { deep: [1, 2, { x: null }] } }));
    expectOk(await sendStandard(server, { ...message, api_version: '2030-01-01' }));
    assert.equal(await statusOf(placed), 'accepted');
  });

  for (const type of ['payment.created', 'payment.PAID', 'invoice.paid', 'customer.updated', 'x']) {
    test(`a standard message of type ${type} needs nothing: 200, no effect, kept`, async () => {
      const placed = await order();
      const id = randomId('msg');
      expectOk(await sendStandard(server, { type, data: data({ order: placed.id, amount: placed.total.amount }) }, { id }));
      assert.equal(await statusOf(placed), 'awaiting_payment');
      const [{ found }] = await server.sql(`SELECT count(*) AS found FROM akkoord.event_key WHERE event_id = '${id}'`);
      assert.equal(found, 1);
    });
  }

  test('a standard message of an unlisted type may have any shape', async () => {
    expectOk(await sendStandard(server, { type: 'something.else', data: [1, 2, 3], timestamp: 5 }));
    expectOk(await sendStandard(server, { type: 'something.else' }));
  });

  test('stripe events of other objects need nothing: 200', async () => {
    for (const [type, object] of [['customer.created', { id: 'cus_1', object: 'customer' }], ['charge.succeeded', stripeCharge({ amount: 100, refunded: 0 })],
      ['payment_intent.created', stripeIntent({ amount: 100, status: 'requires_payment_method' })], ['invoice.paid', { id: 'in_1', object: 'invoice' }]]) {
      expectOk(await sendStripe(server, stripeEvent(type, object)));
    }
  });

  test('a completed stripe session that is not paid yet is no approval: 200', async () => {
    for (const payment_status of ['unpaid', 'no_payment_required']) {
      const placed = await order({ payment_provider: 'stripe' });
      const session = stripeSession({ order: placed.id, amount: placed.total.amount, payment_status, intent: null });
      expectOk(await sendStripe(server, stripeEvent('checkout.session.completed', session)));
      assert.equal(await statusOf(placed), 'awaiting_payment', payment_status);
    }
  });

  const stripeMalformed = [
    ['no id', (event) => delete event.id], ['an empty id', (event) => { event.id = ''; }], ['no object', (event) => delete event.data.object],
    ['an amount with decimals', (event) => { event.data.object.amount_total = 1.5; }],
    ['a negative amount', (event) => { event.data.object.amount_total = -5; }],
    ['no currency', (event) => delete event.data.object.currency],
    ['an amount as text', (event) => { event.data.object.amount_total = '100'; }],
  ];
  for (const [what, spoil] of stripeMalformed) {
    test(`a signed stripe event with ${what} is refused: 400`, async () => {
      const event = stripeEvent('checkout.session.completed', stripeSession({ order: null, amount: 100 }));
      spoil(event);
      expectProblem(await sendStripe(server, event), 400);
    });
  }
});

describe('answers', () => {
  test('an unknown or unconfigured provider is not found: 404', async () => {
    for (const provider of ['paypal', 'STANDARD', 'standard2', '', 'standard/', 'sandbox/x', '%73tandard%00']) {
      const answer = await post(`/webhooks/${provider}`, {}, '{}');
      assert.ok([404, 400].includes(answer.status), `${provider}: ${answer}`);
    }
    const bare = await startAkkoord({ env: { AKKOORD_STANDARD_WEBHOOK_SECRET: null, AKKOORD_STRIPE_WEBHOOK_SECRET: null, AKKOORD_SANDBOX: '0' } });
    const placed = await placeOrder(bare, await registerCustomer(bare));
    expectProblem(await payStandard(bare, placed), 404, 'not_found');
    expectProblem(await payStripe(bare, placed), 404, 'not_found');
  });

  test('another method than POST is refused: 405 with Allow', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = expectStatus(await server.client.send(method, '/webhooks/standard', { body: method === 'GET' ? undefined : '{}' }), 405);
      assert.match(answer.headers.allow, /POST/);
    }
  });

  test('a body without a length is refused: 411', async () => {
    const headers = { 'transfer-encoding': 'chunked', 'content-length': undefined };
    expectStatus(await post('/webhooks/standard', headers, '{}'), 411);
  });

  test('a body of 256 KiB is read, one byte more is refused: 413', async () => {
    const placed = await order();
    const fill = (length) => {
      const message = standardBody({ payment: randomId('pay'), order: placed.id, amount: placed.total.amount });
      const bare = JSON.stringify({ ...message, fill: '' });
      return JSON.stringify({ ...message, fill: 'x'.repeat(length - bare.length) });
    };
    expectStatus(await sendStandard(server, fill(256 * 1024 + 1)), 413);
    assert.equal(await statusOf(placed), 'awaiting_payment');
    expectOk(await sendStandard(server, fill(256 * 1024)));
    assert.equal(await statusOf(placed), 'accepted');
  });

  test('a head over 32 KiB is refused: 431', async () => {
    const answer = await new Promise((done, failed) => {
      const socket = connect(server.port, '127.0.0.1');
      socket.once('error', failed);
      socket.once('data', (bytes) => {
        done(bytes.toString());
        socket.destroy();
      });
      socket.write(`POST /webhooks/standard HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n${`X-Fill: ${'x'.repeat(1000)}\r\n`.repeat(40)}\r\n`);
    });
    assert.match(answer, /^HTTP\/1\.1 431 /);
  });

  test('a message with Expect: 100-continue is served', async () => {
    const placed = await order();
    const { headers, text } = schemes[0].message(placed);
    expectOk(await post('/webhooks/standard', { ...headers, expect: '100-continue' }, text));
    assert.equal(await statusOf(placed), 'accepted');
  });
});

describe('unmatched events', () => {
  const unmatched = async () => listAll(server, auditor.token, '/v1/staff/events?matched=false');

  for (const [what, reference] of [['an unknown order', '00000000-0000-4000-8000-000000000000'], ['a reference that is no UUID', 'ORD-2024-0001'],
    ['an empty reference', ''], ['no reference', undefined]]) {
    test(`an event with ${what} is kept for staff: 200`, async () => {
      const payment = randomId('pay');
      expectOk(await sendStandard(server, standardBody({ payment, order: reference, amount: 1000 })));
      const found = (await unmatched()).filter((event) => event.payment === payment);
      assert.equal(found.length, 1);
      const [event] = found;
      for (const name of ['id', 'provider', 'kind', 'payment', 'order', 'received_at']) assert.ok(name in event, name);
      assert.equal(event.provider, 'standard');
      assert.equal(event.order, null);
    });
  }

  test('a stripe event of somebody else\'s payment is kept for staff, once', async () => {
    const event = stripeEvent('payment_intent.succeeded', stripeIntent({ amount: 4200 }));
    for (let i = 0; i < 3; i++) expectOk(await sendStripe(server, event));
    assert.equal((await unmatched()).filter(({ payment }) => payment === event.data.object.id).length, 1);
  });

  test('an event that fits an order is listed as matched, with the order', async () => {
    const placed = await order();
    const payment = randomId('pay');
    expectOk(await payStandard(server, placed, { payment }));
    assert.ok(!(await unmatched()).some((event) => event.payment === payment));
    const matched = await listAll(server, auditor.token, '/v1/staff/events?matched=true');
    assert.equal(matched.find((event) => event.payment === payment).order, placed.id);
  });

  test('cursors walk the events exactly once', async () => {
    const all = (await unmatched()).map(({ id }) => id);
    assert.ok(all.length >= 5);
    for (const limit of [1, 2, 3]) {
      assert.deepEqual((await listAll(server, auditor.token, '/v1/staff/events?matched=false', limit)).map(({ id }) => id), all);
    }
    expectProblem(await server.api('GET', '/v1/staff/events?matched=perhaps', { token: auditor.token }), 422, 'validation');
  });
});

describe('repetitions', () => {
  test('the same event id has no second effect, whatever the second body says', async () => {
    const [placed, other] = [await order(), await order()];
    const id = randomId('msg');
    expectOk(await payStandard(server, placed, { id }));
    const after = await getOrder(server, customer, placed);
    for (const again of [() => payStandard(server, placed, { id }), () => payStandard(server, placed, { id, amount: 1 }),
      () => payStandard(server, placed, { id, kind: 'refunded' }), () => payStandard(server, other, { id })]) {
      expectOk(await again());
    }
    assert.deepEqual(await getOrder(server, customer, placed), after);
    assert.equal(await statusOf(other), 'awaiting_payment');
  });

  test('the same event id of another provider is another event', async () => {
    const [placed, other] = [await order(), await order({ payment_provider: 'sandbox' })];
    const id = randomId('msg');
    expectOk(await payStandard(server, placed, { id }));
    expectOk(await payStandard(server, other, { id, provider: 'sandbox' }));
    assert.equal(await statusOf(other), 'accepted');
  });

  test('another event about a payment that is settled makes no new decision', async () => {
    const placed = await order();
    const payment = randomId('pay');
    expectOk(await payStandard(server, placed, { payment }));
    const after = await getOrder(server, customer, placed);
    expectOk(await payStandard(server, placed, { payment }));
    expectOk(await payStandard(server, placed, { payment, amount: 5 }));
    assert.deepEqual(await getOrder(server, customer, placed), after);
  });
});
