// `akkoord invoices`: what goes to the bookkeeper adds up to the invoices, to the cent. Every sum is made again in BigInt
// from what the API says of the orders, and every file is read by parsers of another make.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { euros, expectStatus, getOrder, payStandard, placeOrder, prepareAkkoord, program, registerCustomer, run,
  startPostgres } from './lib/akkoord.mjs';
import { cents, parseCsv, readAuditFile, readTable, readZip } from './lib/books.mjs';

// ---- what is sold ----

const service = (sku, price, vat_category, vat_rate, price_includes_vat = false) =>
  ({ sku, name: { nl: `Dienst ${sku}`, en: `Service ${sku}` }, unit_price: euros(price), price_includes_vat, vat_category, vat_rate });
const catalogue = [service('high', 33333, 'S', '21.00'), service('low', 2995, 'S', '9.00'), service('zero', 1001, 'Z', '0.00'),
  service('gross', 9999, 'S', '21.00', true), service('penny', 1, 'S', '9.00')];
const priced = Object.fromEntries(catalogue.map((one) => [one.sku, one]));

const halfUp = (numerator, denominator) => (2n * numerator + denominator) / (2n * denominator);

// {"category rate": {net, vat}} of lines, by the law's arithmetic: once a rate, rounded half up.
function subtotalsOf(lines) {
  const rates = new Map();
  for (const { sku, quantity } of lines) {
    const { unit_price, vat_category, vat_rate, price_includes_vat } = priced[sku];
    const key = `${vat_category} ${vat_rate}`;
    const rate = rates.get(key) ?? { basis: BigInt(vat_rate.replace('.', '')), amounts: new Map() };
    rate.amounts.set(price_includes_vat, (rate.amounts.get(price_includes_vat) ?? 0n) + BigInt(unit_price.amount) * BigInt(quantity));
    rates.set(key, rate);
  }
  return Object.fromEntries([...rates].map(([key, { basis, amounts }]) => {
    const within = halfUp((amounts.get(true) ?? 0n) * basis, 10000n + basis);
    const net = (amounts.get(false) ?? 0n) + (amounts.get(true) ?? 0n) - within;
    return [key, { net, vat: amounts.has(false) ? halfUp(net * basis, 10000n) : within }];
  }));
}

const boxes = { 'S 21.00': '1a', 'S 9.00': '1b', 'Z 0.00': '1e' };
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0n);

// ---- what was issued ----

let server;
let documents; // {kind, number, date, order, customer, subtotals, net, vat, total}: negative for credit notes

const baskets = [[['high', 3], ['low', 7], ['zero', 1]], [['high', 1]], [['low', 1], ['penny', 5]], [['zero', 12]], [['gross', 1]],
  [['gross', 7], ['low', 3]], [['penny', 1]], [['penny', 6], ['zero', 2], ['high', 11]], [['gross', 5], ['high', 2]]];
const nasty = { name: '=HYPERLINK("http://example.com","click")', company: `Ärger, "Söhne" & Co ${'x'.repeat(120)}`, vat_number: 'NL009999999B99',
  kvk_number: '87654321', address: { street: '+Laan; 12', postal_code: '9999 ZZ', city: 'Groningen', country: 'NL' } };

async function buy(customer, basket, { refund = false, ...options } = {}) {
  const lines = basket.map(([sku, quantity]) => ({ sku, quantity }));
  const order = await placeOrder(server, customer, { lines, ...options });
  const payment = `pay_${order.id}`;
  expectStatus(await payStandard(server, order, { payment }), 200);
  if (refund) expectStatus(await payStandard(server, order, { kind: 'refunded', payment }), 200);
  return { customer, lines, order };
}

// The oracle's rows of an order, from the API's answer about it now.
async function documentsOf({ customer, lines, order: { id } }) {
  const order = await getOrder(server, customer, { id });
  const subtotals = subtotalsOf(lines);
  const [net, vat] = ['net', 'vat'].map((key) => sum(Object.values(subtotals).map((one) => one[key])));
  assert.deepEqual([order.net.amount, order.vat.amount, order.total.amount].map(BigInt), [net, vat, net + vat], 'the oracle and the API agree');
  return order.invoices.map(({ kind, number, issue_date: date }) => {
    const sign = kind === 'credit_note' ? -1n : 1n;
    const signed = Object.fromEntries(Object.entries(subtotals).map(([key, one]) => [key, { net: sign * one.net, vat: sign * one.vat }]));
    return { kind, number, date, order, customer, subtotals: signed, net: sign * net, vat: sign * vat, total: sign * (net + vat) };
  });
}

const HUNDRED_DAYS_S = 8640000; // another quarter, whatever day it is

before(async () => {
  server = await prepareAkkoord();
  server.env.AKKOORD_SERVICES_FILE = join(server.folder, 'services.json');
  writeFileSync(server.env.AKKOORD_SERVICES_FILE, JSON.stringify({ services: catalogue }), { mode: 0o644 });
  await server.start();
  const [one, other] = [await registerCustomer(server), await registerCustomer(server, { name: 'Ωμέγα 漢字' })];
  const bought = [];
  for (const [index, basket] of baskets.entries()) bought.push(await buy(index % 2 ? one : other, basket, { refund: index % 3 === 0 }));
  bought.push(await buy(one, baskets[0], { billing: nasty, reference: '@SUM(A1) "x"' }));
  await placeOrder(server, one, { lines: [{ sku: 'high', quantity: 9 }] }); // never paid: no document
  const late = await buy(other, baskets[5]);
  await server.stop();
  server.env.AKKOORD_CLOCK_OFFSET = String(HUNDRED_DAYS_S);
  await server.start();
  const renewed = expectStatus(await server.api('POST', '/v1/sessions', { body: { email: other.email, password: other.password } }), 201).json;
  const again = { ...other, token: renewed.token };
  for (const basket of baskets.slice(0, 3)) bought.push(await buy(again, basket));
  expectStatus(await payStandard(server, late.order, { kind: 'refunded', payment: `pay_${late.order.id}` }), 200); // its credit note is of this quarter
  bought.push(late);
  const login = expectStatus(await server.api('POST', '/v1/sessions', { body: { email: one.email, password: one.password } }), 201).json;
  for (const purchase of bought) purchase.customer = purchase.customer.id === one.id ? { ...one, token: login.token } : again;
  documents = (await Promise.all(bought.map(documentsOf))).flat();
  assert.equal(documents.length, 18, 'fourteen invoices, four credit notes');
});

const days = () => [...new Set(documents.map(({ date }) => date))].sort();
const everything = () => ['--from', days()[0], '--to', days().at(-1)];
const neighbour = (date, step) => new Date(Date.parse(`${date}T12:00:00Z`) + step * 86400000).toISOString().slice(0, 10);
const invoices = (...args) => server.cli(['invoices', ...args]);

async function exported(format, range = everything(), { code = 0 } = {}) {
  const answer = await invoices('export', ...range, '--format', format);
  assert.equal(answer.code, code, answer.stderr);
  return answer;
}

// Its control totals are those of these documents.
function expectSums(stderr, expected, unreadable = 0) {
  const lines = stderr.trim().split('\n').map((line) => Object.fromEntries(line.split(' ').map((pair) => pair.split('='))));
  for (const kind of ['invoice', 'credit_note']) {
    const found = lines.find((line) => line.kind === kind && line.unreadable === undefined);
    const mine = expected.filter((document) => document.kind === kind);
    assert.equal(found.documents, String(mine.length), kind);
    for (const key of ['net', 'vat', 'total']) assert.equal(cents(found[key]), sum(mine.map((document) => document[key])), `${key} of ${kind}`);
    assert.equal(found.currency, 'EUR');
  }
  const all = lines.find((line) => line.from !== undefined);
  assert.equal(all.documents, String(expected.length));
  assert.equal(all.unreadable, String(unreadable));
}

// ---- the table ----

function expectTable(rows, expected) {
  assert.equal(rows.length, sum(expected.map(({ subtotals }) => BigInt(Object.keys(subtotals).length))).toString() * 1);
  for (const document of expected) {
    const mine = rows.filter(({ number }) => number === document.number);
    const found = Object.fromEntries(mine.map((row) => [`${row.vat_category} ${row.vat_rate}`, { net: cents(row.net), vat: cents(row.vat) }]));
    assert.deepEqual(found, document.subtotals, document.number);
    for (const row of mine) {
      assert.deepEqual([row.kind, row.issue_date, row.order, row.currency, row.vat_country], [document.kind, document.date, document.order.number, 'EUR', 'NL']);
      assert.deepEqual([row.document_net, row.document_vat, row.document_total].map(cents), [document.net, document.vat, document.total]);
      assert.deepEqual([row.net_eur, row.vat_eur], [row.net, row.vat], 'euros are euros');
      assert.equal(row.vat_box, boxes[`${row.vat_category} ${row.vat_rate}`]);
      assert.equal(row.credits !== '', document.kind === 'credit_note');
    }
  }
}

describe('the table', () => {
  test('has a row for each document and VAT subtotal, credit notes negative, and adds up to the cent', async () => {
    const { stdout, stderr } = await exported('csv');
    expectTable(readTable(stdout), documents);
    expectSums(stderr, documents);
  });

  test('takes in both ends of the span, and nothing beyond', async () => {
    assert.equal(days().length, 2);
    for (const day of days()) {
      const { stdout, stderr } = await exported('csv', ['--from', day, '--to', day]);
      const expected = documents.filter(({ date }) => date === day);
      expectTable(readTable(stdout), expected);
      expectSums(stderr, expected);
    }
    const [first, last] = days();
    const { stdout } = await exported('csv', ['--from', neighbour(first, 1), '--to', neighbour(last, -1)]);
    assert.equal(parseCsv(stdout).length, 1, 'only the head');
  });

  test('says who bought, and no spreadsheet takes a name for a formula', async () => {
    const rows = readTable((await exported('csv')).stdout);
    const nastyRow = rows.find(({ buyer_vat_id }) => buyer_vat_id === nasty.vat_number);
    assert.equal(nastyRow.buyer_name, `'${nasty.name}`);
    assert.equal(nastyRow.buyer_company, nasty.company);
    assert.match(nastyRow.reference, /^'@SUM/);
    assert.ok(rows.some(({ buyer_name }) => buyer_name === 'Ωμέγα 漢字'));
    for (const [name, cell] of rows.flatMap((row) => Object.entries(row))) {
      if (!/^-?\d+\.\d\d$/.test(cell)) assert.ok(!/^[=+\-@\t\r\n]/.test(cell), `${name}: ${cell}`);
    }
  });
});

// ---- the archive ----

describe('the archive', () => {
  test('holds the UBL of each document, the same bytes as the customer gets, with their SHA-256 and the totals', async () => {
    const { bytes, stderr } = await exported('ubl-zip');
    expectSums(stderr, documents);
    const entries = await readZip(bytes);
    const manifest = JSON.parse(entries.get('manifest.json'));
    assert.deepEqual([...entries.keys()].sort(), ['manifest.json', ...documents.map(({ number }) => `ubl/${number}.xml`)].sort());
    assert.equal(manifest.unreadable, 0);
    for (const document of documents) {
      const entry = manifest.documents.find(({ number }) => number === document.number);
      const file = entries.get(entry.file);
      assert.equal(entry.sha256, createHash('sha256').update(file).digest('hex'));
      assert.deepEqual([entry.net, entry.vat, entry.total].map(({ amount }) => BigInt(amount)), [document.net, document.vat, document.total]);
      const answer = await server.api('GET', `/v1/invoices/${document.number}.xml`, { token: document.customer.token });
      assert.ok(expectStatus(answer, 200).bytes.equals(file), 'what is kept is what is exported');
    }
    for (const { kind, documents: count, total } of manifest.totals) {
      const mine = documents.filter((document) => document.kind === kind);
      assert.deepEqual([count, BigInt(total.amount)], [mine.length, sum(mine.map((document) => document.total))]);
    }
  });
});

// ---- the audit file ----

const digits = /-/g;

function expectJournal(file, expected) {
  assert.deepEqual(file.transactions.map(({ nr }) => nr).sort(), expected.map(({ number }) => number).sort());
  for (const document of expected) {
    const { trLine, trDt } = file.transactions.find(({ nr }) => nr === document.number);
    const signed = ({ amnt, amntTp }) => (amntTp === 'D' ? cents(amnt) : -cents(amnt));
    assert.equal(trDt, document.date);
    const [debtor] = trLine.filter(({ accID }) => accID === '1300');
    assert.equal(signed(debtor), document.total);
    assert.equal(debtor.custSupID, document.customer.id.replace(digits, ''));
    const revenue = Object.fromEntries(trLine.filter(({ vat }) => vat.length > 0).map((line) =>
      [line.vat[0].vatPerc, { net: -signed(line), vat: (line.vat[0].vatAmntTp === 'C' ? 1n : -1n) * cents(line.vat[0].vatAmnt) }]));
    const wanted = Object.fromEntries(Object.entries(document.subtotals).map(([key, one]) => [key.split(' ')[1], one]));
    assert.deepEqual(revenue, wanted, document.number);
    assert.equal(-sum(trLine.filter(({ accID }) => accID.startsWith('15')).map(signed)), document.vat);
  }
}

describe('the audit file', () => {
  test('keeps to the schema of XAF 3.2, each transaction balanced, and books every document', async () => {
    const { bytes, stderr } = await exported('xaf');
    expectSums(stderr, documents);
    const file = await readAuditFile(bytes);
    expectJournal(file, documents);
    assert.deepEqual([file.header.startDate, file.header.endDate, file.header.curCode], [days()[0], days().at(-1), 'EUR']);
    assert.equal(file.customers.length, 2, 'each customer once');
  });

  test('cuts a name that is longer than the schema lets it be', async () => {
    const { customers } = await readAuditFile((await exported('xaf', ['--from', days()[0], '--to', days()[0]])).bytes);
    assert.ok(customers.some(({ custSupName }) => custSupName === [...nasty.company].slice(0, 50).join('')));
  });
});

// ---- VAT ----

function vatByHand(expected) {
  const rows = new Map();
  for (const { date, subtotals } of expected) {
    const period = `${date.slice(0, 4)}-Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
    for (const [key, { net, vat }] of Object.entries(subtotals)) {
      const row = rows.get(`${period} ${key}`) ?? { documents: 0, net: 0n, vat: 0n };
      rows.set(`${period} ${key}`, { documents: row.documents + 1, net: row.net + net, vat: row.vat + vat });
    }
  }
  return Object.fromEntries(rows);
}

describe('the VAT summary', () => {
  test('adds up to the documents to the cent, by quarter, category and rate, in each format', async () => {
    const asJson = await invoices('vat', ...everything(), '--format', 'json');
    assert.equal(asJson.code, 0, asJson.stderr);
    expectSums(asJson.stderr, documents);
    const summary = JSON.parse(asJson.stdout);
    const found = Object.fromEntries(summary.periods.flatMap(({ period, rows }) => rows.map((row) => {
      assert.equal(row.box, boxes[`${row.vat_category} ${row.vat_rate}`]);
      assert.equal(row.country, 'NL');
      return [`${period} ${row.vat_category} ${row.vat_rate}`, { documents: row.documents, net: BigInt(row.net.amount), vat: BigInt(row.vat.amount) }];
    })));
    assert.deepEqual(found, vatByHand(documents));
    assert.equal(BigInt(summary.net.amount), sum(documents.map(({ net }) => net)));
    assert.equal(BigInt(summary.vat.amount), sum(documents.map(({ vat }) => vat)));
    const asCsv = await invoices('vat', ...everything(), '--format', 'csv');
    const table = Object.fromEntries(readTable(asCsv.stdout).map((row) => [`${row.period} ${row.vat_category} ${row.vat_rate}`,
      { documents: Number(row.documents), net: cents(row.net_eur), vat: cents(row.vat_eur) }]));
    assert.deepEqual(table, vatByHand(documents));
    const asText = await invoices('vat', ...everything());
    const printed = asText.stdout.split('\n').map((line) => line.trim().split(/\s+/)).filter(([box]) => Object.values(boxes).includes(box));
    assert.deepEqual(printed.map((cells) => cells.slice(-2).map(cents)), readTable(asCsv.stdout).map((row) => [row.net_eur, row.vat_eur].map(cents)));
  });

  test('by month has the months', async () => {
    const { stdout } = await invoices('vat', ...everything(), '--by', 'month', '--format', 'json');
    assert.deepEqual(JSON.parse(stdout).periods.map(({ period }) => period), days().map((day) => day.slice(0, 7)));
  });
});

// ---- the command ----

describe('the command', () => {
  test('writes to a file of its own, for its owner alone, whole or not at all, and replaces it', async () => {
    const { code, stdout } = await server.cli(['invoices', 'export', ...everything(), '--format', 'csv', '--output', join(server.dataDir, 'books.csv')]);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
    const path = join(server.dataDir, 'books.csv');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    expectTable(readTable(readFileSync(path, 'utf8')), documents);
    await server.cli(['invoices', 'export', '--from', '2001-01-01', '--to', '2001-12-31', '--format', 'csv', '--output', path]);
    assert.equal(parseCsv(readFileSync(path, 'utf8')).length, 1);
    const refused = await server.cli(['invoices', 'export', ...everything(), '--format', 'csv', '--output', '/dev/full']);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /not a plain file/);
  });

  test('of a time without documents, gives empty files that are whole', async () => {
    const range = ['--from', '2001-01-01', '--to', '2002-03-31'];
    const table = await exported('csv', range);
    assert.equal(parseCsv(table.stdout).length, 1);
    expectSums(table.stderr, []);
    const file = await readAuditFile((await exported('xaf', range)).bytes);
    assert.deepEqual([file.transactions, file.header.fiscalYear, file.company.periods.period.length], [[], '2001-2002', 15]);
    assert.deepEqual([...(await readZip((await exported('ubl-zip', range)).bytes)).keys()], ['manifest.json']);
    assert.deepEqual(JSON.parse((await invoices('vat', ...range, '--format', 'json')).stdout).periods, []);
  });

  test('used wrongly says so, with exit status 2', async () => {
    const range = ['--from', '2026-01-01', '--to', '2026-12-31'];
    for (const args of [[], ['import'], ['export', ...range], ['export', '--from', '2026-02-01', '--to', '2026-01-31', '--format', 'csv'],
      ['export', '--from', '2026-02-30', '--to', '2026-03-31', '--format', 'csv'], ['export', '--from', '2026-01-01', '--format', 'csv'],
      ['export', ...range, '--format', 'pdf'], ['export', ...range, '--format'], ['vat', ...range, '--by', 'week'], ['vat', ...range, '--output', 'x'],
      ['vat', '--from', '2026-12-31', '--to', '2026-12-30']]) {
      const { code, stdout, stderr } = await invoices(...args);
      assert.deepEqual({ code, stdout }, { code: 2, stdout: '' }, args.join(' '));
      assert.match(stderr, /Usage: akkoord invoices/);
    }
    const help = await invoices('--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /ubl-zip/);
  });

  test('on a terminal, shows how far it is, and puts nothing there that belongs in a file', async () => {
    const terminal = 'import os, pty, sys\nsys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], lambda fd: os.read(fd, 1024), lambda fd: b"")))';
    const onTerminal = (...args) => run('python3', ['-c', terminal, program(), 'invoices', 'export', ...everything(), ...args], { env: server.env });
    const refused = await onTerminal('--format', 'csv');
    assert.equal(refused.code, 2, refused.stdout);
    assert.ok(!refused.stdout.includes('Sample Customer'));
    const path = join(server.dataDir, 'terminal.xaf');
    const shown = await onTerminal('--format', 'xaf', '--output', path);
    assert.equal(shown.code, 0, shown.stdout);
    assert.match(shown.stdout, /invoices \[#{30}\] 100% 36\/36/);
    await readAuditFile(readFileSync(path));
  });

  test('a disk that is full is no success', async () => {
    for (const format of ['csv', 'xaf', 'ubl-zip']) {
      const { code, stderr } = await run('sh', ['-c', 'exec "$@" > /dev/full', 'sh', program(), 'invoices', 'export', ...everything(), '--format', format],
        { env: server.env });
      assert.equal(code, 1, format);
      assert.match(stderr, /standard output can't be written/);
    }
  });
});

// ---- many, and what can't be opened ----

const COPIES = 1100; // several batches of the cursor

test('of more documents than a batch holds, none is left out or there twice', async () => {
  const [{ number }] = documents;
  const { code, stderr } = await server.psql(`INSERT INTO akkoord.document SELECT gen_random_uuid(), kind, 2040, n, '2040-' || lpad(n::text, 6, '0'),
    '2040-05-01'::date + n % 7, order_id, decision_id, credits_id, total_minor, currency, prepaid_minor, content_version, issued_at
    FROM akkoord.document, generate_series(1, ${COPIES}) n WHERE number = '${number}'`);
  assert.equal(code, 0, stderr);
  const range = ['--from', '2040-05-01', '--to', '2040-05-07'];
  const rows = readTable((await exported('csv', range)).stdout);
  assert.equal(new Set(rows.map((row) => row.number)).size, COPIES);
  const file = await readAuditFile((await exported('xaf', range)).bytes);
  assert.equal(file.transactions.length, COPIES);
  const dates = file.transactions.map(({ trDt }) => trDt);
  assert.deepEqual(dates, [...dates].sort(), 'by date');
});

test('a document whose content is gone is named and counted, and the rest is exported', async () => {
  const [lost, ...rest] = [...documents].sort((left, right) => (left.number === documents[1].number ? -1 : right.number === documents[1].number ? 1 : 0));
  const gone = documents.filter(({ order }) => order.id === lost.order.id);
  const left = documents.filter(({ order }) => order.id !== lost.order.id);
  assert.ok(rest.length > 0 && left.length > 0);
  const { code, stderr } = await server.psql(`DELETE FROM akkoord.data_key WHERE id =
    (SELECT billing_key_id FROM akkoord.customer_order WHERE id = '${lost.order.id}')`);
  assert.equal(code, 0, stderr);
  const expectTold = (answer) => {
    for (const { number, total } of gone) {
      const decimal = `${total < 0n ? -total : total}`.padStart(3, '0').replace(/(\d\d)$/, '.$1');
      assert.match(answer.stderr, new RegExp(`^unreadable=${number} .*total=${decimal} currency=EUR reason=data_key_erased$`, 'm'));
    }
    expectSums(answer.stderr.split('\n').filter((line) => !line.startsWith('unreadable=')).join('\n'), left, gone.length);
  };
  const table = await exported('csv', everything(), { code: 1 });
  expectTold(table);
  expectTable(readTable(table.stdout), left);
  const audit = await exported('xaf', everything(), { code: 1 });
  expectTold(audit);
  expectJournal(await readAuditFile(audit.bytes), left);
  const archive = await exported('ubl-zip', everything(), { code: 1 });
  expectTold(archive);
  const manifest = JSON.parse((await readZip(archive.bytes)).get('manifest.json'));
  assert.deepEqual([manifest.unreadable, manifest.documents.length], [gone.length, left.length]);
  const summary = await invoices('vat', ...everything(), '--format', 'json');
  assert.equal(summary.code, 1);
  expectTold(summary);
  assert.equal(JSON.parse(summary.stdout).unreadable, gone.length);
});

test('works on an external database, with the server running and without', async () => {
  const cluster = await startPostgres();
  const database = await cluster.createDatabase();
  const external = await prepareAkkoord({ database });
  const migrated = await external.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } });
  assert.equal(migrated.code, 0, migrated.stderr);
  await external.start();
  const customer = await registerCustomer(external);
  const order = await placeOrder(external, customer);
  expectStatus(await payStandard(external, order), 200);
  const { invoices: [{ number }] } = await getOrder(external, customer, order);
  const range = ['--from', '2020-01-01', '--to', '2099-12-31'];
  const ask = async () => {
    const answer = await external.cli(['invoices', 'export', ...range, '--format', 'csv']);
    assert.equal(answer.code, 0, answer.stderr);
    assert.deepEqual(readTable(answer.stdout).map((row) => [row.number, cents(row.document_total)]), [[number, BigInt(order.total.amount)]]);
  };
  await ask();
  await external.stop();
  await ask();
});
