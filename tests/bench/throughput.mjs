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
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { startAkkoord, temporaryFolder } from '../e2e/lib/akkoord.mjs';
import { compile, measure, median, placing, settle, signed, unpaidOrders, withoutDrawing, writeRequests } from './load.mjs';

const connections = Number(process.argv[2] ?? 64);
const RUNS = 5;
const EVENTS = 4000; // of each run of the server
const TRANSACTIONS = 1000; // of each run of the comparison

const pkgConfig = (flag) => execFileSync('pkg-config', [flag, 'libpq'], { encoding: 'utf8' }).trim().split(/\s+/);

async function main() {
  const folder = temporaryFolder('akkbench-');
  chmodSync(folder, 0o755);
  const replay = compile(folder, 'replay');
  const oneTransaction = compile(folder, 'one_transaction', [...pkgConfig('--cflags'), ...pkgConfig('--libs')]);
  const server = await startAkkoord({ threads: 2 });
  const requests = writeRequests(folder, 'orders', await placing(server, RUNS * (EVENTS + TRANSACTIONS)));
  const placed = await measure(replay, [String(server.port), '16', requests], 'placing orders', server);
  console.log(`orders placed: ${placed.perSecond.toFixed(0)}/s at 16 connections, ${placed.cpuMicroseconds.toFixed(0)} us of CPU each`);
  const orders = await unpaidOrders(server);

  const figures = { batches: [], single: [], cpu: [] };
  for (let round = 0; round < RUNS; round++) {
    const events = orders.splice(0, EVENTS);
    const file = writeRequests(folder, 'events', events.map((order) => signed(server, order)));
    const batches = await withoutDrawing(server, async () => {
      const measured = await measure(replay, [String(server.port), String(connections), file], 'webhooks', server);
      await settle(server);
      return measured;
    });

    const lines = orders.splice(0, TRANSACTIONS).map(({ id, payment }) => `${id} ${payment}\n`).join('');
    const list = join(folder, 'list');
    writeFileSync(list, lines, { mode: 0o644 });
    const conninfo = `host=${server.socketDir()} user=akkoord_worker_login dbname=akkoord`;
    const single = await measure(oneTransaction, [conninfo, String(connections), list], 'one transaction an event', server);
    await settle(server);

    figures.cpu.push(batches.cpuMicroseconds);
    figures.batches.push(batches.perSecond);
    figures.single.push(single.perSecond);
    console.log(`run ${round + 1}: akkoord ${batches.perSecond.toFixed(0)}/s, one transaction an event ${single.perSecond.toFixed(0)}/s`);
  }
  const accepted = await server.sql(`SELECT count(*) FROM akkoord.customer_order WHERE status = 'accepted'`);
  assert.equal(accepted[0].count, RUNS * (EVENTS + TRANSACTIONS), 'every order is accepted');
  const [akkoord, single] = [median(figures.batches), median(figures.single)];
  console.log(`medians at ${connections} connections: akkoord ${akkoord.toFixed(0)} events/s, one transaction an event ` +
    `${single.toFixed(0)} events/s, ratio ${(akkoord / single).toFixed(1)}; ${median(figures.cpu).toFixed(0)} us of CPU an event`);
}

// The harness cleans up when the test file ends.
test('throughput', main);
