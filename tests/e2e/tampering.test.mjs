// Whoever can write to the database can't make one row's sealed data open in another: blobs, keys, versions and owners
// are swapped by SQL under a server that runs. It answers 500, without a word of what it found, and logs nothing personal;
// once the row is as it was, all is well. And every sealed column opens in another implementation (lib/vault.mjs).
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { join } from 'node:path';

import { addStaff, expectProblem, expectStatus, getOrder, newStaff, payStandard, placeOrder, registerCustomer, sendStandard, staffLogin, startAkkoord } from './lib/akkoord.mjs';
import { openBlob, readKeyring, sealBlob, unwrapDataKey, wrapDataKey } from './lib/vault.mjs';

const SECRETS = { ada: 'Ada Verborgen', bob: 'Bob Geheim' };

let server;
let ada;
let bob;

// A customer with two accepted orders, documents, a review with a statement, and the reasons of staff.
async function live(name, staff) {
  const customer = await registerCustomer(server, { name });
  const orders = [];
  for (let i = 0; i < 2; i++) {
    const order = await placeOrder(server, customer, { reference: `${name} ${i}` });
    expectStatus(await payStandard(server, order), 200);
    for (const form of ['pdf', 'xml', 'cii.xml']) expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.${form}`, { token: customer.token }), 200);
    orders.push(await getOrder(server, customer, order));
  }
  const statement = `${name} asks`;
  const review = expectStatus(await server.api('POST', `/v1/decisions/${orders[0].decision.id}/reviews`, { token: customer.token, body: { statement } }), 201).json;
  expectStatus(await server.api('POST', `/v1/staff/reviews/${review.id}/outcome`, { token: staff.token, body: { outcome: 'upheld', reasons: `${name} was told` } }), 200);
  return { ...customer, name, orders, review };
}

before(async () => {
  server = await startAkkoord();
  const reviewer = await addStaff(server);
  const staff = await staffLogin(server, reviewer);
  [ada, bob] = [await live(SECRETS.ada, staff), await live(SECRETS.bob, staff)];
  const { token } = await newStaff(server, 'manager');
  expectStatus(await server.api('POST', `/v1/staff/orders/${bob.orders[1].id}/credit-notes`,
    { token, body: { lines: [{ line: 1, quantity: 1 }], reason: `${SECRETS.bob} was let off` } }), 201);
  expectStatus(await sendStandard(server, { type: 'payment.paid', data: { payment: 'pay_stranger', order: 'nobody', amount: 1, currency: 'EUR' } }), 200);
});

const hex = (bytes) => `'\\x${bytes.toString('hex')}'::bytea`;
const one = async (query) => (await server.sql(query))[0];
const value = async (table, column, where) => Buffer.from((await one(`SELECT encode(${column}, 'hex') AS it FROM akkoord.${table} WHERE ${where}`)).it, 'hex');

async function change(sql) {
  const { code, stderr } = await server.psql(sql, { role: 'akkoord_admin' });
  assert.equal(code, 0, stderr);
}

async function expectRefused(request, what) {
  const from = server.log.length;
  const answer = await request();
  expectProblem(answer, 500);
  for (const secret of Object.values(SECRETS)) {
    assert.ok(!answer.bytes.includes(secret), `${what}: the answer tells nothing`);
    assert.ok(!server.log.slice(from).includes(secret), `${what}: nor does the log`);
  }
  assert.ok(!/seal|key|vault|tag/i.test(answer.json.detail ?? ''), `${what}: nor does the answer say what is wrong`);
}

// Columns of one row are changed, looked at, and put back.
async function withChanged(table, where, changes, look) {
  const columns = Object.keys(changes);
  await change(`CREATE TABLE akkoord.aside AS SELECT ${columns.join(', ')} FROM akkoord.${table} WHERE ${where}`);
  try {
    await change(`UPDATE akkoord.${table} SET ${columns.map((column) => `${column} = ${changes[column]}`).join(', ')} WHERE ${where}`);
    await look();
  } finally {
    await change(`UPDATE akkoord.${table} SET (${columns.join(', ')}) = ROW((SELECT ${columns[0]} FROM akkoord.aside)${columns.slice(1).map((column) => `, (SELECT ${column} FROM akkoord.aside)`).join('')}) WHERE ${where};
      DROP TABLE akkoord.aside`);
  }
}

// A data key is made another person's while it is looked at: else the wall between customers hides it, and nothing tries it.
async function withKeyOf(id, owner, look) {
  const { customer_id: whose } = await one(`SELECT customer_id FROM akkoord.data_key WHERE id = '${id}'`);
  const give = (to) => change(`UPDATE akkoord.data_key SET customer_id = '${to}' WHERE id = '${id}'`);
  await give(owner.id);
  try {
    await look();
  } finally {
    await give(whose);
  }
}

const keyOf = async (id) => unwrapDataKey(readKeyring(join(server.dataDir, 'keyring.json')), await value('data_key', 'wrapped', `id = '${id}'`));

// Where sealed data stand: how they are asked for, and where they belong.
const places = () => [
  { what: 'a profile', table: 'customer', column: 'profile_sealed', key: 'profile_key_id', where: (one) => `id = '${one.id}'`,
    request: () => server.api('GET', '/v1/me', { token: ada.token }), place: { row: ada.id, subject: ada.id } },
  { what: 'an order\'s content', table: 'customer_order', column: 'content_sealed', key: 'billing_key_id', where: (one) => `id = '${one.orders[0].id}'`,
    request: () => server.api('GET', `/v1/orders/${ada.orders[0].id}`, { token: ada.token }), place: { row: ada.orders[0].id, subject: ada.id } },
  { what: 'a rendered invoice', table: 'rendition', column: 'bytes_sealed',
    where: (one) => `format = 'pdf' AND document_id = (SELECT id FROM akkoord.document WHERE order_id = '${one.orders[0].id}')`,
    request: () => server.api('GET', `/v1/orders/${ada.orders[0].id}/invoice.pdf`, { token: ada.token }), place: { subject: ada.id } },
  { what: 'a statement', table: 'review_statement', column: 'text_sealed', where: (one) => `review_id = '${one.review.id}'`,
    request: () => server.api('GET', `/v1/reviews/${ada.review.id}`, { token: ada.token }), place: { subject: ada.id } },
  { what: 'the reasons of staff', table: 'review', column: 'reasons_sealed', where: (one) => `id = '${one.review.id}'`,
    request: () => server.api('GET', `/v1/reviews/${ada.review.id}`, { token: ada.token }), place: { row: ada.review.id, subject: ada.id } },
];

const names = ['a profile', 'an order\'s content', 'a rendered invoice', 'a statement', 'the reasons of staff'];

for (const [index, what] of names.entries()) {
  describe(what, () => {
    let it;
    let blob;
    before(async () => {
      it = places()[index];
      assert.equal(it.what, what);
      blob = await value(it.table, it.column, it.where(ada));
      expectStatus(await it.request(), 200);
    });

    const refused = (changes, how) => withChanged(it.table, it.where(ada), changes, () => expectRefused(it.request, how));

    test('of another person does not open in its row', async () => {
      const other = await value(it.table, it.column, it.where(bob));
      await refused({ [it.column]: hex(other) }, 'the blob');
      expectStatus(await it.request(), 200);
    });

    test('does not open with the other person\'s key put beside it', async () => {
      if (it.key === undefined) return; // its key stands on the order
      const { key } = await one(`SELECT ${it.key} AS key FROM akkoord.${it.table} WHERE ${it.where(bob)}`);
      const other = await value(it.table, it.column, it.where(bob));
      await withKeyOf(key, ada, async () => {
        await refused({ [it.column]: hex(other), [it.key]: `'${key}'` }, 'blob and key');
        await refused({ [it.key]: `'${key}'` }, 'the key');
      });
    });

    test('altered in any field, cut, or with a short tag, does not open', async () => {
      const fields = { version: 0, suite: 1, 'key id': 2, salt: 18, commitment: 50, nonce: 82, ciphertext: 94, tag: blob.length - 1 };
      for (const [field, at] of Object.entries(fields)) {
        const altered = Buffer.from(blob);
        altered[at] ^= 1;
        await refused({ [it.column]: hex(altered) }, field);
      }
      for (const length of [0, 1, 94, blob.length - 16, blob.length - 15, blob.length - 1]) {
        await refused({ [it.column]: hex(blob.subarray(0, length)) }, `cut to ${length}`);
      }
      await refused({ [it.column]: hex(Buffer.concat([blob, Buffer.alloc(1)])) }, 'a byte more');
      expectStatus(await it.request(), 200);
    });
  });
}

describe('older, and elsewhere', () => {
  test('a profile of an older version does not open once there is a newer one', async () => {
    const where = `id = '${ada.id}'`;
    const { key } = await one(`SELECT profile_key_id AS key FROM akkoord.customer WHERE ${where}`);
    const dataKey = await keyOf(key);
    const place = { table: 'customer', column: 'profile_sealed', row: ada.id, subject: ada.id };
    const old = await value('customer', 'profile_sealed', where);
    const profile = JSON.parse(openBlob(dataKey, { ...place, version: 1 }, old));
    assert.equal(profile.name, SECRETS.ada);
    const moved = sealBlob(dataKey, { ...place, version: 2 }, Buffer.from(JSON.stringify({ ...profile, name: 'Ada Verhuisd' })));
    const me = () => server.api('GET', '/v1/me', { token: ada.token });
    await withChanged('customer', where, { profile_sealed: hex(moved), profile_version: 2 }, async () => {
      assert.equal(expectStatus(await me(), 200).json.name, 'Ada Verhuisd', 'what another implementation seals opens here');
      await change(`UPDATE akkoord.customer SET profile_sealed = ${hex(old)} WHERE ${where}`);
      await expectRefused(me, 'the older blob');
    });
  });

  test('an order\'s content does not open in another order of the same person', async () => {
    const [first, second] = ada.orders.map(({ id }) => `id = '${id}'`);
    const { key } = await one(`SELECT billing_key_id AS key FROM akkoord.customer_order WHERE ${second}`);
    const content = await value('customer_order', 'content_sealed', second);
    await withChanged('customer_order', first, { content_sealed: hex(content), billing_key_id: `'${key}'` },
      () => expectRefused(() => server.api('GET', `/v1/orders/${ada.orders[0].id}`, { token: ada.token }), 'the other order\'s'));
  });

  test('a document\'s bytes do not open as its other format, nor a statement as reasons', async () => {
    const document = `document_id = (SELECT id FROM akkoord.document WHERE order_id = '${ada.orders[0].id}')`;
    const ubl = await value('rendition', 'bytes_sealed', `${document} AND format = 'ubl'`);
    await withChanged('rendition', `${document} AND format = 'pdf'`, { bytes_sealed: hex(ubl) },
      () => expectRefused(() => server.api('GET', `/v1/orders/${ada.orders[0].id}/invoice.pdf`, { token: ada.token }), 'the other format'));
    const statement = await value('review_statement', 'text_sealed', `review_id = '${ada.review.id}'`);
    await withChanged('review', `id = '${ada.review.id}'`, { reasons_sealed: hex(statement) },
      () => expectRefused(() => server.api('GET', `/v1/reviews/${ada.review.id}`, { token: ada.token }), 'the statement'));
  });

  test('an order that is given to another person does not open for them', async () => {
    const { key } = await one(`SELECT billing_key_id AS key FROM akkoord.customer_order WHERE id = '${ada.orders[0].id}'`);
    await withKeyOf(key, bob, () => withChanged('customer_order', `id = '${ada.orders[0].id}'`, { customer_id: `'${bob.id}'` },
      () => expectRefused(() => server.api('GET', `/v1/orders/${ada.orders[0].id}`, { token: bob.token }), 'the owner')));
  });

  test('a wrapped key that is altered, of another row, or of another purpose is refused', async () => {
    const keyring = readKeyring(join(server.dataDir, 'keyring.json'));
    const keys = async (who) => (await one(`SELECT profile_key_id AS profile, (SELECT billing_key_id FROM akkoord.customer_order WHERE id = '${who.orders[0].id}') AS billing
      FROM akkoord.customer WHERE id = '${who.id}'`));
    const [mine, theirs] = [await keys(ada), await keys(bob)];
    const wrapped = await value('data_key', 'wrapped', `id = '${mine.profile}'`);
    const me = () => server.api('GET', '/v1/me', { token: ada.token });
    const refused = (bytes, how) => withChanged('data_key', `id = '${mine.profile}'`, { wrapped: hex(bytes) }, () => expectRefused(me, how));
    for (let at = 0; at < wrapped.length; at += 5) {
      const altered = Buffer.from(wrapped);
      altered[at] ^= 0x10;
      await refused(altered, `byte ${at}`);
    }
    await refused(wrapped.subarray(0, 95), 'a short tag');
    await refused(await value('data_key', 'wrapped', `id = '${theirs.profile}'`), 'the other person\'s');
    const billing = keyring.keys.find(({ purpose }) => purpose === 'billing');
    await refused(wrapDataKey(billing, mine.profile), 'another purpose');
    expectStatus(await me(), 200);
  });
});

describe('another implementation', () => {
  test('opens every sealed column of the database', async () => {
    const keys = new Map();
    const keyring = readKeyring(join(server.dataDir, 'keyring.json'));
    for (const { id, wrapped } of await server.sql(`SELECT id, encode(wrapped, 'hex') AS wrapped FROM akkoord.data_key`)) {
      keys.set(id, unwrapDataKey(keyring, Buffer.from(wrapped, 'hex')));
    }
    const sealed = {
      customer: `SELECT id AS row, id AS subject, profile_version AS version, profile_key_id AS key, encode(profile_sealed, 'hex') AS profile_sealed FROM akkoord.customer`,
      staff: `SELECT id AS row, id AS subject, profile_version AS version, staff_key_id AS key, encode(profile_sealed, 'hex') AS profile_sealed FROM akkoord.staff`,
      customer_order: `SELECT id AS row, customer_id AS subject, content_version AS version, billing_key_id AS key, encode(content_sealed, 'hex') AS content_sealed FROM akkoord.customer_order`,
      rendition: `SELECT r.document_id AS row, o.customer_id AS subject, CASE r.format WHEN 'pdf' THEN 1 WHEN 'ubl' THEN 2 ELSE 3 END AS version, o.billing_key_id AS key,
        encode(r.bytes_sealed, 'hex') AS bytes_sealed FROM akkoord.rendition r JOIN akkoord.document d ON d.id = r.document_id JOIN akkoord.customer_order o ON o.id = d.order_id`,
      document: `SELECT d.id AS row, o.customer_id AS subject, 1 AS version, o.billing_key_id AS key, encode(d.content_sealed, 'hex') AS content_sealed
        FROM akkoord.document d JOIN akkoord.customer_order o ON o.id = d.order_id WHERE d.content_sealed IS NOT NULL`,
      review: `SELECT r.id AS row, o.customer_id AS subject, 1 AS version, o.billing_key_id AS key, encode(r.reasons_sealed, 'hex') AS reasons_sealed
        FROM akkoord.review r JOIN akkoord.decision d ON d.id = r.decision_id JOIN akkoord.customer_order o ON o.id = d.order_id`,
      review_statement: `SELECT s.id AS row, o.customer_id AS subject, 1 AS version, o.billing_key_id AS key, encode(s.text_sealed, 'hex') AS text_sealed FROM akkoord.review_statement s
        JOIN akkoord.review r ON r.id = s.review_id JOIN akkoord.decision d ON d.id = r.decision_id JOIN akkoord.customer_order o ON o.id = d.order_id`,
      event: `SELECT id AS row, '00000000-0000-0000-0000-000000000000' AS subject, 1 AS version, body_key_id AS key, encode(body_sealed, 'hex') AS body_sealed
        FROM akkoord.event WHERE body_sealed IS NOT NULL`,
    };
    const texts = [];
    for (const [table, query] of Object.entries(sealed)) {
      const rows = await server.sql(query);
      assert.ok(rows.length > 0, table);
      for (const { row, subject, version, key, ...blob } of rows) {
        const [[column, bytes]] = Object.entries(blob);
        texts.push(openBlob(keys.get(key), { table, column, row, subject, version }, Buffer.from(bytes, 'hex')).toString('latin1'));
      }
    }
    for (const expected of [SECRETS.ada, `${SECRETS.bob} was told`, `${SECRETS.bob} was let off`, `${SECRETS.ada} asks`, '%PDF-', '<?xml', 'totp_secret', 'pay_stranger']) {
      assert.ok(texts.some((text) => text.includes(expected)), expected);
    }
  });
});

describe('nobody else is harmed: a list leaves out the words of the row that was altered, and has all the others', () => {
  let staff;
  let open; // reviews and requests of both
  const as = (who, method, path, body) => server.api(method, path, { token: who.token, body });
  const items = async (who, path) => expectStatus(await as(who, 'GET', path), 200).json.items;
  const flipped = (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]);

  before(async () => {
    staff = await newStaff(server, 'manager');
    open = {};
    for (const who of [ada, bob]) {
      const review = expectStatus(await as(who, 'POST', `/v1/decisions/${who.orders[1].decision.id}/reviews`, { statement: `${who.name} asks again` }), 201).json;
      const request = expectStatus(await as(who, 'POST', '/v1/me/requests', { kind: 'objection', statement: `${who.name} objects` }), 201).json;
      open[who.name] = { review, request };
    }
  });

  const expectHidden = async (path, mine, theirs, words) => {
    const from = server.log.length;
    const listed = await items(staff, path);
    assert.deepEqual(words(listed.find(({ id }) => id === theirs.id)), words(theirs), 'the other\'s are there');
    const hidden = listed.find(({ id }) => id === mine.id);
    assert.equal(words(hidden), null);
    assert.equal(hidden.due_at, mine.due_at, 'and what is not sealed');
    assert.match(server.log.slice(from), new RegExp(`level=error event=row\\.unreadable table=\\w+ id=${mine.id} code=(sealed_blob|wrapped_key)_rejected`));
  };

  test('the queue of reviews, with a statement or a key that was altered', async () => {
    const [{ review: mine }, { review: theirs }] = [open[ada.name], open[bob.name]];
    const words = ({ statements }) => statements[0].text;
    const where = `review_id = '${mine.id}'`;
    const { key } = await one(`SELECT billing_key_id AS key FROM akkoord.customer_order WHERE id = '${ada.orders[1].id}'`);
    for (const [table, column, row] of [['review_statement', 'text_sealed', where], ['data_key', 'wrapped', `id = '${key}'`]]) {
      const altered = hex(flipped(await value(table, column, row)));
      await withChanged(table, row, { [column]: altered }, async () => {
        for (const path of ['/v1/staff/reviews?state=open', '/v1/staff/reviews']) await expectHidden(path, mine, theirs, words);
        await expectRefused(() => as(staff, 'GET', `/v1/staff/reviews/${mine.id}`), 'by itself');
        await expectRefused(() => as(staff, 'POST', `/v1/staff/reviews/${mine.id}/outcome`, { outcome: 'upheld', reasons: 'Unread.' }), 'an outcome');
        assert.equal((await one(`SELECT outcome FROM akkoord.review WHERE id = '${mine.id}'`)).outcome, null, 'what can\'t be read is not decided');
      });
    }
    expectStatus(await as(staff, 'GET', `/v1/staff/reviews/${mine.id}`), 200);
  });

  test('the register of requests', async () => {
    const [{ request: mine }, { request: theirs }] = [open[ada.name], open[bob.name]];
    const words = ({ statement }) => statement;
    const where = `id = '${mine.id}'`;
    const altered = hex(flipped(await value('privacy_request', 'statement_sealed', where)));
    await withChanged('privacy_request', where, { statement_sealed: altered }, async () => {
      for (const path of ['/v1/staff/privacy-requests?state=open', '/v1/staff/privacy-requests']) await expectHidden(path, mine, theirs, words);
      assert.equal((await items(ada, '/v1/me/requests')).find(({ id }) => id === mine.id).statement, null, 'their own list has it too');
      await expectRefused(() => as(ada, 'GET', `/v1/me/requests/${mine.id}`), 'by itself');
    });
    expectStatus(await as(ada, 'GET', `/v1/me/requests/${mine.id}`), 200);
  });

  test('whose profile was altered can still be erased', async () => {
    const goes = await registerCustomer(server, { name: SECRETS.ada });
    const altered = hex(flipped(await value('customer', 'profile_sealed', `id = '${goes.id}'`)));
    await change(`UPDATE akkoord.customer SET profile_sealed = ${altered} WHERE id = '${goes.id}'`);
    await expectRefused(() => as(goes, 'GET', '/v1/me'), 'the profile');
    expectStatus(await as(goes, 'DELETE', '/v1/me'), 204);
    assert.equal(await one(`SELECT 1 FROM akkoord.customer WHERE id = '${goes.id}'`), undefined);
  });
});
