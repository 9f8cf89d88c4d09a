// UBL and CII of buyers abroad, and what is still to be paid and by when, in every form that an invoice has: over HTTP,
// from orders that were placed. Whether they follow the official rules is proven by tests/conformance.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { euros, expectStatus, getOrder, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer, run, sampleAddress, sampleSeller,
  temporaryFolder } from './lib/akkoord.mjs';
import { ciiRoot, decimalOf, parseXml, ublRoot } from './lib/einvoices.mjs';

const names = (name) => ({ nl: `${name} (nl)`, en: `${name} (en)` });
const sold = (sku, amount, vat_rate, more = {}) =>
  ({ sku, name: names(sku), unit_price: euros(amount), price_includes_vat: false, vat_category: 'S', vat_rate, supply: 'electronic', ...more });
const services = [sold('design', 10001, '21.00'), sold('gross', 9999, '21.00', { price_includes_vat: true }), sold('book', 2750, '9.00', { supply: 'goods' })];
const seller = { ...sampleSeller, bic: 'ABNANL2A', payment_days: 14 };

const address = (country) => ({ ...sampleAddress, country });
const belgianBusiness = { name: 'Sample Customer', company: 'Example Company BV', vat_number: 'BE0123456749', address: address('BE') };
const germanConsumer = { name: 'Sample Customer', address: address('DE') };
const americanBusiness = { name: 'Sample Customer', company: 'Example Inc.', address: address('US') };

async function start(more) {
  const server = await prepareAkkoord();
  server.env.AKKOORD_SELLER_FILE = server.writeFile('seller.json', { ...seller, ...more });
  server.env.AKKOORD_SERVICES_FILE = server.writeFile('services.json', { services });
  await server.start();
  return server;
}

let server, oneStop;
before(async () => {
  server = await start({});
  oneStop = await start({ one_stop_shop: true });
});

async function invoiced(shop, options) {
  const customer = await registerCustomer(shop, { language: 'en' });
  const placed = await placeOrder(shop, customer, options);
  expectStatus(await payStandard(shop, placed), 200);
  const order = await getOrder(shop, customer, placed);
  assert.equal(order.status, 'accepted');
  return { shop, customer, order, ...(await formsOf(shop, customer, order.invoices[0])) };
}

// A document in each form.
async function formsOf(shop, customer, invoice) {
  const get = async (extension) => expectStatus(await shop.api('GET', `/v1/invoices/${invoice.number}.${extension}`, { token: customer.token }), 200);
  const ubl = await parseXml((await get('xml')).bytes);
  const cii = await parseXml((await get('cii.xml')).bytes);
  assert.deepEqual([ubl.root, cii.root], [invoice.kind === 'invoice' ? ublRoot : ublRoot.replaceAll('Invoice', 'CreditNote'), ciiRoot]);
  return { invoice, ubl, cii, pdf: await readPdf((await get('pdf')).bytes) };
}

async function readPdf(bytes) {
  const file = join(temporaryFolder(), 'document.pdf');
  writeFileSync(file, bytes, { mode: 0o644 });
  const { code, stdout, stderr } = await run('pdftotext', ['-layout', file, '-']);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout.replace(/[\u00a0\u202f]/g, ' ');
}

const trade = (path) => `SupplyChainTradeTransaction/${path}`;
const settled = (path) => trade(`ApplicableHeaderTradeSettlement/${path}`);
const summed = (path) => settled(`SpecifiedTradeSettlementHeaderMonetarySummation/${path}`);
const buyerOf = (path) => trade(`ApplicableHeaderTradeAgreement/BuyerTradeParty/${path}`);

// Both say what the order does, to the cent.
function expectAmounts({ ubl, cii, order }, prepaid = order.total.amount) {
  const rest = { amount: order.total.amount - prepaid };
  for (const [name, money] of [['LineExtensionAmount', order.net], ['TaxExclusiveAmount', order.net], ['TaxInclusiveAmount', order.total], ['PayableAmount', rest]])
    assert.equal(ubl.one(`LegalMonetaryTotal/${name}`), decimalOf(money), name);
  for (const [name, money] of [['LineTotalAmount', order.net], ['TaxBasisTotalAmount', order.net], ['GrandTotalAmount', order.total], ['DuePayableAmount', rest]])
    assert.equal(cii.one(summed(name)), decimalOf(money), name);
  assert.equal(ubl.one('TaxTotal/TaxAmount'), decimalOf(order.vat));
  assert.equal(cii.one(summed('TaxTotalAmount')), decimalOf(order.vat));
  assert.deepEqual(ubl.texts['InvoiceLine/LineExtensionAmount'], order.lines.map(({ net }) => decimalOf(net)));
  const rates = order.vat_breakdown.map(({ vat_category, vat_rate, net, vat }) => [vat_category, vat_rate, decimalOf(net), decimalOf(vat)]);
  const columns = (document, paths) => document.texts[paths[0]].map((_, row) => paths.map((path) => document.texts[path][row]));
  const subtotal = 'TaxTotal/TaxSubtotal';
  assert.deepEqual(columns(ubl, [`${subtotal}/TaxCategory/ID`, `${subtotal}/TaxCategory/Percent`, `${subtotal}/TaxableAmount`, `${subtotal}/TaxAmount`]), rates);
  const tax = settled('ApplicableTradeTax');
  assert.deepEqual(columns(cii, [`${tax}/CategoryCode`, `${tax}/RateApplicablePercent`, `${tax}/BasisAmount`, `${tax}/CalculatedAmount`]), rates);
}

// Why there is no VAT, in the category's own place.
function expectReason({ ubl, cii, pdf }, reason) {
  assert.match(ubl.one('TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason'), reason);
  assert.match(cii.one(settled('ApplicableTradeTax/ExemptionReason')), reason);
  assert.match(pdf.replace(/\s+/g, ' '), reason);
}

describe('an invoice to a buyer abroad', () => {
  test('who is a Belgian business has the VAT reverse-charged to their number, under Peppol BIS', async () => {
    const made = await invoiced(server, { billing: belgianBusiness, reference: 'PO-7', lines: [{ sku: 'design', quantity: 3 }, { sku: 'gross', quantity: 2 }] });
    const { ubl, cii, pdf, order } = made;
    assert.deepEqual([order.vat_breakdown.length, order.vat_breakdown[0].ground, order.vat.amount], [1, 'reverse_charge', 0]);
    expectAmounts(made);
    expectReason(made, /[Rr]everse charge.*articles 44 and 196/);
    assert.equal(ubl.one('CustomizationID'), 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0');
    assert.equal(ubl.one('BuyerReference'), 'PO-7');
    const buyer = 'AccountingCustomerParty/Party';
    assert.equal(ubl.one(`${buyer}/EndpointID`), 'BE0123456749');
    assert.equal(ubl.one(`${buyer}/PartyTaxScheme/CompanyID`), 'BE0123456749');
    assert.equal(ubl.one(`${buyer}/PartyLegalEntity/RegistrationName`), belgianBusiness.company);
    assert.equal(ubl.one(`${buyer}/PostalAddress/Country/IdentificationCode`), 'BE');
    assert.equal(cii.one(buyerOf('Name')), belgianBusiness.company);
    assert.equal(cii.one(buyerOf('SpecifiedTaxRegistration/ID')), 'BE0123456749');
    assert.equal(cii.one(buyerOf('PostalTradeAddress/CountryID')), 'BE');
    for (const part of [belgianBusiness.company, 'BE0123456749', 'Belgium', seller.vat_number]) assert.ok(pdf.includes(part), part);
  });

  test('that are goods say where they went', async () => {
    const made = await invoiced(server, { billing: belgianBusiness, lines: [{ sku: 'book', quantity: 4 }] });
    expectAmounts(made);
    expectReason(made, /Intra-Community supply.*article 138/);
    assert.equal(made.ubl.one('Delivery/DeliveryLocation/Address/Country/IdentificationCode'), 'BE');
    assert.equal(made.cii.one(trade('ApplicableHeaderTradeDelivery/ShipToTradeParty/PostalTradeAddress/CountryID')), 'BE');
  });

  test('who is a German consumer has German VAT, declared through the one-stop shop', async () => {
    const made = await invoiced(oneStop, { billing: germanConsumer, lines: [{ sku: 'design', quantity: 1 }, { sku: 'gross', quantity: 3 }, { sku: 'book', quantity: 1 }] });
    const { ubl, cii, pdf, order } = made;
    assert.deepEqual(order.vat_breakdown.map(({ vat_rate, ground, country }) => [vat_rate, ground, country]), [['19.00', 'one_stop_shop', 'DE']]);
    expectAmounts(made);
    assert.equal(ubl.one('CustomizationID'), 'urn:cen.eu:en16931:2017');
    // BR-S-10: a reason is forbidden beside a rate, so it stands in the note.
    assert.equal(ubl.texts['TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason'], undefined);
    for (const text of [ubl.one('Note'), cii.one('ExchangedDocument/IncludedNote/Content'), pdf]) assert.match(text, /VAT of Germany.*one-stop shop/);
    assert.equal(ubl.one('AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName'), germanConsumer.name);
    assert.equal(cii.one(buyerOf('Name')), germanConsumer.name);
    assert.equal(ubl.texts['AccountingCustomerParty/Party/PartyTaxScheme/CompanyID'], undefined);
    assert.match(pdf, /19%/);
  });

  test('who is outside the Union has none, for services and for goods', async () => {
    for (const [sku, ground, reason] of [['design', 'outside_union', /outside the Union, no VAT \(articles 44, 58 and 59/], ['book', 'export', /Export from the Union.*article 146/]]) {
      const made = await invoiced(server, { billing: americanBusiness, lines: [{ sku, quantity: 2 }] });
      assert.equal(made.order.vat_breakdown[0].ground, ground);
      expectAmounts(made);
      expectReason(made, reason);
      assert.equal(made.ubl.one('CustomizationID'), 'urn:cen.eu:en16931:2017', 'no network reaches them');
      assert.equal(made.cii.one(buyerOf('PostalTradeAddress/CountryID')), 'US');
      assert.ok(made.pdf.includes('United States'));
    }
  });
});

describe('by when an invoice has to be paid', () => {
  const inDays = (date, days) => new Date(Date.parse(`${date}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  const inWords = (date) => new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(date));

  // Less was paid than it costs, and a reviewer let it go on.
  async function underpaid(shop, short) {
    const customer = await registerCustomer(shop, { language: 'en' });
    const placed = await placeOrder(shop, customer, { lines: [{ sku: 'design', quantity: 1 }] });
    expectStatus(await payStandard(shop, placed, { amount: placed.total.amount - short }), 200);
    const { decision } = await getOrder(shop, customer, placed);
    const reviewer = await newStaff(shop, 'reviewer');
    const { id } = expectStatus(await shop.api('POST', `/v1/staff/decisions/${decision.id}/reviews`, { token: reviewer.token, body: { statement: 'Look' } }), 200).json;
    expectStatus(await shop.api('POST', `/v1/staff/reviews/${id}/outcome`, { token: reviewer.token, body: { outcome: 'overturned', reasons: 'The rest follows' } }), 200);
    const order = await getOrder(shop, customer, placed);
    assert.equal(order.status, 'accepted');
    return { customer, order, ...(await formsOf(shop, customer, order.invoices[0])) };
  }

  test('stands in the API, the PDF, the UBL and the CII: the seller\'s term after its issue', async () => {
    const made = await underpaid(server, 1234);
    const { invoice, ubl, cii, pdf, order } = made;
    const due = inDays(invoice.issue_date, 14);
    assert.equal(invoice.due_date, due);
    assert.equal(ubl.one('DueDate'), due);
    assert.equal(cii.one(settled('SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString')), due.replaceAll('-', ''));
    assert.match(pdf, new RegExp(`Due date +${inWords(due)}`));
    assert.match(pdf, /To be paid by/);
    assert.equal(pdf.split(inWords(due)).length, 3, 'among the particulars, and above how to pay');
    expectAmounts(made, order.total.amount - 1234);
    const iban = seller.iban.replaceAll(' ', '');
    assert.equal(ubl.one('PaymentMeans/PayeeFinancialAccount/ID'), iban);
    assert.equal(cii.one(settled('SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID')), iban);
    assert.match(pdf, /€12\.34/);
  });

  test('is not told where nothing is due, on a credit note, or by a seller without a term', async () => {
    const none = ({ invoice, ubl, cii, pdf }) => {
      assert.ok(!('due_date' in invoice));
      assert.equal(ubl.texts.DueDate, undefined);
      assert.equal(cii.texts[settled('SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString')], undefined);
      assert.doesNotMatch(pdf, /Due date|To be paid by/);
    };
    none(await invoiced(server, { lines: [{ sku: 'design', quantity: 1 }] }));
    none(await underpaid(await start({ payment_days: 0 }), 1234));
    const { customer, order } = await underpaid(server, 1);
    const manager = await newStaff(server, 'manager');
    expectStatus(await server.api('POST', `/v1/staff/orders/${order.id}/credit-notes`, { token: manager.token, body: { reason: 'Agreed', lines: [{ line: 1, quantity: 1 }] } }), 201);
    const note = (await getOrder(server, customer, order)).invoices.find(({ kind }) => kind === 'credit_note');
    none(await formsOf(server, customer, note));
  });
});
