// How much memory the server holds with 1,000 idle and 64 busy connections, after it has hashed passwords, taken orders
// and drawn PDFs. Not under a sanitizer, whose own memory would be measured.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  Client, addStaff, atEnd, buildDirectory, payStandard, placeOrder, registerCustomer, staffLogin, startAkkoord,
} from './lib/akkoord.mjs';

const IDLE = 1000;
const BUSY = 64;
const LIMIT_KIB = 40 * 1024;
const BUSY_MS = 4000;

function kib(pid, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}

function openIdle(server) {
  return new Promise((done, failed) => {
    const socket = connect(server.port, '127.0.0.1', () => done(socket));
    socket.once('error', failed);
    atEnd(() => socket.destroy());
  });
}

// An idle connection was not closed in the meantime, nor left in a queue of the kernel.
function isServed(socket) {
  return new Promise((done, failed) => {
    socket.once('data', (bytes) => (bytes.toString().startsWith('HTTP/1.1 200') ? done() : failed(new Error(bytes.toString()))));
    socket.once('error', failed);
    socket.once('close', () => failed(new Error('an idle connection was closed')));
    socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  });
}

test('1,000 idle and 64 busy connections fit into 40 MB', { skip: /(asan|tsan)$/.test(buildDirectory) && 'a sanitizer' }, async (t) => {
  const server = await startAkkoord({ threads: 2 });
  const say = (when) => t.diagnostic(`${when}: VmRSS ${kib(server.pid, 'VmRSS')} KiB, VmHWM ${kib(server.pid, 'VmHWM')} KiB`);
  say('just started');
  const customers = await Promise.all(Array.from({ length: 12 }, () => registerCustomer(server)));
  await Promise.all(customers.map(({ email, password }) => server.api('POST', '/v1/sessions', { body: { email, password } })));
  await staffLogin(server, await addStaff(server));
  say('after log-ins');
  const orders = await Promise.all(Array.from({ length: 60 }, (_, index) => placeOrder(server, customers[index % 12])));
  await Promise.all(orders.map((order) => payStandard(server, order)));
  await Promise.all(orders.map(async (order, index) => {
    const answer = await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customers[index % 12].token });
    assert.equal(answer.status, 200, String(answer));
    assert.ok(answer.bytes.subarray(0, 5).equals(Buffer.from('%PDF-')));
  }));
  say('after 60 PDFs');

  const idle = await Promise.all(Array.from({ length: IDLE }, () => openIdle(server)));
  say('with the idle connections');
  const later = await Promise.all(Array.from({ length: 200 }, () => placeOrder(server, customers[0])));
  const busy = new Client(server.url, { connections: BUSY });
  let [highest, requests] = [0, 0];
  const until = Date.now() + BUSY_MS;
  const work = async (index) => {
    while (Date.now() < until) {
      const order = later[(index + requests) % later.length];
      if (index % 2 === 0) assert.equal((await payStandard(server, order, { client: busy })).status, 200);
      else assert.equal((await busy.call('GET', `/v1/orders/${order.id}`, { token: customers[0].token })).status, 200);
      requests++;
    }
  };
  const watch = async () => {
    while (Date.now() < until) {
      highest = Math.max(highest, kib(server.pid, 'VmRSS'));
      await sleep(20);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: BUSY }, (_, index) => work(index))]);
  t.diagnostic(`${requests} requests on ${BUSY} connections beside ${IDLE} idle ones: VmRSS at most ${highest} KiB`);
  say('after');
  await Promise.all(idle.map(isServed));
  assert.ok(highest < LIMIT_KIB, `${highest} KiB`);
});
