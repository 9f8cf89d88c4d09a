// Invoices and credit notes: what they say, that they never change, and who may read them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, getOrder, newStaff, payStandard, placeOrder, prepareAkkoord, priceList, randomId, registerCustomer, run,
  sampleAddress, sampleSeller, temporaryFolder } from './lib/akkoord.mjs';

// 16 x 8 pixels, the left ones transparent.
const logo = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAABAAAAAICAYAAADwdn+XAAAAOUlEQVR42mM4ISfHAMSCQKwExMZA7ALEoUCcBsTlQNwBxDOBeBUQ' +
  '7wbiM0B8F4jfAfF/hlEDhoMBADhGwcG3/EETAAAAAElFTkSuQmCC', 'base64');

let server;
before(async () => {
  server = await prepareAkkoord();
  writeFileSync(join(server.folder, 'logo.png'), logo, { mode: 0o644 });
  server.env.AKKOORD_SELLER_FILE = server.writeFile('seller.json', { ...sampleSeller, logo_file: 'logo.png' });
  server.env.AKKOORD_SERVICES_FILE = server.writeFile('services.json',
    priceList({ logo: [123456, '21.00'], book: [2995, '9.00'], 'a-and-b': [50, '21.00'] }));
  await server.start();
});

const buyer = (language) => ({ name: 'Jansen-Østergård', company: 'Bouw & Co "De Ærend" <B.V.>', address: { ...sampleAddress, street: 'Kanaalstraße 7' },
  vat_number: 'NL987654321B01', kvk_number: '87654321', language });

async function invoiced(customer, { options = {}, payment = {} } = {}) {
  const order = await placeOrder(server, customer, options);
  expectStatus(await payStandard(server, order, payment), 200);
  return getOrder(server, customer, order);
}
const fetchOf = (customer, path) => server.api('GET', path, { token: customer.token });

// The text of a PDF, in reading order; poppler also says when a file is broken.
async function readPdf(bytes) {
  const file = join(temporaryFolder(), 'document.pdf');
  writeFileSync(file, bytes, { mode: 0o644 });
  const { code, stdout, stderr } = await run('pdftotext', ['-layout', file, '-']);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.replace(/[\u00a0\u202f]/g, ' ');
}

// What a tool of poppler's says about a PDF.
async function inspect(bytes, ...command) {
  const file = join(temporaryFolder(), 'document.pdf');
  writeFileSync(file, bytes, { mode: 0o644 });
  const { code, stdout, stderr } = await run(command[0], [...command.slice(1), file]);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

async function embeddedInvoice(bytes) {
  assert.match(await inspect(bytes, 'pdfdetach', '-list'), /^1: factur-x\.xml$/m);
  const file = join(temporaryFolder(), 'factur-x.xml');
  await inspect(bytes, 'pdfdetach', '-save', '1', '-o', file);
  return readFileSync(file, 'utf8');
}

function expectPdf(answer) {
  expectStatus(answer, 200);
  assert.equal(answer.headers['content-type'], 'application/pdf');
  assert.equal(answer.bytes.subarray(0, 5).toString(), '%PDF-');
  return answer.bytes;
}

const inWords = (amount, language) => {
  const [whole, cents] = [Math.floor(amount / 100), String(amount % 100).padStart(2, '0')];
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, language === 'nl' ? '.' : ',');
  return `${grouped}${language === 'nl' ? ',' : '.'}${cents}`;
};

describe('an invoice', () => {
  for (const language of ['nl', 'en']) {
    test(`in ${language} holds seller, buyer, numbers, lines, VAT for each rate and totals`, async () => {
      const details = buyer(language);
      const customer = await registerCustomer(server, details);
      const lines = [{ sku: 'logo', quantity: 2 }, { sku: 'book', quantity: 7 }, { sku: 'a-and-b', quantity: 1 }];
      const order = await invoiced(customer, { options: { lines, reference: 'PO-2026/77' } });
      const text = await readPdf(expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`)));
      const vats = { 21: Math.round((2 * 123456 + 50) * 0.21), 9: Math.round(7 * 2995 * 0.09) };
      assert.equal(order.vat.amount, vats[21] + vats[9]);
      const amounts = [order.net.amount, order.total.amount, vats[21], vats[9], 2 * 123456, 7 * 2995].map((amount) => inWords(amount, language));
      const [year, month, day] = order.invoices[0].issue_date.split('-').map(Number);
      for (const fact of [order.invoices[0].number, sampleSeller.name, sampleSeller.kvk_number, sampleSeller.vat_number, sampleSeller.address.street,
        details.company, details.name, details.address.street, details.address.city, details.vat_number, 'PO-2026/77',
        language === 'nl' ? 'Dienst logo' : 'Service logo', '21', '9', String(year), String(day), language === 'nl' ? 'Factuur' : 'Invoice', ...amounts]) {
        assert.ok(text.toLowerCase().includes(fact.toLowerCase()), `${fact} in:\n${text}`);
      }
      assert.ok(month >= 1);
    });
  }

  test('has the same bytes at every fetch, by both paths, and after a restart', async () => {
    const customer = await registerCustomer(server, buyer('nl'));
    const order = await invoiced(customer);
    const [{ number }] = order.invoices;
    const first = expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`));
    const paths = [`/v1/orders/${order.id}/invoice.pdf`, `/v1/invoices/${number}.pdf`];
    for (const path of paths) assert.deepEqual(expectPdf(await fetchOf(customer, path)), first);
    await server.restart();
    for (const path of paths) assert.deepEqual(expectPdf(await fetchOf(customer, path)), first);
  });

  test('has the same bytes for eight who fetch it for the first time at once', async () => {
    const customer = await registerCustomer(server, buyer('en'));
    const order = await invoiced(customer);
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`)));
    for (const answer of answers) assert.deepEqual(expectPdf(answer), answers[0].bytes);
  });

  test('is billed to whom the order says, not to the profile', async () => {
    const customer = await registerCustomer(server, buyer('nl'));
    const billing = { name: 'Inkoop Voorbeeld', company: 'Andere Zaak B.V.', address: { ...sampleAddress, city: 'Groningen' } };
    const order = await invoiced(customer, { options: { billing } });
    const text = await readPdf(expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`)));
    for (const fact of ['Andere Zaak B.V.', 'Inkoop Voorbeeld', 'Groningen']) assert.ok(text.includes(fact), text);
    for (const other of ['Bouw & Co', 'NL987654321B01', 'Utrecht']) assert.ok(!text.includes(other), `${other} in:\n${text}`);
  });

  test('is PDF/A-3b, tagged, and holds itself as Factur-X', async () => {
    const customer = await registerCustomer(server, buyer('en'));
    const order = await invoiced(customer);
    const pdf = expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`));
    const metadata = await inspect(pdf, 'pdfinfo', '-meta');
    for (const fact of ['<pdfaid:part>3<', '<pdfaid:conformance>B<', '<fx:ConformanceLevel>EN 16931<', '<fx:DocumentFileName>factur-x.xml<']) {
      assert.ok(metadata.includes(fact), `${fact} in:\n${metadata}`);
    }
    assert.match(await inspect(pdf, 'pdfinfo'), /^Tagged: +yes$/m);
    const xml = await embeddedInvoice(pdf);
    const cii = expectStatus(await fetchOf(customer, `/v1/orders/${order.id}/invoice.cii.xml`), 200);
    assert.equal(xml, cii.bytes.toString(), 'the CII that is handed out by itself, to the byte');
    const total = `${Math.floor(order.total.amount / 100)}.${String(order.total.amount % 100).padStart(2, '0')}`;
    assert.match(xml, /^<\?xml [^>]*>\s*<rsm:CrossIndustryInvoice/);
    assert.ok(xml.includes(`<ram:ID>${order.invoices[0].number}</ram:ID>`), xml);
    assert.ok(xml.includes(`<ram:GrandTotalAmount>${total}</ram:GrandTotalAmount>`), xml);
  });

  test('shows the seller\'s logo, without transparency', async () => {
    const customer = await registerCustomer(server, buyer('en'));
    const order = await invoiced(customer);
    const pdf = expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`));
    const [, , ...images] = (await inspect(pdf, 'pdfimages', '-list')).trim().split('\n');
    assert.equal(images.length, 1, images.join('\n'));
    assert.match(images[0], / image +16 +8 +rgb /);
  });

  test('is not there before the order is accepted: 404', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    expectProblem(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`), 404, 'not_found');
    const held = await invoiced(customer, { payment: { amount: 1 } });
    expectProblem(await fetchOf(customer, `/v1/orders/${held.id}/invoice.pdf`), 404, 'not_found');
  });

  test('a number that is none of ours is not found: 404', async () => {
    const customer = await registerCustomer(server);
    for (const number of ['2026-000000', '1999-000001', 'x', '2026-1', '2026-000001000', 'CN2026-000999', '%27']) {
      const answer = await fetchOf(customer, `/v1/invoices/${number}.pdf`);
      assert.equal(answer.status, 404, `${number}: ${answer}`);
    }
  });
});

describe('a credit note', () => {
  test('has a number of its own series, a positive total and names the invoice; the invoice stays as it was', async () => {
    const customer = await registerCustomer(server, buyer('nl'));
    const payment = randomId('pay');
    const order = await invoiced(customer, { payment: { payment } });
    const invoice = expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`));
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment }), 200);
    const after = await getOrder(server, customer, order);
    const [first, second] = after.invoices;
    assert.deepEqual([first.kind, second.kind], ['invoice', 'credit_note']);
    assert.match(first.number, /^\d{4}-\d{6}$/);
    assert.match(second.number, /^CN\d{4}-\d{6}$/);
    assert.deepEqual(second.total, order.total);
    const text = await readPdf(expectPdf(await fetchOf(customer, `/v1/invoices/${second.number}.pdf`)));
    for (const fact of [second.number, first.number, inWords(order.total.amount, 'nl')]) assert.ok(text.includes(fact), `${fact} in:\n${text}`);
    assert.match(text, /creditnota|creditfactuur/i);
    for (const path of [`/v1/orders/${order.id}/invoice.pdf`, `/v1/invoices/${first.number}.pdf`]) {
      assert.deepEqual(expectPdf(await fetchOf(customer, path)), invoice, 'the newest document of kind invoice');
    }
  });
});

describe('what is issued', () => {
  test('can be neither changed nor deleted by the server\'s role', async () => {
    const customer = await registerCustomer(server);
    const order = await invoiced(customer);
    expectPdf(await fetchOf(customer, `/v1/orders/${order.id}/invoice.pdf`));
    for (const table of ['document', 'decision', 'rendition', 'event', 'event_key', 'history', 'schema_migration']) {
      const { stdout } = await server.psql(`SELECT attname FROM pg_attribute WHERE attrelid = 'akkoord.${table}'::regclass AND attnum = 1`, { role: 'akkoord_server_login' });
      for (const statement of [`UPDATE akkoord.${table} SET ${stdout.trim()} = ${stdout.trim()}`, `DELETE FROM akkoord.${table}`, `TRUNCATE akkoord.${table}`]) {
        const { code, stderr } = await server.psql(statement, { role: 'akkoord_server_login' });
        assert.notEqual(code, 0, statement);
        assert.match(stderr, /permission denied/, statement);
      }
    }
    for (const statement of ['DELETE FROM akkoord.document_counter', 'DELETE FROM akkoord.customer_order', 'DELETE FROM akkoord.payment',
      'DROP TABLE akkoord.document', 'CREATE TABLE akkoord.mine ()', 'CREATE ROLE mine']) {
      const { code, stderr } = await server.psql(statement, { role: 'akkoord_server_login' });
      assert.notEqual(code, 0, statement);
      assert.match(stderr, /permission denied|must be owner/, statement);
    }
  });

  test('is read by the auditor, who can change nothing', async () => {
    const { code } = await server.psql('SELECT count(*) FROM akkoord.document', { role: 'akkoord_auditor_login' });
    assert.equal(code, 0);
    const { stdout } = await server.psql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'akkoord'", { role: 'akkoord_auditor_login' });
    const tables = stdout.trim().split('\n');
    assert.ok(tables.length > 10);
    for (const table of tables) {
      const answer = await server.psql(`DELETE FROM akkoord.${table}`, { role: 'akkoord_auditor_login' });
      assert.match(answer.stderr, /permission denied|cannot delete from view/, table);
    }
  });

  test('is not open to staff without a customer\'s token', async () => {
    const customer = await registerCustomer(server);
    const order = await invoiced(customer);
    const { token } = await newStaff(server);
    expectProblem(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token }), 403, 'forbidden');
  });
});

describe('a logo that can\'t be drawn', () => {
  const broken = { 'broken.png': logo.subarray(0, logo.length - 30), 'photo.png': Buffer.from('\xff\xd8\xff\xe0 JFIF', 'latin1'),
    'large.png': Buffer.concat([logo, Buffer.alloc(256 * 1024)]), 'missing.png': null };
  for (const [name, bytes] of Object.entries(broken)) {
    test(`${name} stops the start with one line, and doctor names it`, async () => {
      if (bytes !== null) writeFileSync(join(server.folder, name), bytes, { mode: 0o644 });
      const env = { AKKOORD_SELLER_FILE: server.writeFile(`seller-${name}.json`, { ...sampleSeller, logo_file: name }) };
      const { code, stdout, stderr } = await server.refuse(env);
      assert.equal(code, 1, stdout);
      assert.match(stderr, /^akkoord: AKKOORD_SELLER_FILE .*logo_file: .*\n$/);
      const doctor = await server.cli(['doctor'], { env });
      assert.equal(doctor.code, 1);
      assert.match(doctor.stdout, /^problem +seller +AKKOORD_SELLER_FILE .*logo_file/m);
    });
  }
});
