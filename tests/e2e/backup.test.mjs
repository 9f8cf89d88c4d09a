// Backup and restore, exactly as the README tells an operator to do it: a dump and a copy of the keyring, taken from a
// running installation, make the same installation in a new place. Nothing but PostgreSQL's own programs is used.
import assert from 'node:assert/strict';
import { chownSync, copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { addStaff, expectSeriesWithoutGaps, expectStatus, getOrder, listAll, newKeyring, payStandard, placeOrder, postgresProgram, prepareAkkoord,
  randomId, registerCustomer, run, services, staffLogin, startAkkoord, startPostgres, user, waitFor } from './lib/akkoord.mjs';
import { awaitSequenced, expectClean } from './lib/audit.mjs';

const ORDERS = 6;
const EVENT = randomId('msg'); // of the first payment

let source; // is stopped once it was dumped: two servers that go on from one state would give out the same numbers
let customer;
let manager;
let dump;
let keyring;
let known; // what customers and staff saw before

async function must(program, args) {
  const { code, stderr } = await run(postgresProgram(program), args);
  assert.equal(code, 0, `${program}: ${stderr}`);
}

// A copy that belongs to the server's user, mode 0600.
function give(from, to) {
  copyFileSync(from, to);
  if (user !== null) chownSync(to, user.uid, user.gid);
  return to;
}

const invoicesOf = (orders) => orders.flatMap(({ invoices }) => invoices.map(({ number }) => number));

// Everything that must be the same afterwards. Explanations and documents are compared as they are.
async function look(server) {
  const { token } = customer;
  const orders = [];
  for (const { id } of await listAll(server, token, '/v1/orders')) orders.push(await getOrder(server, customer, id));
  const documents = {};
  for (const number of invoicesOf(orders)) {
    for (const form of ['pdf', 'xml', 'cii.xml']) documents[`${number}.${form}`] = expectStatus(await server.api('GET', `/v1/invoices/${number}.${form}`, { token }), 200).bytes;
  }
  const me = expectStatus(await server.api('GET', '/v1/me', { token }), 200).json;
  const reviews = await listAll(server, manager.token, '/v1/staff/reviews');
  return { orders, documents, me, reviews };
}

before(async () => {
  source = await startAkkoord();
  customer = await registerCustomer(source);
  manager = await addStaff(source, 'manager');
  Object.assign(manager, await staffLogin(source, manager));
  const orders = [];
  for (let i = 0; i < ORDERS; i++) orders.push(await placeOrder(source, customer));
  expectStatus(await payStandard(source, orders[0], { id: EVENT }), 200);
  for (const order of orders.slice(1, ORDERS - 1)) expectStatus(await payStandard(source, order), 200); // the last stays unpaid
  const ask = async (order, statement) => {
    const { decision } = await getOrder(source, customer, order);
    return expectStatus(await source.api('POST', `/v1/decisions/${decision.id}/reviews`, { token: customer.token, body: { statement } }), 201).json;
  };
  const { id } = await ask(orders[0], 'Please look again');
  await ask(orders[1], 'This one stays open');
  const outcome = { outcome: 'overturned', reasons: 'Not what was wanted' };
  expectStatus(await source.api('POST', `/v1/staff/reviews/${id}/outcome`, { token: manager.token, body: outcome }), 200);
  // The mail about the outcome moves the review on once more.
  await waitFor(async () => (await source.sql(`SELECT stage FROM akkoord.review WHERE id = '${id}'`))[0].stage === 'notified',
    { what: 'the outcome to be told' });
  known = await look(source);
  assert.equal(invoicesOf(known.orders).length, ORDERS); // of which one is a credit note

  // Work goes on while the dump is taken.
  dump = join(source.folder, 'akkoord.dump');
  const other = await registerCustomer(source);
  const busy = (async () => {
    for (let i = 0; i < 10; i++) expectStatus(await payStandard(source, await placeOrder(source, other)), 200);
  })();
  await must('pg_dump', ['--format=custom', `--host=${source.socketDir()}`, '--username=akkoord_owner', '--dbname=akkoord', `--file=${dump}`]);
  await busy;
  keyring = give(join(source.dataDir, 'keyring.json'), join(source.folder, 'keyring.copy'));
  await source.stop();
});

const restore = (connection) => must('pg_restore', ['--clean', '--if-exists', '--no-owner', '--single-transaction', '--exit-on-error', ...connection, dump]);

// The restored installation is the old one, and goes on from there.
async function expectTheSame(server) {
  const found = await look(server);
  assert.deepEqual(found.orders, known.orders);
  assert.deepEqual(found.me, known.me);
  assert.deepEqual(found.reviews, known.reviews);
  assert.deepEqual(Object.keys(found.documents), Object.keys(known.documents));
  for (const [name, bytes] of Object.entries(known.documents)) assert.ok(bytes.equals(found.documents[name]), `${name} is the same file`);
  await expectSeriesWithoutGaps(server);
}

async function expectLogins(server) {
  const { email, password } = customer;
  const session = expectStatus(await server.api('POST', '/v1/sessions', { body: { email, password } }), 201).json;
  expectStatus(await server.api('GET', '/v1/me', { token: session.token }), 200);
  // The code of this moment may have been used before the dump.
  assert.equal((await staffLogin(server, manager, 1)).role, 'manager');
}

async function expectToGoOn(server) {
  const counts = async () => (await server.sql("SELECT count(*) AS issued, max(number) AS last FROM akkoord.document WHERE kind = 'invoice'"))[0];
  const { issued, last } = await counts();
  const paid = known.orders.find(({ decisions }) => decisions.some(({ outcome }) => outcome === 'cancelled'));
  expectStatus(await payStandard(server, paid, { id: EVENT }), 200); // the provider repeats itself
  assert.deepEqual(await getOrder(server, customer, paid), paid);
  const waiting = known.orders.find(({ status }) => status === 'awaiting_payment');
  expectStatus(await payStandard(server, waiting), 200);
  const [sku] = Object.keys(await services(server));
  const fresh = await placeOrder(server, customer, { lines: [{ sku, quantity: 1 }] });
  expectStatus(await payStandard(server, fresh), 200);
  const next = (steps) => `${last.slice(0, 5)}${String(Number(last.slice(5)) + steps).padStart(6, '0')}`;
  for (const [order, number] of [[waiting, next(1)], [fresh, next(2)]]) {
    assert.deepEqual(invoicesOf([await getOrder(server, customer, order)]), [number]);
    expectStatus(await server.api('GET', `/v1/invoices/${number}.pdf`, { token: customer.token }), 200);
  }
  assert.equal((await counts()).issued, issued + 2);
  await expectSeriesWithoutGaps(server);
}

const expectDone = ({ code, stderr }) => assert.equal(code, 0, stderr);

function expectRefused({ code, stdout, stderr }, reason) {
  assert.equal(code, 1, stderr);
  assert.ok(!stdout.includes('akkoord ready'));
  const lines = stderr.trim().split('\n').filter((line) => !line.startsWith('time='));
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0], reason);
}

describe('restored into a new data folder', () => {
  let server;
  before(async () => {
    server = await prepareAkkoord({ secrets: source.secrets });
    expectDone(await server.cli(['migrate']));
    const data = join(server.dataDir, 'postgres');
    await must('pg_ctl', ['--pgdata', data, '--log', join(server.dataDir, 'restore.log'), '--wait', 'start']);
    try {
      await restore([`--host=${server.socketDir()}`, '--username=akkoord_owner', '--dbname=akkoord']);
    } finally {
      await must('pg_ctl', ['--pgdata', data, '--wait', 'stop']);
    }
  });

  const place = () => join(server.dataDir, 'keyring.json');

  test('serve refuses without the keyring, and makes no new one', async () => {
    for (let i = 0; i < 2; i++) expectRefused(await server.refuse(), /keyring is gone/);
  });

  test('serve refuses with another keyring', async () => {
    give(server.writeFile('other.json', newKeyring()), place());
    expectRefused(await server.refuse(), /not on the keyring/);
    rmSync(place());
  });

  test('keys verify passes with the right one', async () => {
    give(keyring, place());
    give(join(source.dataDir, 'erasures.jsonl'), join(server.dataDir, 'erasures.jsonl'));
    expectDone(await server.cli(['keys', 'verify']));
  });

  test('the audit log verifies as it was dumped', async () => void await expectClean(server));

  test('orders, decisions, reviews and invoices are the same, to the byte', async () => {
    await server.start();
    await expectTheSame(server);
  });

  test('customers and staff log in as before', () => expectLogins(server));

  test('an event of before has no second effect, and new invoices take the next numbers', () => expectToGoOn(server));

  test('every decision can still be replayed', async () => expectDone(await server.cli(['decisions', 'replay'])));

  test('the audit log goes on from there', async () => {
    await awaitSequenced(server);
    await expectClean(server);
  });
});

describe('restored into a PostgreSQL of the operator\'s own', () => {
  let server;
  before(async () => {
    const cluster = await startPostgres();
    const database = await cluster.createDatabase();
    server = await prepareAkkoord({ database, secrets: source.secrets, env: { AKKOORD_KEYRING_FILE: keyring } });
    expectDone(await server.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } }));
    await restore([`--dbname=${database.ownerUrl}`]);
  });

  test('serve refuses with another keyring', async () => {
    expectRefused(await server.refuse({ AKKOORD_KEYRING_FILE: server.writeFile('other.json', newKeyring()) }), /not on the keyring/);
  });

  test('orders, decisions, reviews and invoices are the same, to the byte', async () => {
    await server.start();
    await expectTheSame(server);
  });

  test('customers and staff log in as before', () => expectLogins(server));

  test('an event of before has no second effect, and new invoices take the next numbers', () => expectToGoOn(server));
});
