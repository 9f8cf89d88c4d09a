// Schemathesis reads the published description and tries what it says, and what it forbids: it must find nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { atEnd, businessAbroad, newStaff, payStandard, placeOrder, registerCustomer, startAkkoord, waitFor } from '../e2e/lib/akkoord.mjs';
import { startFakeVies } from '../providers/vies.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const SECONDS = Number(process.env.AKKOORD_OPENAPI_SECONDS ?? 75);

// Something of every kind that a path can name.
async function prepare(server) {
  const customer = await registerCustomer(server);
  const changing = await registerCustomer(server);
  const manager = await newStaff(server, 'manager');
  const ask = async (method, path, token, body) => (await server.api(method, path, { token, body })).json;
  const orders = [];
  for (const provider of ['standard', 'standard', 'sandbox', 'standard']) orders.push(await placeOrder(server, customer, { payment_provider: provider }));
  orders.push(await placeOrder(server, customer, { billing: businessAbroad }));
  await waitFor(async () => (await ask('GET', `/v1/orders/${orders.at(-1).id}`, customer.token)).vat_check, { what: 'the answer of VIES' });
  await payStandard(server, orders[0]);
  await payStandard(server, orders[1], { amount: 1 });
  const shown = await Promise.all(orders.map(({ id }) => ask('GET', `/v1/orders/${id}`, customer.token)));
  const decisions = shown.flatMap((order) => order.decisions.map(({ id }) => id));
  await ask('POST', `/v1/decisions/${decisions[0]}/reviews`, customer.token, { statement: 'Sample.' });
  const reviews = (await ask('GET', '/v1/staff/reviews', manager.token)).items.map(({ id }) => id);
  const services = (await ask('GET', '/v1/services')).services;
  return {
    url: server.url, customer: customer.token, changing: changing.token, manager: manager.token, manager_email: manager.email,
    log_in: { email: customer.email, password: customer.password },
    skus: services.map(({ sku }) => sku),
    ids: {
      orders: orders.map(({ id }) => id), decisions, reviews,
      number: shown.flatMap(({ invoices }) => invoices.map(({ number }) => number)),
      payment: [orders[2].payment.provider_payment_id],
    },
  };
}

function run(command, args, options) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', failed);
    child.once('close', done);
  });
}

test('Schemathesis finds nothing', async () => {
  // Pings of Mollie's are taken; no provider is called, as no amount that can be written is one that all of them take.
  const vies = await startFakeVies();
  atEnd(() => vies.close());
  const server = await startAkkoord({ env: { AKKOORD_MOLLIE_WEBHOOK_SECRET: 'sample_signing_secret', AKKOORD_VIES_URL: vies.url } });
  const subjects = await prepare(server);
  const seed = process.env.AKKOORD_OPENAPI_SEED ?? '1';
  const code = await run(process.env.AKKOORD_SCHEMATHESIS, ['--config-file', join(HERE, 'schemathesis.toml'), 'run', `${server.url}/openapi.json`,
    '--max-time', String(SECONDS), '--no-color', ...(seed === 'random' ? [] : ['--seed', seed])],
  {
    cwd: server.folder, // where it keeps what it found
    env: {
      PATH: process.env.PATH, HOME: server.folder, TMPDIR: server.folder, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: HERE,
      SCHEMATHESIS_HOOKS: 'hooks', AKKOORD_SUBJECTS: JSON.stringify(subjects),
    },
  });
  assert.equal(code, 0, 'what Schemathesis found stands above');
  assert.equal((await server.api('GET', '/readyz')).status, 200);
});
