// What the GDPR gives customers over their own data: to correct it, to take it along, to restrict, to object, to be
// forgotten.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';

import { expectProblem, expectStatus, expectTime, getOrder, listAll, newStaff, payStandard, placeOrder, registerCustomer, run, sampleAddress, startAkkoord,
  temporaryFolder } from './lib/akkoord.mjs';

let server;
before(async () => {
  server = await startAkkoord();
});

const me = ({ token }) => server.api('GET', '/v1/me', { token });
const change = ({ token }, body) => server.api('PATCH', '/v1/me', { token, body });
const rowOf = async ({ id }) => (await server.sql(`SELECT profile_key_id, profile_version, language,
  encode(profile_sealed, 'hex') AS sealed FROM akkoord.customer WHERE id = '${id}'`))[0];

describe('rectification', () => {
  test('a field that is there replaces what stands, null takes it away, and nothing else changes', async () => {
    const customer = await registerCustomer(server, { company: 'Sample B.V.', phone: '+31 20 1234567' });
    const before = expectStatus(await me(customer), 200).json;
    const answer = expectStatus(await change(customer, { name: ' Ægir 日本 ', phone: null, language: 'en' }), 200).json;
    assert.deepEqual(answer, { ...before, name: 'Ægir 日本', phone: null, language: 'en' });
    assert.deepEqual(expectStatus(await me(customer), 200).json, answer);
    const address = { ...sampleAddress, city: 'Groningen', country: 'nl' };
    const moved = expectStatus(await change(customer, { address, kvk_number: '12 34 56 78' }), 200).json;
    assert.deepEqual(moved, { ...answer, address: { ...address, country: 'NL' }, kvk_number: '12345678' });
    assert.equal(expectStatus(await change(customer, { address: null }), 200).json.address, null);
    assert.deepEqual(expectStatus(await change(customer, {}), 200).json, { ...moved, address: null });
  });

  test('the key of the profile that stood there is gone, and with it that profile', async () => {
    const customer = await registerCustomer(server);
    const before = await rowOf(customer);
    expectStatus(await change(customer, { name: 'Another Name' }), 200);
    const after = await rowOf(customer);
    assert.notEqual(after.profile_key_id, before.profile_key_id);
    assert.notEqual(after.sealed, before.sealed);
    assert.equal(after.profile_version, before.profile_version + 1);
    assert.deepEqual(await server.sql(`SELECT id FROM akkoord.data_key WHERE id = '${before.profile_key_id}'`), []);
  });

  test('of changes at the same moment none is lost', async () => {
    const customer = await registerCustomer(server);
    const changes = [{ name: 'N' }, { company: 'C' }, { phone: '1' }, { kvk_number: '12345678' }];
    const answers = await Promise.all(changes.map((body) => change(customer, body)));
    for (const answer of answers) expectStatus(answer, 200);
    const { name, company, phone, kvk_number } = expectStatus(await me(customer), 200).json;
    assert.deepEqual({ name, company, phone, kvk_number }, Object.assign({}, ...changes));
    const [{ count }] = await server.sql(`SELECT count(*) FROM akkoord.data_key k WHERE purpose = 'profile'
      AND NOT EXISTS (SELECT FROM akkoord.customer c WHERE c.profile_key_id = k.id)`);
    assert.equal(count, 0, 'no key is left over');
  });

  test('all that is wrong is told at once, and nothing is changed', async () => {
    const customer = await registerCustomer(server);
    const before = expectStatus(await me(customer), 200).json;
    const faulty = { name: null, phone: 'x'.repeat(41), address: { street: 'Only' }, language: 'fy', email: 'a@example.com' };
    expectProblem(await change(customer, faulty), 422, 'validation',
      ['name', 'phone', 'address.postal_code', 'address.city', 'address.country', 'language', 'email']);
    expectProblem(await change(customer, '[]'), 400, 'malformed_json');
    assert.deepEqual(expectStatus(await me(customer), 200).json, before);
    expectProblem(await server.api('PATCH', '/v1/me', { body: {} }), 401, 'unauthenticated');
  });
});

// Unpacked by another program's hand: {name: bytes}.
async function unpack(bytes) {
  const folder = temporaryFolder();
  const archive = join(folder, 'export.zip');
  writeFileSync(archive, bytes);
  const { code, stderr } = await run('python3', ['-m', 'zipfile', '-e', archive, join(folder, 'out')], { env: process.env });
  assert.equal(code, 0, stderr);
  const files = {};
  const read = (path, prefix) => {
    for (const name of readdirSync(path)) {
      if (statSync(join(path, name)).isDirectory()) read(join(path, name), `${prefix}${name}/`);
      else files[prefix + name] = readFileSync(join(path, name));
    }
  };
  read(join(folder, 'out'), '');
  return files;
}

// RFC 4180, every cell quoted.
const csv = (bytes) => bytes.toString().trimEnd().split('\r\n')
  .map((row) => row.slice(1, -1).split('","').map((cell) => cell.replaceAll('""', '"')));

describe('portability', () => {
  const fetchExport = async ({ token }) => {
    const answer = expectStatus(await server.api('GET', '/v1/me/export', { token }), 200);
    assert.equal(answer.headers['content-type'], 'application/zip');
    return unpack(answer.bytes);
  };

  test('everything that is kept is in the archive, readable by its schema, and listed with its hash', async () => {
    const company = 'Voorbeeld "Zonen", B.V.';
    const customer = await registerCustomer(server, { company, phone: '+31 20 1234567', kvk_number: '12345678', language: 'en' });
    const accepted = await placeOrder(server, customer, { reference: 'Ons kenmerk; 日本' });
    expectStatus(await payStandard(server, accepted), 200);
    const held = await placeOrder(server, customer);
    expectStatus(await payStandard(server, held, { amount: 1 }), 200);
    const { decision } = await getOrder(server, customer, held);
    const statement = 'I paid all of it.';
    expectStatus(await server.api('POST', `/v1/decisions/${decision.id}/reviews`, { token: customer.token, body: { statement } }), 200);
    const files = await fetchExport(customer);

    const manifest = JSON.parse(files['manifest.json']);
    assert.deepEqual(manifest.files.map(({ name }) => name).sort(), Object.keys(files).filter((name) => name !== 'manifest.json').sort());
    for (const { name, bytes, sha256 } of manifest.files) {
      assert.equal(files[name].length, bytes, name);
      assert.equal(createHash('sha256').update(files[name]).digest('hex'), sha256, name);
    }

    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(JSON.parse(files['schema.json']), 'schema');
    for (const name of Object.keys(files).filter((each) => /\.json(ld)?$/.test(each) && each !== 'schema.json')) {
      const valid = ajv.validate({ $ref: `schema#/$defs/${name}` }, JSON.parse(files[name]));
      assert.ok(valid, `${name}: ${ajv.errorsText()}`);
    }

    const profile = JSON.parse(files['profile.jsonld']);
    assert.deepEqual([profile.email, profile.affiliation.legalName, profile.telephone, profile.address.addressLocality],
      [customer.email, company, '+31 20 1234567', sampleAddress.city]);
    const orders = JSON.parse(files['orders.jsonld'])['@graph'];
    assert.deepEqual(orders.map((order) => order.orderNumber), [held.number, accepted.number], 'newest first');
    assert.equal(orders[1].confirmationNumber, 'Ons kenmerk; 日本');
    const [, row] = csv(files['orders.csv']);
    const [line] = held.lines;
    assert.deepEqual(row.slice(3, 6), [line.sku, line.name, String(line.quantity)]);
    assert.equal(csv(files['payments.csv']).length, 1 + 2);

    const shown = [await getOrder(server, customer, held), await getOrder(server, customer, accepted)];
    assert.deepEqual(JSON.parse(files['decisions.json']), shown.flatMap(({ decisions }) => decisions));
    assert.deepEqual(JSON.parse(files['reviews.json']).map((review) => review.statements.map(({ text }) => text)), [[statement]]);
    assert.ok(JSON.parse(files['history.json']).some(({ order, step }) => order === accepted.number && step === 'invoice_issued'));
    const [{ number }] = shown[1].invoices;
    for (const format of ['pdf', 'xml', 'cii.xml']) {
      const issued = expectStatus(await server.api('GET', `/v1/invoices/${number}.${format}`, { token: customer.token }), 200);
      assert.ok(issued.bytes.equals(files[`invoices/${number}.${format}`]), `${format} is the one that was issued`);
    }
  });

  test('why staff credited something is in it, in their own words, with the note itself', async () => {
    const [customer, other] = [await registerCustomer(server), await registerCustomer(server)];
    const manager = await newStaff(server, 'manager');
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    const reason = 'Voorbeeld: "te laat" — 日本';
    const { credit_notes: [shown] } = expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/credit-notes`,
      { token: manager.token, body: { lines: [{ line: 1, quantity: 1 }], reason } }), 201).json;
    const files = await fetchExport(customer);
    const notes = JSON.parse(files['credit_notes.json']);
    assert.deepEqual(notes, [{ ...shown, order: order.number }]);
    assert.equal(notes[0].reason, reason);
    assert.ok(files[`invoices/${shown.number}.pdf`].length > 1000);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema(JSON.parse(files['schema.json']), 'schema');
    assert.ok(ajv.validate({ $ref: 'schema#/$defs/credit_notes.json' }, notes), ajv.errorsText());
    assert.ok(!ajv.validate({ $ref: 'schema#/$defs/credit_notes.json' }, [{ ...notes[0], reason: 1 }]));
    assert.match(files['README.txt'].toString(), /credit_notes\.json[^]*credit_notes\.json/, 'told in both languages');
    assert.deepEqual(JSON.parse((await fetchExport(other))['credit_notes.json']), [], 'and nobody gets another\'s');
  });

  test('what they asked about their data, who is logged in, and what they are told of purposes, recipients and terms is in it too', async () => {
    const customer = await registerCustomer(server, { language: 'en' });
    const asked = [];
    for (const kind of ['objection', 'access']) {
      const body = { kind, statement: `My ${kind}, "in words"` };
      asked.unshift(expectStatus(await server.api('POST', '/v1/me/requests', { token: customer.token, body }), 201).json);
    }
    const files = await fetchExport(customer);
    assert.deepEqual(JSON.parse(files['requests.json']), asked, 'newest first');
    const { items } = expectStatus(await server.api('GET', '/v1/me/sessions', { token: customer.token }), 200).json;
    assert.deepEqual(JSON.parse(files['sessions.json']), items);
    const told = expectStatus(await server.api('GET', '/v1/privacy', { headers: { 'accept-language': 'en' } }), 200).json;
    assert.deepEqual(JSON.parse(files['privacy.json']), told, 'in their own language');
    assert.ok(told.processing.every(({ recipients, term }) => recipients !== '' && term.text !== ''));
    for (const name of ['requests.json', 'sessions.json', 'privacy.json']) assert.ok(String(files['README.txt']).includes(name), name);
  });

  test('somebody who never ordered gets their profile, and nobody gets what is another\'s', async () => {
    const files = await fetchExport(await registerCustomer(server, { address: undefined }));
    assert.equal(JSON.parse(files['profile.jsonld']).address, undefined);
    assert.deepEqual([JSON.parse(files['orders.jsonld'])['@graph'], JSON.parse(files['decisions.json'])], [[], []]);
    assert.equal(csv(files['orders.csv']).length, 1);
    expectProblem(await server.api('GET', '/v1/me/export'), 401, 'unauthenticated');
    expectProblem(await server.api('GET', '/v1/me/export', { token: (await newStaff(server, 'manager')).token }), 403, 'forbidden');
  });
});

describe('requests', () => {
  let manager;
  before(async () => {
    manager = await newStaff(server, 'manager');
  });
  const ask = ({ token }, kind, statement = 'Voorbeeld: "é" — 日本') =>
    server.api('POST', '/v1/me/requests', { token, body: { kind, statement } });
  const look = ({ token }, { id }) => server.api('GET', `/v1/me/requests/${id}`, { token });
  const act = ({ id }, what, body, { token } = manager) => server.api('POST', `/v1/staff/privacy-requests/${id}/${what}`, { token, body });
  const open = () => listAll(server, manager.token, '/v1/staff/privacy-requests?state=open');
  const tryToOrder = async ({ token }) => server.api('POST', '/v1/orders', { token,
    body: { lines: [{ sku: (await server.api('GET', '/v1/services')).json.services[0].sku, quantity: 1 }], payment_provider: 'standard' } });

  test('a request is received with its due date, answered once by a manager, and read by its owner alone', async () => {
    const customer = await registerCustomer(server);
    const received = expectStatus(await ask(customer, 'objection'), 201).json;
    assert.deepEqual([received.kind, received.state, received.answer, received.decided_at], ['objection', 'received', null, null]);
    const days = (Date.parse(received.due_at) - Date.parse(received.received_at)) / 86_400_000;
    assert.ok(days > 27 && days < 38, 'about a month, longer over holidays');
    assert.deepEqual(expectStatus(await look(customer, received), 200).json, received);
    expectProblem(await look(await registerCustomer(server), received), 404, 'not_found');
    const queued = (await open()).find(({ id }) => id === received.id);
    assert.deepEqual(queued, { ...received, customer_id: customer.id });
    expectProblem(await act(received, 'outcome', { outcome: 'fulfilled', answer: 'Yes.' }, await newStaff(server, 'auditor')), 403, 'forbidden');
    const answered = expectStatus(await act(received, 'outcome', { outcome: 'fulfilled', answer: 'Dat doen we.' }), 200).json;
    assert.deepEqual([answered.state, answered.answer], ['fulfilled', 'Dat doen we.']);
    expectTime(answered.decided_at);
    expectProblem(await act(received, 'outcome', { outcome: 'refused', answer: 'No.' }), 409, 'request_decided');
    expectProblem(await act(received, 'extension', { reasons: 'Late.' }), 409, 'request_decided');
    assert.equal(expectStatus(await look(customer, received), 200).json.answer, 'Dat doen we.');
    assert.ok(!(await open()).some(({ id }) => id === received.id));
  });

  test('a term is extended once, by two months from the day it was received, and not when it is over', async () => {
    const customer = await registerCustomer(server);
    const received = expectStatus(await ask(customer, 'access'), 201).json;
    const extended = expectStatus(await act(received, 'extension', { reasons: 'We need the archive.' }), 200).json;
    assert.deepEqual([extended.state, extended.extension], ['extended', 'We need the archive.']);
    const days = (Date.parse(extended.due_at) - Date.parse(received.received_at)) / 86_400_000;
    assert.ok(days > 88 && days < 98, `${days} days`);
    expectProblem(await act(received, 'extension', { reasons: 'Again.' }), 409, 'request_extended');
    const late = expectStatus(await ask(customer, 'access'), 201).json;
    await server.psql(`UPDATE akkoord.privacy_request SET due_at = now() - interval '1 second' WHERE id = '${late.id}'`);
    expectProblem(await act(late, 'extension', { reasons: 'Late.' }), 409, 'request_overdue');
    expectStatus(await act(late, 'outcome', { outcome: 'refused', answer: 'Too late, sorry.' }), 200);
  });

  test('a restriction stops new orders at once, until it is lifted by its owner or refused', async () => {
    const customer = await registerCustomer(server);
    const paid = await placeOrder(server, customer);
    const restriction = expectStatus(await ask(customer, 'restriction'), 201).json;
    expectProblem(await tryToOrder(customer), 409, 'processing_restricted');
    expectStatus(await payStandard(server, paid), 200);
    assert.equal((await getOrder(server, customer, paid)).status, 'accepted', 'what was under way is finished');
    assert.equal((await server.api('DELETE', '/v1/me/restriction', { token: customer.token })).status, 204);
    expectStatus(await tryToOrder(customer), 201);
    expectStatus(await ask(customer, 'restriction'), 201);
    expectProblem(await tryToOrder(customer), 409, 'processing_restricted');
    expectStatus(await act(restriction, 'outcome', { outcome: 'refused', answer: 'The facts are right.' }), 200);
    expectStatus(await tryToOrder(customer), 201);
  });

  test('what a customer does by a call of their own stands in the register, as done', async () => {
    const customer = await registerCustomer(server);
    expectStatus(await change(customer, { name: 'Another Name' }), 200);
    expectStatus(await server.api('GET', '/v1/me/export', { token: customer.token }), 200);
    const listed = await listAll(server, customer.token, '/v1/me/requests', 1);
    assert.deepEqual(listed.map(({ kind, state, statement }) => [kind, state, statement]),
      [['portability', 'fulfilled', null], ['rectification', 'fulfilled', null]]);
  });

  test('faults are told, texts lie sealed, and at most twenty wait', async () => {
    const customer = await registerCustomer(server);
    expectProblem(await ask(customer, 'erasure'), 422, 'validation', ['kind']);
    expectProblem(await ask(customer, 'portability', ' '), 422, 'validation', ['kind', 'statement']);
    const canary = 'Canary-8c1d of a statement';
    for (let i = 0; i < 20; i++) expectStatus(await ask(customer, 'objection', canary), 201);
    expectProblem(await ask(customer, 'objection'), 409, 'too_many_requests');
    const rows = await server.sql(`SELECT encode(statement_sealed, 'escape') AS text FROM akkoord.privacy_request WHERE customer_id = '${customer.id}'`);
    assert.ok(rows.length === 20 && rows.every(({ text }) => text.length > 0 && !text.includes('Canary')));
    expectProblem(await server.api('GET', '/v1/staff/privacy-requests?state=closed', { token: manager.token }), 422, 'validation', ['state']);
  });
});

describe('erasure', () => {
  const erase = ({ token }) => server.api('DELETE', '/v1/me', { token });
  const logIn = ({ email, password }) => server.api('POST', '/v1/sessions', { body: { email, password } });
  const count = async (table, where) => (await server.sql(`SELECT count(*) FROM akkoord.${table} WHERE ${where}`))[0].count;
  const cancel = ({ token }, { id }) => server.api('POST', `/v1/orders/${id}/cancel`, { token });

  test('of somebody who never paid nothing is left: no row, no key, no log-in; and the address is free again', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer, { headers: { 'idempotency-key': 'one' } });
    expectStatus(await server.api('POST', '/v1/me/requests', { token: customer.token, body: { kind: 'objection', statement: 'No.' } }), 201);
    expectStatus(await cancel(customer, order), 200);
    const keys = (await server.sql(`SELECT profile_key_id AS id FROM akkoord.customer WHERE id = '${customer.id}'
      UNION SELECT text_key_id FROM akkoord.privacy_request WHERE customer_id = '${customer.id}' AND text_key_id IS NOT NULL
      UNION SELECT billing_key_id FROM akkoord.customer_order WHERE customer_id = '${customer.id}'`)).map(({ id }) => `'${id}'`);
    assert.equal(keys.length, 3);
    assert.equal(expectStatus(await erase(customer), 204).text, '');
    assert.equal(await count('data_key', `id IN (${keys})`), 0);
    for (const table of ['customer', 'session', 'idempotency', 'checkout_reservation']) {
      assert.equal(await count(table, `${table === 'customer' ? 'id' : 'customer_id'} = '${customer.id}'`), 0, table);
    }
    assert.equal(await count('privacy_request', `customer_id = '${customer.id}' AND statement_sealed IS NOT NULL`), 0);
    expectProblem(await me(customer), 401, 'unauthenticated');
    expectProblem(await logIn(customer), 401, 'unauthenticated');
    expectStatus(await server.api('POST', '/v1/customers', { body: { email: customer.email, password: 'a long sample password', name: 'New' } }), 201);
  });

  test('the report says of each category what became of it, until when, and by which article', async () => {
    const customer = await registerCustomer(server, { language: 'en' });
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    const { invoices: [{ number, issue_date }] } = await getOrder(server, customer, order);
    const answer = expectStatus(await erase(customer), 204);
    const report = expectStatus(await server.api('GET', answer.headers.location), 200).json;
    const told = Object.fromEntries(report.categories.map(({ category, ...rest }) => [category, rest]));
    assert.deepEqual([told.profile.effect, told.invoice.effect], ['shredded_until', 'retained_until']);
    const kept = new Date(told.invoice.until);
    const inAmsterdam = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Amsterdam', dateStyle: 'short', timeStyle: 'medium', hour12: false });
    assert.match(inAmsterdam.format(kept), new RegExp(`^${Number(issue_date.slice(0, 4)) + 8}-01-01`), 'seven book years after that of the invoice');
    assert.match(told.invoice.basis, /52\(4\)/);
    const manager = await newStaff(server, 'manager');
    const seen = expectStatus(await server.api('GET', `/v1/staff/orders/${order.id}`, { token: manager.token }), 200).json;
    assert.equal(seen.invoices[0].number, number, 'the books stay whole');
    expectProblem(await server.api('GET', `/v1/erasures/${'A'.repeat(43)}`), 404, 'not_found');
    expectProblem(await server.api('GET', '/v1/erasures/x'), 404, 'not_found');
  });

  test('while money is under way nothing is erased, and it says what to do', async () => {
    const customer = await registerCustomer(server);
    const waiting = await placeOrder(server, customer);
    expectProblem(await erase(customer), 409, 'order_open');
    expectStatus(await cancel(customer, waiting), 200);
    const held = await placeOrder(server, customer);
    expectStatus(await payStandard(server, held, { amount: 1 }), 200);
    expectProblem(await erase(customer), 409, 'order_open');
    const reviewer = await newStaff(server, 'reviewer');
    const [review] = (await listAll(server, reviewer.token, '/v1/staff/reviews?state=open')).filter(({ order_id }) => order_id === held.id);
    expectStatus(await server.api('GET', `/v1/staff/reviews/${review.id}`, { token: reviewer.token }), 200);
    expectStatus(await server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token: reviewer.token,
      body: { outcome: 'upheld', reasons: 'The amount is wrong.' } }), 200);
    expectProblem(await erase(customer), 409, 'order_open');
    const { payment } = await getOrder(server, customer, held);
    assert.equal(payment.status, 'refund_due');
    expectStatus(await payStandard(server, held, { kind: 'refunded', amount: 1, payment: payment.provider_payment_id }), 200);
    expectStatus(await me(customer), 200);
    expectStatus(await erase(customer), 204);
  });

  test('of erasures and orders at the same moment either the order is refused or the erasure', async () => {
    for (let i = 0; i < 6; i++) {
      const customer = await registerCustomer(server);
      const [{ sku }] = (await server.api('GET', '/v1/services')).json.services;
      const order = () => server.api('POST', '/v1/orders', { token: customer.token,
        body: { lines: [{ sku, quantity: 1 }], payment_provider: 'standard' } });
      const [erased, ...placed] = await Promise.all([erase(customer), order(), order(), order()]);
      const orders = await count('customer_order', `customer_id = '${customer.id}'`);
      if (erased.status === 204) assert.equal(orders, 0, `${placed.map(({ status }) => status)}`);
      else expectProblem(erased, 409, 'order_open');
    }
  });
});
