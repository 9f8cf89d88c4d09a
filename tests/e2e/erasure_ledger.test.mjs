// Who was erased stays erased when yesterday's backup is restored: the erasure ledger stands outside the database and is
// replayed before the server listens.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import {
  expectStatus, getOrder, payStandard, placeOrder, postgresProgram, prepareAkkoord, registerCustomer, run, startAkkoord, waitFor,
} from './lib/akkoord.mjs';
import { awaitSequenced, expectClean } from './lib/audit.mjs';
import { appendErasure, readLedger } from './lib/erasures.mjs';

const ledgerOf = (server) => server.env.AKKOORD_ERASURE_LEDGER_FILE ?? join(server.dataDir, 'erasures.jsonl');

async function must(name, args) {
  const { code, stderr } = await run(postgresProgram(name), args);
  assert.equal(code, 0, `${name}: ${stderr}`);
}

async function dump(server) {
  const path = join(server.folder, 'akkoord.dump');
  await must('pg_dump', ['--format=custom', `--host=${server.socketDir()}`, '--username=akkoord_owner', '--dbname=akkoord', `--file=${path}`]);
  return path;
}

// In place, as README.md says.
async function restore(server, path) {
  const data = join(server.dataDir, 'postgres');
  await must('pg_ctl', ['--pgdata', data, '--log', join(server.dataDir, 'restore.log'), '--wait', 'start']);
  try {
    await must('pg_restore', ['--clean', '--if-exists', '--no-owner', '--single-transaction', '--exit-on-error',
      `--host=${server.socketDir()}`, '--username=akkoord_owner', '--dbname=akkoord', path]);
  } finally {
    await must('pg_ctl', ['--pgdata', data, '--wait', 'stop']);
  }
}

// An erasure past the program: the ledger first, then the rows.
async function erase(server, customer) {
  const [{ key }] = await server.sql(`SELECT profile_key_id AS key FROM akkoord.customer WHERE id = '${customer.id}'`);
  appendErasure(ledgerOf(server), customer.id, [key]);
  const { code, stderr } = await server.psql(`DELETE FROM akkoord.customer WHERE id = '${customer.id}'; DELETE FROM akkoord.data_key WHERE id = '${key}'`);
  assert.equal(code, 0, stderr);
  return key;
}

async function expectRefused(server, reason) {
  const { code, stdout, stderr } = await server.refuse();
  assert.equal(code, 1, stderr);
  assert.ok(!stdout.includes('akkoord ready'));
  assert.match(stderr, reason);
  assert.doesNotMatch(stderr, /http\.listening/);
}

describe('a restored backup', () => {
  let server;
  let stays;
  let goes;
  let key;
  let yesterday;
  let order;
  let waited;
  before(async () => {
    server = await startAkkoord();
    [stays, goes] = [await registerCustomer(server), await registerCustomer(server)];
    order = await placeOrder(server, stays);
    // Something of all that an erasure meets: an invoice that stays, a review, a request with words of its own.
    const api = (method, path, body) => server.api(method, path, { token: goes.token, body });
    const paid = await placeOrder(server, goes);
    expectStatus(await payStandard(server, paid), 200);
    const { decision } = await getOrder(server, goes, paid);
    expectStatus(await api('POST', `/v1/decisions/${decision.id}/reviews`, { statement: 'Please look.' }), 201);
    expectStatus(await api('POST', '/v1/me/requests', { kind: 'objection', statement: 'I object.' }), 201);
    waited = await placeOrder(server, goes, { headers: { 'Idempotency-Key': 'one' } });
    await waitFor(async () => (await server.sql("SELECT 1 FROM akkoord.job WHERE kind = 'render_document'")).length === 0, { what: 'the documents' });
    await awaitSequenced(server);
    yesterday = await dump(server);
    [{ key }] = await server.sql(`SELECT profile_key_id AS key FROM akkoord.customer WHERE id = '${goes.id}'`);
    expectStatus(await api('POST', `/v1/orders/${waited.id}/cancel`), 200);
    expectStatus(await api('DELETE', '/v1/me'), 204);
    expectStatus(await server.api('GET', '/v1/me', { token: goes.token }), 401);
    await server.stop();
    await restore(server, yesterday);
  });

  const expectVerified = async () => {
    await awaitSequenced(server);
    assert.ok((await expectClean(server)).rows > 10);
    for (const args of [['keys', 'verify'], ['decisions', 'replay']]) {
      const { code, stdout, stderr } = await server.cli(args);
      assert.equal(code, 0, stdout + stderr);
    }
  };

  test('does not bring back who was erased, not for a moment', async () => {
    const from = server.log.length;
    await server.start();
    expectStatus(await server.api('GET', '/v1/me', { token: goes.token }), 401);
    expectStatus(await server.api('POST', '/v1/sessions', { body: { email: goes.email, password: goes.password } }), 401);
    assert.deepEqual(await server.sql(`SELECT id FROM akkoord.customer WHERE id = '${goes.id}' UNION ALL SELECT id FROM akkoord.data_key WHERE id = '${key}'`), []);
    const log = server.log.slice(from);
    const [replayed, listening] = ['event=erasure.replayed customers=1 data_keys=3', 'event=http.listening'].map((text) => log.indexOf(text));
    assert.ok(replayed >= 0 && replayed < listening, 'it was done before the server listened');
    const metrics = expectStatus(await server.api('GET', '/metrics'), 200).bytes.toString();
    assert.match(metrics, /akkoord_erasures_replayed_total\{what="customer"\} 1/);
  });

  test('an order of theirs that waited for money in the backup is ended: late money is held, and no invoice is without its content', async () => {
    expectStatus(await payStandard(server, waited), 200);
    const [{ status }] = await server.sql(`SELECT status FROM akkoord.customer_order WHERE id = '${waited.id}'`);
    assert.equal(status, 'held');
    assert.deepEqual(await server.sql(`SELECT id FROM akkoord.document WHERE order_id = '${waited.id}'`), []);
    const steps = await server.sql(`SELECT step, actor FROM akkoord.history WHERE order_id = '${waited.id}' AND step = 'cancelled'`);
    assert.deepEqual(steps, [{ step: 'cancelled', actor: 'customer' }]);
  });

  test('of what they asked and were answered, no sealed word is left', async () => {
    assert.deepEqual(await server.sql(`SELECT statement_sealed FROM akkoord.privacy_request WHERE customer_id = '${goes.id}'`), [{ statement_sealed: null }]);
    for (const table of ['idempotency', 'checkout_reservation']) {
      assert.deepEqual(await server.sql(`SELECT 1 FROM akkoord.${table} WHERE customer_id = '${goes.id}'`), [], table);
    }
  });

  test('verifies after that: the audit log knows of the erasure, all keys open, all decisions can be replayed', () => expectVerified());

  test('has everybody else as before', async () => {
    expectStatus(await server.api('GET', '/v1/me', { token: stays.token }), 200);
    assert.equal((await getOrder(server, stays, order)).id, order.id);
  });

  test('restored again, is rid of them again', async () => {
    await server.stop();
    await restore(server, yesterday);
    await server.start();
    expectStatus(await server.api('GET', '/v1/me', { token: goes.token }), 401);
    expectStatus(await server.api('GET', '/v1/me', { token: stays.token }), 200);
    await expectVerified();
  });

  test('doctor counts the erasures', async () => {
    const { code, stdout } = await server.cli(['doctor']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /ok +erasures +1 /);
  });
});

describe('the ledger', () => {
  let server;
  let original;
  before(async () => {
    server = await startAkkoord();
    for (let i = 0; i < 3; i++) await erase(server, await registerCustomer(server));
    await server.restart(); // the database now knows three
    await server.stop();
    original = readFileSync(ledgerOf(server));
  });

  const put = (bytes) => writeFileSync(ledgerOf(server), bytes); // it stays the server user's

  test('holds no personal data, is a chain that another program can check, and is its owner\'s alone', () => {
    const [first, ...entries] = readLedger(ledgerOf(server));
    assert.deepEqual(Object.keys(first), ['ledger', 'version', 'created', 'hash']);
    assert.equal(entries.length, 3);
    for (const entry of entries) assert.deepEqual(Object.keys(entry), ['entry', 'at', 'subject', 'data_keys', 'previous', 'hash']);
    assert.equal(statSync(ledgerOf(server)).mode & 0o777, 0o600);
  });

  test('that was altered is refused, and the line is named', async () => {
    const altered = Buffer.from(original);
    altered[original.indexOf('"subject":"') + 12] ^= 1;
    put(altered);
    await expectRefused(server, /erasure ledger .* is damaged in line 2/);
    const { code, stdout } = await server.cli(['doctor']);
    assert.equal(code, 1);
    assert.match(stdout, /problem +erasures .*line 2/);
  });

  test('that lacks its last entries is refused', async () => {
    put(original.subarray(0, original.lastIndexOf('{"entry":3')));
    await expectRefused(server, /ends at entry 2, and the database knows 3/);
  });

  test('that ends in the middle of an unconfirmed entry is mended', async () => {
    put(Buffer.concat([original, Buffer.from('{"entry":4,"at":"20')]));
    await server.start();
    assert.deepEqual(readFileSync(ledgerOf(server)), original);
    assert.match(server.log, /erasure\.unfinished_entry_cut bytes=19/);
    await server.stop();
  });

  test('that is gone is begun anew with a warning', async () => {
    const aside = join(server.folder, 'aside.jsonl');
    copyFileSync(ledgerOf(server), aside);
    await run('rm', [ledgerOf(server)]);
    await server.start();
    assert.match(server.log, /level=warning event=erasure\.ledger_begun other_ledgers=1/);
    await server.stop();
    put(readFileSync(aside));
    await server.start();
    await server.stop();
  });

  test('stands where AKKOORD_ERASURE_LEDGER_FILE says', async () => {
    const other = await prepareAkkoord();
    other.env.AKKOORD_ERASURE_LEDGER_FILE = join(other.folder, 'elsewhere.jsonl');
    await other.start();
    assert.equal(readLedger(ledgerOf(other)).length, 1);
    assert.ok(!existsSync(join(other.dataDir, 'erasures.jsonl')));
    await other.stop();
    truncateSync(ledgerOf(other), 5);
    writeFileSync(ledgerOf(other), '{"ledger":1}\n');
    await expectRefused(other, /^akkoord: AKKOORD_ERASURE_LEDGER_FILE .*damaged in line 1/m);
  });
});
