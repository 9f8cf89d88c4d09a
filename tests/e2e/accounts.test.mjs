// Owning an account: codes by mail, passwords, another address, sessions. Mail is read where it is written without a
// mail server; mail.test.mjs is about mail itself.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, expectTime, expectUuid, newEmail, registerCustomer, startAkkoord, waitFor } from './lib/akkoord.mjs';
import { awaitMails, awaitNoMailJobs, lastCode, mailsTo } from './lib/mail.mjs';

const PASSWORD = 'another long password';

let server;
before(async () => {
  server = await startAkkoord();
});

const by = (customer, body) => ({ token: customer.token, body });
const post = (path, customer, body = {}) => server.api('POST', path, by(customer, body));
const me = (customer) => server.api('GET', '/v1/me', { token: customer.token });
const logIn = (email, password) => server.api('POST', '/v1/sessions', { body: { email, password } });
const askReset = (email) => server.api('POST', '/v1/password-resets', { body: { email } });
const confirmReset = (email, code, password = PASSWORD) => server.api('POST', '/v1/password-resets/confirm', { body: { email, code, password } });
const other = (code) => String((Number(code) + 1) % 100000000).padStart(8, '0');
const expectWrongCode = (answer) => expectProblem(answer, 422, 'validation', ['code']);

// Moves everything about codes back in time: the server's clock runs on.
async function passTime(customer, seconds) {
  const { code, stderr } = await server.psql(`UPDATE akkoord.account_code SET created_at = created_at - interval '${seconds} s',
    expires_at = expires_at - interval '${seconds} s' WHERE customer_id = '${customer.id}'`);
  assert.equal(code, 0, stderr);
}

describe('an address is proved by a mailed code', () => {
  test('the code of the registration proves it, once', async () => {
    const customer = await registerCustomer(server, { name: 'Sanne Vos' });
    assert.equal((await me(customer)).json.email_verified, false);
    const [mail] = await awaitMails(server, customer.email, 'verification');
    assert.deepEqual(mail.to, [{ name: 'Sanne Vos', address: customer.email }]);
    assert.match(mail.text, /Beste Sanne Vos,/);
    expectWrongCode(await post('/v1/me/email/verification', customer, { code: other(mail.code) }));
    expectStatus(await post('/v1/me/email/verification', customer, { code: mail.code }), 204);
    assert.equal((await me(customer)).json.email_verified, true);
    expectWrongCode(await post('/v1/me/email/verification', customer, { code: mail.code }));
    expectProblem(await post('/v1/me/email/verification/resend', customer), 409, 'email_verified');
  });

  test('a code is no other customer\'s, and stands nowhere in the database', async () => {
    const [customer, stranger] = [await registerCustomer(server), await registerCustomer(server)];
    const code = await lastCode(server, customer.email, 'verification');
    expectWrongCode(await post('/v1/me/email/verification', stranger, { code }));
    const rows = await server.sql(`SELECT account_code::text AS row FROM akkoord.account_code WHERE customer_id = '${customer.id}'`);
    assert.equal(rows.length, 1);
    assert.ok(!rows[0].row.includes(code));
    expectStatus(await post('/v1/me/email/verification', customer, { code }), 204);
  });

  test('after five tries the right code is refused too, and another that is asked for works', async () => {
    const customer = await registerCustomer(server);
    const code = await lastCode(server, customer.email, 'verification');
    for (let i = 0; i < 5; i++) expectWrongCode(await post('/v1/me/email/verification', customer, { code: other(code) }));
    expectWrongCode(await post('/v1/me/email/verification', customer, { code }));
    const { expires_at } = expectStatus(await post('/v1/me/email/verification/resend', customer), 202).json;
    const minutes = (new Date(expires_at) - server.now()) / 60_000;
    assert.ok(minutes > 14 && minutes <= 15.1, expires_at);
    const codes = (await awaitMails(server, customer.email, 'verification', 2)).map((mail) => mail.code);
    assert.notEqual(codes[0], codes[1]);
    expectStatus(await post('/v1/me/email/verification', customer, { code: codes.find((one) => one !== code) }), 204);
  });

  test('of many tries at once five are looked at', async () => {
    const customer = await registerCustomer(server);
    const code = await lastCode(server, customer.email, 'verification');
    await Promise.all(Array.from({ length: 20 }, () => post('/v1/me/email/verification', customer, { code: other(code) })));
    const [{ tries }] = await server.sql(`SELECT tries FROM akkoord.account_code WHERE customer_id = '${customer.id}'`);
    assert.equal(tries, 5);
    expectWrongCode(await post('/v1/me/email/verification', customer, { code }));
  });

  test('of one code used many times at once, one use counts', async () => {
    const customer = await registerCustomer(server);
    const code = await lastCode(server, customer.email, 'verification');
    const answers = await Promise.all(Array.from({ length: 5 }, () => post('/v1/me/email/verification', customer, { code })));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [204, 422, 422, 422, 422]);
  });

  test('after a quarter of an hour it is over, and then deleted', async () => {
    const customer = await registerCustomer(server);
    const code = await lastCode(server, customer.email, 'verification');
    await passTime(customer, 895);
    expectWrongCode(await post('/v1/me/email/verification', customer, { code: other(code) }));
    await passTime(customer, 10);
    expectWrongCode(await post('/v1/me/email/verification', customer, { code }));
    await waitFor(async () => (await server.sql(`SELECT id FROM akkoord.account_code WHERE customer_id = '${customer.id}'`)).length === 0,
      { what: 'the sweep', timeout: 60_000 });
  });

  test('an order needs no proof', async () => {
    const customer = await registerCustomer(server);
    const { json } = await server.api('GET', '/v1/services');
    const body = { lines: [{ sku: json.services[0].sku, quantity: 1 }], payment_provider: 'standard' };
    expectStatus(await server.api('POST', '/v1/orders', by(customer, body)), 201);
  });

  test('what is no code is refused as such', async () => {
    const customer = await registerCustomer(server);
    for (const code of ['', '1234567', '123456789', 'abcdefgh', ' ', null, 12345678, undefined]) {
      expectProblem(await post('/v1/me/email/verification', customer, { code }), 422, 'validation', ['code']);
    }
    expectProblem(await post('/v1/me/email/verification', customer, { code: '12345678', more: 1 }), 422, 'validation', ['more']);
  });
});

describe('a forgotten password', () => {
  test('is replaced with a mailed code; every session ends, and the address is proved by that', async () => {
    const customer = await registerCustomer(server, { language: 'en' });
    const second = expectStatus(await logIn(customer.email, customer.password), 201).json;
    expectStatus(await askReset(customer.email.toUpperCase()), 202);
    const [mail] = await awaitMails(server, customer.email, 'password_reset');
    assert.match(mail.subject, /new password/);
    expectProblem(await confirmReset(customer.email, mail.code, 'short'), 422, 'validation', ['password']);
    expectWrongCode(await confirmReset(customer.email, other(mail.code)));
    expectStatus(await confirmReset(customer.email, mail.code), 204);
    for (const token of [customer.token, second.token]) assert.equal((await me({ token })).status, 401);
    expectStatus(await logIn(customer.email, customer.password), 401);
    const { token } = expectStatus(await logIn(customer.email, PASSWORD), 201).json;
    assert.equal((await me({ token })).json.email_verified, true);
    expectWrongCode(await confirmReset(customer.email, mail.code));
  });

  test('an address that nobody has is answered alike, written alike and tried alike, and gets no mail', async () => {
    const [known, unknown] = [(await registerCustomer(server)).email, newEmail()];
    const answers = [await askReset(known), await askReset(unknown)];
    for (const answer of answers) expectStatus(answer, 202);
    const headers = ({ headers: { date, 'x-request-id': id, ...rest } }) => rest;
    assert.deepEqual(headers(answers[0]), headers(answers[1]));
    assert.deepEqual(Object.keys(answers[0].json), ['expires_at']);
    assert.deepEqual(Object.keys(answers[1].json), ['expires_at']);
    await awaitMails(server, known, 'password_reset');
    await awaitNoMailJobs(server);
    assert.deepEqual(await mailsTo(server, unknown), []);
    const resets = "FROM akkoord.account_code WHERE purpose = 'password_reset' ORDER BY id DESC LIMIT 2";
    const written = await server.sql(`SELECT customer_id IS NULL AS unknown ${resets}`);
    assert.deepEqual(written.map((row) => row.unknown), [true, false]);
    const wrong = [await confirmReset(known, '00000000'), await confirmReset(unknown, '00000000')];
    assert.deepEqual(wrong.map(({ status, json }) => [status, json]), [[wrong[0].status, wrong[0].json], [wrong[0].status, wrong[0].json]]);
    expectWrongCode(wrong[1]);
    assert.deepEqual(await server.sql(`SELECT tries ${resets}`), [{ tries: 1 }, { tries: 1 }]);
  });

  test('only the code that was mailed last works', async () => {
    const customer = await registerCustomer(server);
    await askReset(customer.email);
    const first = await lastCode(server, customer.email, 'password_reset');
    await askReset(customer.email);
    const codes = (await awaitMails(server, customer.email, 'password_reset', 2)).map((mail) => mail.code);
    expectWrongCode(await confirmReset(customer.email, first));
    expectStatus(await confirmReset(customer.email, codes.find((code) => code !== first)), 204);
  });

  test('withdraws a change of address that somebody else has begun', async () => {
    const customer = await registerCustomer(server);
    const address = newEmail();
    expectStatus(await post('/v1/me/email', customer, { email: address, password: customer.password }), 202);
    const code = await lastCode(server, address, 'email_change');
    await askReset(customer.email);
    expectStatus(await confirmReset(customer.email, await lastCode(server, customer.email, 'password_reset')), 204);
    const again = expectStatus(await logIn(customer.email, PASSWORD), 201).json;
    expectWrongCode(await post('/v1/me/email/confirm', again, { code }));
  });

  test('what is no address is refused as such', async () => {
    expectProblem(await askReset('nobody'), 422, 'validation', ['email']);
    expectProblem(await server.api('POST', '/v1/password-resets', { body: {} }), 422, 'validation', ['email']);
    expectProblem(await server.api('POST', '/v1/password-resets/confirm', { body: {} }), 422, 'validation', ['code', 'email', 'password']);
  });
});

describe('in without a password', () => {
  const ask = (email) => server.api('POST', '/v1/log-in-codes', { body: { email } });
  const confirm = (email, code) => server.api('POST', '/v1/log-in-codes/confirm', { body: { email, code } });

  test('a mailed code begins a session of an hour, in which every right can be used', async () => {
    const customer = await registerCustomer(server, { language: 'en' });
    expectStatus(await ask(customer.email.toUpperCase()), 202);
    const [mail] = await awaitMails(server, customer.email, 'log_in');
    assert.match(mail.subject, /log in/);
    expectWrongCode(await confirm(customer.email, other(mail.code)));
    const { token } = expectStatus(await confirm(customer.email, mail.code), 201).json;
    expectWrongCode(await confirm(customer.email, mail.code));
    assert.equal((await me({ token })).json.email_verified, true);
    const sessions = expectStatus(await server.api('GET', '/v1/me/sessions', { token }), 200).json.items;
    const { created_at, expires_at } = sessions.find(({ current }) => current);
    assert.equal(new Date(expires_at) - new Date(created_at), 3_600_000);
    expectStatus(await me(customer), 200);
    expectStatus(await logIn(customer.email, customer.password), 201);
    const request = { kind: 'access', statement: 'What do you hold about me?' };
    expectStatus(await server.api('POST', '/v1/me/requests', { token, body: request }), 201);
    expectStatus(await server.api('GET', '/v1/me/export', { token }), 200);
    expectStatus(await server.api('DELETE', '/v1/me', { token }), 204);
    expectStatus(await me({ token }), 401);
  });

  test('a code to log in sets no password, and one to set a password does not log in', async () => {
    const customer = await registerCustomer(server);
    await ask(customer.email);
    const code = await lastCode(server, customer.email, 'log_in');
    expectWrongCode(await confirmReset(customer.email, code));
    await askReset(customer.email);
    const reset = await lastCode(server, customer.email, 'password_reset');
    expectWrongCode(await confirm(customer.email, reset));
    expectStatus(await confirm(customer.email, code), 201);
    expectStatus(await confirmReset(customer.email, reset), 204);
  });

  test('a new password ends the session of a code, and the codes', async () => {
    const customer = await registerCustomer(server);
    await ask(customer.email);
    const { token } = expectStatus(await confirm(customer.email, await lastCode(server, customer.email, 'log_in')), 201).json;
    await ask(customer.email);
    const codes = (await awaitMails(server, customer.email, 'log_in', 2)).map((mail) => mail.code);
    await askReset(customer.email);
    expectStatus(await confirmReset(customer.email, await lastCode(server, customer.email, 'password_reset')), 204);
    expectStatus(await me({ token }), 401);
    for (const code of codes) expectWrongCode(await confirm(customer.email, code));
  });

  test('an address that nobody has is answered alike, and gets no mail', async () => {
    const unknown = newEmail();
    assert.deepEqual(Object.keys(expectStatus(await ask(unknown), 202).json), ['expires_at']);
    await awaitNoMailJobs(server);
    assert.deepEqual(await mailsTo(server, unknown), []);
    expectWrongCode(await confirm(unknown, '00000000'));
    expectProblem(await ask('nobody'), 422, 'validation', ['email']);
    expectProblem(await server.api('POST', '/v1/log-in-codes/confirm', { body: {} }), 422, 'validation', ['code', 'email']);
  });
});

describe('another password', () => {
  const change = (customer, current, fresh) => server.api('PUT', '/v1/me/password', by(customer, { current, new: fresh }));

  test('needs the one that is; every other session ends', async () => {
    const customer = await registerCustomer(server);
    const second = expectStatus(await logIn(customer.email, customer.password), 201).json;
    expectProblem(await change(customer, 'not the password', PASSWORD), 422, 'validation', ['current']);
    expectProblem(await change(customer, customer.password, 'short'), 422, 'validation', ['new']);
    expectStatus(await change(customer, customer.password, PASSWORD), 204);
    expectStatus(await me(customer), 200);
    expectStatus(await me(second), 401);
    expectStatus(await logIn(customer.email, customer.password), 401);
    expectStatus(await logIn(customer.email, PASSWORD), 201);
  });

  test('of two changes at once one is refused', async () => {
    const customer = await registerCustomer(server);
    const answers = await Promise.all([change(customer, customer.password, PASSWORD), change(customer, customer.password, `${PASSWORD} 2`)]);
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [204, 422]);
  });
});

describe('another address', () => {
  const begin = (customer, email, password = customer.password) => post('/v1/me/email', customer, { email, password });
  const confirm = (customer, code) => post('/v1/me/email/confirm', customer, { code });

  test('takes its place once a code from there is given, and the old one is told', async () => {
    const customer = await registerCustomer(server, { name: 'Sanne Vos', phone: '+31 6 12345678' });
    const address = newEmail();
    const earlier = (await me(customer)).json;
    expectProblem(await begin(customer, address, 'not the password'), 422, 'validation', ['password']);
    expectStatus(await begin(customer, `  ${address.toUpperCase()} `), 202);
    const [notice] = await awaitMails(server, customer.email, 'email_change_notice');
    assert.ok(!notice.text.includes(address) && notice.code === null);
    const [mail] = await awaitMails(server, address, 'email_change');
    assert.equal((await me(customer)).json.email, customer.email, 'not before');
    expectStatus(await confirm(customer, mail.code), 204);
    assert.deepEqual((await me(customer)).json, { ...earlier, email: address, email_verified: true });
    expectStatus(await logIn(customer.email, customer.password), 401);
    expectStatus(await logIn(address, customer.password), 201);
    expectStatus(await registerCustomer(server, { email: customer.email }) && { status: 201 }, 201);
  });

  test('the profile is sealed anew, in a row of the next version', async () => {
    const customer = await registerCustomer(server);
    const address = newEmail();
    const row = async () => (await server.sql(`SELECT profile_version AS version, profile_key_id AS key, profile_sealed::text AS sealed,
      email_index::text AS index FROM akkoord.customer WHERE id = '${customer.id}'`))[0];
    const before = await row();
    await begin(customer, address);
    expectStatus(await confirm(customer, await lastCode(server, address, 'email_change')), 204);
    const after = await row();
    assert.equal(after.version, before.version + 1);
    for (const column of ['key', 'sealed', 'index']) assert.notEqual(after[column], before[column], column);
  });

  test('that somebody has is answered like any other, and told only to whoever reads its mail', async () => {
    const [customer, owner] = [await registerCustomer(server), await registerCustomer(server)];
    const answers = [await begin(customer, owner.email), await begin(customer, newEmail())];
    for (const answer of answers) assert.deepEqual(Object.keys(expectStatus(answer, 202).json), ['expires_at']);
    expectStatus(await begin(customer, owner.email), 202);
    const codes = (await awaitMails(server, owner.email, 'email_change', 2)).map((mail) => mail.code);
    const taken = [];
    for (const code of codes) taken.push((await confirm(customer, code)).status);
    assert.deepEqual(taken.sort(), [409, 422], 'the newest is taken, the older one over');
    assert.equal((await me(customer)).json.email, customer.email);
    expectStatus(await logIn(owner.email, owner.password), 201);
  });

  test('codes that went to the old address are over', async () => {
    const customer = await registerCustomer(server);
    const address = newEmail();
    await askReset(customer.email);
    const reset = await lastCode(server, customer.email, 'password_reset');
    await begin(customer, address);
    expectStatus(await confirm(customer, await lastCode(server, address, 'email_change')), 204);
    expectWrongCode(await confirmReset(customer.email, reset));
    expectWrongCode(await confirmReset(address, reset));
  });

  test('is void once the profile was changed, whose key is another then', async () => {
    const customer = await registerCustomer(server);
    const address = newEmail();
    await begin(customer, address);
    const code = await lastCode(server, address, 'email_change');
    expectStatus(await server.api('PATCH', '/v1/me', by(customer, { name: 'Another Name' })), 200);
    expectWrongCode(await confirm(customer, code));
  });
});

describe('sessions', () => {
  const list = (customer) => server.api('GET', '/v1/me/sessions', { token: customer.token });
  const end = (customer, id = '') => server.api('DELETE', `/v1/me/sessions${id && `/${id}`}`, { token: customer.token });

  test('are listed, newest first, with the one that asks marked, and nothing of where they are', async () => {
    const customer = await registerCustomer(server);
    const second = expectStatus(await logIn(customer.email, customer.password), 201).json;
    const { items, next } = expectStatus(await list(customer), 200).json;
    assert.equal(next, null);
    assert.deepEqual(items.map((item) => item.current), [false, true]);
    for (const item of items) {
      assert.deepEqual(Object.keys(item).sort(), ['created_at', 'current', 'expires_at', 'id']);
      expectUuid(item.id);
      expectTime(item.created_at);
      assert.equal(Math.round((new Date(item.expires_at) - new Date(item.created_at)) / 86_400_000), 30);
    }
    assert.deepEqual((await list(second)).json.items.map((item) => item.current), [true, false]);
    const page = expectStatus(await server.api('GET', '/v1/me/sessions?limit=1', { token: customer.token }), 200).json;
    const rest = expectStatus(await server.api('GET', `/v1/me/sessions?limit=1&after=${page.next}`, { token: customer.token }), 200).json;
    assert.deepEqual([...page.items, ...rest.items], items);
  });

  test('one ends, or all others', async () => {
    const customer = await registerCustomer(server);
    const others = [];
    for (let i = 0; i < 3; i++) others.push(expectStatus(await logIn(customer.email, customer.password), 201).json);
    const { items } = (await list(others[0])).json;
    expectStatus(await end(customer, items.find((item) => item.current).id), 204);
    expectStatus(await me(others[0]), 401);
    expectProblem(await end(customer, items.find((item) => item.current).id), 404, 'not_found');
    expectStatus(await end(customer), 204);
    for (const one of others) expectStatus(await me(one), 401);
    assert.equal((await list(customer)).json.items.length, 1);
  });

  test('of another customer can neither be seen nor ended', async () => {
    const [customer, stranger] = [await registerCustomer(server), await registerCustomer(server)];
    const [{ id }] = (await list(customer)).json.items;
    expectProblem(await end(stranger, id), 404, 'not_found');
    expectProblem(await end(stranger, 'x'), 404, 'not_found');
    expectStatus(await end(stranger), 204);
    expectStatus(await me(customer), 200);
  });
});

test('codes are mailed five times in ten minutes to one account, known or not', async () => {
  const limited = await startAkkoord({ env: { AKKOORD_RATE_LIMITS: 'on' } });
  const { email } = await registerCustomer(limited);
  for (const address of [email, newEmail()]) {
    const ask = () => limited.api('POST', '/v1/password-resets', { body: { email: address } });
    for (let i = 0; i < 5; i++) expectStatus(await ask(), 202);
    expectProblem(await ask(), 429, 'too_many_requests');
  }
});
