// The sandbox, the jobs behind it, the demo, the doctor, and what operators ask the server.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { expectProblem, getOrder, kill, placeOrder, prepareAkkoord, registerCustomer, startAkkoord, waitFor } from './lib/akkoord.mjs';

let server;
let customer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
});

const place = (at = server, who = customer) => placeOrder(at, who, { payment_provider: 'sandbox' });
const pathOf = (order) => new URL(order.payment.checkout_url).pathname;
const act = (order, action, at = server) => at.api('POST', `${pathOf(order)}/${action}`);

async function orderWhen(order, is, at = server, who = customer) {
  return waitFor(async () => {
    const now = await getOrder(at, who, order);
    return is(now) ? now : null;
  }, { timeout: 20_000, what: `the order, now ${(await getOrder(at, who, order)).status},` });
}

async function acted(order, action, is) {
  const answer = await act(order, action);
  assert.equal(answer.status, 202, String(answer));
  return orderWhen(order, is);
}

describe('the sandbox', () => {
  test('an approval is one event, delivered twice, with one effect', async () => {
    const order = await place();
    const answer = await act(order, 'approve');
    assert.equal(answer.status, 202);
    assert.equal(answer.json.webhooks.length, 1);
    assert.equal(answer.json.webhooks[0].deliveries, 2);
    const accepted = await orderWhen(order, ({ status }) => status === 'accepted');
    await waitFor(async () => (await server.sql(`SELECT 1 FROM akkoord.job WHERE kind = 'sandbox_webhook'`)).length === 0);
    assert.equal(accepted.decisions.length, 1);
    assert.equal(accepted.invoices.length, 1);
    const events = await server.sql(`SELECT event_id FROM akkoord.event WHERE order_id = '${order.id}'`);
    assert.deepEqual(events.map(({ event_id }) => event_id), [answer.json.webhooks[0].id]);
    const lines = server.log.split('\n').filter((line) => line.includes('route=/webhooks/{provider} status=200'));
    assert.equal(lines.length, 2, 'both deliveries came over HTTP');
  });

  test('each action is what a provider would say', async () => {
    const declined = await acted(await place(), 'decline', ({ payment }) => payment.status === 'failed');
    assert.equal(declined.status, 'awaiting_payment');
    assert.equal((await acted(declined, 'approve', ({ payment }) => payment.status === 'paid')).status, 'accepted');
    assert.equal((await acted(await place(), 'expire', ({ payment }) => payment.status === 'expired')).status, 'awaiting_payment');

    const refunded = await acted(await place(), 'approve', ({ status }) => status === 'accepted');
    const part = await acted(refunded, 'refund?amount=100', ({ payment }) => payment.status === 'partially_refunded');
    assert.equal(part.status, 'accepted', 'the second delivery of one refund does not count again');
    assert.equal((await acted(refunded, 'refund', ({ payment }) => payment.status === 'refunded')).status, 'cancelled');

    const disputed = await acted(await place(), 'approve', ({ status }) => status === 'accepted');
    assert.equal((await acted(disputed, 'charge_back', ({ payment }) => payment.status === 'charged_back')).status, 'held');

    const twice = await acted(await place(), 'approve_twice', ({ payments }) => payments.length === 2 && payments.every(({ status }) => status !== 'open'));
    assert.deepEqual(twice.payments.map(({ status }) => status).sort(), ['paid', 'refund_due']);
  });

  test('a refund is from one cent to what was paid', async () => {
    const order = await place();
    for (const amount of ['0', '-1', 'x', '1.5', '', String(order.total.amount + 1), '99999999999999999999']) {
      expectProblem(await act(order, `refund?amount=${amount}`), 422, 'validation');
    }
  });

  test('unknown payments and actions are not there', async () => {
    const order = await place();
    expectProblem(await act(order, 'steal'), 404, 'not_found');
    expectProblem(await act(order, 'expire?amount=-1'), 422, 'validation');
    expectProblem(await server.api('POST', '/sandbox/payments/sbx_00000000000000000000000000000000/approve'), 404, 'not_found');
    expectProblem(await server.api('GET', '/sandbox/payments/%C3%A9'), 404, 'not_found');
  });

  test('its page has a form for each action, two for a refund, and lets nothing else run', async () => {
    const page = await server.api('GET', pathOf(await place()));
    assert.equal(page.status, 200);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.headers['content-security-policy'], /default-src 'none'.*form-action 'self'/);
    assert.equal(page.text.match(/<form [^>]*method="post"/g).length, 7);
  });

  test('what was promised before a kill -9 is sent after it', async () => {
    const other = await startAkkoord();
    const who = await registerCustomer(other);
    const orders = await Promise.all(Array.from({ length: 8 }, () => place(other, who)));
    const answers = await Promise.all(orders.map((order) => act(order, 'approve', other)));
    await other.kill9();
    assert.ok(answers.every(({ status }) => status === 202));
    await other.start();
    await Promise.all(orders.map((order) => waitFor(async () => (await getOrder(other, who, order)).status === 'accepted', { timeout: 60_000 })));
  });

  test('without it there is no such path, no webhook and no such provider', async () => {
    const other = await startAkkoord({ env: { AKKOORD_SANDBOX: '0', AKKOORD_SANDBOX_WEBHOOK_SECRET: null } });
    const who = await registerCustomer(other);
    expectProblem(await other.api('GET', '/sandbox/payments/sbx_1'), 404, 'not_found');
    expectProblem(await other.api('POST', '/sandbox/payments/sbx_1/approve'), 404, 'not_found');
    expectProblem(await other.api('DELETE', '/sandbox/payments/sbx_1'), 404, 'not_found');
    expectProblem(await other.api('POST', '/webhooks/sandbox', { body: {} }), 404, 'not_found');
    const sku = (await other.api('GET', '/v1/services')).json.services[0].sku;
    const refused = await other.api('POST', '/v1/orders',
      { token: who.token, body: { lines: [{ sku, quantity: 1 }], payment_provider: 'sandbox' } });
    expectProblem(refused, 422, 'validation');
  });
});

describe('the clock', () => {
  test('an unpaid order expires, and money that comes later holds it', async () => {
    const other = await startAkkoord({ env: { AKKOORD_ORDER_EXPIRES: '1' } });
    const who = await registerCustomer(other);
    const order = await place(other, who);
    await orderWhen(order, ({ status }) => status === 'expired', other, who);
    assert.equal((await act(order, 'approve', other)).status, 202);
    const held = await orderWhen(order, ({ status }) => status === 'held', other, who);
    assert.deepEqual(held.decision.reasons.map(({ code }) => code), ['order_expired']);
  });

  test('sessions that are over are forgotten', async () => {
    const other = await startAkkoord();
    await registerCustomer(other);
    await other.stop();
    other.env.AKKOORD_CLOCK_OFFSET = String(31 * 86400);
    await other.start();
    await waitFor(async () => (await other.sql('SELECT 1 FROM akkoord.session')).length === 0, { timeout: 30_000 });
  });
});

describe('operations', () => {
  test('health and readiness are 200 while all is well', async () => {
    for (const path of ['/healthz', '/readyz']) assert.equal((await server.api('GET', path)).status, 200);
  });

  test('while the database is away /readyz is 503 with the reason, /healthz stays 200', async () => {
    const other = await startAkkoord();
    const postmaster = other.postmasterPid();
    kill(postmaster, 'SIGSTOP');
    kill(postmaster, 'SIGKILL');
    const answer = await waitFor(async () => {
      const now = await other.api('GET', '/readyz');
      return now.status === 503 ? now : null;
    }, { pause: 5, timeout: 20_000 });
    expectProblem(answer, 503, 'database_unavailable');
    assert.match(answer.headers['retry-after'], /^\d+$/);
    assert.equal((await other.api('GET', '/healthz')).status, 200);
    await waitFor(async () => (await other.api('GET', '/readyz')).status === 200, { timeout: 60_000 });
  });

  test('metrics are in the text format and count events, decisions, jobs and requests', async () => {
    const answer = await server.api('GET', '/metrics');
    assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
    for (const line of answer.text.trimEnd().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+|[a-z_]+(\{[^}]*\})? \+Inf)$/);
    }
    for (const name of ['akkoord_events_total{provider="sandbox",outcome="applied"}', 'akkoord_jobs_waiting', 'akkoord_api_waiting{lane="api"}',
      'akkoord_batch_items_count', 'process_resident_memory_bytes', 'akkoord_http_requests_total']) {
      assert.ok(answer.text.includes(`\n${name}`), name);
    }
  });

  test('the address of another program is refused with one line that names the setting', async () => {
    const other = await prepareAkkoord({ env: { AKKOORD_LISTEN: `127.0.0.1:${server.port}` } });
    const { code, stderr } = await other.refuse();
    assert.equal(code, 1);
    assert.match(stderr, /^akkoord: AKKOORD_LISTEN .*another program listens there$/m);
  });

  test('a database made for tests is never served live', async () => {
    const other = await startAkkoord({ env: { AKKOORD_SANDBOX: '0', AKKOORD_SANDBOX_WEBHOOK_SECRET: null } });
    await other.stop();
    const seller = join(other.folder, 'seller.json');
    writeFileSync(seller, JSON.stringify({ name: 'Sample Studio', kvk_number: '12345678', vat_number: 'NL123456789B01',
      address: { street: 'Voorbeeldstraat 1', postal_code: '1000 AA', city: 'Amsterdam', country: 'NL' },
      iban: 'NL91ABNA0417164300', email: 'studio@example.com' }), { mode: 0o644 });
    const { code, stderr } = await other.refuse({ AKKOORD_MODE: 'live', AKKOORD_SELLER_FILE: seller, AKKOORD_RATE_LIMITS: 'on' });
    assert.equal(code, 1);
    assert.match(stderr, /^akkoord: AKKOORD_MODE must be test/m);
  });
});

describe('akkoord demo', () => {
  test('every line that it prints is true', async () => {
    const { code, stdout, stderr } = await server.cli(['demo'], { env: { TMPDIR: server.folder } });
    assert.equal(code, 0, stderr);
    const said = Object.fromEntries(stdout.trimEnd().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
    const [order] = await server.sql(`SELECT o.status, o.number, d.outcome, d.reasons, i.number AS invoice
      FROM akkoord.customer_order o JOIN akkoord.decision d ON d.id = o.decision_id JOIN akkoord.document i ON i.id = o.invoice_id
      WHERE o.id = '${said.order}'`);
    assert.deepEqual({ status: said.status, number: said.number, outcome: said.decision, reasons: said.reasons.split(','), invoice: said.invoice }, order);
    const [review] = await server.sql(`SELECT state, outcome FROM akkoord.review WHERE id = '${said.review}'`);
    assert.deepEqual({ state: said.review_state, outcome: said.review_outcome }, review);
    assert.ok(!said.pdf.startsWith(server.dataDir));
    assert.equal(statSync(said.pdf).mode & 0o777, 0o600);
    assert.equal(readFileSync(said.pdf).subarray(0, 5).toString(), '%PDF-');
  });

  test('without a server it says which step failed', async () => {
    const { code, stderr } = await server.cli(['demo'], { env: { AKKOORD_PUBLIC_URL: 'http://127.0.0.1:1' } });
    assert.equal(code, 1);
    assert.match(stderr, /^akkoord: reaching the server failed: /m);
  });
});

describe('akkoord doctor', () => {
  test('all is well with a server that runs', async () => {
    const { code, stdout } = await server.cli(['doctor']);
    assert.equal(code, 0, stdout);
    for (const what of ['settings', 'server', 'keyring', 'database', 'schema', 'mode', 'keys', 'clock']) {
      assert.match(stdout, new RegExp(`^ok +${what} `, 'm'));
    }
  });

  test('a wrong setting, a lost keyring and a file that is not there are problems', async () => {
    for (const [env, line] of [
      [{ AKKOORD_MODE: 'maybe' }, /^problem +settings +AKKOORD_MODE /m],
      [{ AKKOORD_KEYRING_FILE: '/nowhere/keyring.json' }, /^problem +keyring /m],
      [{ AKKOORD_SELLER_FILE: '/nowhere/seller.json' }, /^problem +seller +AKKOORD_SELLER_FILE /m],
    ]) {
      const { code, stdout } = await server.cli(['doctor'], { env });
      assert.equal(code, 1, stdout);
      assert.match(stdout, line);
    }
  });
});
