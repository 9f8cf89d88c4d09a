// Electronic invoices over the API: the same facts as the order's, the same bytes for ever, for their customer only.
// Whether they follow the official rules is proven by tests/conformance.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { euros, expectProblem, expectStatus, getOrder, payStandard, placeOrder, prepareAkkoord, registerCustomer } from './lib/akkoord.mjs';
import { decimalOf, parseXml, ublRoot } from './lib/einvoices.mjs';

const seller = { name: 'Sample Studio', address: { street: 'Voorbeeldstraat 1', postal_code: '1234 AB', city: 'Utrecht', country: 'NL' },
  kvk_number: '12345678', vat_number: 'NL001234567B01', iban: 'NL02 ABNA 0123 4567 89', email: 'billing@example.com' };

// Three rates, and a name that would break XML written by hand.
const service = (sku, name, price, vat_category, vat_rate) =>
  ({ sku, name: { nl: name, en: name }, unit_price: euros(price), price_includes_vat: false, vat_category, vat_rate });
const priceList = { services: [service('logo', 'Logo & <huisstijl>', 33333, 'S', '21.00'), service('book', 'Boek', 2995, 'S', '9.00'),
  service('zero', 'Nultarief', 1001, 'Z', '0.00')] };
const lines = [{ sku: 'logo', quantity: 3 }, { sku: 'book', quantity: 7 }, { sku: 'zero', quantity: 1 }];

let server;
before(async () => {
  server = await prepareAkkoord();
  for (const [setting, name, content] of [['AKKOORD_SELLER_FILE', 'seller.json', seller], ['AKKOORD_SERVICES_FILE', 'services.json', priceList]]) {
    server.env[setting] = join(server.folder, name);
    writeFileSync(server.env[setting], JSON.stringify(content), { mode: 0o644 });
  }
  await server.start();
});

async function download(path, customer, number) {
  const answer = expectStatus(await server.api('GET', path, { token: customer.token }), 200);
  assert.equal(answer.headers['content-type'], 'application/xml');
  assert.match(answer.headers['content-disposition'], new RegExp(`filename="${number}\\.xml"`));
  return answer;
}

async function paidOrder(customer, options = {}) {
  const order = await placeOrder(server, customer, { lines, ...options });
  const payment = `pay_${order.id}`;
  expectStatus(await payStandard(server, order, { payment }), 200);
  const paid = await getOrder(server, customer, order);
  assert.equal(paid.status, 'accepted');
  return { order: paid, payment, invoice: paid.invoices.find(({ kind }) => kind === 'invoice') };
}

// The document's amounts are the order's.
function expectAmountsOf(document, order, lineName) {
  const total = (name) => document.one(`LegalMonetaryTotal/${name}`);
  assert.equal(total('LineExtensionAmount'), decimalOf(order.net));
  assert.equal(total('TaxExclusiveAmount'), decimalOf(order.net));
  assert.equal(document.one('TaxTotal/TaxAmount'), decimalOf(order.vat));
  assert.equal(total('TaxInclusiveAmount'), decimalOf(order.total));
  assert.equal(total('PrepaidAmount'), decimalOf(order.total));
  assert.equal(total('PayableAmount'), '0.00');
  assert.deepEqual(document.texts[`${lineName}/LineExtensionAmount`], order.lines.map(({ net }) => decimalOf(net)));
  assert.deepEqual(document.texts[`${lineName}/Price/PriceAmount`], order.lines.map(({ unit_price }) => decimalOf(unit_price)));
  assert.deepEqual(document.texts[`${lineName}/Item/Name`], order.lines.map(({ name }) => name));
  assert.deepEqual(document.texts['TaxTotal/TaxSubtotal/TaxCategory/Percent'], ['21.00', '9.00', '0.00']);
  assert.deepEqual(document.texts['TaxTotal/TaxSubtotal/TaxCategory/ID'], ['S', 'S', 'Z']);
}

describe('an electronic invoice', () => {
  test('states the seller, the buyer and the amounts of a paid order', async () => {
    const customer = await registerCustomer(server);
    const billing = { name: 'Sample Customer', company: 'Example & Company B.V.', vat_number: 'NL009999999B99', kvk_number: '87654321',
      address: { street: 'Testlaan 12-B', postal_code: '9999 ZZ', city: 'Groningen', country: 'NL' } };
    const { order, invoice } = await paidOrder(customer, { reference: 'PO-123', billing });
    const document = await parseXml((await download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number)).bytes);
    assert.equal(document.root, ublRoot);
    assert.equal(document.one('CustomizationID'), 'urn:cen.eu:en16931:2017#compliant#urn:fdc:nen.nl:nlcius:v1.0');
    assert.equal(document.one('ID'), invoice.number);
    assert.equal(document.one('IssueDate'), invoice.issue_date);
    assert.equal(document.one('BuyerReference'), 'PO-123');
    assert.equal(document.one('OrderReference/ID'), order.number);
    expectAmountsOf(document, order, 'InvoiceLine');
    assert.equal(document.one('AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName'), seller.name);
    assert.equal(document.one('AccountingSupplierParty/Party/PartyTaxScheme/CompanyID'), seller.vat_number);
    const buyer = 'AccountingCustomerParty/Party';
    assert.equal(document.one(`${buyer}/PartyLegalEntity/RegistrationName`), billing.company);
    assert.equal(document.one(`${buyer}/PartyLegalEntity/CompanyID`), billing.kvk_number);
    assert.equal(document.one(`${buyer}/PartyTaxScheme/CompanyID`), billing.vat_number);
    assert.equal(document.one(`${buyer}/PostalAddress/CityName`), billing.address.city);
    assert.ok(!('PaymentMeans/PaymentMeansCode' in document.texts), 'nothing is due');
  });

  test('says whose rules it follows, by who the buyer is', async () => {
    const address = { street: 'Testlaan 12-B', postal_code: '9999 ZZ', city: 'Groningen', country: 'NL' };
    const plain = 'urn:cen.eu:en16931:2017';
    const cases = [
      [{ name: 'Sample Customer', address }, plain],
      [{ name: 'Sample Customer', company: 'Example Company B.V.', kvk_number: '87654321', address },
        `${plain}#compliant#urn:fdc:nen.nl:nlcius:v1.0`],
    ];
    for (const [billing, specification] of cases) {
      const customer = await registerCustomer(server);
      const { order, invoice } = await paidOrder(customer, { billing });
      const document = await parseXml((await download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number)).bytes);
      assert.equal(document.one('CustomizationID'), specification);
    }
  });

  test('is the same file by order and by number, today and after a restart', async () => {
    const customer = await registerCustomer(server);
    const { order, invoice } = await paidOrder(customer);
    const first = await download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number);
    const again = await download(`/v1/invoices/${invoice.number}.xml`, customer, invoice.number);
    assert.ok(first.bytes.equals(again.bytes));
    await server.restart();
    const later = await download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number);
    assert.ok(first.bytes.equals(later.bytes));
    const kept = await server.sql(`SELECT count(*) AS renditions FROM akkoord.rendition r JOIN akkoord.document d ON d.id = r.document_id
      WHERE d.number = '${invoice.number}' AND r.format = 'ubl'`);
    assert.deepEqual(kept, [{ renditions: 1 }], 'it is kept, once');
  });

  test('asked for by many at once, all get the same file', async () => {
    const customer = await registerCustomer(server);
    const { order, invoice } = await paidOrder(customer);
    const all = await Promise.all(Array.from({ length: 12 }, () => download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number)));
    for (const answer of all) assert.ok(answer.bytes.equals(all[0].bytes));
  });

  test('of a refunded order, the credit note names the invoice and has its amounts', async () => {
    const customer = await registerCustomer(server);
    const { order, payment, invoice } = await paidOrder(customer);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment }), 200);
    const refunded = await getOrder(server, customer, order);
    const note = refunded.invoices.find(({ kind }) => kind === 'credit_note');
    const document = await parseXml((await download(`/v1/invoices/${note.number}.xml`, customer, note.number)).bytes);
    assert.equal(document.root, '{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote');
    assert.equal(document.one('ID'), note.number);
    assert.equal(document.one('BillingReference/InvoiceDocumentReference/ID'), invoice.number);
    expectAmountsOf(document, order, 'CreditNoteLine');
    await download(`/v1/orders/${order.id}/invoice.xml`, customer, invoice.number);
  });
});

describe('what is not there', () => {
  test("another customer's invoice is not found (404), and without a token it is 401", async () => {
    const [owner, stranger] = [await registerCustomer(server), await registerCustomer(server)];
    const { order, invoice } = await paidOrder(owner);
    for (const path of [`/v1/orders/${order.id}/invoice.xml`, `/v1/invoices/${invoice.number}.xml`]) {
      expectProblem(await server.api('GET', path, { token: stranger.token }), 404, 'not_found');
      expectProblem(await server.api('GET', path), 401, 'unauthenticated');
      await download(path, owner, invoice.number);
    }
  });

  test('an order that was not paid has none (404), nor is there one of an unknown number or format', async () => {
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer, { lines });
    expectProblem(await server.api('GET', `/v1/orders/${order.id}/invoice.xml`, { token: customer.token }), 404, 'not_found');
    const { invoice } = await paidOrder(customer);
    for (const name of ['2026-999999.xml', `${invoice.number}.xml.xml`, `${invoice.number}.html`]) {
      expectProblem(await server.api('GET', `/v1/invoices/${name}`, { token: customer.token }), 404, 'not_found');
    }
  });
});
