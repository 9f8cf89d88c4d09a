// VIES is asked about the VAT number that an order's VAT rests on: an optional call with a recorded answer, and never a
// blocker. The service is tests/providers/vies.mjs; what is sealed is read by the API alone.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

import { startFakeVies } from '../providers/vies.mjs';
import { PATIENCE_MS, atEnd, euros, expectProblem, expectStatus, getOrder, isAlive, isSanitized, listAll, newStaff, payStandard, placeOrder, prepareAkkoord,
  registerCustomer, run, sampleAddress, sampleSeller, startPostgres, startTogether, temporaryFolder, waitFor } from './lib/akkoord.mjs';
import { auditVerify, awaitSequenced } from './lib/audit.mjs';

const SELLER = 'NL004495445B01';
const GERMAN = 'DE136695976';
const GREEK = 'EL094259216';
const IRISH = 'XI980780684';
const DUTCH = 'NL004495445B01';
const DAY_S = 86_400;

const names = (name) => ({ nl: `${name} (nl)`, en: `${name} (en)` });
const sold = (sku, vat_category, vat_rate, supply = 'electronic') =>
  ({ sku, name: names(sku), unit_price: euros(10000), price_includes_vat: false, vat_category, vat_rate, supply });
const priceList = { services: [sold('design', 'S', '21.00'), sold('book', 'S', '9.00', 'goods'), sold('site', 'AE', '0.00'), sold('course', 'E', '0.00')] };

const address = (country) => ({ ...sampleAddress, country });
const business = (country, vat_number) => ({ address: address(country), company: 'Sample Company', vat_number });
const consumer = (country) => ({ address: address(country) });
const german = business('DE', GERMAN);

const reachable = { name: 'Muster Übung GmbH', address: 'Musterweg 7\n10115 Berlin' };
const newVies = async (options = {}) => {
  const vies = await startFakeVies({ registered: { [GERMAN]: reachable }, requesters: [SELLER], ...options });
  atEnd(() => vies.close());
  return vies;
};

// {server, customer, vies}
async function startShop(env = {}, vies = null) {
  const fake = vies ?? (await newVies());
  const server = await prepareAkkoord({ env: { AKKOORD_VIES_URL: fake.url, ...env } });
  server.env.AKKOORD_SELLER_FILE = server.writeFile('seller.json', { ...sampleSeller, vat_number: SELLER });
  server.env.AKKOORD_SERVICES_FILE = server.writeFile('services.json', priceList);
  await server.start();
  return { server, customer: await registerCustomer(server, { language: 'en' }), vies: fake };
}

const order = ({ server, customer }, billing, sku = 'design', more = {}) =>
  placeOrder(server, customer, { billing, lines: [{ sku, quantity: 1 }], ...more });
const look = ({ server, customer }, placed) => getOrder(server, customer, placed);
const checked = (shop, placed) => waitFor(async () => (await look(shop, placed)).vat_check, { what: 'the recorded answer' });
const rows = ({ server }, placed) => server.sql(`SELECT outcome, checked_at FROM akkoord.vat_number_check WHERE order_id = '${placed.id}'`);
const jobs = ({ server }) => server.sql("SELECT key, attempts, last_error, dead, payload FROM akkoord.job WHERE kind = 'ask_vies'");
const noJob = (shop) => waitFor(async () => (await jobs(shop)).length === 0, { what: 'the end of the jobs' });
const triedOnce = (shop, error) => waitFor(async () => (await jobs(shop)).find(({ last_error }) => last_error === error), { what: `a try that ends in ${error}` });
// Lets what failed be tried again at once.
const hurry = async ({ server }) => {
  const { code, stderr } = await server.psql("UPDATE akkoord.job SET run_at = now() - interval '1 minute' WHERE kind = 'ask_vies' AND held_until IS NULL");
  assert.equal(code, 0, stderr);
};
const metric = async ({ server }, outcome) => {
  const { text } = await server.api('GET', '/metrics');
  return Number(new RegExp(`^akkoord_vat_checks_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
};

let shop;
before(async () => {
  shop = await startShop();
});

describe('what is asked, and what is recorded', () => {
  test('a valid number is recorded with the consultation number that VIES gave the seller', async () => {
    const before = await metric(shop, 'valid');
    const placed = await order(shop, german);
    assert.equal(placed.vat_check, null, 'nobody waits for it');
    const { outcome, vat_number, consultation_number, name, address: told, requested_at, checked_at } = await checked(shop, placed);
    assert.deepEqual([outcome, vat_number, name, told], ['valid', GERMAN, reachable.name, reachable.address]);
    assert.deepEqual(shop.vies.consultations.get(consultation_number), { number: GERMAN, requester: SELLER, valid: true });
    assert.ok(Math.abs(new Date(requested_at) - new Date(checked_at)) < PATIENCE_MS);
    assert.equal(await metric(shop, 'valid'), before + 1);
    assert.match(shop.server.log, new RegExp(`level=info event=vies\\.valid order=${placed.id}`));
    const { body, headers } = shop.vies.calls.at(-1);
    assert.deepEqual(body, { countryCode: 'DE', vatNumber: GERMAN.slice(2), requesterMemberStateCode: 'NL', requesterNumber: SELLER.slice(2) });
    assert.equal(headers.authorization, undefined);
    await noJob(shop);
  });

  test('an invalid number is recorded, and the order goes on to be accepted with its reverse-charge invoice', async () => {
    shop.vies.strike(GERMAN);
    try {
      const placed = await order(shop, german);
      const check = await checked(shop, placed);
      assert.deepEqual([check.outcome, check.name, check.address], ['invalid', null, null]);
      assert.equal(shop.vies.consultations.get(check.consultation_number).valid, false);
      assert.match(shop.server.log, new RegExp(`level=warning event=vies\\.invalid order=${placed.id}`));
      expectStatus(await payStandard(shop.server, placed), 200);
      const accepted = await look(shop, placed);
      assert.equal(accepted.status, 'accepted');
      assert.deepEqual(accepted.vat_breakdown.map(({ ground }) => ground), ['reverse_charge']);
      const ubl = expectStatus(await shop.server.api('GET', `/v1/orders/${placed.id}/invoice.xml`, { token: shop.customer.token }), 200);
      assert.match(ubl.text, /<cbc:ID>AE<\/cbc:ID>/);
      assert.equal(await metric(shop, 'invalid') > 0, true);
    } finally {
      shop.vies.register(GERMAN, reachable);
    }
  });

  test('Greece is asked about as EL, Northern Ireland as XI, and a domestic reverse charge too', async () => {
    shop.vies.register(GREEK);
    shop.vies.register(IRISH, { name: 'Sample Ltd' });
    shop.vies.register(DUTCH, { name: 'Voorbeeld B.V.' });
    for (const [billing, sku, number] of [[business('GR', GREEK), 'design', GREEK], [business('GB', IRISH), 'book', IRISH], [business('NL', DUTCH), 'site', DUTCH]]) {
      const check = await checked(shop, await order(shop, billing, sku));
      assert.deepEqual([check.outcome, check.vat_number], ['valid', number]);
      assert.equal(check.address, null, 'what a member state keeps to itself');
    }
  });

  test('nobody is asked where the VAT does not rest on a number', async () => {
    const before = shop.vies.calls.length;
    const quiet = [[consumer('NL'), 'design'], [consumer('DE'), 'design'], [business('NL', DUTCH), 'design'], [business('DE', GERMAN), 'course'],
      [consumer('US'), 'design'], [{ ...business('US'), vat_number: null }, 'design'], [business('GB', IRISH), 'design']];
    const placed = [];
    for (const [billing, sku] of quiet) placed.push(await order(shop, billing, sku));
    assert.deepEqual(await jobs(shop), []);
    await checked(shop, await order(shop, german));
    assert.equal(shop.vies.calls.length, before + 1, 'the last one alone');
    for (const one of placed) assert.equal((await look(shop, one)).vat_check, null);
  });

  test('an order that is placed twice under one key is asked about once', async () => {
    const before = shop.vies.calls.length;
    const headers = { 'idempotency-key': 'the same order' };
    const [first, second] = await Promise.all([0, 1].map(() => order(shop, german, 'design', { headers })));
    assert.equal(first.id, second.id);
    await checked(shop, first);
    await noJob(shop);
    assert.equal(shop.vies.calls.length, before + 1);
  });
});

describe('a service that does not answer', () => {
  const failures = [
    ['the member state is away', (vies) => vies.failFor('DE', { times: 1 }), 'vies_unavailable'],
    ['it says so beside `valid: false`', (vies) => vies.failFor('DE', { times: 1, as: 'user-error' }), 'vies_unavailable'],
    ['too many ask', (vies) => vies.failFor('DE', { times: 1, error: 'MS_MAX_CONCURRENT_REQ' }), 'vies_busy'],
    ['it asks to wait', (vies) => vies.misbehave({ kind: 'status', status: 429 }), 'vies_busy'],
    ['it times out', (vies) => vies.failFor(null, { times: 1, error: 'TIMEOUT' }), 'vies_unavailable'],
    ['it fails', (vies) => vies.misbehave({ kind: 'status', status: 500 }), 'vies_unavailable'],
    ['its gateway fails', (vies) => vies.misbehave({ kind: 'status', status: 502 }), 'vies_unavailable'],
    ['it does not take the seller\'s number', (vies) => vies.failFor(null, { times: 1, error: 'INVALID_REQUESTER_INFO' }), 'vies_refused'],
    // Over a connection that was kept open, the client tries once more by itself.
    ['it breaks off', (vies) => vies.misbehave({ kind: 'reset', times: 2 }), 'no_answer'],
    ['it breaks off in the middle', (vies) => vies.misbehave({ kind: 'reset', afterBytes: 30 }), 'no_answer'],
    ['it answers with a page', (vies) => vies.misbehave({ kind: 'body', body: 'html' }), 'vies_nonsense'],
    ['it answers with nothing', (vies) => vies.misbehave({ kind: 'body', body: 'empty' }), 'vies_nonsense'],
    ['it answers with half of it', (vies) => vies.misbehave({ kind: 'body', body: 'truncated' }), 'vies_nonsense'],
    ['it answers with something else', (vies) => vies.misbehave({ kind: 'body', body: 'other-object' }), 'vies_nonsense'],
    ['it answers with bytes', (vies) => vies.misbehave({ kind: 'body', body: 'binary' }), 'vies_nonsense'],
    ['it answers deeply', (vies) => vies.misbehave({ kind: 'body', body: 'deep' }), 'vies_nonsense'],
    ['it answers without end', (vies) => vies.misbehave({ kind: 'body', body: 'huge' }), 'answer_too_large'],
    ['it answers about another number', (vies) => vies.misbehave({ kind: 'change', change: (body) => ({ ...body, vatNumber: '136695977', valid: false }) }), 'vies_nonsense'],
    ['it answers without a verdict', (vies) => vies.misbehave({ kind: 'change', change: ({ valid, ...rest }) => rest }), 'vies_nonsense'],
    ['it sends one elsewhere', (vies) => vies.misbehave({ kind: 'redirect' }), 'vies_nonsense'],
  ];
  for (const [title, misbehave, code] of failures) {
    test(`${title}: nothing is recorded, and it is asked again until it answers`, async () => {
      const { vies } = shop;
      misbehave(vies);
      try {
        const placed = await order(shop, german);
        await triedOnce(shop, code);
        assert.deepEqual(await rows(shop, placed), []);
        assert.match(shop.server.log, new RegExp(`event=job\\.failed kind=ask_vies job=\\S+ attempts=1 code=${code}`));
        vies.recover();
        await hurry(shop);
        assert.equal((await checked(shop, placed)).outcome, 'valid');
        await noJob(shop);
        assert.deepEqual(vies.redirectsFollowed, []);
      } finally {
        vies.recover();
      }
    });
  }

  test('a slow answer counts, and keeps nobody waiting', async () => {
    shop.vies.misbehave({ kind: 'slow', ms: 3000 });
    const placed = await order(shop, german);
    expectStatus(await payStandard(shop.server, placed), 200);
    assert.equal((await look(shop, placed)).status, 'accepted', 'while VIES thinks');
    assert.equal((await checked(shop, placed)).outcome, 'valid');
  });

  test('one that never answers is given up after days; the order was accepted long before', async () => {
    const own = await startShop();
    own.vies.misbehave({ kind: 'hang', times: Infinity });
    const placed = await order(own, german);
    expectStatus(await payStandard(own.server, placed), 200);
    assert.equal((await look(own, placed)).status, 'accepted');
    await waitFor(() => own.vies.calls.length > 0, { what: 'the question' });
    await own.server.stop();
    await own.vies.stop();
    const later = async (days, passes) => {
      own.server.env.AKKOORD_CLOCK_OFFSET = String(days * DAY_S);
      await own.server.start();
      await waitFor(passes, { what: `what happens after ${days} days` });
    };
    await later(4, async () => (await jobs(own)).some(({ last_error }) => last_error === 'connect_failed'));
    assert.deepEqual(await rows(own, placed), []);
    await own.server.stop();
    await later(6, async () => (await rows(own, placed)).length === 1);
    const check = await checked(own, placed);
    assert.deepEqual([check.outcome, check.vat_number, check.consultation_number, check.requested_at, check.name], ['unavailable', GERMAN, null, null, null]);
    assert.match(own.server.log, new RegExp(`level=warning event=vies\\.given_up order=${placed.id}`));
    assert.equal(await metric(own, 'unavailable'), 1);
    await noJob(own);
    await own.vies.resume();
    own.vies.behave();
    await sleep(1500);
    assert.equal((await checked(own, placed)).outcome, 'unavailable', 'what is recorded stays');
  });
});

describe('once', () => {
  test('kill -9 between the question and the record gives one recorded answer', async () => {
    const own = await startShop();
    for (const kind of ['slow', 'hang', 'slow']) {
      own.vies.misbehave({ kind, ms: 60_000 });
      const asked = own.vies.calls.length;
      const placed = await order(own, german);
      await waitFor(() => own.vies.calls.length > asked, { what: 'the question' });
      await own.server.kill9();
      await own.server.start();
      assert.deepEqual(await rows(own, placed), []);
      const { code, stderr } = await own.server.psql("UPDATE akkoord.job SET run_at = now() - interval '1 minute', held_until = NULL WHERE kind = 'ask_vies'");
      assert.equal(code, 0, stderr);
      assert.equal((await checked(own, placed)).outcome, 'valid');
      assert.equal((await rows(own, placed)).length, 1);
      await noJob(own);
    }
    assert.equal((await own.server.sql('SELECT 1 FROM akkoord.vat_number_check')).length, 3);
  });

  test('a job that is there twice, and one after the answer, change nothing', async () => {
    const placed = await order(shop, german);
    const first = await checked(shop, placed);
    await noJob(shop);
    shop.vies.strike(GERMAN);
    try {
      const asked = shop.vies.calls.length;
      for (const key of [`'${placed.id}'`, 'NULL', 'NULL']) {
        const { code, stderr } = await shop.server.psql(`INSERT INTO akkoord.job (id, kind, key, payload, run_at, created_at)
          VALUES (gen_random_uuid(), 'ask_vies', ${key}, '{"order": "${placed.id}"}', now(), now())`);
        assert.equal(code, 0, stderr);
      }
      await noJob(shop);
      assert.deepEqual(await checked(shop, placed), first);
      assert.equal(shop.vies.calls.length, asked);
    } finally {
      shop.vies.register(GERMAN, reachable);
    }
  });

  test('two servers that ask at the same moment record one answer', async () => {
    const vies = await newVies();
    const cluster = await startPostgres();
    const folder = temporaryFolder();
    const file = (name, value) => {
      writeFileSync(join(folder, name), JSON.stringify(value), { mode: 0o644 });
      return join(folder, name);
    };
    const env = { AKKOORD_VIES_URL: vies.url, AKKOORD_SELLER_FILE: file('seller.json', { ...sampleSeller, vat_number: SELLER }),
      AKKOORD_SERVICES_FILE: file('services.json', priceList) };
    const servers = await startTogether(2, cluster, { env });
    const customer = await registerCustomer(servers[0]);
    const both = { server: servers[0], customer };
    vies.misbehave({ kind: 'reorder', count: 2, times: 2, ms: 20_000 });
    const placed = await order(both, german);
    await waitFor(() => vies.calls.length === 1, { what: 'the first question' });
    // The hold is over before its time, as after a long stop of the first server.
    await servers[0].database.query("UPDATE akkoord.job SET run_at = now(), held_until = now() WHERE kind = 'ask_vies'");
    await waitFor(() => vies.calls.length === 2, { what: 'the second question' });
    await checked(both, placed);
    await noJob(both);
    assert.equal((await both.server.sql('SELECT 1 FROM akkoord.vat_number_check')).length, 1);
    assert.equal(await metric({ server: servers[0] }, 'valid') + await metric({ server: servers[1] }, 'valid'), 1);
  });
});

describe('the setting', () => {
  test('without it nobody is asked, nothing is noted, and an order is the same', async () => {
    const own = await startShop({ AKKOORD_VIES_URL: null });
    const placed = await order(own, german);
    assert.deepEqual(placed.vat_breakdown.map(({ ground }) => ground), ['reverse_charge']);
    assert.deepEqual(await jobs(own), []);
    expectStatus(await payStandard(own.server, placed), 200);
    assert.equal((await look(own, placed)).vat_check, null);
    await sleep(1500);
    assert.equal(own.vies.calls.length, 0);
  });

  test('taken away, what waits is not asked any more, and given up in its time', async () => {
    const own = await startShop();
    own.vies.failFor('DE');
    const placed = await order(own, german);
    await triedOnce(own, 'vies_unavailable');
    await own.server.stop();
    delete own.server.env.AKKOORD_VIES_URL;
    const asked = own.vies.calls.length;
    own.vies.recover();
    own.server.env.AKKOORD_CLOCK_OFFSET = String(6 * DAY_S);
    await own.server.start();
    assert.equal((await checked(own, placed)).outcome, 'unavailable');
    assert.equal(own.vies.calls.length, asked);
  });

  test('a wrong one stops the start with its name', async () => {
    for (const url of ['vies', 'ftp://vies.example', 'http://vies.example/rest-api', 'https://user@vies.example', 'https://vies.example/check-vat-number']) {
      const { code, stderr } = await shop.server.refuse({ AKKOORD_VIES_URL: url });
      assert.equal(code, 1, url);
      assert.match(stderr, /AKKOORD_VIES_URL/, url);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  });

  test('people are told who gets the number only where it is set, and the register says the same', async () => {
    const recipientsOf = async ({ server }, language) => {
      const told = expectStatus(await server.api('GET', `/v1/privacy?language=${language}`), 200).json.processing.find(({ category }) => category === 'vat_check');
      const { code, stdout, stderr } = await server.cli(['privacy', 'register', '--format', 'json', '--language', language]);
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).processing.find(({ category }) => category === 'vat_check').recipients, told.recipients);
      const page = expectStatus(await server.api('GET', `/v1/privacy?language=${language}`, { headers: { accept: 'text/html' } }), 200);
      assert.ok(page.text.includes(told.recipients));
      const text = await server.cli(['privacy', 'register', '--language', language]);
      assert.ok(text.stdout.includes(told.recipients));
      return told.recipients;
    };
    const without = await startShop({ AKKOORD_VIES_URL: null });
    for (const [language, who] of [['en', /European Commission/], ['nl', /Europese Commissie/]]) {
      assert.match(await recipientsOf(shop, language), who);
      assert.doesNotMatch(await recipientsOf(without, language), who);
    }
    const version = async ({ server }) => expectStatus(await server.api('GET', '/v1/privacy'), 200).json.version;
    assert.notEqual(await version(shop), await version(without));
  });
});

describe('who sees it', () => {
  test('staff see it with the order and find orders whose number is invalid in a list', async () => {
    const own = await startShop();
    const auditor = await newStaff(own.server, 'auditor');
    const valid = [];
    for (let i = 0; i < 3; i++) valid.push(await order(own, german));
    for (const each of valid) await checked(own, each);
    own.vies.strike(GERMAN);
    const invalid = await order(own, german);
    const check = await checked(own, invalid);
    const path = '/v1/staff/vat-checks';
    const [item, ...rest] = await listAll(own.server, auditor.token, `${path}?outcome=invalid`);
    assert.deepEqual(rest, []);
    assert.deepEqual(item, { order: invalid.id, number: invalid.number, status: 'awaiting_payment', outcome: 'invalid', checked_at: check.checked_at });
    assert.deepEqual((await listAll(own.server, auditor.token, path, 1)).map((each) => each.order), [invalid, ...valid.reverse()].map(({ id }) => id));
    assert.deepEqual(await listAll(own.server, auditor.token, `${path}?outcome=unavailable`), []);
    const shown = expectStatus(await own.server.api('GET', `/v1/staff/orders/${invalid.id}`, { token: auditor.token }), 200).json;
    assert.deepEqual(shown.vat_check, check);
    expectProblem(await own.server.api('GET', `${path}?outcome=wrong`, { token: auditor.token }), 422, 'validation', ['outcome']);
    expectProblem(await own.server.api('GET', path, { token: own.customer.token }), 403, 'forbidden');
    expectProblem(await own.server.api('GET', path), 401, 'unauthenticated');
  });

  test('a stranger does not see it, nor an auditor of the database what is sealed', async () => {
    const placed = await order(shop, german);
    await checked(shop, placed);
    const stranger = await registerCustomer(shop.server);
    expectProblem(await shop.server.api('GET', `/v1/orders/${placed.id}`, { token: stranger.token }), 404, 'not_found');
    const auditor = (text) => shop.server.psql(`SET ROLE akkoord_auditor; ${text}`, { role: 'akkoord_admin' });
    assert.equal((await auditor(`SELECT outcome FROM akkoord.vat_number_check WHERE order_id = '${placed.id}'`)).stdout.trim(), 'valid');
    assert.match((await auditor('SELECT answer_sealed FROM akkoord.vat_number_check')).stderr, /permission denied/);
  });

  test('the customer takes it along in the export, and it fits its schema', async () => {
    const customer = await registerCustomer(shop.server);
    const mine = { ...shop, customer };
    const placed = await order(mine, german);
    const check = await checked(mine, placed);
    await order(mine, consumer('NL'));
    const archive = join(temporaryFolder(), 'export.zip');
    writeFileSync(archive, expectStatus(await shop.server.api('GET', '/v1/me/export', { token: customer.token }), 200).bytes);
    const read = async (name) => {
      const { code, stdout, stderr } = await run('python3', ['-c', 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))',
        archive, name], { env: process.env });
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const taken = await read('vat_checks.json');
    assert.deepEqual(taken, [{ ...check, order: placed.number }]);
    const ajv = new Ajv2020({ strict: false });
    addFormats.default(ajv);
    ajv.addSchema(await read('schema.json'), 'schema');
    assert.ok(ajv.validate({ $ref: 'schema#/$defs/vat_checks.json' }, taken), ajv.errorsText());
    assert.ok((await read('manifest.json')).files.some(({ name }) => name === 'vat_checks.json'));
  });
});

describe('what becomes of it', () => {
  const filesIn = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });

  test('the number, the consultation number, name and address stand in no file in the clear, the log included', async () => {
    const own = await startShop();
    const trader = { name: 'Einzelhandel Qwxyzv Mustermann', address: 'Qwxyzvweg 99\n99999 Qwxyzvstadt' };
    own.vies.register(GERMAN, trader);
    const placed = await order(own, { ...german, company: undefined });
    const check = await checked(own, placed);
    own.vies.misbehave({ kind: 'body', body: 'wrong-type', status: 400 });
    await order(own, german);
    await waitFor(() => own.vies.calls.length >= 2, { what: 'a question that fails' });
    expectStatus(await payStandard(own.server, placed), 200);
    const { code, stderr } = await own.server.psql('CHECKPOINT', { role: 'akkoord_admin' });
    assert.equal(code, 0, stderr);
    const values = [GERMAN, GERMAN.slice(2), check.consultation_number, trader.name, 'Qwxyzvweg 99', 'Qwxyzvstadt'];
    const files = [own.server.logFile, ...filesIn(own.server.dataDir).filter((path) => !path.includes('/mail/'))];
    assert.ok(files.length > 100);
    for (const path of files) {
      if (!statSync(path, { throwIfNoEntry: false })) continue;
      const bytes = readFileSync(path);
      for (const value of values) assert.ok(!bytes.includes(value), `${value} in ${path}`);
    }
    const { text } = await own.server.api('GET', '/metrics');
    for (const value of values) assert.ok(!text.includes(value), value);
  });

  test('it is in the audit log, and a change by hand is found', async () => {
    const cluster = await startPostgres();
    const vies = await newVies();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'services.json'), JSON.stringify(priceList), { mode: 0o644 });
    const [server] = await startTogether(1, cluster, { env: { AKKOORD_VIES_URL: vies.url, AKKOORD_SERVICES_FILE: join(folder, 'services.json') } });
    vies.requesters = null;
    const own = { server, customer: await registerCustomer(server), vies };
    const placed = await order(own, german);
    await checked(own, placed);
    await awaitSequenced(server);
    assert.deepEqual((await auditVerify(server)).told, []);
    for (const [column, forged] of [['outcome', "'invalid'"], ['checked_at', "'2020-02-20'"], ['answer_sealed', "answer_sealed || '\\x00'"]]) {
      const [{ value }] = await server.sql(`SELECT ${column}::text AS value FROM akkoord.vat_number_check`);
      await server.database.query(`UPDATE akkoord.vat_number_check SET ${column} = ${forged}`);
      assert.deepEqual((await auditVerify(server)).told, [`changed: vat_number_check ${placed.id}`], column);
      await server.database.query(`UPDATE akkoord.vat_number_check SET ${column} = '${value}'`);
    }
    await server.database.query('DELETE FROM akkoord.vat_number_check');
    assert.deepEqual((await auditVerify(server)).told, [`removed: vat_number_check ${placed.id}`]);
  });

  test('it goes with the order, seven years after the book year, and the key with it', async () => {
    const own = await startShop();
    const placed = await order(own, german);
    await checked(own, placed);
    expectStatus(await payStandard(own.server, placed), 200);
    const abandoned = await order(own, german);
    await checked(own, abandoned);
    const counts = async (years, ...args) => {
      const answer = await waitFor(async () => {
        const tried = await own.server.cli(['retention', 'run', ...args], { env: { AKKOORD_CLOCK_OFFSET: String(Math.round(years * 366 * DAY_S)) } });
        return /another retention run is under way/.test(tried.stderr) ? null : tried;
      }, { what: 'the daily run to end' });
      assert.equal(answer.code, 0, answer.stderr);
      return Number(/^category=vat_check before=\S+ rows=(\d+)$/m.exec(answer.stdout)?.[1]);
    };
    assert.equal(await counts(6, '--dry-run'), 0);
    assert.equal(await counts(9, '--dry-run'), 1);
    assert.equal(await counts(9), 1);
    assert.deepEqual(await rows(own, placed), []);
    assert.equal((await rows(own, abandoned)).length, 1, 'it awaits its payment still');
  });

  test('an erasure makes what was never paid for unreadable, and keeps the evidence of what was', async () => {
    const customer = await registerCustomer(shop.server);
    const mine = { ...shop, customer };
    const paid = await order(mine, german);
    const check = await checked(mine, paid);
    expectStatus(await payStandard(shop.server, paid), 200);
    const cancelled = await order(mine, german);
    await checked(mine, cancelled);
    expectStatus(await shop.server.api('POST', `/v1/orders/${cancelled.id}/cancel`, { token: customer.token }), 200);
    const manager = await newStaff(shop.server, 'manager');
    const erased = expectStatus(await shop.server.api('DELETE', '/v1/me', { token: customer.token }), 204);
    const show = (placed) => shop.server.api('GET', `/v1/staff/orders/${placed.id}`, { token: manager.token });
    assert.deepEqual(expectStatus(await show(paid), 200).json.vat_check, check);
    expectProblem(await show(cancelled), 404);
    const { categories } = expectStatus(await shop.server.api('GET', erased.headers.location), 200).json;
    const told = categories.find(({ category }) => category === 'vat_check');
    assert.equal(told.effect, 'retained_until');
    assert.match(told.basis, /17/);
  });

  test('nobody is told the number of somebody who restricted the processing of their data, until they lift that', async () => {
    const own = await startShop();
    const { token } = own.customer;
    own.vies.failFor('DE', { times: 1 });
    const placed = await order(own, german);
    await triedOnce(own, 'vies_unavailable');
    expectStatus(await own.server.api('POST', '/v1/me/requests', { token, body: { kind: 'restriction', statement: 'Sample.' } }), 201);
    const [{ restricted }] = await own.server.sql('SELECT restricted_since IS NOT NULL AS restricted FROM akkoord.customer');
    assert.ok(restricted);
    await hurry(own);
    await triedOnce(own, 'processing_restricted');
    assert.equal(own.vies.calls.length, 1);
    expectStatus(await own.server.api('DELETE', '/v1/me/restriction', { token }), 204);
    await hurry(own);
    assert.equal((await checked(own, placed)).outcome, 'valid');
  });

  test('an order whose content was shredded before VIES answered is left alone', async () => {
    const own = await startShop();
    own.vies.failFor('DE');
    const placed = await order(own, german);
    await triedOnce(own, 'vies_unavailable');
    expectStatus(await own.server.api('POST', `/v1/orders/${placed.id}/cancel`, { token: own.customer.token }), 200);
    expectStatus(await own.server.api('DELETE', '/v1/me', { token: own.customer.token }), 204);
    own.vies.recover();
    const asked = own.vies.calls.length;
    await hurry(own);
    await noJob(own);
    assert.deepEqual(await rows(own, placed), []);
    assert.equal(own.vies.calls.length, asked);
  });
});
