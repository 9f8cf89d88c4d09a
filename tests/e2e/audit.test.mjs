// Whatever the program does verifies; whatever else is done to a covered row, or to the log, by SQL as the superuser, is
// found and named. The tree and its signatures are checked by another implementation (lib/audit.mjs).
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { startFakeVies } from '../providers/vies.mjs';
import {
  atEnd, businessAbroad, connectTo, expectStatus, getOrder, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer,
  startAkkoord, startPostgres, startTogether, waitFor,
} from './lib/akkoord.mjs';
import {
  auditVerify, awaitSequenced, expectClean, leafHash, newestCheckpoint, openCheckpoint, proveRow, rootOfPath, storedHashes,
  treeRoot, verifierKey,
} from './lib/audit.mjs';

const offset = (moment) => ({ AKKOORD_CLOCK_OFFSET: String(Math.round((new Date(moment).getTime() - Date.now()) / 1000)) });
const FAR = 13 * 30 * 86_400_000; // more than a year and a month

// The server has a daily run of its own, which may be under way.
const runRetention = (server) => waitFor(async () => {
  const { code, stderr } = await server.cli(['retention', 'run']);
  assert.ok(code === 0 || /another retention run is under way/.test(stderr), stderr);
  return code === 0;
}, { what: 'a retention run' });

const facets = ['order', 'order_state', 'payment', 'document', 'document_number', 'decision', 'review', 'statement', 'history', 'pdf', 'ubl',
  'event', 'customer', 'staff', 'request', 'hold', 'price_list', 'vat_check'];

const asksVies = async () => {
  const vies = await startFakeVies();
  atEnd(() => vies.close());
  return { env: { AKKOORD_VIES_URL: vies.url } };
};

// Something of everything.
async function live(server, staff, manager) {
  const api = (who, method, path, body, status = 200) => server.api(method, path, { token: who.token, body }).then((answer) => (expectStatus(answer, status).status === 204 ? null : answer.json));
  const customer = await registerCustomer(server);
  const goes = await registerCustomer(server);
  await api(customer, 'PATCH', '/v1/me', { name: 'Another Name' });
  await api(customer, 'PUT', '/v1/me/password', { current: customer.password, new: 'another long password' }, 204);
  const accepted = await placeOrder(server, customer);
  const [payment, event] = [`pay_${randomUUID()}`, `msg_${randomUUID()}`];
  for (let i = 0; i < 2; i++) expectStatus(await payStandard(server, accepted, { payment, id: event }), 200);
  for (const form of ['pdf', 'xml']) expectStatus(await server.api('GET', `/v1/orders/${accepted.id}/invoice.${form}`, { token: customer.token }), 200);
  const refunded = await placeOrder(server, customer);
  for (const kind of ['paid', 'refunded']) expectStatus(await payStandard(server, refunded, { kind, payment: `pay_${refunded.id}` }), 200);
  const held = await placeOrder(server, customer);
  expectStatus(await payStandard(server, held, { amount: 1 }), 200);
  const cancelled = await placeOrder(server, customer);
  await api(customer, 'POST', `/v1/orders/${cancelled.id}/cancel`);
  const abroad = await placeOrder(server, customer, { billing: businessAbroad });
  await waitFor(async () => (await getOrder(server, customer, abroad)).vat_check, { what: 'the answer of VIES' });
  await payStandard(server, { id: 'nobody', total: { amount: 1, currency: 'EUR' } });
  const { decision } = await getOrder(server, customer, accepted);
  const review = await api(customer, 'POST', `/v1/decisions/${decision.id}/reviews`, { statement: 'Please look.' }, 201);
  await api(staff, 'POST', `/v1/staff/reviews/${review.id}/assignment`, {});
  await api(staff, 'GET', `/v1/staff/reviews/${review.id}`);
  await api(staff, 'POST', `/v1/staff/reviews/${review.id}/outcome`, { outcome: 'upheld', reasons: 'It was right.' });
  await api(staff, 'POST', `/v1/staff/orders/${accepted.id}/complete`);
  await api(manager, 'PUT', `/v1/staff/orders/${refunded.id}/legal-hold`, { reason: 'dispute' });
  await api(manager, 'PUT', `/v1/staff/orders/${held.id}/legal-hold`, { reason: 'dispute' });
  await api(manager, 'DELETE', `/v1/staff/orders/${held.id}/legal-hold`, undefined, 204);
  const request = await api(customer, 'POST', '/v1/me/requests', { kind: 'objection', statement: 'I object.' }, 201);
  await api(manager, 'POST', `/v1/staff/privacy-requests/${request.id}/outcome`, { outcome: 'refused', answer: 'We may.' });
  await api(goes, 'POST', '/v1/me/requests', { kind: 'objection', statement: 'I object too.' }, 201);
  await api(goes, 'DELETE', '/v1/me', undefined, 204);
  return { customer, accepted, refunded, held, cancelled, review, decision };
}

describe('what the program does verifies', () => {
  let cluster;
  let servers;
  let staff;
  let manager;
  before(async () => {
    cluster = await startPostgres();
    servers = await startTogether(2, cluster, await asksVies());
    [staff, manager] = [await newStaff(servers[0]), await newStaff(servers[0], 'manager')];
  });

  test('all of it, by two servers at once, and every kind of row is covered', async () => {
    await Promise.all(servers.flatMap((server) => [live(server, staff, manager), live(server, staff, manager)]));
    await waitFor(async () => (await servers[0].sql("SELECT 1 FROM akkoord.job WHERE kind = 'render_document'")).length === 0, { what: 'the documents' });
    for (const facet of facets) {
      assert.ok((await servers[0].sql(`SELECT 1 FROM akkoord.audit_${facet} LIMIT 1`)).length > 0, `there is a row of ${facet}`);
    }
    await awaitSequenced(servers[0]);
    const { leaves, rows, waiting } = await expectClean(servers[0]);
    assert.ok(leaves > 50 && rows > 100 && waiting === 0);
  });

  test('the tree is that of RFC 6962, and every checkpoint is signed as C2SP has it', async () => {
    const verifier = await verifierKey(servers[1]);
    const hashes = await storedHashes(servers[0]);
    const notes = await servers[0].sql('SELECT size, note FROM akkoord.audit_checkpoint ORDER BY size');
    assert.ok(notes.length > 1);
    for (const { size, note } of notes) {
      const { size: told, root } = openCheckpoint(note, verifier);
      assert.equal(told, size);
      assert.deepEqual(root, treeRoot(hashes.slice(0, size)));
    }
    assert.equal(await newestCheckpoint(servers[0]), notes.at(-1).note);
    assert.equal(notes.at(-1).size, hashes.length, 'and no place is left out');
  });

  test('a proof of inclusion leads from the leaf that names the row to a signed head', async () => {
    const verifier = await verifierKey(servers[0]);
    const ids = await servers[0].sql(`SELECT 'customer_order' AS table, id FROM akkoord.customer_order UNION ALL SELECT 'decision', id FROM akkoord.decision`);
    for (const { table, id } of ids) {
      const { data, index, path, checkpoint } = await proveRow(servers[0], table, id);
      assert.ok(data.includes(Buffer.from(id.replaceAll('-', ''), 'hex')), 'the leaf is about the row');
      const { size, root } = openCheckpoint(checkpoint, verifier);
      assert.deepEqual(rootOfPath(leafHash(data), index, size, path), root);
    }
    assert.equal((await servers[0].cli(['audit', 'prove', 'decision', randomUUID()])).code, 1);
    assert.equal((await servers[0].cli(['audit', 'prove', 'session', randomUUID()])).code, 1);
  });

  test('places are given without a gap or a repetition, wherever a sequencer is killed', async () => {
    const customer = await registerCustomer(servers[0]);
    for (let round = 0; round < 5; round++) {
      const placing = Promise.allSettled(Array.from({ length: 20 }, () => placeOrder(servers[0], customer)));
      await sleep(200 + 250 * round);
      await servers[1].kill9();
      await placing;
      await servers[1].start();
    }
    await awaitSequenced(servers[0]);
    await expectClean(servers[0]);
    const tiles = await servers[0].sql(`SELECT encode(leaves, 'hex') AS leaves FROM akkoord.audit_tile ORDER BY tile`);
    const ids = tiles.map(({ leaves }) => leaves).join('').match(/.{16}/g);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal((await servers[0].sql('SELECT count(*) FROM akkoord.audit_leaf'))[0].count, ids.length);
  });

  test('a transaction that commits after a later one was sequenced gets its place too', async () => {
    const query = connectTo(servers[0].database.superuserUrl);
    const gate = new pg.Client({ connectionString: servers[0].database.superuserUrl });
    await gate.connect();
    await gate.query('SELECT pg_advisory_lock(77)');
    const customer = await registerCustomer(servers[0]);
    const other = await registerCustomer(servers[0]);
    await awaitSequenced(servers[0]);
    // Whoever commits waits here, with its id drawn, while others are sequenced.
    await query(`CREATE FUNCTION akkoord.test_wait() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.language = 'en' THEN PERFORM pg_advisory_xact_lock_shared(77); END IF; RETURN NULL; END $$`);
    await query(`CREATE CONSTRAINT TRIGGER test_wait AFTER UPDATE ON akkoord.customer DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION akkoord.test_wait()`);
    const changing = servers[0].api('PATCH', '/v1/me', { token: customer.token, body: { language: 'en' } });
    await waitFor(async () => (await query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 77 AND NOT granted")).length === 1, { what: 'the slow one' });
    expectStatus(await servers[0].api('PATCH', '/v1/me', { token: other.token, body: { name: 'Quick One' } }), 200);
    await awaitSequenced(servers[0]);
    const [{ size: before }] = await query('SELECT max(size) AS size FROM akkoord.audit_checkpoint');
    await gate.end();
    expectStatus(await changing, 200);
    await query('DROP TRIGGER test_wait ON akkoord.customer');
    await awaitSequenced(servers[0]);
    const [{ size }] = await query('SELECT max(size) AS size FROM akkoord.audit_checkpoint');
    assert.equal(size, before + 1);
    const tiles = await query('SELECT leaves FROM akkoord.audit_tile ORDER BY tile');
    const places = tiles.flatMap(({ leaves }) => Array.from({ length: leaves.length / 8 }, (_, i) => Number(leaves.readBigInt64BE(8 * i))));
    assert.ok(places.at(-1) < places.at(-2), 'it had drawn its id first');
    await expectClean(servers[0]);
  });

  test('after the keys were rotated', async () => {
    const { code, stderr } = await servers[0].cli(['keys', 'rotate', '--destroy-now']);
    assert.equal(code, 0, stderr);
    await expectClean(servers[0]);
  });

  test('the server keeps its rights: it can add to the log, and change or delete nothing in it', async () => {
    const query = connectTo(servers[0].database.serverUrl);
    for (const text of ["UPDATE akkoord.audit_leaf SET hash = hash", 'DELETE FROM akkoord.audit_leaf', 'DELETE FROM akkoord.audit_tile',
      'UPDATE akkoord.audit_checkpoint SET note = note', 'DELETE FROM akkoord.audit_checkpoint', 'UPDATE akkoord.audit_state SET pruned_size = 0']) {
      await assert.rejects(query(text), /permission denied/, text);
    }
  });

  test('metrics tell how large the log is, and how late', async () => {
    await waitFor(async () => {
      const text = String((await servers[0].api('GET', '/metrics')).bytes);
      return /^akkoord_audit_leaves [1-9]\d*$/m.test(text) && /^akkoord_audit_lag_seconds \d+$/m.test(text);
    }, { what: 'the metrics' });
  });
});

describe('at the first start of an installation', () => {
  test('the log begins with what was prepared before, which is worth no warning', async () => {
    const server = await startAkkoord();
    assert.match(server.log, /level=info event=audit\.begun rows=1$/m);
    assert.doesNotMatch(server.log, /audit\.adopted/);
    await server.restart();
    assert.equal(server.log.match(/event=audit\.(begun|adopted)/g).length, 1);
    await awaitSequenced(server);
    await expectClean(server);
  });

  test('staff and a price list that were there before it are no older installation either', async () => {
    const cluster = await startPostgres();
    const database = await cluster.createDatabase();
    const server = await prepareAkkoord({ database });
    for (const args of [['migrate'], ['services', 'import', server.env.AKKOORD_SERVICES_FILE], ['staff', 'add', 'staff@example.com', '--role', 'reviewer']]) {
      const { code, stderr } = await server.cli(args, { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } });
      assert.equal(code, 0, stderr);
    }
    await server.start();
    assert.match(server.log, /level=info event=audit\.begun rows=[12]$/m);
    assert.doesNotMatch(server.log, /audit\.adopted/);
    await awaitSequenced(server);
    await expectClean(server);
  });
});

describe('time', () => {
  test('what has reached its term goes, the log goes on, and rows stay covered; deletions by the retention engine verify', async () => {
    const server = await startAkkoord();
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    const unpaid = await placeOrder(server, customer);
    expectStatus(await server.api('POST', `/v1/orders/${unpaid.id}/cancel`, { token: customer.token }), 200);
    await awaitSequenced(server);
    const kept = join(server.folder, 'checkpoint');
    writeFileSync(kept, await newestCheckpoint(server), { mode: 0o644 });
    await server.stop();

    const later = Date.now() + FAR;
    Object.assign(server.env, offset(later));
    await server.start();
    await runRetention(server);
    await awaitSequenced(server);
    const first = await expectClean(server);
    assert.ok(first.pruned > 3, 'leaves went');
    assert.equal((await server.sql(`SELECT 1 FROM akkoord.customer_order WHERE id = '${unpaid.id}'`)).length, 0);
    assert.equal((await server.sql('SELECT 1 FROM akkoord.event')).length, 0);
    await expectClean(server, { args: ['--checkpoint', kept] });

    const changed = await server.psql(`UPDATE akkoord.payment SET amount_minor = amount_minor + 1 WHERE order_id = '${order.id}'`, { role: 'akkoord_admin' });
    assert.equal(changed.code, 0, changed.stderr);
    const [{ id }] = await server.sql(`SELECT id FROM akkoord.payment WHERE order_id = '${order.id}'`);
    assert.deepEqual((await auditVerify(server)).told, [`changed: payment ${id}`], 'of a row whose leaf is gone too');
    await server.psql(`UPDATE akkoord.payment SET amount_minor = amount_minor - 1 WHERE order_id = '${order.id}'`, { role: 'akkoord_admin' });
    await server.stop();

    Object.assign(server.env, offset(later + 9 * 366 * 86_400_000));
    await server.start();
    await runRetention(server);
    assert.equal((await server.sql('SELECT 1 FROM akkoord.customer_order')).length, 0);
    await awaitSequenced(server);
    const second = await expectClean(server, { args: ['--checkpoint', kept] });
    assert.ok(second.pruned > first.pruned);
  });

  test('a database of before the log is taken over as it is found, once, with a keyring of before', async () => {
    const cluster = await startPostgres();
    const [server] = await startTogether(1, cluster);
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    await awaitSequenced(server);
    const kept = join(server.folder, 'kept');
    writeFileSync(kept, await newestCheckpoint(server), { mode: 0o644 });
    await server.stop();
    const audit = ['leaf', 'pending', 'tile', 'checkpoint', 'state'].map((name) => `akkoord.audit_${name}`).join(', ');
    await server.database.query(`TRUNCATE ${audit}`);
    await server.start();
    assert.match(server.log, /level=warning event=audit\.adopted rows=[1-9]/);
    for (let i = 0; i < 15; i++) await registerCustomer(server);
    await awaitSequenced(server);
    const { leaves } = await expectClean(server);
    const { size } = openCheckpoint(readFileSync(kept, 'utf8'), await verifierKey(server));
    assert.ok(leaves > size, 'it is longer than it was');
    assert.deepEqual((await auditVerify(server, { args: ['--checkpoint', kept] })).told,
      [`changed: the log before leaf ${size} is not the one of the checkpoint that was kept`], 'that it was written anew is found all the same');
    await server.stop();
    await server.database.query('DELETE FROM akkoord.audit_state');
    assert.match((await server.refuse()).stderr, /audit log's state is gone/);

    const path = server.env.AKKOORD_KEYRING_FILE;
    const before = JSON.parse(readFileSync(path, 'utf8'));
    before.keys = before.keys.filter(({ purpose }) => purpose !== 'audit');
    writeFileSync(path, JSON.stringify(before));
    await server.database.query(`TRUNCATE ${audit}; DELETE FROM akkoord.key_encryption_key WHERE purpose = 'audit'`);
    await server.start();
    await awaitSequenced(server);
    await expectClean(server);
    const { keys } = JSON.parse(readFileSync(path, 'utf8'));
    assert.deepEqual(keys.filter(({ purpose }) => purpose !== 'audit').map(({ id, key }) => [id, key]), before.keys.map(({ id, key }) => [id, key]));
    assert.equal(keys.length, before.keys.length + 1);
  });
});

describe('what is done by hand is found', () => {
  let server;
  let query;
  let kept;
  let ids;
  before(async () => {
    const cluster = await startPostgres();
    [server] = await startTogether(1, cluster, await asksVies());
    const [staff, manager] = [await newStaff(server), await newStaff(server, 'manager')];
    const { decision } = await live(server, staff, manager);
    await waitFor(async () => (await server.sql("SELECT 1 FROM akkoord.job WHERE kind IN ('render_document', 'send_mail')")).length === 0, { what: 'the jobs' });
    await awaitSequenced(server);
    await sleep(1500);
    await live(server, staff, manager);
    await waitFor(async () => (await server.sql("SELECT 1 FROM akkoord.job WHERE kind IN ('render_document', 'send_mail')")).length === 0, { what: 'the jobs' });
    await awaitSequenced(server);
    kept = join(server.folder, 'kept');
    writeFileSync(kept, await newestCheckpoint(server), { mode: 0o644 });
    query = connectTo(server.database.superuserUrl);
    await server.stop();
    ids = { decision: decision.id };
    // Rules of the schema would hinder the one who tampers.
    const rules = await query(`SELECT conrelid::regclass::text AS "table", conname FROM pg_constraint
      WHERE connamespace = 'akkoord'::regnamespace AND contype IN ('c', 'f') AND conrelid <> 0`);
    for (const { table, conname } of rules) await query(`ALTER TABLE ${table} DROP CONSTRAINT "${conname}"`);
    const domains = await query(`SELECT contypid::regtype::text AS domain, conname FROM pg_constraint
      WHERE connamespace = 'akkoord'::regnamespace AND contypid <> 0`);
    for (const { domain, conname } of domains) await query(`ALTER DOMAIN ${domain} DROP CONSTRAINT "${conname}"`);
    const unique = await query(`SELECT c.conrelid::regclass::text AS "table", c.conname FROM pg_constraint c WHERE connamespace = 'akkoord'::regnamespace AND contype = 'u'`);
    for (const { table, conname } of unique) await query(`ALTER TABLE ${table} DROP CONSTRAINT "${conname}" CASCADE`);
    const indexes = await query(`SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
      WHERE t.relnamespace = 'akkoord'::regnamespace AND indisunique AND NOT indisprimary`);
    for (const { name } of indexes) await query(`DROP INDEX ${name}`);
    await query('DROP TRIGGER customer_order_information ON akkoord.customer_order');
    await expectClean(server, { args: ['--checkpoint', kept] });
  });

  // Tables, the column that a row is named by, and the columns that are not covered.
  const covered = [
    ['customer_order', 'id', []],
    ['payment', 'id', ['ask_at', 'asked']],
    ['document', 'id', []],
    ['decision', 'id', []],
    ['review', 'id', []],
    ['review_statement', 'id', []],
    ['history', 'id', []],
    ['rendition', 'document_id', []],
    ['event', 'id', []],
    ['customer', 'id', []],
    ['staff', 'id', ['totp_last_step']],
    ['privacy_request', 'id', ['text_key_id']],
    ['legal_hold', 'id', []],
    ['vat_number_check', 'order_id', []],
    ['service', null, []],
  ];
  const other = { text: (v) => `'${v ?? ''}x'`, uuid: () => `'${randomUUID()}'`, bytea: () => `'\\x${'ab'.repeat(32)}'`, bigint: (v) => String(Number(v ?? 0) + 1),
    boolean: (v) => String(v !== 'true'), 'timestamp with time zone': () => "'2020-02-20 20:20:20.202020Z'", date: () => "'2020-02-20'",
    jsonb: () => `'{"forged": true}'`, ARRAY: () => "'{forged}'" };

  for (const [table, name, uncovered] of covered) {
    test(`a changed value in any covered column of ${table}`, async () => {
      const columns = await query(`SELECT column_name AS "column", data_type AS type FROM information_schema.columns
        WHERE table_schema = 'akkoord' AND table_name = '${table}' ORDER BY ordinal_position`);
      const missed = [];
      // As many columns at once as there are rows, each in a row of its own.
      while (columns.length > 0) {
        const rows = await query(`SELECT DISTINCT ON (2) ctid::text AS at, ${name ?? 'sku'}::text AS id FROM akkoord.${table} ORDER BY 2`);
        const tried = columns.splice(0, name === null ? 1 : rows.length).map(({ column, type }, i) => ({ ...rows[i], column, type }));
        for (const one of tried) {
          const [{ value }] = await query(`SELECT "${one.column}"::text AS value FROM akkoord.${table} WHERE ctid = '${one.at}'`);
          const [{ at }] = await query(`UPDATE akkoord.${table} SET "${one.column}" = ${other[one.type](value)} WHERE ctid = '${one.at}' RETURNING ctid::text AS at`);
          Object.assign(one, { value, at });
        }
        const { told } = await auditVerify(server);
        for (const { column, type, id, at, value } of tried) {
          const wanted = name === null ? 'changed: service (the price list)' : ` ${table} ${id}`;
          if (told.some((fault) => fault.includes(wanted)) === uncovered.includes(column)) missed.push(`${column}: ${told}`);
          await query(`UPDATE akkoord.${table} SET "${column}" = $1::text::${type === 'ARRAY' ? 'text[]' : type} WHERE ctid = '${at}'`, [value]);
        }
      }
      assert.deepEqual(missed, []);
      await expectClean(server);
    });

    test(`a removed and an added row of ${table}`, async () => {
      const [{ row }] = await query(`WITH gone AS (DELETE FROM akkoord.${table} WHERE ctid = (SELECT max(ctid) FROM akkoord.${table}) RETURNING *)
        SELECT row_to_json(gone) AS row FROM gone`);
      const removed = name === null ? 'changed: service (the price list)' : `removed: ${table} ${row[name]}`;
      const gone = await auditVerify(server);
      assert.ok(gone.told.includes(removed), `${removed}: ${gone.told}`);
      const insert = (values) => query(`INSERT INTO akkoord.${table} SELECT * FROM json_populate_record(NULL::akkoord.${table}, $1)`, [JSON.stringify(values)]);
      await insert(row);
      await expectClean(server);
      if (table === 'rendition') return; // every document has each of its formats: there is no place for another
      const added = { ...row, [name ?? 'sku']: name === null ? 'forged' : randomUUID() };
      await insert(added);
      const { told } = await auditVerify(server);
      const wanted = name === null ? 'changed: service (the price list)' : `added: ${table} ${added[name]}`;
      assert.ok(told.includes(wanted), `${wanted}: ${told}`);
      await query(`DELETE FROM akkoord.${table} WHERE ${name ?? 'sku'}::text = '${added[name ?? 'sku']}'`);
      await expectClean(server);
    });
  }

  // Does it, verifies, and takes it back.
  async function tamper(act, undo, expected, args = []) {
    await act();
    const { told } = await auditVerify(server, { args });
    await undo();
    assert.ok(told.some((fault) => expected.test(fault)), `${expected}: ${told.join('\n')}`);
  }
  const swapOut = async (table, where = 'true') => {
    await query(`CREATE TABLE public.away AS SELECT * FROM akkoord.${table} WHERE ${where}`);
    await query(`DELETE FROM akkoord.${table} WHERE ${where}`);
  };
  const swapIn = async (table) => {
    await query(`INSERT INTO akkoord.${table} OVERRIDING SYSTEM VALUE SELECT * FROM public.away`);
    await query('DROP TABLE public.away');
  };
  const leafOf = async (id) => (await query(`SELECT id FROM akkoord.audit_leaf WHERE position($1::bytea IN entries) > 0 ORDER BY id LIMIT 1`,
    [Buffer.from(id.replaceAll('-', ''), 'hex')]))[0].id;

  test('a document number that was given to another, and a counter that was moved', async () => {
    const [row] = await query("SELECT id, number FROM akkoord.document WHERE kind = 'invoice' LIMIT 1");
    await tamper(() => query(`UPDATE akkoord.document SET number = '2020-000001' WHERE id = '${row.id}'`),
      () => query(`UPDATE akkoord.document SET number = $1 WHERE id = '${row.id}'`, [row.number]), /^changed: document /);
    for (const by of [1, -1]) {
      await tamper(() => query(`UPDATE akkoord.document_counter SET last_number = last_number + ${by} WHERE kind = 'invoice'`),
        () => query(`UPDATE akkoord.document_counter SET last_number = last_number - ${by} WHERE kind = 'invoice'`), /^changed: document_counter invoice/);
    }
  });

  test('a leaf that was changed, in any of its columns', async () => {
    const id = await leafOf(ids.decision);
    const [old] = await query('SELECT *, made_at::text FROM akkoord.audit_leaf WHERE id = $1', [id]);
    for (const [column, value] of [['made_at', "made_at + interval '1 second'"], ['nonce', 'gen_random_uuid()'], ['hash', "sha256('x')"],
      ['mac', "sha256('x')"], ['entries', "overlay(entries PLACING '\\x00' FROM 60)"]]) {
      await tamper(() => query(`UPDATE akkoord.audit_leaf SET ${column} = ${value} WHERE id = ${id}`),
        () => query(`UPDATE akkoord.audit_leaf SET ${column} = $1 WHERE id = ${id}`, [old[column]]), new RegExp(`audit_leaf ${id}\\b`));
    }
    await expectClean(server);
  });

  test('a leaf that was removed, that was added, that was copied, and that waits without a row', async () => {
    const id = await leafOf(ids.decision);
    await tamper(() => swapOut('audit_leaf', `id = ${id}`), () => swapIn('audit_leaf'), new RegExp(`^removed: audit_leaf ${id}$`));
    const add = "INSERT INTO akkoord.audit_leaf (made_at, nonce, hash, mac, entries) ";
    const drop = () => query('DELETE FROM akkoord.audit_pending; DELETE FROM akkoord.audit_leaf WHERE id > (SELECT max(id) FROM akkoord.audit_leaf) - 1');
    await tamper(() => query(`${add} VALUES (now(), gen_random_uuid(), sha256('x'), sha256('x'), '')`), drop, /^added: audit_leaf/);
    await tamper(() => query(`WITH leaf AS (${add} VALUES (now(), gen_random_uuid(), sha256('x'), sha256('x'), '') RETURNING id)
      INSERT INTO akkoord.audit_pending SELECT id FROM leaf`), drop, /audit_leaf/);
    await tamper(() => query(`WITH leaf AS (${add} SELECT made_at, nonce, hash, mac, entries FROM akkoord.audit_leaf WHERE id = ${id} RETURNING id)
      INSERT INTO akkoord.audit_pending SELECT id FROM leaf`), drop, /^added: audit_leaf \d+: a copy/);
    await tamper(() => query('INSERT INTO akkoord.audit_pending VALUES (987654321)'), () => query('DELETE FROM akkoord.audit_pending'), /^removed: audit_leaf 987654321/);
    await expectClean(server);
  });

  test('a tile, a checkpoint or the state that was changed or removed', async () => {
    const [tile] = await query('SELECT * FROM akkoord.audit_tile WHERE tile = 0');
    for (const [column, value] of [['hashes', "overlay(hashes PLACING sha256('x') FROM 33)"], ['leaves', "overlay(leaves PLACING '\\x0000000000000001' FROM 25)"]]) {
      await tamper(() => query(`UPDATE akkoord.audit_tile SET ${column} = ${value} WHERE tile = 0`),
        () => query(`UPDATE akkoord.audit_tile SET ${column} = $1 WHERE tile = 0`, [tile[column]]), /audit_(leaf|checkpoint)/);
    }
    const notes = await query('SELECT *, signed_at::text FROM akkoord.audit_checkpoint ORDER BY size');
    const [, note, next] = notes;
    for (const [column, value] of [['note', "replace(note, E'\\n', E'\\n1')"], ['previous', 'previous - 1'], ['signed_at', "signed_at + interval '1 day'"], ['mac', "sha256('x')"]]) {
      await tamper(() => query(`UPDATE akkoord.audit_checkpoint SET ${column} = ${value} WHERE size = ${note.size}`),
        () => query(`UPDATE akkoord.audit_checkpoint SET ${column} = $1 WHERE size = ${note.size}`, [note[column]]), new RegExp(`^changed: audit_checkpoint ${note.size}`));
    }
    await tamper(() => query(`UPDATE akkoord.audit_checkpoint SET note = (SELECT note FROM akkoord.audit_checkpoint WHERE size = ${next.size}) WHERE size = ${note.size}`),
      () => query(`UPDATE akkoord.audit_checkpoint SET note = $1 WHERE size = ${note.size}`, [note.note]), /^changed: audit_checkpoint/);
    for (const { size } of [note, notes.at(-1)]) {
      await tamper(() => swapOut('audit_checkpoint', `size = ${size}`), () => swapIn('audit_checkpoint'), new RegExp(`^removed: audit_checkpoint ${size}\\b`));
    }
    await tamper(() => swapOut('audit_state'), () => swapIn('audit_state'), /^removed: audit_state/);
    await tamper(() => query('UPDATE akkoord.audit_state SET pruned_size = 1'), () => query('UPDATE akkoord.audit_state SET pruned_size = 0'), /^changed: audit_state/);
    await tamper(() => swapOut('audit_tile', 'tile = (SELECT max(tile) FROM akkoord.audit_tile)'), () => swapIn('audit_tile'), /^removed: audit_tile/);
    await expectClean(server);
  });

  test('a log that was cut off with all that it covered, by the checkpoint that was kept', async () => {
    const [tile] = await query('SELECT * FROM akkoord.audit_tile WHERE tile = 0');
    const [, { size }] = await query('SELECT size FROM akkoord.audit_checkpoint ORDER BY size');
    const cut = async () => {
      await query(`CREATE TABLE public.notes AS SELECT * FROM akkoord.audit_checkpoint WHERE size > ${size}`);
      await query(`DELETE FROM akkoord.audit_checkpoint WHERE size > ${size}`);
      await query(`UPDATE akkoord.audit_tile SET hashes = substr(hashes, 1, ${32 * size}), leaves = substr(leaves, 1, ${8 * size}) WHERE tile = 0`);
    };
    const mend = async () => {
      await query('INSERT INTO akkoord.audit_checkpoint SELECT * FROM public.notes; DROP TABLE public.notes');
      await query('UPDATE akkoord.audit_tile SET hashes = $1, leaves = $2 WHERE tile = 0', [tile.hashes, tile.leaves]);
    };
    assert.equal(tile.hashes.length / 32, (await query('SELECT max(size) AS size FROM akkoord.audit_checkpoint'))[0].size, 'it fits one tile');
    await tamper(cut, mend, /^removed: the log has \d+ leaves, and the checkpoint that was kept has/, ['--checkpoint', kept]);
    await expectClean(server, { args: ['--checkpoint', kept] });
  });

  test('a checkpoint of another log, one with a broken signature, and none at all are refused', async () => {
    const path = join(server.folder, 'other');
    const text = await newestCheckpoint(server);
    for (const [content, reason] of [[text.replace(/^akkoord\/\S+/, `akkoord/${randomUUID()}`), /another log/], [text.replace(/\n\d/, '\n9'), /signature/], ['', /no checkpoint/]]) {
      writeFileSync(path, content, { mode: 0o644 });
      const { code, stderr } = await server.cli(['audit', 'verify', '--checkpoint', path]);
      assert.equal(code, 1);
      assert.match(stderr, reason);
    }
    assert.equal((await server.cli(['audit', 'verify', '--checkpoint'])).code, 2);
  });
});
