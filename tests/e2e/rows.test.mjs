// The database's roles, and row-level security as a second wall between customers: tried with the server's own role, past
// all of the program's own checks. What is whose is written down here once more (`belongsTo`), not taken from the
// policies.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { startFakeVies } from '../providers/vies.mjs';
import { atEnd, businessAbroad, expectProblem, expectStatus, getOrder, listAll, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer, startAkkoord,
  startPostgres, waitFor } from './lib/akkoord.mjs';

// Tables that hold something of a person, and which rows of each are of the customer $. Null: of customers too, but a
// customer's call has no business there.
const ofOrder = 'order_id IN (SELECT id FROM akkoord.customer_order WHERE customer_id = $)';
const belongsTo = {
  account_code: 'customer_id = $',
  checkout_reservation: 'customer_id = $',
  customer: 'id = $',
  customer_order: 'customer_id = $',
  data_key: `id IN (SELECT profile_key_id FROM akkoord.customer WHERE id = $ UNION SELECT billing_key_id FROM akkoord.customer_order
    WHERE customer_id = $ UNION SELECT text_key_id FROM akkoord.privacy_request WHERE customer_id = $)`,
  decision: ofOrder,
  document: ofOrder,
  history: ofOrder,
  idempotency: 'customer_id = $',
  legal_hold: `customer_id = $ OR ${ofOrder}`,
  payment: ofOrder,
  privacy_request: 'customer_id = $',
  rendition: `document_id IN (SELECT id FROM akkoord.document WHERE ${ofOrder})`,
  review: ofOrder,
  review_statement: `review_id IN (SELECT id FROM akkoord.review WHERE ${ofOrder})`,
  session: 'customer_id = $',
  vat_number_check: ofOrder,
  early_reversal: null, event: null, event_key: null, event_variant: null, job: null, mail: null, refund: null, review_link: null,
  review_opening: null, staff: null,
};
// Tables that hold nothing of a person.
const ofNobody = ['audit_checkpoint', 'audit_leaf', 'audit_pending', 'audit_state', 'audit_tile', 'discount_code', 'document_counter', 'document_prefix', 'erasure_ledger',
  'installation', 'key_encryption_key', 'order_information', 'retention_run', 'schema_migration', 'service'];
// Written once: neither role may change or delete them.
const immutable = ['decision', 'document', 'event', 'event_key', 'event_variant', 'history', 'mail', 'rendition', 'review_statement', 'vat_number_check'];
const roles = { server: 'akkoord_server_login', worker: 'akkoord_worker_login' };

let server;
let ada;
let bob;
let tables;
before(async () => {
  const vies = await startFakeVies();
  atEnd(() => vies.close());
  server = await startAkkoord({ env: { AKKOORD_VIES_URL: vies.url } });
  const manager = await newStaff(server, 'manager');
  ada = await customerWithEverything(manager);
  bob = await customerWithEverything(manager);
  await waitFor(async () => (await server.sql("SELECT count(*) FROM akkoord.job WHERE NOT dead"))[0].count === 0, { what: 'the end of the jobs' });
  tables = (await server.sql(`SELECT c.relname AS name, c.relrowsecurity AS walled FROM pg_class c
    WHERE c.relnamespace = 'akkoord'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`));
});

// Somebody with a row in every table that can hold one of a customer.
async function customerWithEverything(manager) {
  const customer = await registerCustomer(server);
  const { token } = customer;
  const order = await placeOrder(server, customer, { headers: { 'idempotency-key': 'one' } });
  expectStatus(await payStandard(server, order), 200);
  expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token }), 200);
  const held = await placeOrder(server, customer);
  expectStatus(await payStandard(server, held, { amount: held.total.amount - 1 }), 200);
  const { decision } = await getOrder(server, customer, held);
  expectStatus(await server.api('POST', `/v1/decisions/${decision.id}/reviews`, { token, body: { statement: 'Please look again' } }), 200);
  expectStatus(await server.api('POST', '/v1/me/requests', { token, body: { kind: 'objection', statement: 'I object' } }), 201);
  expectStatus(await server.api('PUT', `/v1/staff/orders/${order.id}/legal-hold`, { token: manager.token, body: { reason: 'dispute' } }), 200);
  expectStatus(await server.api('PUT', `/v1/staff/orders/${order.id}/legal-hold`, { token: manager.token, body: { reason: 'dispute', scope: 'customer' } }), 200);
  const { code, stderr } = await server.psql(`INSERT INTO akkoord.checkout_reservation (customer_id, purpose_sha256, order_id, order_number, attempt_id,
    provider, amount_minor, currency, request, created_at) VALUES ('${customer.id}', sha256('x'), '${order.id}', 'A1', gen_random_uuid(), 'stripe', 1, 'EUR',
    '{}', now())`);
  assert.equal(code, 0, stderr);
  const abroad = await placeOrder(server, customer, { billing: businessAbroad });
  return { ...customer, order, held, abroad };
}

// What psql says to it as that login; whose rows the session was told of, if anybody's.
function as(login, text, whose = null) {
  const told = whose === null ? '' : `SET akkoord.customer_id = '${whose.id}';\n`;
  return server.psql(`${told}${text}`, { role: login });
}

async function linesAs(login, text, whose) {
  const { code, stdout, stderr } = await as(login, text, whose);
  assert.equal(code, 0, `${text}: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

async function expectDenied(login, text, whose, reason = /permission denied/) {
  const { code, stderr } = await as(login, text, whose);
  assert.notEqual(code, 0, text);
  assert.match(stderr, reason, text);
}

const may = async (role, table, privilege) => (await server.sql(`SELECT has_table_privilege('${role}', 'akkoord.${table}', '${privilege}') AS may`))[0].may;
const placesOf = async (table, { id }) => (await server.sql(`SELECT ctid::text AS place FROM akkoord.${table} WHERE ${belongsTo[table].replaceAll('$', `'${id}'`)}`))
  .map(({ place }) => place).sort();
const shared = () => Object.keys(belongsTo).filter((table) => belongsTo[table] !== null);

describe('the wall between customers', () => {
  test('every table either has it or holds nothing of a person, and no table is forgotten', async () => {
    const known = [...Object.keys(belongsTo), ...ofNobody].sort();
    assert.deepEqual(tables.map(({ name }) => name), known, 'a new table belongs into one of the lists of this file, and gets policies by its migration');
    assert.deepEqual(tables.filter(({ walled }) => walled).map(({ name }) => name), Object.keys(belongsTo).sort());
    const telling = await server.sql(`SELECT relname AS name, attname AS column FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE relnamespace = 'akkoord'::regnamespace AND relname IN (${ofNobody.map((name) => `'${name}'`)})
        AND (attname ~ '_sealed$' OR attname IN ('customer_id', 'order_id', 'review_id', 'decision_id', 'document_id'))`);
    assert.deepEqual(telling, [], 'what is said to hold nothing of a person');
  });

  test('the policies are those of the four roles, and no others', async () => {
    const policies = await server.sql(`SELECT tablename AS table, policyname AS name, roles::text AS role, cmd, qual FROM pg_policies WHERE schemaname = 'akkoord'`);
    for (const { table, name, role, cmd, qual } of policies) {
      assert.equal(role, `{akkoord_${name}}`, table);
      if (name === 'server' && table !== 'job') assert.match(qual, /current_customer|EXISTS/, table);
      if (name === 'auditor') assert.equal(cmd, 'SELECT', table);
    }
    for (const table of Object.keys(belongsTo)) {
      const names = policies.filter((policy) => policy.table === table).map(({ name }) => name).sort();
      const expected = ['auditor', 'retention', ...(belongsTo[table] !== null || table === 'job' ? ['server'] : []), 'worker'];
      assert.deepEqual(names, expected, table);
    }
  });

  test('a session that was told nothing sees no row of any table behind it', async () => {
    for (const table of Object.keys(belongsTo)) {
      if (belongsTo[table] === null) {
        await expectDenied(roles.server, `SELECT count(*) FROM akkoord.${table}`, null);
        continue;
      }
      assert.deepEqual(await linesAs(roles.server, `SELECT ctid FROM akkoord.${table}`, null), [], table);
      assert.deepEqual(await linesAs(roles.server, `SET akkoord.customer_id = ''; SELECT ctid FROM akkoord.${table}`, null), [], table);
    }
    await expectDenied(roles.server, "SET akkoord.customer_id = 'x'; SELECT count(*) FROM akkoord.customer", null, /invalid input syntax/);
  });

  test('a session of one customer sees all of their rows, and none of another\'s', async () => {
    for (const table of shared()) {
      for (const customer of [ada, bob]) {
        const expected = await placesOf(table, customer);
        assert.ok(expected.length > 0, `${table} holds a row of each`);
        assert.deepEqual((await linesAs(roles.server, `SELECT ctid FROM akkoord.${table}`, customer)).sort(), expected, table);
      }
    }
  });

  test('views show no more than their tables', async () => {
    const views = await server.sql(`SELECT relname AS name, coalesce(reloptions::text, '') AS options FROM pg_class
      WHERE relnamespace = 'akkoord'::regnamespace AND relkind = 'v'`);
    assert.ok(views.length > 0);
    for (const { name, options } of views) {
      assert.match(options, /security_invoker=true/, name);
      if (await may(roles.server, name, 'SELECT')) assert.deepEqual(await linesAs(roles.server, `SELECT * FROM akkoord.${name}`, null), [], name);
    }
    assert.deepEqual((await linesAs(roles.server, 'SELECT id FROM akkoord.retention_order', ada)).sort(), [ada.order.id, ada.held.id, ada.abroad.id].sort());
  });

  test('one customer\'s session changes and deletes nothing of another\'s, whatever a statement names', async () => {
    let tried = 0;
    for (const table of shared()) {
      const places = `ARRAY[${(await placesOf(table, bob)).map((place) => `'${place}'`)}]::tid[]`;
      const columns = await server.sql(`SELECT attname AS name FROM pg_attribute WHERE attrelid = 'akkoord.${table}'::regclass AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege('${roles.server}', attrelid, attnum, 'UPDATE')`);
      const statements = columns.map(({ name }) => `UPDATE akkoord.${table} SET ${name} = ${name} WHERE ctid = ANY (${places}) RETURNING 1`);
      if (await may(roles.server, table, 'DELETE')) statements.push(`DELETE FROM akkoord.${table} WHERE ctid = ANY (${places}) RETURNING 1`);
      if (columns.length > 0) statements.push(`SELECT 1 FROM akkoord.${table} WHERE ctid = ANY (${places}) FOR KEY SHARE`);
      for (const statement of statements) {
        assert.deepEqual(await linesAs(roles.server, statement, ada), [], statement);
        tried++;
      }
    }
    assert.ok(tried > 20, `${tried} statements`);
  });

  test('one customer\'s session adds nothing to what is another\'s', async () => {
    const review = (await server.sql(`SELECT id FROM akkoord.review WHERE order_id = '${bob.held.id}'`))[0].id;
    const document = (await server.sql(`SELECT id FROM akkoord.document WHERE order_id = '${bob.order.id}'`))[0].id;
    for (const statement of [
      `INSERT INTO akkoord.history (id, order_id, step, actor, at) VALUES (gen_random_uuid(), '${bob.order.id}', 'placed', 'customer', now())`,
      `INSERT INTO akkoord.payment (id, order_id, is_attempt, provider, status, amount_minor, currency, live, created_at)
         VALUES (gen_random_uuid(), '${bob.order.id}', true, 'x', 'open', 1, 'EUR', false, now())`,
      `INSERT INTO akkoord.data_key (id, purpose, kek_id, wrapped, created_at, customer_id) VALUES (gen_random_uuid(), 'profile', gen_random_uuid(), '', now(), '${bob.id}')`,
      "INSERT INTO akkoord.data_key (id, purpose, kek_id, wrapped, created_at) VALUES (gen_random_uuid(), 'staff', gen_random_uuid(), '', now())",
      `INSERT INTO akkoord.review_statement (id, review_id, made_by, text_sealed, made_at) VALUES (gen_random_uuid(), '${review}', 'customer', '', now())`,
      `INSERT INTO akkoord.rendition VALUES ('${document}', 'cii', '', '', '', now())`,
      `INSERT INTO akkoord.idempotency VALUES ('${bob.id}', sha256('y'), gen_random_uuid(), '', gen_random_uuid(), '', now())`,
      `INSERT INTO akkoord.privacy_request (id, customer_id, kind, state, received_at, due_at) VALUES (gen_random_uuid(), '${bob.id}', 'access', 'received', now(), now())`,
      `INSERT INTO akkoord.account_code (id, purpose, customer_id, created_at, expires_at) VALUES (gen_random_uuid(), 'verification', '${bob.id}', now(), now())`,
    ]) await expectDenied(roles.server, statement, ada, /row-level security/);
    await expectDenied(roles.server, `INSERT INTO akkoord.session (token_sha256, customer_id, created_at, expires_at) VALUES (sha256('z'), '${bob.id}', now(), now())`, ada);
  });

  test('the server\'s login gets to no other role, round no policy, and to nothing that runs as the owner but one question', async () => {
    for (const role of ['akkoord_worker', 'akkoord_owner', 'akkoord_retention', 'akkoord_auditor', 'akkoord_admin']) {
      await expectDenied(roles.server, `SET ROLE ${role}`, ada, /permission denied/);
      await expectDenied(roles.server, `SET SESSION AUTHORIZATION ${role}`, ada, /permission denied/);
    }
    await expectDenied(roles.server, 'SET row_security = off; SELECT count(*) FROM akkoord.customer', ada, /row-level security/);
    await expectDenied(roles.server, 'ALTER TABLE akkoord.customer DISABLE ROW LEVEL SECURITY', ada, /must be owner/);
    await expectDenied(roles.server, 'CREATE POLICY mine ON akkoord.customer USING (true)', ada, /must be owner/);
    const mighty = await server.sql(`SELECT p.oid::regprocedure::text AS name FROM pg_proc p WHERE p.pronamespace = 'akkoord'::regnamespace AND p.prosecdef
      AND has_function_privilege('${roles.server}', p.oid, 'EXECUTE')`);
    assert.deepEqual(mighty, [{ name: 'akkoord.is_email_taken(bytea[],uuid)' }]);
    const attributes = await server.sql(`SELECT rolname FROM pg_roles WHERE rolname ~ '^akkoord_' AND rolname <> 'akkoord_admin'
      AND (rolsuper OR rolbypassrls OR rolcreaterole)`);
    assert.deepEqual(attributes, [], 'no role is above the policies');
  });

  // Row-level security by a setting stops a wrong or missing WHERE, not whoever can run any SQL and knows an id.
  test('who can run any SQL as the server sees a customer whose id they know, and can find no id', async () => {
    assert.deepEqual(await linesAs(roles.server, `SET akkoord.customer_id = '${bob.id}'; SELECT id FROM akkoord.customer`, ada), [bob.id]);
    for (const table of shared()) {
      const text = (await linesAs(roles.server, `SELECT t::text FROM akkoord.${table} AS t`, ada)).join('\n');
      assert.ok(!text.includes(bob.id), `${table} as one customer sees it names another`);
    }
  });
});

describe('what each role may do', () => {
  test('neither the server nor the worker changes or deletes what is issued, decided or noted', async () => {
    for (const login of Object.values(roles)) {
      for (const table of [...immutable, 'schema_migration', 'order_information', 'installation']) {
        const [{ name }] = await server.sql(`SELECT attname AS name FROM pg_attribute WHERE attrelid = 'akkoord.${table}'::regclass AND attnum = 1`);
        for (const statement of [`UPDATE akkoord.${table} SET ${name} = ${name}`, `DELETE FROM akkoord.${table}`, `TRUNCATE akkoord.${table}`]) {
          await expectDenied(login, statement, ada);
        }
        const changeable = await server.sql(`SELECT attname FROM pg_attribute WHERE attrelid = 'akkoord.${table}'::regclass AND attnum > 0 AND NOT attisdropped
          AND has_column_privilege('${login}', attrelid, attnum, 'UPDATE')`);
        assert.deepEqual(changeable, [], table);
      }
      for (const statement of ['DELETE FROM akkoord.customer_order', 'DELETE FROM akkoord.payment', 'DELETE FROM akkoord.review', 'DELETE FROM akkoord.document_counter',
        'UPDATE akkoord.customer_order SET total_minor = 1', "UPDATE akkoord.customer_order SET content_sealed = ''", 'UPDATE akkoord.customer_order SET customer_id = id',
        'UPDATE akkoord.payment SET order_id = id', 'UPDATE akkoord.customer SET id = id', 'UPDATE akkoord.data_key SET customer_id = id',
        'UPDATE akkoord.review SET decision_id = id', 'UPDATE akkoord.session SET customer_id = id', 'CREATE TABLE akkoord.mine ()']) {
        await expectDenied(login, statement, ada);
      }
    }
  });

  test('a customer\'s call accepts no order, and issues, decides and logs in nobody', async () => {
    for (const statement of ["UPDATE akkoord.customer_order SET status = 'accepted'", "UPDATE akkoord.payment SET status = 'paid'",
      `INSERT INTO akkoord.vat_number_check (order_id) VALUES ('${ada.order.id}')`,
      `INSERT INTO akkoord.decision (id) VALUES ('${ada.id}')`, `INSERT INTO akkoord.document (id) VALUES ('${ada.id}')`,
      "INSERT INTO akkoord.session (token_sha256) VALUES ('')", "INSERT INTO akkoord.staff (id) VALUES (gen_random_uuid())",
      'UPDATE akkoord.document_counter SET last_number = 0', "UPDATE akkoord.review SET outcome = 'overturned'", "UPDATE akkoord.data_key SET wrapped = ''",
      'UPDATE akkoord.service SET unit_price_minor = 1', 'SELECT count(*) FROM akkoord.job']) {
      await expectDenied(roles.server, statement, ada);
    }
  });

  test('the worker sees the rows of all', async () => {
    for (const table of Object.keys(belongsTo)) {
      const [{ count }] = await server.sql(`SELECT count(*) FROM akkoord.${table}`);
      assert.deepEqual(await linesAs(roles.worker, `SELECT count(*) FROM akkoord.${table}`), [String(count)], table);
    }
  });

  test('the auditor reads every table, but nothing that is sealed or that opens something', async () => {
    const columns = await server.sql(`SELECT c.relname AS table, a.attname AS column, has_column_privilege('akkoord_auditor', c.oid, a.attnum, 'SELECT') AS may
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE c.relnamespace = 'akkoord'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`);
    for (const { table, column, may: readable } of columns) {
      const secret = /_sealed$|^(wrapped|email_index|password_hash|token_sha256|receipt_sha256|checkout_url|request|audit_salt)$/.test(column);
      assert.equal(readable, !secret, `${table}.${column}`);
    }
    for (const { name } of tables) {
      const [{ count }] = await server.sql(`SELECT count(*) FROM akkoord.${name}`);
      assert.deepEqual(await linesAs('akkoord_auditor_login', `SELECT count(*) FROM akkoord.${name}`), [String(count)], name);
    }
    await expectDenied('akkoord_auditor_login', 'SELECT profile_sealed FROM akkoord.customer');
    await expectDenied('akkoord_auditor_login', 'SELECT wrapped FROM akkoord.data_key');
  });
});

describe('calls of several customers at once, over the same few sessions', () => {
  const CUSTOMERS = 8;
  const CALLS = 480;
  const AT_ONCE = 96;

  test('never mix, also where calls between them fail', async () => {
    const auditor = await newStaff(server, 'auditor');
    const people = await Promise.all(Array.from({ length: CUSTOMERS }, () => registerCustomer(server)));
    for (const person of people) person.orders = [await placeOrder(server, person), await placeOrder(server, person)].map(({ id }) => id);
    const acts = [
      async (one) => assert.equal(expectStatus(await server.api('GET', '/v1/me', { token: one.token }), 200).json.email, one.email),
      async (one) => assert.deepEqual((await listAll(server, one.token, '/v1/orders')).map(({ id }) => id).sort(), [...one.orders].sort()),
      async (one) => assert.equal((await getOrder(server, one, one.orders[0])).id, one.orders[0]),
      async (one, other) => expectProblem(await server.api('GET', `/v1/orders/${other.orders[0]}`, { token: one.token }), 404, 'not_found'),
      async (one, other) => expectProblem(await server.api('POST', `/v1/orders/${other.orders[0]}/cancel`, { token: one.token }), 404, 'not_found'),
      async (one) => expectProblem(await server.api('POST', '/v1/orders', { token: one.token, body: { lines: [], payment_provider: 'standard' } }), 422, 'validation'),
      async (one) => assert.equal(expectStatus(await server.api('PATCH', '/v1/me', { token: one.token, body: { company: one.email } }), 200).json.company, one.email),
      async () => expectProblem(await server.api('GET', '/v1/me', { token: 'A'.repeat(43) }), 401, 'unauthenticated'),
      async () => expectStatus(await server.api('GET', '/v1/services'), 200),
      async (one, other) => {
        const seen = (await Promise.all([one, other].map(({ orders }) => server.api('GET', `/v1/staff/orders/${orders[0]}`, { token: auditor.token }))))
          .map((answer) => expectStatus(answer, 200).json.id);
        assert.deepEqual(seen, [one.orders[0], other.orders[0]], 'staff see those of all');
      },
    ];
    // Fewer at once than the lane lets wait: more would be told to come again.
    for (let done = 0; done < CALLS; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => done + n)
        .map((i) => acts[i % acts.length](people[(i * 7) % CUSTOMERS], people[(i * 7 + 1 + (i % (CUSTOMERS - 1))) % CUSTOMERS])));
    }
    for (const person of people) {
      const { email, company } = expectStatus(await server.api('GET', '/v1/me', { token: person.token }), 200).json;
      assert.deepEqual({ email, company: company ?? person.email }, { email: person.email, company: person.email });
    }
    // They ran where the wall is, and on few sessions.
    const sessions = await server.sql("SELECT usename AS login, count(*) FROM pg_stat_activity WHERE application_name = 'akkoord api customers' GROUP BY 1");
    assert.equal(sessions.length, 1);
    assert.equal(sessions[0].login, roles.server);
    assert.ok(sessions[0].count < CUSTOMERS + 1, `${sessions[0].count} sessions`);
  });

  test('the same holds where the wall alone keeps them apart: orders say so themselves', async () => {
    // The owner takes the wall's policy for orders away: then a customer's call sees none, its own no more than another's.
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    const change = async (text) => assert.equal((await server.psql(text)).code, 0, text);
    await change('ALTER POLICY server ON akkoord.customer_order USING (false)');
    try {
      expectProblem(await server.api('GET', `/v1/orders/${order.id}`, { token: customer.token }), 404, 'not_found');
      assert.deepEqual(await listAll(server, customer.token, '/v1/orders'), []);
    } finally {
      await change('ALTER POLICY server ON akkoord.customer_order USING (customer_id = akkoord.current_customer())');
    }
    assert.equal((await getOrder(server, customer, order)).id, order.id);
  });
});

describe('an external database', () => {
  test('with a login for customers\' calls and one for the rest: the first can get to no other role; one login for both works too, and doctor says so', async () => {
    const cluster = await startPostgres();
    const database = await cluster.createDatabase();
    const worker = `worker_${database.name}`;
    await cluster.query(`CREATE ROLE ${worker} LOGIN PASSWORD 'sample'`);
    const workerUrl = cluster.url(worker, 'sample', database.name);
    const external = await prepareAkkoord({ database, env: { AKKOORD_DATABASE_WORKER_URL: workerUrl } });
    const refused = await external.refuse();
    assert.equal(refused.code, 1);
    const migrate = (env = {}) => external.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl, ...env } });
    assert.equal((await migrate({ AKKOORD_DATABASE_WORKER_URL: null, AKKOORD_DATABASE_URL: null })).code, 0);
    const unknown = await external.refuse();
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /akkoord_server/);
    assert.equal((await migrate()).code, 0);

    await external.start();
    const customer = await registerCustomer(external);
    const order = await placeOrder(external, customer);
    expectStatus(await payStandard(external, order), 200);
    assert.equal((await getOrder(external, customer, order)).status, 'accepted');
    await assert.rejects(cluster.query('SET ROLE akkoord_worker', { url: database.serverUrl }), /permission denied/);
    assert.equal((await cluster.query('SELECT id FROM akkoord.customer', { url: database.serverUrl })).length, 0);
    assert.match((await external.cli(['doctor'])).stdout, /^ok +roles/m);
    await external.stop();

    const shared = await external.refuse({ AKKOORD_DATABASE_WORKER_URL: null });
    assert.equal(shared.code, 1);
    assert.match(shared.stderr, /akkoord_worker/);
    assert.equal((await migrate({ AKKOORD_DATABASE_WORKER_URL: null })).code, 0);
    external.env.AKKOORD_DATABASE_WORKER_URL = '';
    await external.start();
    assert.equal((await getOrder(external, customer, order)).status, 'accepted');
    assert.match((await external.cli(['doctor'])).stdout, /^warning +roles .*AKKOORD_DATABASE_WORKER_URL/m);
    external.env.AKKOORD_DATABASE_WORKER_URL = workerUrl;
    assert.match((await external.cli(['doctor'])).stdout, /^warning +roles .*REVOKE akkoord_worker/m);
  });
});
