// Invoices as CII (Factur-X, ZUGFeRD) over the API: the same facts as the order's, the same bytes for ever, for their
// customer only. Whether they follow the official rules is proven by tests/conformance.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, getOrder, payStandard, placeOrder, prepareAkkoord, registerCustomer } from './lib/akkoord.mjs';
import { ciiRoot, decimalOf, parseXml } from './lib/einvoices.mjs';

let server;
before(async () => {
  server = await prepareAkkoord();
  await server.start();
});

async function parse(xml) {
  const { root, texts } = await parseXml(xml);
  assert.equal(root, ciiRoot);
  return texts;
}

const trade = (path) => `SupplyChainTradeTransaction/${path}`;
const settled = (path) => trade(`ApplicableHeaderTradeSettlement/${path}`);
const summed = (path) => settled(`SpecifiedTradeSettlementHeaderMonetarySummation/${path}`);
async function download(path, customer, number) {
  const answer = expectStatus(await server.api('GET', path, { token: customer.token }), 200);
  assert.equal(answer.headers['content-type'], 'application/xml');
  assert.match(answer.headers['content-disposition'], new RegExp(`filename="${number}\\.cii\\.xml"`));
  return answer.bytes;
}

async function paidOrder(customer, options = {}) {
  const order = await placeOrder(server, customer, options);
  const payment = `pay_${order.id}`;
  expectStatus(await payStandard(server, order, { payment }), 200);
  const paid = await getOrder(server, customer, order);
  return { order: paid, payment, invoice: paid.invoices.find(({ kind }) => kind === 'invoice') };
}

function expectAmountsOf(texts, order) {
  for (const [path, amount] of [['LineTotalAmount', order.net], ['TaxBasisTotalAmount', order.net], ['TaxTotalAmount', order.vat],
    ['GrandTotalAmount', order.total], ['TotalPrepaidAmount', order.total]]) assert.deepEqual(texts[summed(path)], [decimalOf(amount)], path);
  assert.deepEqual(texts[summed('DuePayableAmount')], ['0.00']);
  assert.deepEqual(texts[trade('IncludedSupplyChainTradeLineItem/SpecifiedTradeProduct/Name')], order.lines.map(({ name }) => name));
}

describe('an invoice as CII', () => {
  test('states the buyer and the amounts of a paid order, under the profile EN 16931 of Factur-X', async () => {
    const customer = await registerCustomer(server);
    const billing = { name: 'Sample Customer', company: 'Example & Company B.V.', vat_number: 'NL009999999B99', kvk_number: '87654321',
      address: { street: 'Testlaan 12-B', postal_code: '9999 ZZ', city: 'Groningen', country: 'NL' } };
    const { order, invoice } = await paidOrder(customer, { reference: 'PO-123', billing });
    const texts = await parse(await download(`/v1/orders/${order.id}/invoice.cii.xml`, customer, invoice.number));
    assert.deepEqual(texts['ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID'], ['urn:cen.eu:en16931:2017']);
    assert.deepEqual(texts['ExchangedDocument/ID'], [invoice.number]);
    assert.deepEqual(texts['ExchangedDocument/TypeCode'], ['380']);
    assert.deepEqual(texts['ExchangedDocument/IssueDateTime/DateTimeString'], [invoice.issue_date.replaceAll('-', '')]);
    assert.deepEqual(texts[trade('ApplicableHeaderTradeAgreement/BuyerReference')], ['PO-123']);
    const buyer = (path) => trade(`ApplicableHeaderTradeAgreement/BuyerTradeParty/${path}`);
    assert.deepEqual(texts[buyer('Name')], [billing.company]);
    assert.deepEqual(texts[buyer('SpecifiedLegalOrganization/ID')], [billing.kvk_number]);
    assert.deepEqual(texts[buyer('SpecifiedTaxRegistration/ID')], [billing.vat_number]);
    expectAmountsOf(texts, order);
  });

  test('is the same file by order and by number, today and after a restart, and kept once', async () => {
    const customer = await registerCustomer(server);
    const { order, invoice } = await paidOrder(customer);
    const first = await download(`/v1/orders/${order.id}/invoice.cii.xml`, customer, invoice.number);
    assert.ok(first.equals(await download(`/v1/invoices/${invoice.number}.cii.xml`, customer, invoice.number)));
    await server.restart();
    assert.ok(first.equals(await download(`/v1/orders/${order.id}/invoice.cii.xml`, customer, invoice.number)));
    const kept = await server.sql(`SELECT count(*) AS renditions FROM akkoord.rendition r JOIN akkoord.document d ON d.id = r.document_id
      WHERE d.number = '${invoice.number}' AND r.format = 'cii'`);
    assert.deepEqual(kept, [{ renditions: 1 }]);
    const ubl = expectStatus(await server.api('GET', `/v1/invoices/${invoice.number}.xml`, { token: customer.token }), 200);
    assert.match(ubl.bytes.toString(), /xsd:Invoice-2/, 'beside it stands the UBL');
  });

  test('of a refunded order, the credit note names the invoice and has its amounts', async () => {
    const customer = await registerCustomer(server);
    const { order, payment, invoice } = await paidOrder(customer);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment }), 200);
    const note = (await getOrder(server, customer, order)).invoices.find(({ kind }) => kind === 'credit_note');
    const texts = await parse(await download(`/v1/invoices/${note.number}.cii.xml`, customer, note.number));
    assert.deepEqual(texts['ExchangedDocument/TypeCode'], ['381']);
    assert.deepEqual(texts[settled('InvoiceReferencedDocument/IssuerAssignedID')], [invoice.number]);
    expectAmountsOf(texts, order);
  });
});

test("another customer's, an unpaid order's or an unknown number's is not found (404), and without a token it is 401", async () => {
  const [owner, stranger] = [await registerCustomer(server), await registerCustomer(server)];
  const { order, invoice } = await paidOrder(owner);
  for (const path of [`/v1/orders/${order.id}/invoice.cii.xml`, `/v1/invoices/${invoice.number}.cii.xml`]) {
    expectProblem(await server.api('GET', path, { token: stranger.token }), 404, 'not_found');
    expectProblem(await server.api('GET', path), 401, 'unauthenticated');
  }
  const unpaid = await placeOrder(server, owner);
  for (const path of [`/v1/orders/${unpaid.id}/invoice.cii.xml`, '/v1/invoices/2026-999999.cii.xml', '/v1/invoices/.cii.xml']) {
    expectProblem(await server.api('GET', path, { token: owner.token }), 404, 'not_found');
  }
});
