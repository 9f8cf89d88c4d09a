// No plaintext personal datum in any column, log, WAL or dump, nor in memory that was freed: values that occur nowhere else
// are put into every field, the whole life of orders is walked, and then every byte that the server and PostgreSQL have
// written is searched.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { addStaff, atEnd, businessAbroad, expectStatus, getOrder, isSanitized, linkToken, listAll, newEmail, newStaff, payStandard, payStripe, placeOrder, postgresProgram, randomId, run, sendStandard,
  staffLogin, startAkkoord, waitFor } from './lib/akkoord.mjs';
import { startFakeVies } from '../providers/vies.mjs';
import { awaitNoMailJobs, startMailServer } from './lib/mail.mjs';

const letters = (count) => Array.from(randomBytes(count), (byte) => 'bcdfghjklmnpqrstvwxz'[byte % 20]).join('');
const digits = (count) => Array.from(randomBytes(count), (byte) => byte % 10).join('');

let server;
const canaries = {};

// Remembers a value that must be found nowhere.
function canary(name, value) {
  canaries[name] = value;
  return value;
}

before(async () => {
  // Mail leaves the machine, as it does where a mail server is set: into a folder it is written to be read.
  const post = await startMailServer();
  const trader = { name: canary('name that VIES tells', `Trader ${letters(14)}`), address: canary('address that VIES tells', `${letters(12)}weg 1`) };
  const vies = await startFakeVies({ registered: { [canary('VAT number abroad', businessAbroad.vat_number)]: trader } });
  atEnd(() => vies.close());
  server = await startAkkoord({ env: { AKKOORD_REVIEW_FOUR_EYES_AMOUNT: '1', AKKOORD_SMTP_URL: post.url, AKKOORD_VIES_URL: vies.url } });
  const local = letters(14);
  const profile = {
    email: canary('e-mail address', `${local}@${letters(10)}.example`), password: canary('password', `Wq-${letters(18)}`),
    name: canary('name', `Quux${letters(10)} Zed${letters(10)}`), company: canary('company', `${letters(14)} Holding`),
    phone: canary('phone number', `+31 6 ${digits(9)}`), vat_number: canary('VAT number', `NL${digits(9)}B${digits(2)}`),
    kvk_number: canary('KvK number', digits(8)), language: 'en',
    address: { street: canary('street', `${letters(12)}straat 9`), postal_code: canary('postal code', `${digits(4)}QQ${letters(4)}`),
      city: canary('city', `Stad${letters(12)}`), country: 'NL' },
  };
  canary('local part', local);
  const registered = expectStatus(await server.api('POST', '/v1/customers', { body: profile }), 201).json;
  canary('token', registered.token);
  const customer = expectStatus(await server.api('POST', '/v1/sessions', { body: { email: profile.email, password: profile.password } }), 201).json;
  canary('second token', customer.token);
  expectStatus(await server.api('POST', '/v1/sessions', { body: { email: profile.email, password: canary('wrong password', letters(20)) } }), 401);
  await server.api('POST', '/v1/customers', { body: { ...profile, name: canary('name of the refused', `Refused ${letters(12)}`) } });
  await server.api('POST', '/v1/customers', { body: { ...profile, email: canary('refused address', `${letters(12)} at home`), language: 'xx' } });
  await server.api('GET', `/v1/${canary('part of a path', letters(16))}?${canary('part of a query', letters(16))}=1`);
  expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);

  const billing = { name: canary('billing name', `Buyer ${letters(12)}`), company: canary('billing company', `${letters(12)} Zaak`),
    address: { street: canary('billing street', `${letters(12)}weg 3`), postal_code: '1234 AB', city: canary('billing city', letters(12)), country: 'NL' } };
  const headers = { 'idempotency-key': canary('idempotency key', letters(24)) };
  const order = await placeOrder(server, customer, { billing, reference: canary('reference', `Ref ${letters(14)}`), headers });
  await placeOrder(server, customer, { billing, reference: canaries.reference, headers });
  const abroad = await placeOrder(server, customer, { billing: { ...billing, ...businessAbroad, company: billing.company } });
  const check = await waitFor(async () => (await getOrder(server, customer, abroad)).vat_check, { what: 'the answer of VIES' });
  canary('consultation number', check.consultation_number);
  expectStatus(await payStandard(server, order), 200);
  expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customer.token }), 200);
  const accepted = await getOrder(server, customer, order);
  const ask = (decision, statement) => server.api('POST', `/v1/decisions/${decision.id}/reviews`, { token: customer.token, body: { statement } });
  expectStatus(await ask(accepted.decision, canary('statement', `I say ${letters(16)}`)), 201);
  expectStatus(await ask(accepted.decision, canary('second statement', `And ${letters(16)}`)), 200);

  const staff = await addStaff(server, 'reviewer', canary('address of staff', newEmail().replace('customer', letters(12))));
  canary('password of staff', staff.password);
  canary('TOTP secret', staff.totp_secret);
  const { token } = await staffLogin(server, staff);
  const [review] = await listAll(server, token, '/v1/staff/reviews?state=open');
  const path = `/v1/staff/reviews/${review.id}`;
  expectStatus(await server.api('GET', path, { token }), 200);
  const question = canary('question of staff', `Why ${letters(16)}`);
  expectStatus(await server.api('POST', `${path}/view-invitation`, { token, body: { question } }), 200);
  const link = canary('token of a link', await linkToken(server, accepted.decision));
  const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ statement: canary('statement by form', `Formally ${letters(16)}`) }).toString() };
  expectStatus(await server.client.send('POST', `/decisions/${accepted.decision.id}/review?token=${link}`, form), 303);
  const later = { months: 1, reasons: canary('reasons of an extension', `Later ${letters(16)}`) };
  expectStatus(await server.api('POST', `${path}/extension`, { token, body: later }), 200);
  const outcome = { outcome: 'overturned', reasons: canary('reasons of staff', `Because ${letters(16)}`) };
  expectStatus(await server.api('POST', `${path}/outcome`, { token, body: outcome }), 200);
  const second = await newStaff(server);
  expectStatus(await server.api('POST', `${path}/confirmation`, { token: second.token, body: { outcome: 'overturned', agrees: true } }), 200);
  const { invoices } = await getOrder(server, customer, order);
  expectStatus(await server.api('GET', `/v1/invoices/${invoices[1].number}.pdf`, { token: customer.token }), 200);

  const unmatched = { type: 'payment.paid', data: { payment: randomId('pay'), order: canary('foreign reference', `ORD ${letters(16)}`), amount: 100, currency: 'EUR',
    customer: canary('person in an unmatched event', letters(16)) } };
  expectStatus(await sendStandard(server, unmatched), 200);
  expectStatus(await sendStandard(server, `{"type":"payment.paid","data":{"payment":"${canary('person in a malformed event', letters(16))}"}}`), 400);
  const stripeOrder = await placeOrder(server, customer, { payment_provider: 'stripe' });
  expectStatus(await payStripe(server, stripeOrder), 200);
  canary('new address', `${letters(14)}@${letters(10)}.example`);
  expectStatus(await server.api('POST', '/v1/me/email', { token: customer.token, body: { email: canaries['new address'], password: profile.password } }), 202);
  expectStatus(await server.api('POST', '/v1/password-resets', { body: { email: canary('address of nobody', `${letters(14)}@${letters(10)}.example`) } }), 202);
  await awaitNoMailJobs(server);
  assert.ok(post.mails.length >= 6, 'mails about the account, about decisions and about the review');
  for (const [i, mail] of post.mails.filter((one) => one.code !== null).entries()) canary(`mailed code ${i}`, mail.code);
  expectStatus(await server.api('DELETE', '/v1/sessions', { token: customer.token }), 204);
  const { code, stderr } = await server.psql('CHECKPOINT', { role: 'akkoord_admin' });
  assert.equal(code, 0, stderr);
});

// The ways in which a value may stand in a file.
function disguises(value) {
  const forms = new Map();
  for (const [spelling, text] of [['as it is', value], ['in lower case', value.toLowerCase()], ['in capitals', value.toUpperCase()]]) {
    forms.set(spelling, Buffer.from(text));
    forms.set(`${spelling}, UTF-16LE`, Buffer.from(text, 'utf16le'));
    forms.set(`${spelling}, UTF-16BE`, Buffer.from(text, 'utf16le').swap16());
    forms.set(`${spelling}, hex`, Buffer.from(Buffer.from(text).toString('hex')));
    forms.set(`${spelling}, hex capitals`, Buffer.from(Buffer.from(text).toString('hex').toUpperCase()));
    // At each of the three positions that it may have in a longer text; what depends on its neighbours is left out.
    for (const before of [0, 1, 2]) {
      const padded = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
      const inner = padded.toString('base64').replace(/=+$/, '');
      const core = inner.slice(before === 0 ? 0 : before + 1, inner.length - (padded.length % 3 === 0 ? 0 : 1));
      forms.set(`${spelling}, base64 at ${before}`, Buffer.from(core));
      forms.set(`${spelling}, base64url at ${before}`, Buffer.from(core.replaceAll('+', '-').replaceAll('/', '_')));
    }
  }
  return forms;
}

// One pass over the bytes for all needles at once: a table of their first two bytes passes over almost everything.
function search(haystacks, values) {
  const interesting = new Uint8Array(65536);
  const byStart = new Map();
  for (const [name, value] of Object.entries(values)) {
    for (const [form, needle] of disguises(value)) {
      interesting[needle.readUInt16LE(0)] = 1;
      const start = needle.readUInt32LE(0);
      if (!byStart.has(start)) byStart.set(start, []);
      byStart.get(start).push({ what: `${name} (${form})`, needle });
    }
  }
  const found = new Set();
  for (const [where, bytes] of haystacks) {
    for (let at = 0; at + 4 <= bytes.length; at++) {
      if (interesting[bytes[at] | (bytes[at + 1] << 8)] === 0) continue;
      for (const { what, needle } of byStart.get(bytes.readUInt32LE(at)) ?? []) {
        if (bytes.subarray(at, at + needle.length).equals(needle)) found.add(`${what} in ${where}`);
      }
    }
  }
  return [...found];
}

const filesIn = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return filesIn(path);
  return entry.isFile() ? [path] : [];
});

async function dump() {
  const { code, bytes, stderr } = await run(postgresProgram('pg_dump'), ['--inserts', '-h', server.socketDir(), '-U', 'akkoord_admin', 'akkoord']);
  assert.equal(code, 0, stderr);
  return bytes;
}

async function everything() {
  const files = filesIn(server.dataDir).map((path) => [path.slice(server.dataDir.length), readFileSync(path)]);
  assert.ok(files.some(([path]) => path.startsWith('/postgres/pg_wal/')), 'the WAL is searched too');
  return [['the dump', await dump()], ['the server\'s log', readFileSync(server.logFile)], ...files];
}

test('no value is found in the dump, in any file of the data folder, in the WAL or in a log', async () => {
  const haystacks = await everything();
  assert.ok(Object.keys(canaries).length >= 25);
  assert.deepEqual(search(haystacks, canaries), []);
});

// What another process of root sees of the server's memory, a writable stretch at a time.
function memoryOf(pid) {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const stretches = [];
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from, to, rights, name] = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
    if (from === undefined || !rights.startsWith('rw') || /^\[v/.test(name)) continue;
    const bytes = Buffer.alloc(Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)));
    try {
      readSync(memory, bytes, 0, bytes.length, BigInt(`0x${from}`));
      stretches.push([`memory ${name || from}`, bytes]);
    } catch (error) {
      if (error.code !== 'EIO') throw error; // a guard page, or memory that was given back meanwhile
    }
  }
  closeSync(memory);
  return stretches;
}

// The user of the server may not look: PR_SET_DUMPABLE. A sanitizer's allocator keeps what is freed, on purpose.
const blind = process.getuid() !== 0 ? 'only root may look' : isSanitized && 'not with this allocator';
test('no value that was used and freed is found in the memory of the server', { skip: blind }, async () => {
  let found;
  // A document may still be rendered: what is in use is not freed.
  for (let tries = 0; tries < 10 && found?.length !== 0; tries++) {
    await sleep(500);
    const stretches = memoryOf(server.pid);
    assert.ok(search(stretches, { setting: server.secrets.stripe }).length > 0, 'what is there is found');
    found = search(stretches, canaries);
  }
  assert.deepEqual(found, []);
});

test('no value is found in the metrics', async () => {
  const { bytes } = expectStatus(await server.api('GET', '/metrics'), 200);
  assert.deepEqual(search([['the metrics', bytes]], canaries), []);
});

test('no value is found in a decision\'s inputs, nor is the customer\'s or order\'s number in the reasons', async () => {
  const rows = await server.sql('SELECT inputs FROM akkoord.decision');
  assert.ok(rows.length >= 2);
  assert.deepEqual(search([['the inputs', Buffer.from(JSON.stringify(rows))]], canaries), []);
});

test('the search finds what is planted, in every place and disguise', async () => {
  const planted = { planted: `Planted${letters(20)}` };
  const { code, stderr } = await server.psql(`UPDATE akkoord.service SET name_en = '${planted.planted}' WHERE position = (SELECT min(position) FROM akkoord.service);
    CHECKPOINT`, { role: 'akkoord_admin' });
  assert.equal(code, 0, stderr);
  const places = search(await everything(), planted).join('\n');
  for (const place of ['in the dump', 'in /postgres/base/', 'in /postgres/pg_wal/']) assert.ok(places.includes(place), place);
  for (const [form, needle] of disguises(planted.planted)) {
    assert.notDeepEqual(search([['a file', Buffer.concat([Buffer.from('before'), needle, Buffer.from('after')])]], planted), [], form);
  }
  for (const before of ['', 'x', 'xy']) {
    const encoded = Buffer.from(`${before}${planted.planted} and more`).toString('base64');
    assert.notDeepEqual(search([['base64', Buffer.from(encoded)]], planted), [], `base64 after ${before.length} bytes`);
  }
});
