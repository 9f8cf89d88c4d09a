// Which VAT a buyer pays, what discounts take off, and what is refused when the order is placed: over the API, with sums
// from BigInt. Every combination of the rules against a second reading of them is tests/unit/domain/check_places.py.
import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { euros, expectProblem, expectStatus, getOrder, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer,
  sampleAddress, sampleSeller, services, waitFor } from './lib/akkoord.mjs';

const names = (name) => ({ nl: `${name} (nl)`, en: `${name} (en)` });
const sold = (sku, amount, vat_category, vat_rate, more = {}) =>
  ({ sku, name: names(sku), unit_price: euros(amount), price_includes_vat: false, vat_category, vat_rate, ...more });
const dollars = (amount) => ({ amount, currency: 'USD' });
const priceList = {
  services: [
    sold('net', 10001, 'S', '21.00'), sold('gross', 9999, 'S', '21.00', { price_includes_vat: true }),
    sold('low', 3333, 'S', '9.00', { supply: 'electronic' }), sold('day', 95000, 'S', '21.00', { supply: 'service' }),
    sold('book', 2750, 'S', '9.00', { supply: 'goods' }), sold('course', 50000, 'E', '0.00'), sold('site', 120000, 'AE', '0.00'),
    sold('abroad', 100, 'K', '0.00', { supply: 'goods' }), sold('far', 100, 'G', '0.00'),
    sold('many', 1999, 'S', '21.00', { price_includes_vat: true, discounts: [
      { from_quantity: 10, percent: '10.00', name: names('Ten') }, { from_quantity: 3, percent: '2.50', name: names('Three') }] }),
    sold('dollar', 10000, 'S', '21.00', { unit_price: dollars(10000) }),
    sold('dollar-gross', 9999, 'S', '21.00', { unit_price: dollars(9999), price_includes_vat: true }),
  ],
  codes: [
    { code: 'WELCOME10', percent: '10.00', name: names('Welcome') },
    { code: 'TENNER', amount: euros(1000), name: names('Tenner') },
    { code: 'OVER', percent: '50.00', name: names('Over'), until: '2020-01-31' },
    { code: 'BUCK', amount: dollars(100), name: names('Buck'), until: '2099-12-31' },
  ],
};

const address = (country) => ({ ...sampleAddress, country });
const consumer = (country) => ({ address: address(country) });
const business = (country, vat_number) => ({ address: address(country), company: 'Sample Company', vat_number });
const buyers = {
  dutch: consumer('NL'), dutchBusiness: business('NL', 'NL004495445B01'), german: consumer('DE'), finnish: consumer('FI'),
  germanBusiness: business('DE', 'DE136695976'), greekBusiness: business('GR', 'EL094259216'), northernIrish: business('GB', 'XI980780684'),
  american: consumer('US'), americanBusiness: { address: address('US'), company: 'Sample Company' },
};

async function start(seller, env = {}) {
  const server = await prepareAkkoord({ env });
  for (const [setting, name, content] of [['AKKOORD_SELLER_FILE', 'seller.json', { ...sampleSeller, ...seller }],
    ['AKKOORD_SERVICES_FILE', 'services.json', priceList]]) {
    server.env[setting] = join(server.folder, name);
    writeFileSync(server.env[setting], JSON.stringify(content), { mode: 0o644 });
  }
  await server.start();
  return { server, customer: await registerCustomer(server, { language: 'en' }) };
}

let normal, oneStop, small;
before(async () => {
  normal = await start({ bic: 'ABNANL2A', payment_days: 14 });
  oneStop = await start({ one_stop_shop: true });
  small = await start({ small_business: true });
});

const order = ({ server, customer }, billing, lines, more = {}) =>
  placeOrder(server, customer, { billing, lines: lines.map(([sku, quantity = 1]) => ({ sku, quantity })), ...more });
const refuse = async ({ server, customer }, billing, lines, fields, more = {}) => {
  const body = { payment_provider: 'standard', billing, lines: lines.map(([sku, quantity = 1]) => ({ sku, quantity })), ...more };
  return expectProblem(await server.api('POST', '/v1/orders', { token: customer.token, body }), 422, 'validation', fields);
};

const halfUp = (dividend, divisor) => (2n * dividend + divisor) / (2n * divisor);

// category, rate, ground, country and amounts of an order with one rate.
const told = ({ net, vat, total, vat_breakdown }) => {
  assert.equal(vat_breakdown.length, 1);
  const [{ vat_category, vat_rate, ground, country }] = vat_breakdown;
  assert.equal(net.amount + vat.amount, total.amount);
  return [vat_category, vat_rate, ground, country, net.amount, vat.amount];
};
const withVat = (net, points) => [net, Number(halfUp(BigInt(net) * BigInt(points), 10000n))];

describe('the VAT of a line follows its buyer', () => {
  const cases = [
    ['a Dutch consumer pays what is listed', 'normal', 'dutch', 'net', ['S', '21.00', null, null, ...withVat(10001, 2100)]],
    ['a Dutch business too', 'normal', 'dutchBusiness', 'low', ['S', '9.00', null, null, ...withVat(3333, 900)]],
    ['a domestic reverse charge needs and shows the VAT number', 'normal', 'dutchBusiness', 'site', ['AE', '0.00', 'domestic_reverse_charge', null, 120000, 0]],
    ['what is exempt stays exempt', 'normal', 'german', 'course', ['E', '0.00', 'exempt', null, 50000, 0]],
    ['a business in another member state has a service reverse-charged', 'normal', 'germanBusiness', 'net', ['AE', '0.00', 'reverse_charge', null, 10001, 0]],
    ['Greek VAT numbers begin with EL', 'normal', 'greekBusiness', 'day', ['AE', '0.00', 'reverse_charge', null, 95000, 0]],
    ['goods go there untaxed', 'normal', 'germanBusiness', 'book', ['K', '0.00', 'intra_community', null, 2750, 0]],
    ['to Northern Ireland too', 'normal', 'northernIrish', 'book', ['K', '0.00', 'intra_community', null, 2750, 0]],
    ['but its services are outside the Union', 'normal', 'northernIrish', 'day', ['G', '0.00', 'outside_union', null, 95000, 0]],
    ['a consumer there pays Dutch VAT below the threshold', 'normal', 'german', 'net', ['S', '21.00', null, null, ...withVat(10001, 2100)]],
    ['under the one-stop shop that state\'s', 'oneStop', 'german', 'net', ['S', '19.00', 'one_stop_shop', 'DE', ...withVat(10001, 1900)]],
    ['with half a per cent where there is one', 'oneStop', 'finnish', 'net', ['S', '25.50', 'one_stop_shop', 'FI', ...withVat(10001, 2550)]],
    ['at its standard rate', 'oneStop', 'german', 'low', ['S', '19.00', 'one_stop_shop', 'DE', ...withVat(3333, 1900)]],
    ['for goods as well', 'oneStop', 'german', 'book', ['S', '19.00', 'one_stop_shop', 'DE', ...withVat(2750, 1900)]],
    ['but not for services in person', 'oneStop', 'german', 'day', ['S', '21.00', null, null, ...withVat(95000, 2100)]],
    ['electronic services leave the Union untaxed', 'normal', 'american', 'net', ['G', '0.00', 'outside_union', null, 10001, 0]],
    ['goods are exported', 'normal', 'american', 'book', ['G', '0.00', 'export', null, 2750, 0]],
    ['services in person leave it to a business', 'normal', 'americanBusiness', 'day', ['G', '0.00', 'outside_union', null, 95000, 0]],
    ['and are Dutch to a consumer', 'normal', 'american', 'day', ['S', '21.00', null, null, ...withVat(95000, 2100)]],
    ['a small business charges none', 'small', 'dutch', 'net', ['E', '0.00', 'small_business', null, 10001, 0]],
    ['nor to consumers abroad', 'small', 'german', 'net', ['E', '0.00', 'small_business', null, 10001, 0]],
    ['but reverse-charges abroad', 'small', 'germanBusiness', 'net', ['AE', '0.00', 'reverse_charge', null, 10001, 0]],
    ['a price that includes VAT is what is paid', 'normal', 'dutch', 'gross', ['S', '21.00', null, null, 8264, 1735]],
    ['also under another state\'s rate', 'oneStop', 'finnish', 'gross', ['S', '25.50', 'one_stop_shop', 'FI', 7967, 2032]],
    ['and to a small business', 'small', 'dutch', 'gross', ['E', '0.00', 'small_business', null, 9999, 0]],
    ['a business abroad pays it without the Dutch VAT', 'normal', 'germanBusiness', 'gross', ['AE', '0.00', 'reverse_charge', null, 8264, 0]],
  ];
  for (const [title, seller, buyer, sku, expected] of cases) {
    test(title, async () => {
      assert.deepEqual(told(await order({ normal, oneStop, small }[seller], buyers[buyer], [[sku]])), expected);
    });
  }

  test('the price includes VAT to the cent however many are ordered', async () => {
    for (const [quantity, buyer, seller] of [[7, 'dutch', normal], [13, 'german', oneStop], [99, 'finnish', oneStop], [3, 'dutch', small]])
      assert.equal((await order(seller, buyers[buyer], [['gross', quantity]])).total.amount, 9999 * quantity);
  });

  test('a buyer of each kind is accepted with a decision, an invoice and its page', async () => {
    const mixes = [[normal, 'dutch', ['net', 'low', 'course']], [normal, 'dutchBusiness', ['site', 'gross']], [normal, 'germanBusiness', ['net', 'book']],
      [oneStop, 'german', ['net', 'day']], [normal, 'american', ['net']], [small, 'dutch', ['net', 'gross']]];
    for (const [seller, buyer, skus] of mixes) {
      const placed = await order(seller, buyers[buyer], skus.map((sku) => [sku, 2]));
      expectStatus(await payStandard(seller.server, placed), 200);
      const accepted = await getOrder(seller.server, seller.customer, placed);
      assert.equal(accepted.status, 'accepted');
      assert.deepEqual(accepted.decision.reasons.map(({ code }) => code), ['payment_approved']);
      assert.deepEqual(accepted.invoices[0].total, placed.total);
      assert.deepEqual(accepted.vat_breakdown, placed.vat_breakdown, 'what was sealed reads back');
      const pdf = expectStatus(await seller.server.api('GET', `/v1/orders/${placed.id}/invoice.pdf`, { token: seller.customer.token }), 200);
      assert.equal(pdf.bytes.subarray(0, 5).toString('latin1'), '%PDF-');
    }
  });
});

describe('what can\'t be is refused when it is ordered', () => {
  const number = (code) => ({ 'billing.vat_number': code });
  const cases = [
    ['a reverse charge without a VAT number', 'dutch', 'site', number('vat_number_required'), /BR-AE-02/],
    ['an intra-community supply without one', 'german', 'abroad', number('vat_number_required'), /BR-IC-02/],
    ['one whose check digits are wrong, where the tax depends on it', business('DE', 'DE136695977'), 'net', number('vat_number_wrong'), /BR-AE-02/],
    ['a domestic one too', business('NL', 'NL123456789B01'), 'site', number('vat_number_wrong'), /BR-AE-02/],
    ['one of another state than the address', business('DE', 'FR40303265045'), 'net', number('vat_number_country'), /BR-AE-02/],
    ['one with Greece\'s country in place of its prefix', business('GR', 'GR094259216'), 'net', number('vat_number_country'), /BR-AE-02/],
    ['an intra-community supply at home', 'dutchBusiness', 'abroad', { 'lines[0].sku': 'vat_category' }, /BR-IC/],
    ['an export at home', 'dutch', 'far', { 'lines[0].sku': 'vat_category' }, /BR-G/],
    ['an export within the Union', 'germanBusiness', 'far', { 'lines[0].sku': 'vat_category' }, /BR-G/],
    ['an intra-community supply beyond it', 'americanBusiness', 'abroad', { 'lines[0].sku': 'vat_category' }, /BR-IC/],
    ['a country that there is not', consumer('XX'), 'net', { 'billing.address.country': 'unknown_country' }, /ISO 3166/],
  ];
  for (const [title, buyer, sku, fields, rule] of cases) {
    test(title, async () => {
      const { errors } = await refuse(normal, buyers[buyer] ?? buyer, [[sku]], fields);
      assert.match(errors[0].detail, rule);
    });
  }

  test('where the tax does not depend on it, a VAT number is taken as it is', async () => {
    for (const sku of ['net', 'course', 'low']) await order(normal, business('NL', 'NL123456789B01'), [[sku]]);
    await order(normal, business('DE', 'DE136695977'), [['course']]);
  });

  test('every line is told, and the buyer\'s fault once', async () => {
    await refuse(normal, business('DE', 'DE136695977'), [['net'], ['far'], ['low'], ['far']],
      { 'billing.vat_number': 'vat_number_wrong', 'lines[1].sku': 'vat_category', 'lines[3].sku': 'vat_category' });
  });

  test('one rate of two states can\'t stand on one invoice', async () => {
    const belgian = consumer('BE'); // 21% too
    await refuse(oneStop, belgian, [['net'], ['day']], { 'lines[1].sku': 'mixed_vat_grounds' });
    await order(oneStop, buyers.german, [['net'], ['day']]);
  });

  test('goods and services that leave the Union together stand on one invoice', async () => {
    const placed = await order(normal, buyers.americanBusiness, [['net'], ['book'], ['day']]);
    assert.deepEqual(told(placed), ['G', '0.00', 'export', null, 10001 + 2750 + 95000, 0]);
  });

  test('nothing is left behind', async () => {
    const orders = async () => (await normal.server.sql('SELECT count(*)::int AS n FROM akkoord.customer_order'))[0].n;
    const count = await orders();
    await refuse(normal, buyers.dutch, [['site']], number('vat_number_required'));
    assert.equal(await orders(), count);
  });
});

describe('discounts', () => {
  test('the price list shows them', async () => {
    const { many, net } = await services(normal.server);
    assert.deepEqual(net.discounts, []);
    assert.equal(net.supply, 'electronic');
    assert.deepEqual(many.discounts.map(({ from_quantity, percent }) => [from_quantity, percent]), [[10, '10.00'], [3, '2.50']]);
  });

  test('a quantity takes its share off the line, to the cent', async () => {
    for (const [quantity, points, name] of [[2, 0n, null], [3, 250n, 'Three (en)'], [9, 250n, 'Three (en)'], [10, 1000n, 'Ten (en)'], [77, 1000n, 'Ten (en)']]) {
      const gross = 1999n * BigInt(quantity);
      const paid = gross - halfUp(gross * points, 10000n);
      const vat = halfUp(paid * 2100n, 12100n);
      const placed = await order(normal, buyers.dutch, [['many', quantity]]);
      assert.deepEqual([placed.total.amount, placed.vat.amount], [Number(paid), Number(vat)], String(quantity));
      const [line] = placed.lines;
      assert.equal(line.discount?.reason ?? null, name);
      assert.equal(line.net.amount, placed.net.amount);
      if (name !== null) assert.equal(line.net.amount + line.discount.net.amount, Number(gross - halfUp(gross * 2100n, 12100n)));
      assert.equal(placed.discount, null);
    }
  });

  test('a code takes its share off the whole, by largest remainder over the rates', async () => {
    const placed = await order(normal, buyers.dutch, [['net'], ['low'], ['course']], { discount_code: 'welcome10' });
    const nets = [10001n, 3333n, 50000n];
    const whole = nets.reduce((sum, net) => sum + net);
    const discount = halfUp(whole * 1000n, 10000n);
    const shares = nets.map((net) => discount * net / whole);
    const left = Number(discount - shares.reduce((sum, share) => sum + share));
    nets.map((net, i) => [discount * net % whole, -i]).sort(([a, i], [b, j]) => (a === b ? j - i : a < b ? 1 : -1))
      .slice(0, left).forEach(([, i]) => { shares[-i] += 1n; });
    assert.deepEqual(placed.vat_breakdown.map((each) => [each.net.amount, each.discount.amount, each.vat.amount]),
      nets.map((net, i) => [Number(net - shares[i]), Number(shares[i]), Number(halfUp((net - shares[i]) * [2100n, 900n, 0n][i], 10000n))]));
    assert.deepEqual(placed.discount, { net: euros(Number(discount)), reason: 'Welcome (en)' });
    assert.equal(placed.lines.reduce((sum, line) => sum + line.net.amount, 0) - placed.discount.net.amount, placed.net.amount);
  });

  test('an amount is off what is paid where prices include VAT, and never more than that', async () => {
    assert.equal((await order(normal, buyers.dutch, [['gross', 3]], { discount_code: 'TENNER' })).total.amount, 3 * 9999 - 1000);
    assert.equal((await order(oneStop, buyers.german, [['gross', 3]], { discount_code: 'TENNER' })).total.amount, 3 * 9999 - 1000);
    assert.equal((await order(normal, buyers.dutch, [['net']], { discount_code: 'TENNER' })).net.amount, 9001);
    assert.equal((await order(normal, buyers.americanBusiness, [['far', 3]], { discount_code: 'TENNER' })).total.amount, 0);
  });

  test('a code that is not there, is over or of another currency is refused', async () => {
    for (const [discount_code, code] of [['NONE', 'discount_unknown'], ['OVER', 'discount_expired'], ['BUCK', 'currency']])
      await refuse(normal, buyers.dutch, [['net']], { discount_code: code }, { discount_code });
  });

  test('an import without codes ends them', async () => {
    const { server } = small;
    const file = join(server.folder, 'other.json');
    await order(small, buyers.dutch, [['net']], { discount_code: 'WELCOME10' });
    writeFileSync(file, JSON.stringify({ services: priceList.services }), { mode: 0o644 });
    const { code, stderr } = await server.cli(['services', 'import', file]);
    assert.equal(code, 0, stderr);
    await refuse(small, buyers.dutch, [['net']], { discount_code: 'discount_unknown' }, { discount_code: 'WELCOME10' });
  });
});

// Of one rate: what its net prices come to, and what its prices with VAT do, both after discounts.
const mixOf = (net, gross, points) => {
  const both = net + gross - halfUp(gross * points, 10000n + points);
  return { net: Number(both), vat: Number(halfUp(both * points, 10000n)) };
};
const cents = (text) => Number(text.replace('.', ''));
const amountsIn = (xml, element) => [...xml.matchAll(new RegExp(`<(?:cbc|ram):${element}(?: currencyID="EUR")?>([\\d.]+)<`, 'g'))].map(([, text]) => cents(text));

describe('prices with and without VAT under one rate', () => {
  test('have the VAT of their net together, and a rate with one basis stays as it is', async () => {
    for (const [buyer, shop, points] of [['dutch', normal, 2100n], ['german', oneStop, 1900n], ['finnish', oneStop, 2550n]]) {
      for (const [nets, grosses] of [[1, 1], [2, 3], [7, 99]]) {
        const placed = await order(shop, buyers[buyer], [['gross', grosses], ['net', nets], ['course']]);
        const [taxed, exempt] = placed.vat_breakdown;
        const expected = mixOf(10001n * BigInt(nets), 9999n * BigInt(grosses), points);
        assert.deepEqual({ net: taxed.net.amount, vat: taxed.vat.amount }, expected);
        assert.deepEqual([exempt.net.amount, exempt.vat.amount], [50000, 0]);
        assert.equal(placed.lines.reduce((sum, { net }) => sum + net.amount, 0), placed.net.amount);
        assert.equal(placed.total.amount, placed.net.amount + placed.vat.amount);
      }
    }
  });

  test('have no VAT where there is none', async () => {
    assert.deepEqual(told(await order(normal, buyers.germanBusiness, [['gross', 3], ['net']])), ['AE', '0.00', 'reverse_charge', null, 3 * 8264 + 10001, 0]);
    assert.deepEqual(told(await order(small, buyers.dutch, [['gross', 3], ['net']])), ['E', '0.00', 'small_business', null, 3 * 9999 + 10001, 0]);
  });

  test('share the discount of the whole by their prices', async () => {
    const placed = await order(normal, buyers.dutch, [['net', 2], ['gross', 3]], { discount_code: 'WELCOME10' });
    const discount = halfUp((20002n + 29997n) * 1000n, 10000n);
    const shares = [20002n, 29997n].map((priced) => discount * priced / 49999n);
    if (shares[0] + shares[1] < discount) shares[discount * 20002n % 49999n >= discount * 29997n % 49999n ? 0 : 1] += 1n;
    const [{ net, vat }] = placed.vat_breakdown;
    assert.deepEqual({ net: net.amount, vat: vat.amount }, mixOf(20002n - shares[0], 29997n - shares[1], 2100n));
    assert.equal(placed.lines.reduce((sum, line) => sum + line.net.amount, 0) - placed.discount.net.amount, placed.net.amount);
  });

  test('stand on one invoice in every format, and are credited to the cent', async () => {
    const { server, customer } = normal;
    const placed = await order(normal, buyers.dutch, [['net', 2], ['gross', 3]], { discount_code: 'WELCOME10' });
    const payment = `pay_${placed.id}`;
    expectStatus(await payStandard(server, placed, { payment }), 200);
    const [{ number }] = (await getOrder(server, customer, placed)).invoices;
    const get = async (name) => expectStatus(await server.api('GET', `/v1/invoices/${name}`, { token: customer.token }), 200);
    const ubl = (await get(`${number}.xml`)).text;
    assert.deepEqual(amountsIn(ubl, 'TaxableAmount'), [placed.net.amount]);
    assert.deepEqual(amountsIn(ubl, 'TaxInclusiveAmount'), [placed.total.amount]);
    assert.deepEqual(amountsIn(ubl, 'LineExtensionAmount').slice(1), placed.lines.map(({ net }) => net.amount));
    const cii = (await get(`${number}.cii.xml`)).text;
    assert.deepEqual(amountsIn(cii, 'BasisAmount'), [placed.net.amount]);
    assert.deepEqual(amountsIn(cii, 'GrandTotalAmount'), [placed.total.amount]);
    assert.equal((await get(`${number}.pdf`)).bytes.subarray(0, 5).toString('latin1'), '%PDF-');

    const manager = await newStaff(server, 'manager');
    for (const line of [1, 2, 2])
      expectStatus(await server.api('POST', `/v1/staff/orders/${placed.id}/credit-notes`, { token: manager.token, body: { reason: 'Agreed', lines: [{ line, quantity: 1 }] } }), 201);
    expectStatus(await payStandard(server, placed, { kind: 'refunded', payment }), 200);
    const notes = (await getOrder(server, customer, placed)).invoices.filter(({ kind }) => kind === 'credit_note');
    assert.equal(notes.length, 4);
    let [net, vat] = [0, 0];
    for (const note of notes) {
      const xml = (await get(`${note.number}.xml`)).text;
      const [taxable] = amountsIn(xml, 'TaxableAmount');
      net += taxable;
      vat += amountsIn(xml, 'TaxAmount')[0];
      assert.equal((await get(`${note.number}.pdf`)).bytes.subarray(0, 5).toString('latin1'), '%PDF-');
      assert.deepEqual(amountsIn((await get(`${note.number}.cii.xml`)).text, 'BasisAmount'), [taxable]);
    }
    assert.deepEqual([net, vat], [placed.net.amount, placed.vat.amount], 'net and VAT come back to the cent');
  });
});

describe('foreign currencies', () => {
  const needed = { 'lines[0].sku': 'currency_rate_missing' };

  test('VAT needs a rate to be told in euros, and what bears none does not', async () => {
    await refuse(normal, buyers.dutch, [['dollar']], needed);
    assert.equal((await order(normal, buyers.germanBusiness, [['dollar']])).exchange, null);
  });

  test('VAT and total are told in euros by the rate in the file, as it is at that moment', async () => {
    const shop = await start({}, {});
    const { server } = shop;
    server.env.AKKOORD_EXCHANGE_RATES_FILE = join(server.folder, 'rates.json');
    const put = (date, per_euro) => {
      writeFileSync(`${server.env.AKKOORD_EXCHANGE_RATES_FILE}.new`, JSON.stringify({ date, per_euro }), { mode: 0o644 });
      renameSync(`${server.env.AKKOORD_EXCHANGE_RATES_FILE}.new`, server.env.AKKOORD_EXCHANGE_RATES_FILE);
    };
    put('2026-11-26', { USD: '1.0850' });
    await server.restart();
    const placed = await order(shop, buyers.dutch, [['dollar', 3]]);
    assert.deepEqual(placed.total, dollars(36300));
    const inEuros = (amount, millionths) => euros(Number(halfUp(BigInt(amount) * 1000000n, millionths)));
    assert.deepEqual(placed.exchange, { per_euro: '1.085000', date: '2026-11-26', vat: inEuros(6300, 1085000n), total: inEuros(36300, 1085000n) });
    const both = await order(shop, buyers.dutch, [['dollar'], ['dollar-gross', 2]]);
    const { net, vat } = mixOf(10000n, 19998n, 2100n);
    assert.deepEqual([both.net, both.vat, both.total], [dollars(net), dollars(vat), dollars(net + vat)]);
    assert.deepEqual([both.exchange.vat, both.exchange.total], [inEuros(vat, 1085000n), inEuros(net + vat, 1085000n)]);
    put('2026-11-27', { USD: '1.1', GBP: '0.85' });
    assert.deepEqual((await order(shop, buyers.dutch, [['dollar', 3]])).exchange,
      { per_euro: '1.100000', date: '2026-11-27', vat: inEuros(6300, 1100000n), total: inEuros(36300, 1100000n) });
    assert.match((await server.cli(['doctor'])).stdout, /exchange rates.*2026-11-27/);
    put('2026-11-27', { GBP: '0.85' });
    await refuse(shop, buyers.dutch, [['dollar']], needed);
    assert.equal((await order(shop, buyers.dutch, [['net']])).exchange, null, 'euros need no rate');
    expectStatus(await payStandard(server, placed), 200);
    const accepted = await getOrder(server, shop.customer, placed);
    assert.equal(accepted.status, 'accepted');
    assert.deepEqual(accepted.exchange, placed.exchange, 'a rate is that of the order for ever');
  });
});

test('an order under the one-stop shop is kept for ten years, another for seven', async () => {
  const shop = await start({ one_stop_shop: true });
  const { server, customer } = shop;
  const [abroad, home] = [await order(shop, buyers.german, [['net']]), await order(shop, buyers.dutch, [['net']])];
  for (const each of [abroad, home]) expectStatus(await payStandard(server, each), 200);
  // The server has a daily run of its own, which may be under way.
  const due = async (years) => {
    const { code, stdout, stderr } = await waitFor(async () => {
      const tried = await server.cli(['retention', 'run', '--dry-run'], { env: { AKKOORD_CLOCK_OFFSET: String(years * 366 * 86400) } });
      return /another retention run is under way/.test(tried.stderr) ? null : tried;
    }, { what: 'the daily run to end' });
    assert.equal(code, 0, stderr);
    return Number(/^category=order before=\S+ rows=(\d+)$/m.exec(stdout)[1]);
  };
  assert.deepEqual([await due(6), await due(8), await due(11)], [0, 1, 2]);
  const erased = expectStatus(await server.api('DELETE', '/v1/me', { token: customer.token }), 204);
  const { categories } = expectStatus(await server.api('GET', erased.headers.location), 200).json;
  const year = server.now().getUTCFullYear();
  assert.match(categories.find(({ category }) => category === 'invoice').until, new RegExp(`^${year + 10}-12-31|^${year + 11}-01-01`));
});
