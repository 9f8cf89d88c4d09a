// What benchmarks share: requests that are made beforehand, a program in C that sends them, and what that took.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { registerCustomer, run, services, standardBody, start, waitFor } from '../e2e/lib/akkoord.mjs';

const here = dirname(fileURLToPath(import.meta.url));

export const median = (figures) => [...figures].sort((a, b) => a - b)[figures.length >> 1];

export function compile(folder, name, flags = []) {
  const program = join(folder, name);
  execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-pthread', join(here, `${name}.c`), '-o', program, ...flags]);
  chmodSync(program, 0o755);
  return program;
}

function request(method, path, headers, body) {
  const head = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', 'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`, ...headers, '', ''].join('\r\n');
  return head + body;
}

// Writes the requests where replay.c reads them.
export function writeRequests(folder, name, requests) {
  const path = join(folder, name);
  writeFileSync(path, requests.map((text) => `${Buffer.byteLength(text)}\n${text}`).join(''), { mode: 0o644 });
  return path;
}

// Seconds of CPU that a process and all below it have used so far; those below that have ended are not among them.
function cpuSeconds(pid) {
  const children = new Map();
  const ticks = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
      const parent = Number(fields[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
      ticks.set(Number(name), Number(fields[11]) + Number(fields[12]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const sum = (each) => (ticks.get(each) ?? 0) + (children.get(each) ?? []).reduce((all, child) => all + sum(child), 0);
  return sum(pid) / 100;
}

// `server`: whose CPU time is told too, PostgreSQL's included; a busy machine changes that less than the time it takes.
export async function measure(program, args, what, server) {
  const before = cpuSeconds(server.pid);
  const { code, stdout, stderr } = await run(program, args);
  const [seconds, good, bad] = stdout.trim().split(' ').map(Number);
  assert.ok(code === 0 && bad === 0, `${what}: ${stdout} ${stderr.slice(0, 2000)}`);
  return { seconds, perSecond: good / seconds, cpuMicroseconds: ((cpuSeconds(server.pid) - before) * 1e6) / good };
}

export function signed(server, { id, total }) {
  const body = JSON.stringify(standardBody({ payment: `pay_${id}`, order: id, amount: total }));
  const timestamp = Math.floor(Date.now() / 1000);
  const key = Buffer.from(server.secrets.standard.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`evt_${id}.${timestamp}.${body}`).digest('base64');
  return request('POST', '/webhooks/standard',
    [`webhook-id: evt_${id}`, `webhook-timestamp: ${timestamp}`, `webhook-signature: v1,${signature}`], body);
}

const CUSTOMERS = 64; // who order by turns: one who orders everything would only wait for themselves

// Requests that place so many orders of one line.
export async function placing(server, count) {
  const customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => registerCustomer(server)));
  const [sku] = Object.keys(await services(server));
  const body = JSON.stringify({ lines: [{ sku, quantity: 1 }], payment_provider: 'standard' });
  return Array.from({ length: count }, (_, index) =>
    request('POST', '/v1/orders', [`authorization: Bearer ${customers[index % CUSTOMERS].token}`], body));
}

// Those that wait for their payment, in an order of chance.
export const unpaidOrders = (server) => server.sql(`SELECT o.id, o.total_minor AS total, p.id AS payment
  FROM akkoord.customer_order o JOIN akkoord.payment p ON p.order_id = o.id
  WHERE o.status = 'awaiting_payment' ORDER BY md5(o.id::text)`);

// Runs `work` while no document is drawn: what follows from acceptance costs many times what it costs itself, at a time of
// its own, and would be measured with it by chance. The table that drawing begins with is locked for the while.
export async function withoutDrawing(server, work) {
  const connection = `host=${server.socketDir()} user=akkoord_owner dbname=akkoord`;
  const { child, exit } = start('psql', ['-X', '-q', '-A', '-t', '-d', connection], { stdio: ['pipe', 'pipe', 'inherit'] });
  const locked = new Promise((done) => child.stdout.once('data', done));
  child.stdin.write("BEGIN; LOCK TABLE akkoord.rendition; SELECT 'locked';\n");
  await Promise.race([locked, exit.then(() => assert.fail('psql ended'))]);
  try {
    return await work();
  } finally {
    child.stdin.end();
    await exit;
  }
}

// Nothing is left to draw or to be given its place in the audit log, and what was written is on the disk. (An earlier build
// has no such log.)
export async function settle(server) {
  const [{ log }] = await server.sql("SELECT to_regclass('akkoord.audit_pending') AS log");
  if (log !== null) await waitFor(async () => (await server.sql('SELECT FROM akkoord.audit_pending LIMIT 1')).length === 0, { what: 'the audit log' });
  const { code, stderr } = await server.psql('DELETE FROM akkoord.job; CHECKPOINT;', { role: 'akkoord_owner' });
  if (code !== 0) assert.match(stderr, /CHECKPOINT/i, stderr);
}
