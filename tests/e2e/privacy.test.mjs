// What people are told about their data, in the words they are told it: complete, in two languages, the same everywhere,
// and the same as what is done. And before they order: which version they were shown stands on the order for good.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, getOrder, newStaff, placeOrder, prepareAkkoord, registerCustomer, sampleSeller, startAkkoord } from './lib/akkoord.mjs';

let server;
let customer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
});

const privacy = async (query = '', headers = {}) => expectStatus(await server.api('GET', `/v1/privacy${query}`, { headers }), 200);
const information = async (query = '') => expectStatus(await server.api('GET', `/v1/orders/information${query}`), 200).json;
const registerOf = async (on, ...args) => {
  const { code, stdout, stderr } = await on.cli(['privacy', 'register', '--format', 'json', ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};

describe('the privacy information', () => {
  test('is in Dutch, or in English for whoever asks so', async () => {
    assert.equal((await privacy()).json.language, 'nl');
    assert.equal((await privacy('?language=en')).json.language, 'en');
    assert.equal((await privacy('', { 'accept-language': 'en-GB, nl;q=0.5' })).json.language, 'en');
    assert.equal((await privacy('?language=nl', { 'accept-language': 'en' })).json.language, 'nl');
    expectProblem(await server.api('GET', '/v1/privacy?language=fy'), 422, 'validation', ['language']);
  });

  test('has one version for both languages, which does not change by itself', async () => {
    const [nl, en] = [(await privacy('?language=nl')).json, (await privacy('?language=en')).json];
    assert.match(nl.version, /^[0-9a-f]{64}$/);
    assert.equal(nl.version, en.version);
    await server.restart();
    assert.equal((await privacy()).json.version, nl.version);
  });

  test('says the same of the same in both', async () => {
    const bones = ({ processing, rights }) => ({
      processing: processing.map(({ category, term: { amount, unit, from, amount_oss }, afterwards, on_erasure }) =>
        ({ category, amount, unit, from, amount_oss, afterwards, effect: on_erasure.effect })),
      rights: rights.map(({ right, article, call }) => ({ right, article, call })),
    });
    const [nl, en] = [(await privacy('?language=nl')).json, (await privacy('?language=en')).json];
    assert.deepEqual(bones(nl), bones(en));
    for (const [index, { purpose, data }] of nl.processing.entries()) {
      assert.notEqual(purpose, en.processing[index].purpose);
      assert.notEqual(data, en.processing[index].data);
    }
  });

  test('tells what the law wants told', async () => {
    const { json } = await privacy('?language=en');
    assert.equal(json.controller.name, 'Sample Studio');
    const invoice = json.processing.find(({ category }) => category === 'invoice');
    assert.deepEqual([invoice.term.amount, invoice.term.unit, invoice.term.from, invoice.term.amount_oss], [7, 'years', 'end_of_book_year', 10]);
    assert.match(invoice.legal_basis.statute, /AWR.*52\(4\)/);
    assert.equal(invoice.on_erasure.effect, 'retained_until');
    for (const { legal_basis, recipients, persons } of json.processing) {
      assert.ok(recipients.length > 0 && persons.length > 0);
      assert.match(legal_basis.text, /GDPR art\. 6\(1\)/);
    }
    assert.deepEqual(json.rights.map(({ article }) => article), ['15', '16', '17', '18', '20', '21', '22']);
    for (const part of ['summary', 'logic', 'data', 'effect', 'human']) assert.ok(json.automated_decision[part].length > 40, part);
    assert.match(json.complaint.authority, /Autoriteit Persoonsgegevens/);
  });

  test('is a page for a browser, with nothing in it that runs, and every category and right on it', async () => {
    const { json } = await privacy('?language=en');
    const page = await privacy('?language=en', { accept: 'text/html,application/xhtml+xml' });
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.headers['content-security-policy'], /^default-src 'none'/);
    assert.match(page.text, /<html lang="en">/);
    assert.ok(!/<script|<img|<link|onclick/i.test(page.text));
    const plain = page.text.replaceAll('&#39;', "'").replaceAll('&amp;', '&');
    for (const { title, purpose, term } of json.processing) for (const words of [title, purpose, term.text]) assert.ok(plain.includes(words), words);
    for (const { title, meaning } of json.rights) assert.ok(plain.includes(title) && plain.includes(meaning));
    for (const words of [json.automated_decision.logic, json.complaint.url, json.version]) assert.ok(plain.includes(words), words);
  });

  test('says what the record of processing activities says', async () => {
    for (const language of ['nl', 'en']) {
      const { processing } = (await privacy(`?language=${language}`)).json;
      const record = await registerOf(server, '--language', language);
      for (const item of processing) {
        const { tables, ...same } = record.processing.find(({ category }) => category === item.category);
        assert.deepEqual(same, item);
      }
    }
  });
});

describe('akkoord privacy register', () => {
  test('names the controller of the seller\'s file, staff, security measures, and every category, as text too', async () => {
    const other = await prepareAkkoord({});
    other.env.AKKOORD_SELLER_FILE = other.writeFile('seller.json', { ...sampleSeller, name: 'Another <Studio>' });
    const record = await registerOf(other);
    assert.equal(record.controller.name, 'Another <Studio>');
    assert.ok(record.security.length >= 4);
    assert.ok(record.processing.some(({ category }) => category === 'staff'));
    const { stdout, code } = await other.cli(['privacy', 'register']);
    assert.equal(code, 0);
    assert.ok(stdout.includes('Another <Studio>'));
    for (const { title, purpose, term } of record.processing) for (const words of [title, purpose, term.text]) assert.ok(stdout.includes(words), words);
  });

  test('refuses wrong arguments with 2', async () => {
    for (const args of [[], ['list'], ['register', '--format', 'xml'], ['register', '--format'], ['register', '--language', 'fy']]) {
      assert.equal((await server.cli(['privacy', ...args])).code, 2, args.join(' '));
    }
  });
});

describe('before an order is placed', () => {
  test('the API tells that a machine decides, how, with which effect, and what is mandatory', async () => {
    const [nl, en] = [await information('?language=nl'), await information('?language=en')];
    assert.equal(nl.version, en.version);
    for (const part of ['summary', 'logic', 'data', 'effect', 'human']) assert.notEqual(nl.automated_decision[part], en.automated_decision[part]);
    const mandatory = en.fields.filter((field) => field.mandatory).map(({ field }) => field);
    assert.deepEqual(mandatory, ['lines', 'payment_provider', 'billing.name', 'billing.address', 'email']);
    // What is called mandatory is refused without, and what is not is not.
    const bare = await registerCustomer(server, { address: undefined });
    expectProblem(await server.api('POST', '/v1/orders', { token: bare.token, body: {} }), 422, 'validation', ['billing.address', 'lines', 'payment_provider']);
    expectProblem(await server.api('POST', '/v1/customers', { body: { password: 'a long sample password' } }), 422, 'validation', ['email', 'name']);
  });

  test('an order keeps the version in force, and whether it was shown', async () => {
    const { version } = await information();
    const [shown, silent] = [await placeOrder(server, customer, { information_version: version }), await placeOrder(server, customer)];
    const staff = await newStaff(server, 'auditor');
    for (const [order, was] of [[shown, true], [silent, false]]) {
      const read = await getOrder(server, customer, order);
      const byStaff = expectStatus(await server.api('GET', `/v1/staff/orders/${order.id}`, { token: staff.token }), 200).json;
      for (const each of [order, read, byStaff]) assert.deepEqual([each.information_version, each.information_shown], [version, was]);
    }
    const [{ text_en }] = await server.sql(`SELECT text_en FROM akkoord.order_information WHERE version = '${version}'`);
    assert.deepEqual(text_en, await information('?language=en'), 'and what that version said is kept word for word');
  });

  test('one that is not in force is refused as stale, and nothing is placed', async () => {
    const placed = async () => (await server.sql('SELECT count(*)::int AS count FROM akkoord.customer_order'))[0].count;
    const before = await placed();
    for (const information_version of ['0'.repeat(64), '', 'x']) {
      const body = { lines: [{ sku: 'none', quantity: 1 }], payment_provider: 'standard', information_version };
      expectProblem(await server.api('POST', '/v1/orders', { token: customer.token, body }), 422, 'validation', { information_version: 'stale' });
    }
    assert.equal(await placed(), before);
  });

  test('nobody changes it afterwards, not even the database\'s owner by mistake', async () => {
    await placeOrder(server, customer);
    for (const change of ["information_version = 'x'", 'information_shown = true']) {
      for (const [role, reason] of [['akkoord_server_login', /permission denied/], ['akkoord_worker_login', /permission denied/], ['akkoord_owner', /never changed/]]) {
        const { code, stderr } = await server.psql(`UPDATE akkoord.customer_order SET ${change}`, { role });
        assert.notEqual(code, 0, role);
        assert.match(stderr, reason);
      }
    }
    for (const role of ['akkoord_server_login', 'akkoord_worker_login']) {
      assert.notEqual((await server.psql('DELETE FROM akkoord.order_information', { role })).code, 0);
    }
  });
});
