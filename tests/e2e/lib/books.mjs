// Readers of what `akkoord invoices` writes, of another make than its writers: a strict parser of RFC 4180, Python's ZIP
// and XML, and the rules of XML Auditfile Financieel 3.2 as a table.
import assert from 'node:assert/strict';

import { run } from './processes.mjs';

// ---- CSV ----

// Rows of cells; throws where a line breaks the grammar of RFC 4180.
export function parseCsv(text) {
  const rows = [[]];
  let at = 0;
  const fail = (what) => assert.fail(`${what} at ${at}: ${JSON.stringify(text.slice(Math.max(0, at - 20), at + 20))}`);
  while (at < text.length) {
    let cell;
    if (text[at] === '"') {
      const match = /"((?:[^"]|"")*)"/y;
      match.lastIndex = at;
      const found = match.exec(text);
      if (!found) fail('a quote is not closed');
      cell = found[1].replaceAll('""', '"');
      at = match.lastIndex;
    } else {
      const match = /[^",\r\n]*/y;
      match.lastIndex = at;
      [cell] = match.exec(text);
      at = match.lastIndex;
    }
    rows.at(-1).push(cell);
    if (text.startsWith('\r\n', at)) {
      at += 2;
      if (at < text.length) rows.push([]);
    } else if (text[at] === ',' && at + 1 < text.length) {
      at += 1;
      if (text.startsWith('\r\n', at)) { // the last cell is empty
        rows.at(-1).push('');
        at += 2;
        if (at < text.length) rows.push([]);
      }
    } else fail('neither a comma nor the end of a line');
  }
  for (const row of rows) assert.equal(row.length, rows[0].length, `as many cells as the head: ${row}`);
  return rows;
}

// Objects by the head's names.
export function readTable(text) {
  const [head, ...rows] = parseCsv(text);
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]])));
}

// "-121.00" as cents, exactly.
export function cents(decimal) {
  const match = /^(-?)(\d+)\.(\d\d)$/.exec(decimal);
  assert.ok(match, `two decimals: ${decimal}`);
  return BigInt(`${match[1]}${match[2]}${match[3]}`);
}

// ---- ZIP ----

const unzip = `
import base64, io, json, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print(json.dumps([[entry.filename, base64.b64encode(archive.read(entry)).decode(), entry.external_attr >> 16] for entry in archive.infolist()]))`;

// A Map of names to bytes, in the archive's order.
export async function readZip(bytes) {
  const { code, stdout, stderr } = await run('python3', ['-c', unzip], { input: bytes });
  assert.equal(code, 0, stderr);
  return new Map(JSON.parse(stdout).map(([name, text]) => [name, Buffer.from(text, 'base64')]));
}

// ---- XML ----

const toTree = `
import json, sys, xml.etree.ElementTree as tree
def walk(element):
    return {"tag": element.tag, "text": element.text or "", "children": [walk(child) for child in element]}
print(json.dumps(walk(tree.fromstring(sys.stdin.buffer.read()))))`;

async function readXml(bytes) {
  const { code, stdout, stderr } = await run('python3', ['-c', toTree], { input: bytes });
  assert.equal(code, 0, `it is well-formed: ${stderr}`);
  return JSON.parse(stdout);
}

// ---- XML Auditfile Financieel 3.2 ----

const NAMESPACE = '{http://www.auditfiles.nl/XAF/3.2}';
const text = (max) => (value) => [...value].length <= max && value !== '';
const match = (expression) => (value) => expression.test(value);
const date = match(/^\d{4}-\d\d-\d\d$/);
const amount = match(/^-?\d{1,18}(\.\d{1,2})?$/);
const count = match(/^\d{1,10}$/);
const side = match(/^[CD]$/);
const country = match(/^[A-Z]{2}$/);
const currency = match(/^[A-Z]{3}$/);

// Children in their order; "?" may be missing, "*" may come any number of times, "+" at least once.
const address = { 'streetname?': text(999), 'number?': text(15), 'numberExtension?': text(999), 'property?': text(50), 'city?': text(50),
  'postalCode?': text(10), 'region?': text(50), 'country?': country };
const trLine = { nr: text(35), accID: text(35), docRef: text(999), effDate: date, 'desc?': text(9999), amnt: amount, amntTp: side,
  'recRef?': text(999), 'matchKeyID?': text(35), 'custSupID?': text(35), 'invRef?': text(999), 'orderRef?': text(999),
  'vat*': { vatID: text(35), vatPerc: match(/^\d{1,5}(\.\d{1,3})?$/), vatAmnt: amount, vatAmntTp: side },
  'currency?': { curCode: currency, curAmnt: amount } };
const company = {
  'companyIdent?': text(35), companyName: text(999), taxRegistrationCountry: country, taxRegIdent: text(30), 'streetAddress*': address,
  'customersSuppliers?': { 'customerSupplier*': { custSupID: text(35), 'custSupName?': text(50), 'contact?': text(50), 'eMail?': text(255),
    'commerceNr?': text(999), 'taxRegistrationCountry?': country, 'taxRegIdent?': text(30), 'custSupTp?': match(/^[BCOS]$/), 'streetAddress*': address } },
  'generalLedger?': { 'ledgerAccount+': { accID: text(35), accDesc: text(999), accTp: match(/^[BMP]$/) } },
  'vatCodes?': { 'vatCode*': { vatID: text(35), vatDesc: text(999), 'vatToPayAccID?': text(35), 'vatToClaimAccID?': text(35) } },
  'periods?': { 'period*': { periodNumber: match(/^\d{1,3}$/), 'periodDesc?': text(50), startDatePeriod: date, endDatePeriod: date } },
  'openingBalance?': { opBalDate: date, 'opBalDesc?': text(999), linesCount: count, totalDebit: amount, totalCredit: amount },
  'transactions?': { linesCount: count, totalDebit: amount, totalCredit: amount,
    'journal*': { jrnID: text(35), desc: text(9999), 'jrnTp?': match(/^[BCGMOPSTYZ]$/), 'offsetAccID?': text(35),
      'transaction*': { nr: text(35), 'desc?': text(9999), periodNumber: match(/^\d{1,3}$/), trDt: date, 'trLine*': trLine } } },
};
const auditfile = {
  header: { fiscalYear: text(9), startDate: date, endDate: date, curCode: currency, dateCreated: date, 'softwareDesc?': text(50),
    'softwareVersion?': text(20) },
  company,
};

// Turns an element into an object of its children while it holds it against the table; "*" and "+" become arrays.
function take(element, form, path) {
  if (typeof form === 'function') {
    assert.deepEqual(element.children, [], path);
    assert.ok(form(element.text), `${path}: ${JSON.stringify(element.text)}`);
    return element.text;
  }
  const children = [...element.children];
  const object = {};
  for (const [key, inner] of Object.entries(form)) {
    const [, name, often] = /^(\w+)([?*+]?)$/.exec(key);
    const found = [];
    while (children[0]?.tag === NAMESPACE + name && (found.length === 0 || '*+'.includes(often || ' '))) found.push(children.shift());
    assert.ok(found.length > 0 || often === '?' || often === '*', `${path} has no ${name}`);
    const taken = found.map((child) => take(child, inner, `${path}/${name}`));
    object[name] = often === '*' || often === '+' ? taken : taken[0];
  }
  assert.deepEqual(children.map(({ tag }) => tag), [], `${path} has elements that its schema does not have there`);
  return object;
}

function expectKeys(what, keys, references) {
  assert.equal(new Set(keys).size, keys.length, `each ${what} is there once`);
  for (const reference of references) assert.ok(keys.includes(reference), `${what} ${reference} is there`);
}

// The file as objects; throws where it breaks the schema, a reference leads nowhere, or a sum is wrong.
export async function readAuditFile(bytes) {
  const root = await readXml(bytes);
  assert.equal(root.tag, `${NAMESPACE}auditfile`);
  const file = take(root, auditfile, 'auditfile');
  const { customersSuppliers, generalLedger, vatCodes, periods, transactions } = file.company;
  const customers = customersSuppliers?.customerSupplier ?? [];
  const all = transactions.journal.flatMap(({ transaction }) => transaction);
  const lines = all.flatMap((transaction) => transaction.trLine);
  expectKeys('account', generalLedger.ledgerAccount.map(({ accID }) => accID),
    [...lines.map(({ accID }) => accID), ...vatCodes.vatCode.map(({ vatToPayAccID }) => vatToPayAccID)]);
  expectKeys('customer', customers.map(({ custSupID }) => custSupID), lines.flatMap(({ custSupID }) => custSupID ?? []));
  expectKeys('VAT code', vatCodes.vatCode.map(({ vatID }) => vatID), lines.flatMap(({ vat }) => vat.map(({ vatID }) => vatID)));
  expectKeys('period', periods.period.map(({ periodNumber }) => periodNumber), all.map(({ periodNumber }) => periodNumber));
  expectKeys('transaction', all.map(({ nr }) => nr), []);
  const sum = (which, of) => of.filter(({ amntTp }) => amntTp === which).reduce((total, { amnt }) => total + cents(amnt), 0n);
  for (const transaction of all) assert.equal(sum('D', transaction.trLine), sum('C', transaction.trLine), `${transaction.nr} is balanced`);
  assert.equal(transactions.linesCount, String(lines.length));
  assert.equal(cents(transactions.totalDebit), sum('D', lines));
  assert.equal(cents(transactions.totalCredit), sum('C', lines));
  for (const { periodNumber, trDt } of all) {
    const period = periods.period.find((one) => one.periodNumber === periodNumber);
    assert.ok(period.startDatePeriod <= trDt && trDt <= period.endDatePeriod, `${trDt} lies in its period`);
  }
  return { ...file, customers, transactions: all, lines };
}
