// Credit notes over a part of an invoice: to the cent, once, and never more than the invoice, whoever asks at once and
// whatever comes after; and series of numbers with prefixes and names of their own.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import { euros, expectNothingTwice, expectProblem, expectSeriesWithoutGaps, expectStatus, getOrder, newStaff, payStandard, payStripe, placeOrder, prepareAkkoord,
  randomId, registerCustomer, run, sampleSeller, startPostgres, startTogether } from './lib/akkoord.mjs';

const service = (sku, amount, vat_rate, price_includes_vat) => ({ sku, name: { nl: `Dienst ${sku}`, en: `Service ${sku}` }, unit_price: euros(amount), price_includes_vat,
  vat_category: vat_rate === '0.00' ? 'Z' : 'S', vat_rate });
// One basis a rate: prices with VAT at 21%, without at the others.
const services = [service('logo', 9999, '21.00', true), service('a-cent', 1, '21.00', true), service('third', 3333, '21.00', true),
  service('booklet', 2750, '9.00', false), service('five', 5, '9.00', false), service('book', 1995, '9.00', false), service('zero', 1001, '0.00', false)];
const priceOf = Object.fromEntries(services.map((one) => [one.sku, one]));

let server;
let customer;
let manager;
before(async () => {
  server = await prepareAkkoord();
  server.env.AKKOORD_SELLER_FILE = server.writeFile('seller.json', sampleSeller);
  server.env.AKKOORD_SERVICES_FILE = server.writeFile('services.json', { services });
  await server.start();
  customer = await registerCustomer(server);
  manager = await newStaff(server, 'manager');
});

async function invoiced(lines, payment = randomId('pay')) {
  const order = await placeOrder(server, customer, { lines });
  expectStatus(await payStandard(server, order, { payment }), 200);
  return { ...(await getOrder(server, customer, order)), payment_id: payment };
}
const creditOf = (order, body, { key, client = server, who = manager } = {}) => client.api('POST', `/v1/staff/orders/${order.id}/credit-notes`,
  { token: who.token, body: { reason: 'Agreed by telephone', ...body }, headers: { 'idempotency-key': key } });
const units = (line, quantity) => ({ lines: [{ line, quantity }] });
const amountOf = (vat_rate, amount, vat_category = 'S') => ({ amounts: [{ vat_category, vat_rate, gross: euros(amount) }] });
const notesOf = (order) => order.invoices.filter(({ kind }) => kind === 'credit_note');
const totalOf = (documents) => documents.reduce((sum, { total }) => sum + total.amount, 0);
const staffView = async (order) => expectStatus(await server.api('GET', `/v1/staff/orders/${order.id}`, { token: manager.token }), 200).json;

// Python's parser: {rate: [net, VAT]} in cents as BigInt, and all texts, of a UBL document.
const reader = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
name = lambda element: element.tag.split("}")[1]
find = lambda element, *path: element if not path else find(next(child for child in element if name(child) == path[0]), *path[1:])
subtotals = [child for total in root if name(total) == "TaxTotal" for child in total if name(child) == "TaxSubtotal"]
print(json.dumps({"rates": {find(one, "TaxCategory", "Percent").text: [find(one, "TaxableAmount").text, find(one, "TaxAmount").text] for one in subtotals},
  "texts": [element.text for element in root.iter() if element.text and element.text.strip()]}))`;
const cents = (text) => BigInt(text.replace('.', ''));

async function readUbl(number) {
  const answer = expectStatus(await server.api('GET', `/v1/invoices/${number}.xml`, { token: customer.token }), 200);
  const { code, stdout, stderr } = await run('python3', ['-c', reader], { input: answer.text });
  assert.equal(code, 0, stderr);
  const { rates, texts } = JSON.parse(stdout);
  return { texts, rates: new Map(Object.entries(rates).map(([rate, amounts]) => [Number(rate), amounts.map(cents)])) };
}

// Of each rate, what the invoice said less what its credit notes say.
async function leftOf(order) {
  const [invoice, ...notes] = order.invoices;
  const { rates } = await readUbl(invoice.number);
  for (const { number } of notes) {
    for (const [rate, [net, vat]] of (await readUbl(number)).rates) {
      const left = rates.get(rate);
      left[0] -= net;
      left[1] -= vat;
      assert.ok(left[0] >= 0n && left[1] >= 0n, `${number} never takes more than is left at ${rate}%`);
    }
  }
  return rates;
}
const expectNothingLeft = async (order) => {
  for (const [rate, left] of await leftOf(order)) assert.deepEqual(left, [0n, 0n], `at ${rate}%`);
};

describe('a credit note over a part', () => {
  test('takes units at their price, has lines of its own, and refers to its invoice; the order goes on', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 3 }, { sku: 'booklet', quantity: 2 }]);
    const answer = expectStatus(await creditOf(order, { ...units(1, 2), reason: 'Two logos fewer' }), 201).json;
    assert.equal(answer.status, 'accepted');
    const [note] = notesOf(answer);
    assert.match(note.number, /^CN\d{4}-\d{6}$/);
    assert.deepEqual(note.total, euros(2 * 9999), 'a price with VAT comes back to the cent');
    const { credit_notes: [told] } = answer;
    assert.deepEqual([told.number, told.invoice, told.reason, told.refund, told.lines], [note.number, order.invoices[0].number, 'Two logos fewer', null, [{ line: 1, quantity: 2 }]]);
    assert.equal(told.net.amount + told.vat.amount, told.total.amount);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, after.invoices, after.decisions.length], ['accepted', answer.invoices, 1]);
    const { texts, rates } = await readUbl(note.number);
    assert.ok(texts.includes(order.invoices[0].number), 'it names the invoice');
    assert.ok(texts.some((text) => text.includes('logo')) && !texts.some((text) => text.includes('booklet')), 'its own lines only');
    assert.deepEqual([...rates.keys()], [21]);
    const pdf = expectStatus(await server.api('GET', `/v1/invoices/${note.number}.pdf`, { token: customer.token }), 200);
    assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
  });

  test('takes an amount of one VAT rate, under the words of the reason', async () => {
    const order = await invoiced([{ sku: 'booklet', quantity: 1 }]);
    const answer = expectStatus(await creditOf(order, { ...amountOf('9.00', 1090), reason: 'Ten for the delay' }), 201).json;
    const [note] = notesOf(answer);
    assert.deepEqual(note.total, euros(1090));
    const { texts, rates } = await readUbl(note.number);
    assert.ok(texts.includes('Ten for the delay'));
    assert.deepEqual(rates.get(9), [1000n, 90n]);
  });

  test('ends the invoice when nothing is left: to the cent in each rate, and nothing more can be credited', async () => {
    const order = await invoiced([{ sku: 'third', quantity: 3 }, { sku: 'five', quantity: 7 }]);
    for (let unit = 0; unit < 3; unit++) expectStatus(await creditOf(order, units(1, 1)), 201);
    for (let unit = 0; unit < 6; unit++) expectStatus(await creditOf(order, units(2, 1)), 201);
    expectProblem(await creditOf(order, units(1, 1)), 409, 'nothing_to_credit');
    expectStatus(await creditOf(order, units(2, 1)), 201);
    expectProblem(await creditOf(order, units(2, 1)), 409, 'nothing_to_credit');
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, totalOf(notesOf(after))], ['accepted', after.total.amount]);
    await expectNothingLeft(after);
    const [row] = await server.sql(`SELECT invoice_id, credited_minor FROM akkoord.customer_order WHERE id = '${order.id}'`);
    assert.deepEqual(row, { invoice_id: null, credited_minor: 0 });
    const [{ rest }] = await server.sql(`SELECT count(*) AS rest FROM akkoord.document WHERE order_id = '${order.id}' AND kind = 'credit_note' AND takes_rest`);
    assert.equal(rest, 1);
  });

  test('in random sequences over random invoices ends at exactly nothing in every rate', async () => {
    for (let round = 0; round < 6; round++) {
      const skus = services.map(({ sku }) => sku).sort(() => randomInt(3) - 1).slice(0, 1 + randomInt(4));
      const order = await invoiced(skus.map((sku) => ({ sku, quantity: 1 + randomInt(6) })));
      const left = order.lines.map(({ quantity }) => quantity);
      const withAmounts = round % 2 === 0;
      for (let step = 0; step < 5; step++) {
        const line = randomInt(left.length);
        const { vat_rate, vat_category, sku } = order.lines[line];
        if (withAmounts && randomInt(2) === 0) {
          await creditOf(order, amountOf(vat_rate, 1 + randomInt(priceOf[sku].unit_price.amount), vat_category));
        } else if (left[line] > 0) {
          const quantity = 1 + randomInt(left[line]);
          const answer = await creditOf(order, units(line + 1, quantity));
          assert.ok([201, 409].includes(answer.status), String(answer));
          if (answer.status === 201) left[line] -= quantity;
          if (!withAmounts) {
            expectStatus(answer, 201);
            const { credit_notes } = answer.json;
            const { net, total } = credit_notes.at(-1);
            assert.equal((priceOf[sku].price_includes_vat ? total : net).amount, quantity * priceOf[sku].unit_price.amount);
          }
        }
      }
      // What is left goes by amounts, or with the order.
      if (round % 3 === 0) {
        expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id }), 200);
      } else {
        for (const [rate, [net, vat]] of await leftOf(await getOrder(server, customer, order))) {
          if (net + vat > 0n) expectStatus(await creditOf(order, amountOf(rate.toFixed(2), Number(net + vat), rate === 0 ? 'Z' : 'S')), 201);
        }
      }
      const after = await getOrder(server, customer, order);
      assert.equal(totalOf(notesOf(after)), after.total.amount);
      await expectNothingLeft(after);
    }
  });
});

describe('a credit note that is not possible', () => {
  test('is refused before any invoice stands, and after its order was credited in full', async () => {
    const waiting = await placeOrder(server, customer, { lines: [{ sku: 'logo', quantity: 1 }] });
    expectProblem(await creditOf(waiting, units(1, 1)), 409, 'nothing_to_credit');
    const order = await invoiced([{ sku: 'logo', quantity: 1 }]);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id }), 200);
    expectProblem(await creditOf(order, units(1, 1)), 409, 'nothing_to_credit');
  });

  test('is refused over more than is left, and leaves nothing behind', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }, { sku: 'booklet', quantity: 1 }]);
    expectProblem(await creditOf(order, units(1, 3)), 409, 'nothing_to_credit');
    expectProblem(await creditOf(order, amountOf('9.00', 2750 + 248 + 1)), 409, 'nothing_to_credit');
    expectStatus(await creditOf(order, amountOf('21.00', 9999 + 1)), 201);
    expectProblem(await creditOf(order, units(1, 2)), 409, 'nothing_to_credit');
    expectProblem(await creditOf(order, { lines: [{ line: 1, quantity: 1 }, { line: 1, quantity: 1 }] }), 422, 'validation', { 'lines[1].line': 'duplicate' });
    assert.equal(notesOf(await getOrder(server, customer, order)).length, 1);
  });

  test('is refused with the field that is wrong', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }]);
    const cases = [
      [{}, { lines: 'required' }], [{ lines: [] }, { lines: 'required' }], [{ ...units(1, 1), ...amountOf('21.00', 1) }, { amounts: 'required' }],
      [units(2, 1), { 'lines[0].line': 'unknown' }], [units(0, 1), { 'lines[0].line': 'range' }], [units(1, 0), { 'lines[0].quantity': 'range' }],
      [units(1, 1.5), { 'lines[0].quantity': 'type' }], [{ lines: [7] }, { 'lines[0]': 'type' }], [{ ...units(1, 1), reason: ' ' }, { reason: 'required' }],
      [{ ...units(1, 1), more: 1 }, { more: 'unknown_field' }], [amountOf('9.00', 1), { 'amounts[0].vat_rate': 'unknown' }], [amountOf('x', 1), { 'amounts[0].vat_rate': 'format' }],
      [amountOf('21.00', 0), { 'amounts[0].gross.amount': 'range' }], [{ amounts: [{ vat_category: 'S', vat_rate: '21.00', gross: { amount: 1, currency: 'USD' } }] }, { amounts: 'currency' }],
      [{ ...units(1, 1), refund: 're_unknown' }, { refund: 'unknown' }],
    ];
    for (const [body, fields] of cases) expectProblem(await creditOf(order, body), 422, 'validation', fields);
    expectProblem(await creditOf({ id: randomUUID() }, units(1, 1)), 404, 'not_found');
    assert.equal(notesOf(await getOrder(server, customer, order)).length, 0);
  });

  test('is a manager\'s to draw up, and nobody else\'s', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 1 }]);
    for (const role of ['reviewer', 'auditor']) expectProblem(await creditOf(order, units(1, 1), { who: await newStaff(server, role) }), 403, 'forbidden');
    expectProblem(await creditOf(order, units(1, 1), { who: customer }), 403, 'forbidden');
    expectProblem(await creditOf(order, units(1, 1), { who: { token: 'x'.repeat(43) } }), 401, 'unauthenticated');
  });
});

describe('at the same moment', () => {
  test('eight who credit never credit more than the invoice', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 5 }]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => creditOf(order, units(1, 1))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(201), ...Array(3).fill(409)]);
    const after = await getOrder(server, customer, order);
    assert.equal(totalOf(notesOf(after)), after.total.amount);
    await expectNothingLeft(after);
  });

  test('eight credits and a refund in full end at exactly nothing', async () => {
    for (let round = 0; round < 4; round++) {
      const order = await invoiced([{ sku: 'third', quantity: 6 }, { sku: 'five', quantity: 3 }]);
      const [refund, ...answers] = await Promise.all([payStandard(server, order, { kind: 'refunded', payment: order.payment_id }),
        ...Array.from({ length: 8 }, (_, index) => creditOf(order, units(1 + index % 2, 1)))]);
      assert.equal(refund.status, 200);
      for (const { status } of answers) assert.ok([201, 409].includes(status));
      const after = await getOrder(server, customer, order);
      assert.deepEqual([after.status, totalOf(notesOf(after))], ['cancelled', after.total.amount]);
      await expectNothingLeft(after);
    }
  });

  test('the same Idempotency-Key eight times credits once; with another body it is refused', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 5 }]);
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => creditOf(order, units(1, 1), { key })));
    for (const answer of answers) expectStatus(answer, 201);
    assert.equal(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined).length, 1);
    assert.equal(notesOf(await getOrder(server, customer, order)).length, 1);
    expectProblem(await creditOf(order, units(1, 2), { key }), 409, 'idempotency_mismatch');
    await server.restart();
    assert.equal(expectStatus(await creditOf(order, units(1, 1), { key }), 201).headers['idempotency-replayed'], 'true');
    assert.equal(notesOf(await getOrder(server, customer, order)).length, 1);
    expectStatus(await creditOf(order, units(1, 1), { key: randomUUID() }), 201);
  });
});

describe('what happens to the order afterwards', () => {
  const reviewOf = async (order, outcome) => {
    const reviewer = await newStaff(server, 'reviewer');
    const { decision } = await getOrder(server, customer, order);
    const { id } = (await server.api('POST', `/v1/staff/decisions/${decision.id}/reviews`, { token: reviewer.token, body: { statement: 'Look again' } })).json;
    expectStatus(await server.api('POST', `/v1/staff/reviews/${id}/outcome`, { token: reviewer.token, body: { outcome, reasons: 'Looked at it again' } }), 200);
    return getOrder(server, customer, order);
  };

  test('a refund in full credits exactly the rest, and tells what no note has told', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }, { sku: 'five', quantity: 3 }]);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id, amount: 9999 }), 200);
    expectStatus(await creditOf(order, units(1, 1)), 201);
    expectStatus(await creditOf(order, amountOf('9.00', 7)), 201);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id, amount: order.total.amount - 9999 }), 200);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, totalOf(notesOf(after))], ['cancelled', order.total.amount]);
    await expectNothingLeft(after);
    const rows = await server.sql(`SELECT prepaid_minor, takes_rest FROM akkoord.document WHERE order_id = '${order.id}' AND kind = 'credit_note' ORDER BY sequence`);
    assert.deepEqual(rows, [{ prepaid_minor: 9999, takes_rest: false }, { prepaid_minor: 0, takes_rest: false },
      { prepaid_minor: order.total.amount - 9999 - 7, takes_rest: true }]);
    const { credit_notes } = await staffView(order);
    assert.deepEqual(credit_notes.map(({ reason }) => reason), ['Agreed by telephone', 'Agreed by telephone', null]);
  });

  test('a refund of a part alone draws up nothing: the order is listed for staff as before', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }]);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id, amount: 100 }), 200);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, after.payment.status, after.invoices.length], ['accepted', 'partially_refunded', 1]);
  });

  test('an overturned acceptance credits exactly the rest', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }]);
    expectStatus(await creditOf(order, units(1, 1)), 201);
    const after = await reviewOf(order, 'overturned');
    assert.deepEqual([after.status, notesOf(after).map(({ total }) => total.amount)], ['cancelled', [9999, 9999]]);
    await expectNothingLeft(after);
  });

  test('a refund in full after all was credited cancels the order and credits nothing more', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 1 }]);
    expectStatus(await creditOf(order, units(1, 1)), 201);
    expectStatus(await payStandard(server, order, { kind: 'refunded', payment: order.payment_id }), 200);
    const after = await getOrder(server, customer, order);
    assert.deepEqual([after.status, notesOf(after).length, totalOf(notesOf(after))], ['cancelled', 1, order.total.amount]);
  });

  test('a charge-back that is overturned after all was credited brings a new invoice, with credits of its own', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }]);
    expectStatus(await creditOf(order, units(1, 2)), 201);
    expectStatus(await payStandard(server, order, { kind: 'charged_back', payment: order.payment_id }), 200);
    const accepted = await reviewOf(order, 'overturned');
    assert.deepEqual([accepted.status, accepted.invoices.map(({ kind }) => kind)], ['accepted', ['invoice', 'credit_note', 'invoice']]);
    expectStatus(await creditOf(order, units(1, 1)), 201);
    expectStatus(await creditOf(order, units(1, 1)), 201);
    expectProblem(await creditOf(order, units(1, 1)), 409, 'nothing_to_credit');
  });

  test('a note may name a refund that the provider told of', async () => {
    const order = await placeOrder(server, customer, { lines: [{ sku: 'logo', quantity: 1 }], payment_provider: 'stripe' });
    expectStatus(await payStripe(server, order, { intent: randomId('pi') }), 200);
    const refund = randomId('re');
    const [payment] = (await getOrder(server, customer, order)).payments;
    const { code, stderr } = await server.psql(`INSERT INTO akkoord.refund VALUES ('stripe', '${refund}', '${payment.provider_payment_id}', 100, now())`);
    assert.equal(code, 0, stderr);
    const answer = expectStatus(await creditOf(order, { ...amountOf('21.00', 100), refund }), 201).json;
    assert.equal(answer.credit_notes[0].refund, refund);
  });

  test('what a note says can be read by nobody who has the database alone', async () => {
    const order = await invoiced([{ sku: 'logo', quantity: 2 }]);
    expectStatus(await creditOf(order, { ...units(1, 1), reason: 'Jansen was ontevreden' }), 201);
    const [{ text }] = await server.sql(`SELECT encode(content_sealed, 'escape') AS text FROM akkoord.document WHERE order_id = '${order.id}' AND kind = 'credit_note'`);
    assert.ok(!text.includes('Jansen') && text.length > 100);
  });

  test('the books hold: series without gaps, and nothing twice', async () => {
    await expectSeriesWithoutGaps(server);
    await expectNothingTwice(server);
  });
});

describe('series', () => {
  test('each has its numbers, without a gap, under its own prefixes; installations over one database share what is left of an invoice', async () => {
    const cluster = await startPostgres();
    const [first] = await startTogether(1, cluster);
    const { AKKOORD_KEYRING_FILE, AKKOORD_SERVICES_FILE } = first.env;
    const second = await prepareAkkoord({ database: first.database, secrets: first.secrets, env: { AKKOORD_KEYRING_FILE, AKKOORD_SERVICES_FILE,
      AKKOORD_SERIES: 'BE', AKKOORD_INVOICE_PREFIX: 'BE-', AKKOORD_CREDIT_NOTE_PREFIX: 'BE-CN', AKKOORD_NUMBER_DIGITS: '8' } });
    await second.start();
    const buyer = await registerCustomer(first);
    const staff = await newStaff(first, 'manager');
    const numbers = [];
    for (const one of [first, second, second, first]) {
      const order = await placeOrder(one, buyer);
      expectStatus(await payStandard(one, order), 200);
      const note = await creditOf(order, units(1, 1), { client: one, who: staff });
      expectStatus(note, 201);
      numbers.push(...note.json.invoices.map(({ number }) => number.replace(/\d{4}-/, 'Y-')));
    }
    assert.deepEqual(numbers, ['Y-000001', 'CNY-000001', 'BE-Y-00000001', 'BE-CNY-00000001', 'BE-Y-00000002', 'BE-CNY-00000002', 'Y-000002', 'CNY-000002']);
    await expectSeriesWithoutGaps(first, { BE: { invoice: 'BE-', credit_note: 'BE-CN', digits: 8 } });

    const order = await placeOrder(first, buyer, { lines: [{ sku: 'logo', quantity: 5 }] });
    expectStatus(await payStandard(first, order), 200);
    const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => creditOf(order, units(1, 1), { client: index % 2 ? first : second, who: staff })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(5).fill(201), ...Array(3).fill(409)]);
    await expectSeriesWithoutGaps(first, { BE: { invoice: 'BE-', credit_note: 'BE-CN', digits: 8 } });

    await second.stop();
    for (const [env, setting] of [[{ AKKOORD_INVOICE_PREFIX: '' }, 'AKKOORD_INVOICE_PREFIX'], [{ AKKOORD_CREDIT_NOTE_PREFIX: 'CN' }, 'AKKOORD_CREDIT_NOTE_PREFIX'],
      [{ AKKOORD_INVOICE_PREFIX: 'BE-CN', AKKOORD_CREDIT_NOTE_PREFIX: 'X' }, 'AKKOORD_INVOICE_PREFIX'], [{ AKKOORD_SERIES: 'FR' }, 'AKKOORD_INVOICE_PREFIX']]) {
      const { code, stderr } = await second.refuse(env);
      assert.equal(code, 1, 'a prefix of another series is refused at the start');
      assert.match(stderr, new RegExp(`${setting}.*another series`), stderr);
    }
    assert.match((await second.cli(['doctor'], { env: { AKKOORD_SERIES: 'FR' } })).stdout, /series.*another series/);
  });

  test('a prefix that can\'t stand in a path is refused, and so are two that are the same', async () => {
    for (const [env, setting] of [[{ AKKOORD_INVOICE_PREFIX: 'a' }, 'AKKOORD_INVOICE_PREFIX'], [{ AKKOORD_INVOICE_PREFIX: 'A/B' }, 'AKKOORD_INVOICE_PREFIX'],
      [{ AKKOORD_CREDIT_NOTE_PREFIX: 'ABCDEFGHIJK' }, 'AKKOORD_CREDIT_NOTE_PREFIX'], [{ AKKOORD_INVOICE_PREFIX: 'CN' }, 'AKKOORD_CREDIT_NOTE_PREFIX'],
      [{ AKKOORD_NUMBER_DIGITS: '5' }, 'AKKOORD_NUMBER_DIGITS'], [{ AKKOORD_SERIES: 'é' }, 'AKKOORD_SERIES']]) {
      const { code, stderr } = await (await prepareAkkoord()).refuse(env);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(setting), stderr);
    }
  });
});
