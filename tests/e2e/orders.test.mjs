// The price list and orders: sums, idempotency, ownership, lists. Sums are checked against an oracle of another make.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { euros, expectProblem, expectStatus, expectTime, expectUuid, getOrder, listAll, newStaff, payStandard, placeOrder,
  prepareAkkoord, priceList, registerCustomer, sampleAddress, services, startAkkoord } from './lib/akkoord.mjs';

// Prices that round badly, rates with hundredths, a free service, and one large enough to overflow 32 bits.
const prices = [
  ['logo', 45000n, 2100n], ['odd', 333n, 2100n], ['cent', 1n, 2100n], ['book', 2995n, 900n], ['cent-nine', 1n, 900n],
  ['half', 50n, 900n], ['export', 12345n, 0n], ['strange', 777n, 1337n], ['free', 0n, 2100n], ['large', 99_999_999_999n, 2100n],
];

const rate = (points) => `${points / 100n}.${String(points % 100n).padStart(2, '0')}`;

let server;
before(async () => {
  server = await prepareAkkoord();
  server.env.AKKOORD_SERVICES_FILE = server.writeFile('services.json', priceList(Object.fromEntries(
    prices.map(([sku, price, points]) => [sku, [Number(price), rate(points)]]))));
  await server.start();
});

const place = (customer, body, headers) => server.api('POST', '/v1/orders', { token: customer.token, body, headers });
const cart = (lines = [{ sku: 'logo', quantity: 1 }], changes = {}) => ({ lines, payment_provider: 'standard', ...changes });

describe('the price list', () => {
  test('a service has its net and gross price, category and rate', async () => {
    const found = await services(server);
    assert.deepEqual(Object.keys(found), prices.map(([sku]) => sku), 'in the order of the file');
    for (const [sku, price, points] of prices) {
      const gross = price + (price * points + 5000n) / 10000n;
      assert.deepEqual(found[sku].unit_price, euros(Number(price)));
      assert.deepEqual(found[sku].unit_price_gross, euros(Number(gross)), sku);
      assert.equal(found[sku].vat_rate, rate(points));
      assert.equal(found[sku].name, `Dienst ${sku}`);
    }
  });
});

describe('sums', () => {
  // VAT is rounded half up once per rate on the total.
  function oracle(lines) {
    const byRate = new Map();
    for (const { sku, quantity } of lines) {
      const [, price, points] = prices.find(([known]) => known === sku);
      byRate.set(points, (byRate.get(points) ?? 0n) + price * BigInt(quantity));
    }
    let [net, vat] = [0n, 0n];
    for (const [points, base] of byRate) {
      net += base;
      vat += (base * points * 2n + 10000n) / 20000n;
    }
    return { net: Number(net), vat: Number(vat), total: Number(net + vat) };
  }

  test('net, VAT and total of 120 random carts are those of an independent calculation', async () => {
    const customer = await registerCustomer(server);
    for (let round = 0; round < 120; round++) {
      const lines = Array.from({ length: randomInt(1, 9) }, () =>
        ({ sku: prices[randomInt(prices.length)][0], quantity: randomInt(10) ? randomInt(1, 100) : randomInt(1, 5000) }));
      const order = expectStatus(await place(customer, cart(lines)), 201).json;
      const { net, vat, total } = oracle(lines);
      assert.deepEqual([order.net, order.vat, order.total], [euros(net), euros(vat), euros(total)], JSON.stringify(lines));
      assert.deepEqual(order.lines.map(({ sku, quantity }) => ({ sku, quantity })), lines);
      for (const line of order.lines) assert.equal(line.net.amount, line.unit_price.amount * line.quantity);
      assert.deepEqual(order.payment.amount, order.total);
    }
  });

  test('an order of nothing but free services costs nothing', async () => {
    const customer = await registerCustomer(server);
    const order = expectStatus(await place(customer, cart([{ sku: 'free', quantity: 3 }])), 201).json;
    assert.deepEqual([order.net, order.vat, order.total], [euros(0), euros(0), euros(0)]);
  });

  test('a sum past what a client can count exactly is refused: 422', async () => {
    const customer = await registerCustomer(server);
    expectProblem(await place(customer, cart([{ sku: 'large', quantity: 1_000_000 }])), 422);
  });

  test('a price that changes after the order changes no order', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer, cart([{ sku: 'book', quantity: 2 }]));
    const file = server.writeFile('dearer.json', priceList({ book: [5000, '9.00'] }));
    const imported = await server.cli(['services', 'import', file]);
    assert.equal(imported.code, 0, imported.stderr);
    try {
      assert.deepEqual((await getOrder(server, customer, order)).total, order.total);
      const dearer = await placeOrder(server, customer, cart([{ sku: 'book', quantity: 2 }]));
      assert.equal(dearer.net.amount, 10_000);
      assert.deepEqual(Object.keys(await services(server)), ['book'], 'what an import leaves out is no longer sold');
      expectProblem(await place(customer, cart([{ sku: 'logo', quantity: 1 }])), 422, 'validation', ['lines[0].sku']);
    } finally {
      const again = await server.cli(['services', 'import', server.env.AKKOORD_SERVICES_FILE]);
      assert.equal(again.code, 0, again.stderr);
    }
  });
});

describe('placing', () => {
  test('a new order awaits payment, with everything that the contract says', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer, cart(undefined, { reference: 'PO-123' }));
    for (const name of ['id', 'number', 'status', 'expires_at', 'lines', 'net', 'vat', 'total', 'payment', 'payments', 'decision',
      'decisions', 'invoices']) assert.ok(name in order, name);
    expectUuid(order.id);
    expectTime(order.expires_at);
    assert.equal(order.status, 'awaiting_payment');
    assert.deepEqual([order.decision, order.decisions, order.invoices], [null, [], []]);
    assert.equal(order.payments.length, 1);
    assert.deepEqual(order.payment, order.payments[0]);
    assert.deepEqual({ ...order.payment, id: null },
      { id: null, provider: 'standard', provider_payment_id: null, status: 'open', amount: order.total, checkout_url: null });
    const days = (new Date(order.expires_at) - server.now()) / 86_400_000;
    assert.ok(days > 13.9 && days <= 14, `it expires in two weeks, not ${days} days`);
    assert.deepEqual(await getOrder(server, customer, order), order);
  });

  for (const payment_provider of ['standard', 'stripe', 'mollie', 'sandbox']) {
    test(`an order may name ${payment_provider}`, async () => {
      const customer = await registerCustomer(server);
      const order = await placeOrder(server, customer, cart(undefined, { payment_provider }));
      assert.equal(order.payment.provider, payment_provider);
      assert.equal(typeof order.payment.checkout_url, payment_provider === 'sandbox' ? 'string' : 'object');
    });
  }

  const line = (quantity) => [{ sku: 'logo', quantity }];
  const refused = [
    ['no lines', { payment_provider: 'standard' }, ['lines']],
    ['an empty list of lines', cart([]), ['lines']],
    ['1,000 lines', cart(Array.from({ length: 1000 }, () => line(1)[0])), ['lines']],
    ['lines that are an object', cart({ sku: 'logo', quantity: 1 }), ['lines']],
    ['a line that is text', cart(['logo']), ['lines[0]']],
    ['a quantity of 0', cart(line(0)), ['lines[0].quantity']],
    ['a quantity of -1', cart(line(-1)), ['lines[0].quantity']],
    ['a quantity of 1.5', cart(line(1.5)), ['lines[0].quantity']],
    ['a quantity of 1e15', cart(line(1e15)), ['lines[0].quantity']],
    ['a quantity as text', cart(line('1')), ['lines[0].quantity']],
    ['no quantity', cart([{ sku: 'logo' }]), ['lines[0].quantity']],
    ['true as a quantity', cart(line(true)), ['lines[0].quantity']],
    ['an unknown service', cart([{ sku: 'logo', quantity: 1 }, { sku: 'nothing', quantity: 1 }]), ['lines[1].sku']],
    ['a service that is a number', cart([{ sku: 7, quantity: 1 }]), ['lines[0].sku']],
    ['a price of the customer\'s own', cart([{ sku: 'logo', quantity: 1, unit_price: 1 }]), ['lines[0].unit_price']],
    ['no provider', { lines: line(1) }, ['payment_provider']],
    ['an unknown provider', cart(line(1), { payment_provider: 'paypal' }), ['payment_provider']],
    ['a reference of 10,000 characters', cart(line(1), { reference: 'x'.repeat(10_000) }), ['reference']],
    ['a reference with line breaks', cart(line(1), { reference: 'a\nb' }), ['reference']],
    ['an unknown field', cart(line(1), { total: 1 }), ['total']],
    ['an unknown field of billing', cart(line(1), { billing: { email: 'a@example.com' } }), ['billing.email']],
    ['half a billing address', cart(line(1), { billing: { address: { street: 'x', city: 'y', country: 'NL' } } }),
      ['billing.address.postal_code']],
    ['a KvK number of letters', cart(line(1), { billing: { kvk_number: 'abcdefgh' } }), ['billing.kvk_number']],
    ['a buyer in no country', cart(line(1), { billing: { address: { ...sampleAddress, country: 'XX' } } }), ['billing.address.country']],
    ['an OIN of 19 digits', cart(line(1), { billing: { oin: '0000000123456789000' } }), ['billing.oin']],
    ['a discount code that is none', cart(line(1), { discount_code: 'NONE' }), ['discount_code']],
  ];
  for (const [what, body, fields] of refused) {
    test(`an order with ${what} is refused with 422 and the field is named`, async () => {
      expectProblem(await place(await shopper(), body), 422, 'validation', fields);
    });
  }

  let known = null;
  const shopper = async () => (known ??= await registerCustomer(server));

  test('an order needs an address, in the profile or in billing', async () => {
    const customer = await registerCustomer(server, { address: undefined });
    expectProblem(await place(customer, cart()), 422, 'validation', ['billing.address']);
    expectStatus(await place(customer, cart(undefined, { billing: { address: sampleAddress } })), 201);
  });

  test('a customer abroad may order, at home and there', async () => {
    const customer = await registerCustomer(server, { address: { ...sampleAddress, country: 'DE' } });
    expectStatus(await place(customer, cart()), 201);
    expectStatus(await place(customer, cart(undefined, { billing: { address: sampleAddress } })), 201);
  });

  test('an authority orders under its OIN, from its profile or from billing', async () => {
    const customer = await registerCustomer(server, { company: 'Gemeente Voorbeeld', oin: '00000001.23456789.0000' });
    const oin = async () => expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200).json.oin;
    assert.equal(await oin(), '00000001234567890000');
    expectStatus(await place(customer, cart()), 201);
    expectStatus(await place(customer, cart(undefined, { billing: { oin: '00000009876543210000' } })), 201);
    expectStatus(await server.api('PATCH', '/v1/me', { token: customer.token, body: { oin: null } }), 200);
    assert.equal(await oin(), undefined);
  });

  test('a refused order leaves nothing behind', async () => {
    const customer = await registerCustomer(server);
    expectProblem(await place(customer, cart([{ sku: 'nothing', quantity: 1 }])), 422);
    expectProblem(await place(customer, cart(line(0))), 422);
    assert.deepEqual(await listAll(server, customer.token, '/v1/orders'), []);
  });

  test('an order without a token is refused: 401', async () => {
    expectProblem(await server.api('POST', '/v1/orders', { body: cart() }), 401, 'unauthenticated');
  });
});

describe('idempotency keys', () => {
  test('the same key and body get the first answer again, byte by byte, however the order has changed', async () => {
    const customer = await registerCustomer(server);
    const headers = { 'idempotency-key': randomUUID() };
    const first = expectStatus(await place(customer, cart(), headers), 201);
    assert.equal(first.headers['idempotency-replayed'], undefined);
    const repeat = async () => {
      const again = expectStatus(await place(customer, cart(), headers), 201);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      assert.deepEqual(again.bytes, first.bytes);
    };
    await repeat();
    expectStatus(await payStandard(server, first.json), 200);
    assert.equal((await getOrder(server, customer, first.json)).status, 'accepted');
    await repeat();
    assert.equal((await listAll(server, customer.token, '/v1/orders')).length, 1);
  });

  test('the same key with another body is refused: 409 idempotency_mismatch', async () => {
    const customer = await registerCustomer(server);
    const headers = { 'idempotency-key': randomUUID() };
    expectStatus(await place(customer, cart(), headers), 201);
    for (const body of [cart([{ sku: 'logo', quantity: 2 }]), cart(undefined, { reference: 'x' }), cart(undefined, { payment_provider: 'stripe' })]) {
      expectProblem(await place(customer, body, headers), 409, 'idempotency_mismatch');
    }
    assert.equal((await listAll(server, customer.token, '/v1/orders')).length, 1);
  });

  test('two customers may use the same key', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const orders = [];
    for (const customer of [await registerCustomer(server), await registerCustomer(server)]) {
      const answer = expectStatus(await place(customer, cart(), headers), 201);
      assert.equal(answer.headers['idempotency-replayed'], undefined);
      orders.push(answer.json.id);
    }
    assert.notEqual(orders[0], orders[1]);
  });

  test('twenty requests at once with one key make one order', async () => {
    const customer = await registerCustomer(server);
    const headers = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 20 }, () => place(customer, cart(), headers)));
    const ids = answers.map((answer) => expectStatus(answer, 201).json.id);
    assert.equal(new Set(ids).size, 1);
    assert.equal(answers.filter((answer) => answer.headers['idempotency-replayed'] === undefined).length, 1);
    assert.equal((await listAll(server, customer.token, '/v1/orders')).length, 1);
  });

  test('a refused order does not use its key up', async () => {
    const customer = await registerCustomer(server);
    const headers = { 'idempotency-key': randomUUID() };
    expectProblem(await place(customer, cart([{ sku: 'nothing', quantity: 1 }]), headers), 422);
    expectStatus(await place(customer, cart(), headers), 201);
  });

  const payAgain = (customer, order, payment_provider, headers) =>
    server.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body: { payment_provider }, headers });
  // None of these is asked for a way to pay: there is no API key.
  for (const provider of ['standard', 'sandbox', 'stripe', 'mollie']) {
    test(`the same key is the same new attempt with ${provider}, and with another provider it is 409 idempotency_mismatch`, async () => {
      const customer = await registerCustomer(server);
      const [order, headers] = [await placeOrder(server, customer, cart()), { 'idempotency-key': randomUUID() }];
      const first = expectStatus(await payAgain(customer, order, provider, headers), 201);
      assert.equal(first.headers['idempotency-replayed'], undefined);
      const again = expectStatus(await payAgain(customer, order, provider, headers), 201);
      assert.equal(again.headers['idempotency-replayed'], 'true');
      assert.deepEqual(again.json.payments, first.json.payments);
      const other = provider === 'stripe' ? 'standard' : 'stripe';
      expectProblem(await payAgain(customer, order, other, headers), 409, 'idempotency_mismatch');
      const atOnce = { 'idempotency-key': randomUUID() };
      const answers = await Promise.all(Array.from({ length: 8 }, () => payAgain(customer, order, provider, atOnce)));
      answers.forEach((answer) => expectStatus(answer, 201));
      assert.equal((await getOrder(server, customer, order)).payments.length, 3);
      expectStatus(await payAgain(customer, order, provider), 201);
      expectStatus(await payAgain(customer, order, provider), 201);
      assert.equal((await getOrder(server, customer, order)).payments.length, 5, 'without a key each is another attempt');
    });
  }

  test('a key of 10,000 characters is refused', async () => {
    const customer = await registerCustomer(server);
    expectProblem(await place(customer, cart(), { 'idempotency-key': 'x'.repeat(10_000) }), 422);
  });
});

describe('what is another customer\'s', () => {
  test('is not found, by any path, exactly like what does not exist', async () => {
    const [owner, stranger] = [await registerCustomer(server), await registerCustomer(server)];
    const placed = await placeOrder(server, owner, cart());
    expectStatus(await payStandard(server, placed), 200);
    const order = await getOrder(server, owner, placed);
    const asked = await server.api('POST', `/v1/decisions/${order.decision.id}/reviews`, { token: owner.token, body: { statement: 'Look' } });
    const review = expectStatus(asked, 201).json;
    const paths = (orderId, decisionId, reviewId, number) => [
      ['GET', `/v1/orders/${orderId}`], ['GET', `/v1/orders/${orderId}/invoice.pdf`], ['GET', `/v1/invoices/${number}.pdf`],
      ['POST', `/v1/orders/${orderId}/payments`, { payment_provider: 'standard' }], ['POST', `/v1/orders/${orderId}/cancel`],
      ['POST', `/v1/decisions/${decisionId}/reviews`, { statement: 'Mine' }], ['GET', `/v1/reviews/${reviewId}`],
    ];
    const theirs = paths(order.id, order.decision.id, review.id, order.invoices[0].number);
    const nobodys = paths(randomUUID(), randomUUID(), randomUUID(), '2026-999999');
    for (const [index, [method, path, body]] of theirs.entries()) {
      const answer = await server.api(method, path, { token: stranger.token, body });
      expectProblem(answer, 404, 'not_found');
      const none = await server.api(method, nobodys[index][1], { token: stranger.token, body });
      assert.deepEqual(answer.json, none.json, path);
      expectProblem(await server.api(method, path, { body }), 401, 'unauthenticated');
    }
    assert.deepEqual(await listAll(server, stranger.token, '/v1/orders'), []);
    assert.equal((await getOrder(server, owner, order)).status, 'accepted');
  });

  test('an id that is no UUID names nothing: 404', async () => {
    const customer = await registerCustomer(server);
    for (const id of ['1', 'x', '00000000-0000-0000-0000-00000000000', randomUUID().replaceAll('-', ''), "'; SELECT 1", '%00', '..%2f..']) {
      const answer = await server.api('GET', `/v1/orders/${encodeURIComponent(id)}`, { token: customer.token });
      assert.ok([400, 404].includes(answer.status), `${id}: ${answer}`);
    }
  });
});

describe('lists', () => {
  test('cursors walk all orders exactly once, newest first, whatever the limit', async () => {
    const customer = await registerCustomer(server);
    const placed = [];
    for (let i = 0; i < 23; i++) placed.push((await placeOrder(server, customer, cart())).id);
    for (const limit of [1, 2, 7, 22, 23, 24, 100]) {
      const found = await listAll(server, customer.token, '/v1/orders', limit);
      assert.deepEqual(found.map((order) => order.id), [...placed].reverse(), `limit ${limit}`);
    }
    const unlimited = expectStatus(await server.api('GET', '/v1/orders', { token: customer.token }), 200).json;
    assert.equal(unlimited.items.length, 23);
    assert.equal(unlimited.next, null);
    const item = unlimited.items[0];
    const single = await getOrder(server, customer, item);
    for (const [name, value] of Object.entries(item)) assert.deepEqual(value, single[name], `${name} is that of the single form`);
  });

  test('an order placed during the walk disturbs no page', async () => {
    const customer = await registerCustomer(server);
    const placed = [];
    for (let i = 0; i < 6; i++) placed.push((await placeOrder(server, customer, cart())).id);
    const first = (await server.api('GET', '/v1/orders?limit=3', { token: customer.token })).json;
    await placeOrder(server, customer, cart());
    const second = (await server.api('GET', `/v1/orders?limit=3&after=${first.next}`, { token: customer.token })).json;
    assert.deepEqual([...first.items, ...second.items].map((order) => order.id), placed.reverse());
    assert.equal(second.next, null);
  });

  test('without limit there are 50 to a page', async () => {
    const customer = await registerCustomer(server);
    await Promise.all(Array.from({ length: 51 }, () => placeOrder(server, customer, cart())));
    const page = (await server.api('GET', '/v1/orders', { token: customer.token })).json;
    assert.equal(page.items.length, 50);
    assert.equal(typeof page.next, 'string');
  });

  for (const query of ['limit=0', 'limit=101', 'limit=-1', 'limit=1.5', 'limit=x', 'limit=', 'limit=99999999999999999999', 'limit=+5',
    'after=x', 'after=AAAA', `after=${'A'.repeat(3000)}`, 'after=%00', "after='", 'limit=5&limit=6']) {
    test(`?${query.slice(0, 40)} is refused: 422`, async () => {
      const { token } = await (cached ??= registerCustomer(server));
      expectProblem(await server.api('GET', `/v1/orders?${query}`, { token }), 422, 'validation');
    });
  }
  let cached = null;

  test('staff filter orders by status', async () => {
    const [customer, staff] = [await registerCustomer(server), await newStaff(server, 'auditor')];
    const [awaiting, paid] = [await placeOrder(server, customer, cart()), await placeOrder(server, customer, cart())];
    expectStatus(await payStandard(server, paid), 200);
    const ids = async (status) => (await listAll(server, staff.token, `/v1/staff/orders?status=${status}`)).map(({ id }) => id);
    assert.ok((await ids('accepted')).includes(paid.id) && !(await ids('accepted')).includes(awaiting.id));
    assert.ok((await ids('awaiting_payment')).includes(awaiting.id) && !(await ids('awaiting_payment')).includes(paid.id));
    assert.equal((await listAll(server, staff.token, '/v1/staff/orders')).filter(({ id }) => [awaiting.id, paid.id].includes(id)).length, 2);
    expectProblem(await server.api('GET', '/v1/staff/orders?status=paid', { token: staff.token }), 422, 'validation');
    assert.equal(expectStatus(await server.api('GET', `/v1/staff/orders/${paid.id}`, { token: staff.token }), 200).json.id, paid.id);
    expectProblem(await server.api('GET', `/v1/staff/orders/${randomUUID()}`, { token: staff.token }), 404, 'not_found');
  });
});

describe('without the sandbox', () => {
  test('it can not be ordered with (422), and its webhook is not found', async () => {
    const plain = await startAkkoord({ env: { AKKOORD_SANDBOX: '0' } });
    const customer = await registerCustomer(plain);
    const [sku] = Object.keys(await services(plain));
    const body = { lines: [{ sku, quantity: 1 }], payment_provider: 'sandbox' };
    expectProblem(await plain.api('POST', '/v1/orders', { token: customer.token, body }), 422, 'validation', ['payment_provider']);
    const order = await placeOrder(plain, customer);
    expectProblem(await plain.api('POST', `/v1/orders/${order.id}/payments`, { token: customer.token, body: { payment_provider: 'sandbox' } }),
      422, 'validation', ['payment_provider']);
    expectProblem(await payStandard(plain, order, { provider: 'sandbox' }), 404, 'not_found');
  });
});
