// The published description of the API is true: the server does what it says, answers nothing that it does not say, and
// has no call that is not in it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Validator } from '@seriousme/openapi-schema-validator';

import { startFakeVies } from '../providers/vies.mjs';
import { Answer, addStaff, atEnd, businessAbroad, linkToken, newEmail, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer, sampleAddress, sourceDirectory,
  startAkkoord, startPostgres, totp, waitFor } from './lib/akkoord.mjs';
import { awaitMails, lastCode } from './lib/mail.mjs';
import { Description, loadDescription } from './lib/openapi.mjs';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', 'sec-fetch-site': 'same-origin' };

// What no request can bring about on a server that is well.
const OUT_OF_REACH = / 500$/;

let server;
let api; // the description
let customer;
let stranger;
let reviewer;
let manager;
let auditor;
let sku;

before(async () => {
  const vies = await startFakeVies();
  atEnd(() => vies.close());
  server = await startAkkoord({ env: { AKKOORD_VIES_URL: vies.url } });
  api = await loadDescription(server);
  customer = await registerCustomer(server);
  stranger = await registerCustomer(server);
  reviewer = await newStaff(server, 'reviewer');
  manager = await newStaff(server, 'manager');
  auditor = await newStaff(server, 'auditor');
  sku = (await server.api('GET', '/v1/services')).json.services[0].sku;
});

// Asks, and holds the answer against the description.
async function ask(status, method, path, options = {}) {
  const answer = await server.api(method, path, options);
  assert.equal(answer.status, status, `${method} ${path}: ${answer}`);
  api.check(method, path, answer);
  return answer;
}

const by = (who, body, headers) => ({ token: who.token, body, headers });
const standard = (body = {}) => ({ lines: [{ sku, quantity: 1 }], payment_provider: 'standard', ...body });

async function acceptedOrder() {
  const order = await placeOrder(server, customer);
  assert.equal((await payStandard(server, order)).status, 200);
  return (await ask(200, 'GET', `/v1/orders/${order.id}`, by(customer))).json;
}

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(api.document));
    assert.ok(valid, JSON.stringify(errors, null, 1));
    assert.equal(api.document.openapi, '3.1.0');
  });

  test('names nothing twice: of two that merges bring together the second would hide the first', async () => {
    const { text } = await server.api('GET', '/openapi.json');
    const compact = text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
    assert.equal(compact.length, JSON.stringify(JSON.parse(text)).length);
  });

  test('holds schemas that compile, and examples that fit them', () => {
    for (const [name, schema] of Object.entries(api.document.components.schemas)) {
      for (const example of schema.examples ?? []) api.validate(`#/components/schemas/${name}`, example, `the example of ${name}`);
    }
    const ids = api.operations.map(({ operation }) => operation.operationId);
    assert.equal(new Set(ids).size, ids.length);
  });

  test('names every call that the server has, and no other', () => {
    const folder = join(sourceDirectory, 'server', 'api');
    const sources = readdirSync(folder).filter((name) => name.endsWith('.c')).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
    const routed = [...sources.matchAll(/\{\s*(?:\.method = )?HTTP_([A-Z]+),\s+(?:\.pattern = )?(SANDBOX_PATH_PREFIX )?"([^"]+)"/g)]
      .map(([, method, sandbox, path]) => `${method} ${sandbox ? '/sandbox/' : ''}${path}`).sort();
    const described = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort();
    assert.ok(routed.length > 30);
    assert.deepEqual(described.filter((call) => !routed.includes(call)), [], 'described, but not there');
    assert.deepEqual(routed.filter((call) => !described.includes(call)), [], 'there, but not described');
  });

  test('names the methods that each path allows', async () => {
    for (const [path, item] of Object.entries(api.document.paths)) {
      const { headers } = await server.api('OPTIONS', path.replaceAll(/\{[^}]*\}/g, 'x'));
      const methods = Object.keys(item).map((method) => method.toUpperCase());
      if (methods.includes('GET')) methods.push('HEAD');
      assert.deepEqual(headers.allow.split(', ').sort(), [...methods, 'OPTIONS'].sort(), path);
    }
  });
});

describe('the validator of these tests', () => {
  test('finds an undescribed status, field and header', () => {
    const strict = new Description(api.document);
    const answer = (status, headers, body) => Object.assign(new Answer({ statusCode: status,
      headers: { 'x-request-id': NOBODY, 'content-type': 'application/json', ...headers } }, Buffer.from(JSON.stringify(body))));
    const token = 'a'.repeat(43);
    strict.check('POST', '/v1/sessions', answer(201, {}, { token }));
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(202, {}, { token })), /is described/);
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(201, {}, { token, more: 1 })), /additional properties/);
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(201, {}, {})), /required property/);
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(201, { 'content-type': 'text/html' }, { token })), /media type/);
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(201, { 'x-request-id': undefined }, { token })), /has X-Request-Id/);
    const late = { type: 'about:blank', title: 'Service Unavailable', status: 503, detail: 'later', code: 'busy' };
    const problem = { 'content-type': 'application/problem+json' };
    strict.check('POST', '/v1/sessions', answer(503, { ...problem, 'retry-after': '5' }, late));
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(503, problem, late)), /has Retry-After/);
    assert.throws(() => strict.check('POST', '/v1/sessions', answer(503, { ...problem, 'retry-after': '5' }, { ...late, code: 'new' })), /allowed values/);
  });
});

describe('every call answers as described', () => {
  test('customers', async () => {
    const body = { email: newEmail(), password: 'a long sample password', name: 'Sample Customer', address: sampleAddress, vat_number: 'NL123456789B01' };
    await ask(201, 'POST', '/v1/customers', { body });
    await ask(409, 'POST', '/v1/customers', { body });
    await ask(422, 'POST', '/v1/customers', { body: { ...body, email: 'none', more: 1, address: { country: 'N' } } });
    const { token } = (await ask(201, 'POST', '/v1/sessions', { body: { email: body.email, password: body.password } })).json;
    await ask(401, 'POST', '/v1/sessions', { body: { email: body.email, password: 'another' } });
    await ask(422, 'POST', '/v1/sessions', { body: {} });
    const log_in = { email: body.email, password: body.password };
    const paged = await ask(201, 'POST', '/v1/sessions?cookie=1', { body: log_in, headers: { 'sec-fetch-site': 'same-origin' } });
    assert.equal(paged.json.token, null);
    await ask(403, 'POST', '/v1/sessions?cookie=1', { body: log_in, headers: { 'sec-fetch-site': 'cross-site' } });
    await ask(422, 'POST', '/v1/sessions?cookie=2', { body: log_in });
    const cookie = paged.headers['set-cookie'][0].split(';')[0];
    await ask(200, 'GET', '/v1/me', { headers: { cookie } });
    await ask(403, 'DELETE', '/v1/sessions', { headers: { cookie, 'sec-fetch-site': 'cross-site' } });
    await ask(204, 'DELETE', '/v1/sessions', { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    await ask(200, 'GET', '/v1/me', { token });
    await ask(200, 'PATCH', '/v1/me', { token, body: { name: 'Another Name', company: null, address: null, language: 'en' } });
    await ask(200, 'GET', '/v1/me/export', { token });
    await ask(422, 'PATCH', '/v1/me', { token, body: { name: null, email: 'another@example.com' } });
    await ask(200, 'GET', '/v1/me', { token: (await registerCustomer(server, { address: undefined })).token });
    await ask(204, 'DELETE', '/v1/sessions', { token });
    await ask(401, 'DELETE', '/v1/sessions', { token });
  });

  test('owning an account', async () => {
    const owner = await registerCustomer(server);
    const post = (status, path, body, who = owner) => ask(status, 'POST', `/v1/me/${path}`, by(who, body));
    const code = await lastCode(server, owner.email, 'verification');
    await post(422, 'email/verification', { code: '1' });
    await post(202, 'email/verification/resend');
    const codes = (await awaitMails(server, owner.email, 'verification', 2)).map((mail) => mail.code);
    await post(204, 'email/verification', { code: codes.find((one) => one !== code) });
    await post(409, 'email/verification/resend');
    const address = newEmail();
    await post(202, 'email', { email: address, password: owner.password });
    await post(422, 'email/confirm', { code: '1' });
    await post(204, 'email/confirm', { code: await lastCode(server, address, 'email_change') });
    await post(202, 'email', { email: stranger.email, password: owner.password });
    await post(409, 'email/confirm', { code: await lastCode(server, stranger.email, 'email_change') });
    await post(422, 'email', { email: newEmail(), password: 'another' });
    await ask(204, 'PUT', '/v1/me/password', by(owner, { current: owner.password, new: 'a new sample password' }));
    await ask(422, 'PUT', '/v1/me/password', by(owner, { current: 'another', new: 'a new sample password' }));
    await ask(202, 'POST', '/v1/password-resets', { body: { email: address } });
    await ask(202, 'POST', '/v1/password-resets', { body: { email: newEmail() } });
    await ask(422, 'POST', '/v1/password-resets', { body: { email: 'none' } });
    await ask(202, 'POST', '/v1/log-in-codes', { body: { email: address } });
    await ask(422, 'POST', '/v1/log-in-codes', { body: { email: 'none' } });
    const byCode = { email: address, code: await lastCode(server, address, 'log_in') };
    await ask(422, 'POST', '/v1/log-in-codes/confirm', { body: { ...byCode, code: '1' } });
    await ask(201, 'POST', '/v1/log-in-codes/confirm', { body: byCode });
    const reset = { email: address, code: await lastCode(server, address, 'password_reset'), password: 'a third sample password' };
    await ask(422, 'POST', '/v1/password-resets/confirm', { body: { ...reset, password: 'short' } });
    await ask(204, 'POST', '/v1/password-resets/confirm', { body: reset });
    const logIn = async () => (await ask(201, 'POST', '/v1/sessions', { body: { email: address, password: reset.password } })).json;
    const [one, two] = [await logIn(), await logIn()];
    const { items } = (await ask(200, 'GET', '/v1/me/sessions?limit=1', by(one))).json;
    await ask(422, 'GET', '/v1/me/sessions?limit=0', by(one));
    await ask(204, 'DELETE', `/v1/me/sessions/${items[0].id}`, by(one));
    await ask(404, 'DELETE', `/v1/me/sessions/${items[0].id}`, by(one));
    await ask(401, 'GET', '/v1/me/sessions', by(two));
    await ask(204, 'DELETE', '/v1/me/sessions', by(one));
  });

  test('orders, before and after they are paid', async () => {
    await ask(200, 'GET', '/v1/services');
    await ask(200, 'GET', '/v1/services?language=en');
    await ask(422, 'GET', '/v1/services?language=fy');
    const key = { 'idempotency-key': 'one' };
    const first = await ask(201, 'POST', '/v1/orders', by(customer, standard({ reference: 'sample', billing: { company: 'Sample Ltd' } }), key));
    const again = await ask(201, 'POST', '/v1/orders', by(customer, standard({ reference: 'sample', billing: { company: 'Sample Ltd' } }), key));
    assert.deepEqual([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']], [undefined, 'true']);
    await ask(409, 'POST', '/v1/orders', by(customer, standard(), key));
    const { version } = (await ask(200, 'GET', '/v1/orders/information?language=en')).json;
    await ask(422, 'GET', '/v1/orders/information?language=fy');
    await ask(201, 'POST', '/v1/orders', by(customer, standard({ information_version: version })));
    await ask(422, 'POST', '/v1/orders', by(customer, standard({ information_version: NOBODY })));
    await ask(422, 'POST', '/v1/orders', by(customer, standard({ lines: [{ sku: 'none', quantity: 0 }], payment_provider: 'bank' })));
    const { id } = first.json;
    await ask(201, 'POST', `/v1/orders/${id}/payments`, by(customer, { payment_provider: 'sandbox' }));
    await ask(422, 'POST', `/v1/orders/${id}/payments`, by(customer, {}));
    await ask(200, 'POST', `/v1/orders/${id}/cancel`, by(customer));
    const accepted = await acceptedOrder();
    await ask(409, 'POST', `/v1/orders/${accepted.id}/payments`, by(customer, { payment_provider: 'standard' }));
    await ask(409, 'POST', `/v1/orders/${accepted.id}/cancel`, by(customer));
    await ask(422, 'POST', `/v1/orders/${accepted.id}/cancel`, by(customer, { why: 'sample' }));
    const page = await ask(200, 'GET', '/v1/orders?limit=1', by(customer));
    await ask(200, 'GET', `/v1/orders?after=${page.json.next}`, by(customer));
    await ask(422, 'GET', '/v1/orders?limit=0', by(customer));
  });

  test('what people are told about their data', async () => {
    await ask(200, 'GET', '/v1/privacy');
    await ask(200, 'GET', '/v1/privacy?language=en', { headers: { accept: 'text/html' } });
    await ask(422, 'GET', '/v1/privacy?language=fy');
  });

  test('documents', async () => {
    const { id, invoices } = await acceptedOrder();
    for (const extension of ['pdf', 'xml', 'cii.xml']) {
      await ask(200, 'GET', `/v1/orders/${id}/invoice.${extension}`, by(customer));
      await ask(200, 'GET', `/v1/invoices/${invoices[0].number}.${extension}`, by(customer));
      await ask(404, 'GET', `/v1/orders/${id}/invoice.${extension}`, by(stranger));
      await ask(404, 'GET', `/v1/invoices/${invoices[0].number}.${extension}`, by(stranger));
    }
  });

  test('decisions of every kind, and reviews', async () => {
    const statement = { statement: 'Please look again.' };
    const reasons = 'Sample reasons.';
    const accepted = await acceptedOrder();
    await payStandard(server, accepted); // a second payment is refused
    const { decisions } = (await ask(200, 'GET', `/v1/orders/${accepted.id}`, by(customer))).json;
    const [decision, refused] = decisions;
    const review = (await ask(201, 'POST', `/v1/decisions/${decision.id}/reviews`, by(customer, statement))).json;
    await ask(200, 'POST', `/v1/decisions/${decision.id}/reviews`, by(customer, statement));
    await ask(422, 'POST', `/v1/decisions/${decision.id}/reviews`, by(customer, { statement: '' }));
    await ask(200, 'POST', `/v1/staff/decisions/${decision.id}/reviews`, by(reviewer, statement));
    await ask(422, 'POST', `/v1/staff/decisions/${decision.id}/reviews`, by(reviewer, {}));
    await ask(403, 'POST', `/v1/staff/decisions/${decision.id}/reviews`, by(auditor, statement));
    await ask(200, 'GET', `/v1/reviews/${review.id}`, by(customer));
    const flagged = (await ask(201, 'POST', `/v1/staff/decisions/${refused.id}/reviews`, by(reviewer, statement))).json;
    await ask(200, 'GET', '/v1/staff/reviews?state=open&limit=1', by(auditor));
    await ask(200, 'GET', '/v1/staff/reviews', by(auditor));
    await ask(422, 'GET', '/v1/staff/reviews?state=maybe', by(auditor));
    await ask(200, 'GET', `/v1/staff/reviews/${review.id}`, by(reviewer));
    await ask(409, 'POST', `/v1/staff/reviews/${flagged.id}/outcome`, by(reviewer, { outcome: 'overturned', reasons }));
    await ask(422, 'POST', `/v1/staff/reviews/${review.id}/outcome`, by(reviewer, { outcome: 'maybe' }));
    await ask(200, 'POST', `/v1/staff/reviews/${review.id}/outcome`, by(reviewer, { outcome: 'overturned', reasons }));
    await ask(409, 'POST', `/v1/decisions/${decision.id}/reviews`, by(customer, statement));
    await ask(409, 'POST', `/v1/staff/decisions/${decision.id}/reviews`, by(reviewer, statement));
    const cancelled = (await ask(200, 'GET', `/v1/orders/${accepted.id}`, by(customer))).json;
    assert.deepEqual(cancelled.decisions.map(({ outcome }) => outcome), ['accepted', 'refused', 'cancelled']);

    const held = await placeOrder(server, customer);
    await payStandard(server, held, { amount: held.total.amount - 1 });
    assert.equal((await ask(200, 'GET', `/v1/orders/${held.id}`, by(customer))).json.status, 'held');

    const again = `/v1/reviews/${review.id}/second-look`;
    await ask(422, 'POST', again, by(customer, {}));
    const second = (await ask(201, 'POST', again, by(customer, statement))).json;
    await ask(200, 'POST', again, by(customer, statement));
    await ask(409, 'POST', `/v1/reviews/${second.id}/second-look`, by(customer, statement));
    await ask(403, 'POST', `/v1/staff/reviews/${second.id}/outcome`, by(reviewer, { outcome: 'upheld', reasons }));
    await ask(403, 'POST', `/v1/staff/reviews/${second.id}/assignment`, by(reviewer, {}));
    await ask(200, 'GET', `/v1/staff/reviews/${second.id}`, by(manager));
  });

  test('what staff do with a review before its outcome', async () => {
    const { decision } = await acceptedOrder();
    const { id } = (await ask(201, 'POST', `/v1/decisions/${decision.id}/reviews`, by(customer, { statement: 'Please look again.' }))).json;
    const path = `/v1/staff/reviews/${id}`;
    const [question, more] = [{ question: 'What did you expect?' }, { months: 1, reasons: 'Sample reasons.' }];
    await ask(409, 'POST', `${path}/view-invitation`, by(manager, question));
    await ask(409, 'POST', `${path}/extension`, by(manager, more));
    await ask(409, 'POST', `${path}/confirmation`, by(manager, { outcome: 'upheld', agrees: true }));
    await ask(200, 'POST', `${path}/assignment`, by(reviewer));
    await ask(200, 'POST', `${path}/assignment`, by(manager, { email: reviewer.email }));
    await ask(422, 'POST', `${path}/assignment`, by(manager, { email: 'nobody@example.com' }));
    await ask(403, 'POST', `${path}/assignment`, by(reviewer, { email: manager.email }));
    await ask(422, 'POST', `${path}/view-invitation`, by(reviewer, {}));
    await ask(200, 'POST', `${path}/view-invitation`, by(reviewer, question));
    await ask(422, 'POST', `${path}/extension`, by(reviewer, { months: 7 }));
    await ask(200, 'POST', `${path}/extension`, by(reviewer, more));
    await ask(200, 'GET', `/v1/reviews/${id}`, by(customer));
    await ask(422, 'POST', `${path}/confirmation`, by(reviewer, {}));
    await ask(200, 'POST', `${path}/outcome`, by(reviewer, { outcome: 'upheld', reasons: 'Sample reasons.' }));
    await ask(409, 'POST', `${path}/assignment`, by(reviewer));
    await ask(200, 'GET', `/v1/reviews/${id}`, by(customer));
    await ask(200, 'GET', '/v1/staff/reviews?state=overdue', by(auditor));
    await ask(200, 'GET', '/v1/staff/reviews/figures?from=2026-01-01', by(auditor));
    await ask(422, 'GET', '/v1/staff/reviews/figures?from=yesterday', by(auditor));
  });

  test('four eyes, in an installation that asks for them', async () => {
    const other = await startAkkoord({ env: { AKKOORD_REVIEW_FOUR_EYES_AMOUNT: '1' } });
    const who = await registerCustomer(other);
    const [first, second] = [await newStaff(other, 'reviewer'), await newStaff(other, 'reviewer')];
    await payStandard(other, await placeOrder(other, who), { amount: 1 });
    const [review] = (await other.api('GET', '/v1/staff/reviews', { token: first.token })).json.items;
    for (const [status, what, token, body] of [[200, 'outcome', first.token, { outcome: 'upheld', reasons: 'Sample reasons.' }],
      [403, 'confirmation', first.token, { outcome: 'upheld', agrees: true }], [200, 'confirmation', second.token, { outcome: 'upheld', agrees: true }]]) {
      const answer = await other.api('POST', `/v1/staff/reviews/${review.id}/${what}`, { token, body });
      assert.equal(answer.status, status, String(answer));
      api.check('POST', `/v1/staff/reviews/${review.id}/${what}`, answer);
    }
  });

  test('the page behind the link of a decision message', async () => {
    const { decision } = await acceptedOrder();
    const path = `/decisions/${decision.id}/review?token=${await linkToken(server, decision)}`;
    const send = (status, text) => ask(status, 'POST', path, { headers: FORM, body: new URLSearchParams({ statement: text }).toString() });
    await ask(200, 'GET', path);
    await ask(404, 'GET', `${path.slice(0, -1)}`);
    await send(422, ' ');
    await send(303, 'Please look again.');
    await ask(200, 'GET', `${path}&sent=1`);
    for (const { id, decision_id } of (await ask(200, 'GET', '/v1/staff/reviews?state=open', by(auditor))).json.items) {
      if (decision_id === decision.id) await ask(200, 'POST', `/v1/staff/reviews/${id}/outcome`, by(reviewer, { outcome: 'upheld', reasons: 'Sample.' }));
    }
    await send(409, 'Once more.');
  });

  test('staff', async () => {
    const { email, password, totp_secret } = await addStaff(server, 'manager');
    const { token } = (await ask(201, 'POST', '/v1/staff/sessions', { body: { email, password, code: totp(totp_secret) } })).json;
    const wrong = { email, password: 'wrong', code: '000000' };
    await ask(401, 'POST', '/v1/staff/sessions', { body: wrong });
    await ask(403, 'POST', '/v1/staff/sessions?cookie=1', { body: wrong, headers: { 'sec-fetch-site': 'cross-site' } });
    await ask(422, 'POST', '/v1/staff/sessions', { body: { email } });
    const order = await acceptedOrder();
    await ask(200, 'GET', '/v1/staff/orders', { token });
    await ask(200, 'GET', '/v1/staff/orders?status=accepted&limit=1', { token });
    await ask(422, 'GET', '/v1/staff/orders?status=none', { token });
    await ask(200, 'GET', `/v1/staff/orders/${order.id}`, { token });
    const hold = `/v1/staff/orders/${order.id}/legal-hold`;
    await ask(200, 'PUT', hold, { token, body: { reason: 'dispute' } });
    await ask(200, 'PUT', hold, { token, body: { reason: 'tax_audit', scope: 'customer' } });
    await ask(422, 'PUT', hold, { token, body: { reason: 'none', scope: 'none' } });
    await ask(200, 'GET', `/v1/staff/orders/${order.id}`, { token });
    await ask(204, 'DELETE', hold, { token });
    await ask(422, 'DELETE', `${hold}?scope=none`, { token });
    const credit = { lines: [{ line: 1, quantity: 1 }], reason: 'Sample.' };
    const creditNotes = `/v1/staff/orders/${order.id}/credit-notes`;
    await ask(422, 'POST', creditNotes, { token, body: { ...credit, lines: [{ line: 2, quantity: 1 }], refund: 'none' } });
    await ask(422, 'POST', creditNotes, { token, body: { ...credit, lines: [{ line: 2, quantity: 1 }] } });
    const [{ vat_category, vat_rate }] = order.lines;
    await ask(201, 'POST', creditNotes, { token, body: { amounts: [{ vat_category, vat_rate, gross: { amount: 100, currency: 'EUR' } }], reason: 'Sample.' } });
    const once = { 'idempotency-key': randomUUID() };
    const all = await acceptedOrder();
    await ask(201, 'POST', `/v1/staff/orders/${all.id}/credit-notes`, { token, body: credit, headers: once });
    await ask(201, 'POST', `/v1/staff/orders/${all.id}/credit-notes`, { token, body: credit, headers: once });
    await ask(409, 'POST', `/v1/staff/orders/${all.id}/credit-notes`, { token, body: { ...credit, reason: 'Other.' }, headers: once });
    await ask(409, 'POST', `/v1/staff/orders/${all.id}/credit-notes`, { token, body: credit });
    await ask(200, 'POST', `/v1/staff/orders/${order.id}/complete`, { token });
    await ask(409, 'POST', `/v1/staff/orders/${order.id}/complete`, { token });
    await ask(200, 'GET', '/v1/staff/payments?status=paid', { token });
    await ask(422, 'GET', '/v1/staff/payments?status=none', { token });
    await ask(200, 'GET', '/v1/staff/vat-checks', { token });
    await ask(422, 'GET', '/v1/staff/vat-checks?outcome=none', { token });
    const abroad = await placeOrder(server, customer, { billing: businessAbroad });
    await waitFor(async () => (await ask(200, 'GET', `/v1/orders/${abroad.id}`, by(customer))).json.vat_check, { what: 'the answer of VIES' });
    await ask(200, 'GET', `/v1/staff/orders/${abroad.id}`, { token });
    assert.equal((await ask(200, 'GET', '/v1/staff/vat-checks?outcome=invalid&limit=1', { token })).json.items[0].order, abroad.id);
    await payStandard(server, { id: 'nothing', total: order.total });
    await ask(200, 'GET', '/v1/staff/events', { token });
    await ask(200, 'GET', '/v1/staff/events?matched=false', { token });
    await ask(422, 'GET', '/v1/staff/events?matched=maybe', { token });
    const [died, waiting] = [randomUUID(), randomUUID()];
    await server.psql(`INSERT INTO akkoord.job (id, kind, payload, run_at, attempts, dead, last_error, created_at)
      VALUES ('${died}', 'render_document', '{"document": "${NOBODY}"}', now(), 20, true, 'no_answer', now()),
        ('${waiting}', 'render_document', '{"document": "${NOBODY}"}', now() + interval '1 day', 1, false, NULL, now())`);
    const dead = (await ask(200, 'GET', '/v1/staff/jobs?state=dead', { token })).json.items;
    assert.deepEqual(dead.map(({ id }) => id), [died]);
    await ask(422, 'GET', '/v1/staff/jobs?state=alive', { token });
    await ask(204, 'POST', `/v1/staff/jobs/${died}/retry`, { token });
    await ask(409, 'POST', `/v1/staff/jobs/${waiting}/retry`, { token });
  });

  test('requests over personal data', async () => {
    const person = await registerCustomer(server);
    const manager = await newStaff(server, 'manager');
    const asked = { kind: 'objection', statement: 'Not this.' };
    const received = (await ask(201, 'POST', '/v1/me/requests', by(person, asked))).json;
    await ask(422, 'POST', '/v1/me/requests', by(person, { kind: 'erasure' }));
    await ask(200, 'GET', '/v1/me/requests', by(person));
    await ask(422, 'GET', '/v1/me/requests?limit=0', by(person));
    await ask(200, 'GET', `/v1/me/requests/${received.id}`, by(person));
    await ask(200, 'GET', '/v1/staff/privacy-requests', by(manager));
    await ask(200, 'GET', '/v1/staff/privacy-requests?state=open', by(manager));
    await ask(422, 'GET', '/v1/staff/privacy-requests?state=maybe', by(manager));
    const path = `/v1/staff/privacy-requests/${received.id}`;
    await ask(422, 'POST', `${path}/extension`, by(manager, {}));
    await ask(200, 'POST', `${path}/extension`, by(manager, { reasons: 'We look into it.' }));
    await ask(409, 'POST', `${path}/extension`, by(manager, { reasons: 'We look into it.' }));
    await ask(422, 'POST', `${path}/outcome`, by(manager, { outcome: 'maybe' }));
    await ask(200, 'POST', `${path}/outcome`, by(manager, { outcome: 'fulfilled', answer: 'Agreed.' }));
    await ask(409, 'POST', `${path}/outcome`, by(manager, { outcome: 'refused', answer: 'No.' }));
    await ask(201, 'POST', '/v1/me/requests', by(person, { ...asked, kind: 'restriction' }));
    await ask(409, 'POST', '/v1/orders', by(person, standard()));
    await ask(204, 'DELETE', '/v1/me/restriction', by(person));
    const leaving = await registerCustomer(server);
    const open = await placeOrder(server, leaving);
    await ask(409, 'DELETE', '/v1/me', by(leaving));
    await ask(200, 'POST', `/v1/orders/${open.id}/cancel`, by(leaving));
    const { headers } = await ask(204, 'DELETE', '/v1/me', by(leaving));
    await ask(200, 'GET', headers.location);
    for (let i = 1; i < 20; i++) await ask(201, 'POST', '/v1/me/requests', by(person, asked));
    await ask(409, 'POST', '/v1/me/requests', by(person, asked));
  });

  test('the sandbox', async () => {
    const order = await placeOrder(server, customer, { payment_provider: 'sandbox' });
    const path = new URL(order.payment.checkout_url).pathname;
    await ask(200, 'GET', path);
    await ask(404, 'GET', '/sandbox/payments/sbx_none');
    await ask(404, 'GET', '/sandbox/payments/sbx_none', { headers: { accept: 'text/html' } });
    await ask(404, 'POST', `${path}/steal`);
    await ask(422, 'POST', `${path}/refund?amount=0`);
    await ask(403, 'POST', `${path}/approve`, { headers: { 'sec-fetch-site': 'cross-site' } });
    for (const action of ['approve', 'decline', 'expire', 'refund', 'charge_back', 'approve_twice']) await ask(202, 'POST', `${path}/${action}`);
    await ask(303, 'POST', `${path}/approve`, { headers: FORM, body: '' });
    await ask(303, 'POST', `${path}/refund`, { headers: FORM, body: 'decimal_amount=nothing' });
  });

  test('webhooks', async () => {
    const order = await placeOrder(server, customer);
    const answer = await payStandard(server, order);
    api.check('POST', '/webhooks/standard', answer);
    const malformed = await payStandard(server, order, { amount: 'nothing' });
    assert.equal(malformed.status, 400);
    api.check('POST', '/webhooks/standard', malformed);
    await ask(401, 'POST', '/webhooks/standard', { body: {} });
    await ask(404, 'POST', '/webhooks/nobody', { body: {} });
  });

  test('operations', async () => {
    for (const path of ['/checkout/return', '/checkout/cancelled', '/healthz', '/readyz', '/metrics', '/openapi.json']) await ask(200, 'GET', path);
  });
});

// ---- what is the same for all calls ----

// A request for this operation, with a caller who may make it.
function plain({ method, path, operation }) {
  const target = path.replace('{provider}', 'standard').replace('{number}', '9999-000001').replace('{payment}', 'sbx_none')
    .replace('{receipt}', 'A'.repeat(43)).replace('{action}', 'approve').replace('{outcome}', 'none').replaceAll(/\{[^}]*\}/g, NOBODY)
    .replace(/^(\/decisions\/.*)$/, `$1?token=${'A'.repeat(43)}`);
  const scheme = operation.security[0] && Object.keys(operation.security[0])[0];
  const token = { customer: customer.token, staff: manager.token }[scheme];
  return { method: method.toUpperCase(), target, token, scheme };
}

// A complete body that makes sense for nothing in particular.
const bodies = () => ({
  registerCustomer: { email: newEmail(), password: 'a long sample password', name: 'Sample' },
  beginSession: { email: customer.email, password: 'wrong' },
  beginStaffSession: { email: customer.email, password: 'wrong', code: '000000' },
  placeOrder: standard(),
  payOrder: { payment_provider: 'standard' },
  setLegalHold: { reason: 'dispute' },
  addCreditNote: { lines: [{ line: 1, quantity: 1 }], reason: 'Sample.' },
  requestReview: { statement: 'Sample.' },
  flagDecision: { statement: 'Sample.' },
  decideReview: { outcome: 'upheld', reasons: 'Sample.' },
  extendPrivacyRequest: { reasons: 'Sample.' },
  answerPrivacyRequest: { outcome: 'refused', answer: 'Sample.' },
  requestSecondLook: { statement: 'Sample.' },
  assignReview: {},
  inviteView: { question: 'Sample?' },
  extendReview: { months: 1, reasons: 'Sample.' },
  confirmOutcome: { outcome: 'upheld', agrees: true },
  askForPasswordReset: { email: newEmail() },
  askForLogInCode: { email: newEmail() },
  logInByCode: { email: newEmail(), code: '12345678' },
  resetPassword: { email: newEmail(), code: '12345678', password: 'a long sample password' },
  changeEmail: { email: newEmail(), password: 'wrong' },
  changePassword: { current: 'wrong', new: 'a long sample password' },
});

// Sends these headers and nothing after them.
function sendHead({ method, target, headers }) {
  return new Promise((done, failed) => {
    const asked = request({ host: '127.0.0.1', port: server.port, method, path: target, headers, agent: false }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('end', () => done(new Answer(response, Buffer.concat(chunks))));
    });
    asked.once('error', failed);
    asked.flushHeaders();
    if (!headers['transfer-encoding'] && !headers['content-length']) asked.end();
  });
}

describe('every call refuses as described', () => {
  const has = (operation, status) => operation.responses[status] !== undefined;
  const each = async (status, task) => {
    for (const described of api.operations.filter(({ operation }) => has(operation, status))) await task(plain(described), described);
  };
  const expect = (status, call, answer) => {
    assert.equal(answer.status, status, `${call.method} ${call.target}: ${answer}`);
    api.check(call.method, call.target, answer);
  };

  test('400: what can not be read', () => each(400, async (call) =>
    ask(400, call.method, `${call.target}${call.target.includes('?') ? '&' : '?'}"`, { token: call.token, body: call.method === 'POST' ? {} : undefined })));

  test('401: without a token, and with one that is none', () => each(401, async (call) => {
    if (!call.scheme) return;
    await ask(401, call.method, call.target);
    await ask(401, call.method, call.target, { token: 'a'.repeat(43) });
  }));

  test('403: with a token of the others', () => each(403, async (call) => {
    if (call.scheme && call.target !== '/v1/sessions') await ask(403, call.method, call.target, { token: call.scheme === 'staff' ? customer.token : reviewer.token });
  }));

  test('404: of what is not there', () => each(404, async (call, { operation }) => {
    if (operation.operationId !== 'receiveWebhook') await ask(404, call.method, call.target, { token: call.token, body: bodies()[operation.operationId] });
  }));

  test('411: without a length', () => each(411, async (call) =>
    expect(411, call, await sendHead({ ...call, headers: { 'transfer-encoding': 'chunked' } }))));

  test('413: of a body that is too large', () => each(413, async (call) =>
    expect(413, call, await sendHead({ ...call, headers: { 'content-length': 1024 * 1024 } }))));

  test('431: of a head that is too large', () => each(431, async (call) =>
    expect(431, call, await sendHead({ ...call, headers: { 'x-filler': 'x'.repeat(33 * 1024) } }))));

  test('429: too often', async () => {
    const other = await startAkkoord({ env: { AKKOORD_RATE_LIMITS: 'on', AKKOORD_MOLLIE_API_KEY: 'test_sample', AKKOORD_MOLLIE_API_URL: 'http://127.0.0.1:1' } });
    const { token } = await registerCustomer(other);
    await each(429, async (call, { operation }) => {
      const webhook = operation.operationId === 'receiveWebhook';
      const [target, options] = webhook ? ['/webhooks/mollie', { headers: FORM, body: 'id=tr_5B8cwPMGnU6qLbRvo7qEZo' }]
        : [call.target, call.scheme ? { token, body: bodies()[operation.operationId] ?? {} } : { body: {} }];
      for (let i = 0; ; i++) {
        assert.ok(i < 1000, `${target} has a limit`);
        const answer = await other.api(call.method, target, options);
        api.check(call.method, target, answer);
        if (answer.status === 429) return;
      }
    });
  });

  test('503: of a provider that offers no way to pay', async () => {
    const other = await startAkkoord({ env: { AKKOORD_STRIPE_SECRET_KEY: 'sk_test_sample', AKKOORD_STRIPE_API_URL: 'http://127.0.0.1:1' } });
    const { token } = await registerCustomer(other);
    const { id } = await placeOrder(other, { token });
    for (const [path, body] of [['/v1/orders', standard()], [`/v1/orders/${id}/payments`, {}]]) {
      const answer = await other.api('POST', path, { token, body: { ...body, payment_provider: 'stripe' } });
      assert.equal(answer.status, 503);
      api.check('POST', path, answer);
    }
  });

  test('503: while the database is away', async () => {
    const cluster = await startPostgres();
    const database = await cluster.createDatabase();
    const other = await prepareAkkoord({ database });
    const { code, stderr } = await other.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } });
    assert.equal(code, 0, stderr);
    await other.start();
    await cluster.stop();
    await waitFor(async () => (await other.api('GET', '/readyz')).status === 503);
    await each(503, async (call, { operation }) => {
      if (operation.operationId === 'receiveWebhook') return;
      expect(503, call, await other.api(call.method, call.target, { token: call.token, body: bodies()[operation.operationId] }));
    });
    api.check('POST', '/webhooks/standard', await payStandard(other, { id: NOBODY, total: { amount: 1, currency: 'EUR' } }));
    await cluster.start();
  });
});

after(() => {
  const missing = api.answers.filter((answer) => !api.seen.has(answer) && !OUT_OF_REACH.test(answer));
  assert.deepEqual(missing, [], 'every answer that is described was seen');
});
