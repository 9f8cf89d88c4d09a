// How many payments a second the real server accepts, beside one transaction an event on the same PostgreSQL.
//
//     AKKOORD_BUILD_DIR=build-release node tests/bench/throughput.mjs [CONNECTIONS]      (64)
//
// Orders are placed through the API; then, five times by turns, signed webhooks of the provider `standard` are replayed
// to the server (replay.c), and as many orders are accepted the usual way (one_transaction.c, straight into PostgreSQL,
// without HTTP). Prints every run, the medians and their ratio. Webhooks are signed before the clock runs. It is no test:
// nothing is asserted but that every request succeeded. Needs a C compiler and libpq, as the build does.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import {
  registerCustomer, run, services, standardBody, startAkkoord, temporaryFolder,
} from '../e2e/lib/akkoord.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const connections = Number(process.argv[2] ?? 64);
const RUNS = 5;
const EVENTS = 4000; // of each run of the server
const TRANSACTIONS = 1000; // of each run of the comparison

function compile(folder, name, flags = []) {
  const program = join(folder, name);
  execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-pthread', join(here, `${name}.c`), '-o', program, ...flags]);
  chmodSync(program, 0o755);
  return program;
}

const pkgConfig = (flag) => execFileSync('pkg-config', [flag, 'libpq'], { encoding: 'utf8' }).trim().split(/\s+/);
const median = (figures) => [...figures].sort((a, b) => a - b)[figures.length >> 1];

function request(method, path, headers, body) {
  const head = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', 'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`, ...headers, '', ''].join('\r\n');
  return head + body;
}

// Writes the requests where replay.c reads them.
function writeRequests(folder, name, requests) {
  const path = join(folder, name);
  writeFileSync(path, requests.map((text) => `${Buffer.byteLength(text)}\n${text}`).join(''), { mode: 0o644 });
  return path;
}

async function measure(program, args, what) {
  const { code, stdout, stderr } = await run(program, args);
  const [seconds, good, bad] = stdout.trim().split(' ').map(Number);
  assert.ok(code === 0 && bad === 0, `${what}: ${stdout} ${stderr.slice(0, 2000)}`);
  return { seconds, perSecond: good / seconds };
}

function signed(server, { id, total }) {
  const body = JSON.stringify(standardBody({ payment: `pay_${id}`, order: id, amount: total }));
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(server.secrets.standard.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`evt_${id}.${timestamp}.${body}`).digest('base64');
  return request('POST', '/webhooks/standard',
    [`webhook-id: evt_${id}`, `webhook-timestamp: ${timestamp}`, `webhook-signature: v1,${signature}`], body);
}

async function main() {
  const folder = temporaryFolder('akkbench-');
  chmodSync(folder, 0o755);
  const replay = compile(folder, 'replay');
  const oneTransaction = compile(folder, 'one_transaction', [...pkgConfig('--cflags'), ...pkgConfig('--libs')]);
  const server = await startAkkoord({ threads: 2 });
  const customer = await registerCustomer(server);
  const [sku] = Object.keys(await services(server));

  const placing = writeRequests(folder, 'orders', Array.from({ length: RUNS * (EVENTS + TRANSACTIONS) }, () =>
    request('POST', '/v1/orders', [`authorization: Bearer ${customer.token}`],
      JSON.stringify({ lines: [{ sku, quantity: 1 }], payment_provider: 'standard' }))));
  const placed = await measure(replay, [String(server.port), '16', placing], 'placing orders');
  console.log(`orders placed: ${placed.perSecond.toFixed(0)}/s at 16 connections`);
  const orders = await server.sql(`SELECT o.id, o.total_minor AS total, p.id AS payment FROM akkoord.customer_order o
    JOIN akkoord.payment p ON p.order_id = o.id ORDER BY md5(o.id::text)`);

  const figures = { batches: [], single: [] };
  for (let round = 0; round < RUNS; round++) {
    const events = orders.splice(0, EVENTS);
    const file = writeRequests(folder, 'events', events.map((order) => signed(server, order)));
    const batches = await measure(replay, [String(server.port), String(connections), file], 'webhooks');
    await settle(server);

    const lines = orders.splice(0, TRANSACTIONS).map(({ id, payment }) => `${id} ${payment}\n`).join('');
    const list = join(folder, 'list');
    writeFileSync(list, lines, { mode: 0o644 });
    const conninfo = `host=${server.socketDir()} user=akkoord_server_login dbname=akkoord`;
    const single = await measure(oneTransaction, [conninfo, String(connections), list], 'one transaction an event');
    await settle(server);

    figures.batches.push(batches.perSecond);
    figures.single.push(single.perSecond);
    console.log(`run ${round + 1}: akkoord ${batches.perSecond.toFixed(0)}/s, one transaction an event ${single.perSecond.toFixed(0)}/s`);
  }
  const accepted = await server.sql(`SELECT count(*) FROM akkoord.customer_order WHERE status = 'accepted'`);
  assert.equal(accepted[0].count, RUNS * (EVENTS + TRANSACTIONS), 'every order is accepted');
  const [akkoord, single] = [median(figures.batches), median(figures.single)];
  console.log(`medians at ${connections} connections: akkoord ${akkoord.toFixed(0)} events/s, one transaction an event ` +
    `${single.toFixed(0)} events/s, ratio ${(akkoord / single).toFixed(1)}`);
}

// What follows from acceptance (documents to draw) is not measured, and must not run into the next figure.
async function settle(server) {
  const { code, stderr } = await server.psql('DELETE FROM akkoord.job; CHECKPOINT;', { role: 'akkoord_owner' });
  if (code !== 0) assert.match(stderr, /CHECKPOINT/i, stderr);
}

// The harness cleans up when the test file ends.
test('throughput', main);
