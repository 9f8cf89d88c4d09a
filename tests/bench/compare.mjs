// Whether one build is slower than another: by turns, each with a PostgreSQL of its own, both place orders and accept
// payments.
//
//     AKKOORD_BUILD_DIR=build-release node tests/bench/compare.mjs OTHER_BUILD_FOLDER [ROUNDS]      (9)
//
// Prints every round, the medians, and the ratio of this build to the other one: of what it does in a second, and of the
// CPU time that each order or event takes, which a busy machine changes less. It asserts nothing but that every request
// succeeded. The other build is one of an earlier commit, say, in a folder of its own.
import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

import { startAkkoord, temporaryFolder } from '../e2e/lib/akkoord.mjs';
import { compile, measure, median, placing, settle, signed, unpaidOrders, withoutDrawing, writeRequests } from './load.mjs';

const [other, rounds = '9'] = process.argv.slice(2);
const COUNT = 6000; // orders of each round, and then events
const CONNECTIONS = { placing: '16', accepting: '64' };

async function prepare(name, folder, build) {
  const server = await startAkkoord({ threads: 2, build });
  return { name, server, requests: writeRequests(folder, `orders-${name}`, await placing(server, COUNT)), placed: [], accepted: [] };
}

async function round({ name, server, requests, placed, accepted }, folder, replay) {
  placed.push(await measure(replay, [String(server.port), CONNECTIONS.placing, requests], 'placing orders', server));
  const events = writeRequests(folder, `events-${name}`, (await unpaidOrders(server)).map((order) => signed(server, order)));
  await settle(server);
  await withoutDrawing(server, async () => {
    accepted.push(await measure(replay, [String(server.port), CONNECTIONS.accepting, events], 'webhooks', server));
    await settle(server);
  });
  console.log(`${name}: ${placed.at(-1).perSecond.toFixed(0)} orders/s, ${accepted.at(-1).perSecond.toFixed(0)} events/s`);
}

function compare(what, [mine, theirs]) {
  const [speed, cpu] = ['perSecond', 'cpuMicroseconds'].map((key) => [mine, theirs].map((runs) => median(runs.map((run) => run[key]))));
  console.log(`${what}: this ${speed[0].toFixed(0)}/s, other ${speed[1].toFixed(0)}/s, ratio ${(speed[0] / speed[1]).toFixed(3)}; ` +
    `CPU this ${cpu[0].toFixed(0)} us, other ${cpu[1].toFixed(0)} us, ratio ${(cpu[0] / cpu[1]).toFixed(3)}`);
}

async function main() {
  const folder = temporaryFolder('akkbench-');
  chmodSync(folder, 0o755);
  const replay = compile(folder, 'replay');
  const sides = [await prepare('this', folder), await prepare('other', folder, resolve(other))];
  for (let i = 0; i < Number(rounds); i++) {
    // Whoever comes second finds a warmer or a more tired machine: by turns it is each.
    for (const side of i % 2 === 0 ? sides : [...sides].reverse()) await round(side, folder, replay);
  }
  compare('placing orders', sides.map(({ placed }) => placed));
  compare('accepting payments', sides.map(({ accepted }) => accepted));
}

// The harness cleans up when the test file ends.
test('comparison', main);
