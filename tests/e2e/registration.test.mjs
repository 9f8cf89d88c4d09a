// Customers and their sessions: what is taken in, what is refused, and who is let in.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';

import { addStaff, expectProblem, expectStatus, expectTime, expectUuid, newEmail, registerCustomer, sampleAddress, staffLogin,
  startAkkoord } from './lib/akkoord.mjs';

let server;
before(async () => {
  server = await startAkkoord();
});

const registration = (changes = {}) =>
  ({ email: newEmail(), password: 'a long sample password', name: 'Sample Customer', ...changes });
const register = (body) => server.api('POST', '/v1/customers', { body });
const logIn = (body) => server.api('POST', '/v1/sessions', { body });
const me = (token) => server.api('GET', '/v1/me', { token });

describe('registration', () => {
  test('a customer with all fields reads them back as they were given', async () => {
    const details = { email: newEmail(), password: 'wachtwoord van een voorbeeld', name: 'Ægir Müller-日本',
      company: 'Voorbeeld & Zonen B.V.', phone: '+31 20 123 45 67', address: { ...sampleAddress, street: "Straße \"7\" 'bis'" },
      vat_number: 'NL123456789B01', kvk_number: '12345678', language: 'en' };
    const answer = expectStatus(await register(details), 201);
    assert.deepEqual(Object.keys(answer.json).sort(), ['id', 'token']);
    expectUuid(answer.json.id);
    const { id, created_at, email_verified, ...profile } = expectStatus(await me(answer.json.token), 200).json;
    const { password, ...given } = details;
    assert.equal(id, answer.json.id);
    expectTime(created_at);
    assert.equal(email_verified, false);
    assert.deepEqual(profile, given);
    assert.ok(!JSON.stringify(profile).includes(password));
  });

  test('only e-mail address, password and name are needed', async () => {
    const { token } = expectStatus(await register(registration()), 201).json;
    const profile = expectStatus(await me(token), 200).json;
    for (const name of ['company', 'phone', 'address', 'vat_number', 'kvk_number']) assert.equal(profile[name], null, name);
    assert.equal(profile.language, 'nl');
  });

  test('a token is at least 32 random bytes and never the same', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, async () => (await registerCustomer(server)).token));
    assert.equal(new Set(tokens).size, tokens.length);
    for (const token of tokens) {
      assert.match(token, /^[A-Za-z0-9_-]+$/);
      assert.ok(Buffer.from(token, 'base64url').length >= 32, token);
    }
  });

  const without = (name) => {
    const body = registration();
    delete body[name];
    return body;
  };
  const refused = [
    ['a missing e-mail address', without('email'), ['email']],
    ['a missing password', without('password'), ['password']],
    ['a missing name', without('name'), ['name']],
    ['a blank name', registration({ name: ' \t ' }), ['name']],
    ['an empty object', {}, ['email', 'name', 'password']],
    ['an address without @', registration({ email: 'nobody.example.com' }), ['email']],
    ['an address with two @', registration({ email: 'a@b@example.com' }), ['email']],
    ['an address with a space', registration({ email: 'a b@example.com' }), ['email']],
    ['an address without a domain', registration({ email: 'nobody@' }), ['email']],
    ['an address of 400 characters', registration({ email: `${'a'.repeat(388)}@example.com` }), ['email']],
    ['an address that would end a header', registration({ email: 'a@example.com\r\nBcc: b@example.com' }), ['email']],
    ['an e-mail address that is a number', registration({ email: 12 }), ['email']],
    ['a short password', registration({ password: 'short' }), ['password']],
    ['a password of 5,000 characters', registration({ password: 'x'.repeat(5000) }), ['password']],
    ['a password that is an object', registration({ password: { $ne: 1 } }), ['password']],
    ['a name of 10,000 characters', registration({ name: 'x'.repeat(10_000) }), ['name']],
    ['a name with a control character', registration({ name: 'Sample\u0007' }), ['name']],
    ['a name of two lines', registration({ name: 'Sample\nCustomer' }), ['name']],
    ['a name with a line end of Unicode', registration({ name: 'Sample\u0085Customer' }), ['name']],
    ['a name with a line separator', registration({ name: 'Sample\u2028Customer' }), ['name']],
    ['a name that turns around what follows it', registration({ name: 'Sample \u202Eremotsu' }), ['name']],
    ['a company that is isolated from its line', registration({ company: 'Sample\u2066 B.V.' }), ['company']],
    ['a name that is a list', registration({ name: ['Sample'] }), ['name']],
    ['a company that is a number', registration({ company: 1 }), ['company']],
    ['a phone number of 1,000 characters', registration({ phone: '1'.repeat(1000) }), ['phone']],
    ['an address that is text', registration({ address: 'Voorbeeldlaan 12' }), ['address']],
    ['half an address', registration({ address: { street: 'Voorbeeldlaan 12' } }),
      ['address.city', 'address.country', 'address.postal_code']],
    ['an unknown part of the address', registration({ address: { ...sampleAddress, province: 'Utrecht' } }), ['address.province']],
    ['a country that is no code', registration({ address: { ...sampleAddress, country: 'Nederland' } }), ['address.country']],
    ['a VAT number without a country', registration({ vat_number: '123456789' }), ['vat_number']],
    ['a KvK number of seven digits', registration({ kvk_number: '1234567' }), ['kvk_number']],
    ['a KvK number with letters', registration({ kvk_number: '1234567A' }), ['kvk_number']],
    ['a third language', registration({ language: 'fr' }), ['language']],
    ['an unknown field', registration({ admin: true }), ['admin']],
    ['a body with several faults', { email: 'x', password: 'y', name: '', language: 'de' }, ['email', 'language', 'name', 'password']],
  ];
  for (const [what, body, fields] of refused) {
    test(`${what} is refused with 422 and named`, async () => {
      expectProblem(await register(body), 422, 'validation', fields);
    });
  }

  test('a field with a proto name is unknown like any other', async () => {
    expectProblem(await register('{"email":"a@example.com","password":"a long sample password","name":"x","__proto__":{}}'),
      422, 'validation', ['__proto__']);
  });

  test('an e-mail address is taken once, however it is written', async () => {
    const { email } = await registerCustomer(server);
    for (const again of [email, email.toUpperCase(), ` ${email} `]) {
      expectProblem(await register(registration({ email: again })), 409, 'email_taken');
    }
  });

  test('of eight registrations of one address at the same moment one succeeds', async () => {
    const email = newEmail();
    const answers = await Promise.all(Array.from({ length: 8 }, () => register(registration({ email }))));
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 409, 409, 409, 409, 409, 409, 409]);
    for (const answer of answers.filter(({ status }) => status === 409)) expectProblem(answer, 409, 'email_taken');
    const counted = await server.sql('SELECT count(*) FROM akkoord.data_key k WHERE purpose = \'profile\' AND NOT EXISTS '
      + '(SELECT FROM akkoord.customer c WHERE c.profile_key_id = k.id)');
    assert.equal(counted[0].count, 0, 'the seven left no key behind');
  });
});

describe('bodies', () => {
  const deep = (open, close, depth) => `${open.repeat(depth)}${close.repeat(depth)}`;
  const malformed = [
    ['nothing', ''],
    ['text', 'hello'],
    ['a list', '[]'],
    ['a string', '"text"'],
    ['null', 'null'],
    ['half an object', '{"email":"a@example.com"'],
    ['an object and more', '{} {}'],
    ['a trailing comma', '{"name":"x",}'],
    ['single quotes', "{'name':'x'}"],
    ['a comment', '{/* */}'],
    ['the same key twice', '{"name":"x","name":"y"}'],
    ['the same key twice in an inner object', '{"address":{"city":"x","city":"y"}}'],
    ['the same key twice, once escaped', '{"name":"x","n\\u0061me":"y"}'],
    ['NaN', '{"name":NaN}'],
    ['a raw line break in a string', '{"name":"x\ny"}'],
    ['a raw NUL', '{"name":"x\u0000y"}'],
    ['10,000 nested lists', `{"name":${deep('[', ']', 10_000)}}`],
    ['10,000 nested objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['Latin-1', Buffer.from('{"name":"caf\xe9"}', 'latin1')],
    ['UTF-16', Buffer.from('{"name":"x"}', 'utf16le')],
    ['a byte order mark', '\ufeff{"name":"x"}'],
    ['an overlong form', Buffer.from([...Buffer.from('{"name":"'), 0xc0, 0xaf, ...Buffer.from('"}')])],
    ['a lone surrogate in bytes', Buffer.from([...Buffer.from('{"name":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
    ['a lone surrogate as an escape', '{"name":"\\ud800"}'],
    ['an escaped NUL', '{"name":"x\\u0000y"}'],
    ['a number too large for 64 bits', '{"name":123456789012345678901234567890}'],
  ];
  for (const [what, body] of malformed) {
    test(`${what} is no JSON object: 400 malformed_json`, async () => {
      expectProblem(await register(body), 400, 'malformed_json');
    });
  }

  test('a body over 256 KiB is refused by its length alone: 413', async () => {
    expectProblem(await register(JSON.stringify(registration({ name: 'x'.repeat(300_000) }))), 413);
    const socket = connect(server.port, '127.0.0.1');
    const answer = await new Promise((done, failed) => {
      let text = '';
      socket.once('error', failed).on('data', (bytes) => {
        text += bytes;
        if (text.includes('\r\n')) done(text);
      });
      socket.write('POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n');
    });
    socket.destroy();
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  test('a chunked body is refused: 411', async () => {
    const headers = { 'transfer-encoding': 'chunked', 'content-length': undefined };
    expectStatus(await server.client.send('POST', '/v1/customers', { headers, body: '{}' }), 411);
  });
});

describe('sessions', () => {
  test('the right password gives a new token, and both tokens work', async () => {
    const customer = await registerCustomer(server);
    const answer = expectStatus(await logIn({ email: customer.email.toUpperCase(), password: customer.password }), 201);
    assert.deepEqual(Object.keys(answer.json), ['token']);
    assert.notEqual(answer.json.token, customer.token);
    for (const token of [customer.token, answer.json.token]) {
      assert.equal(expectStatus(await me(token), 200).json.id, customer.id);
    }
  });

  test('an unknown address and a wrong password get the same answer', async () => {
    const customer = await registerCustomer(server);
    const answers = await Promise.all([
      { email: customer.email, password: 'another sample password' },
      { email: newEmail(), password: customer.password },
      { email: 'no address at all', password: customer.password },
      { email: customer.email, password: `${customer.password} ` },
      { email: customer.email, password: customer.password.toUpperCase() },
    ].map(logIn));
    const [first] = answers;
    for (const answer of answers) {
      expectProblem(answer, 401, 'unauthenticated');
      assert.deepEqual(answer.json, first.json);
      assert.ok(answer.headers['www-authenticate']);
    }
  });

  test('a log-in says which fields are missing, and refuses others', async () => {
    expectProblem(await logIn({}), 422, 'validation', ['email', 'password']);
    expectProblem(await logIn({ email: 'a@example.com', password: 'x', code: '1' }), 422, 'validation', ['code']);
  });

  test('DELETE ends the token that it was sent with, and no other', async () => {
    const customer = await registerCustomer(server);
    const other = (await logIn({ email: customer.email, password: customer.password })).json.token;
    const answer = expectStatus(await server.api('DELETE', '/v1/sessions', { token: customer.token }), 204);
    assert.equal(answer.bytes.length, 0);
    expectProblem(await me(customer.token), 401, 'unauthenticated');
    expectProblem(await server.api('DELETE', '/v1/sessions', { token: customer.token }), 401, 'unauthenticated');
    expectStatus(await me(other), 200);
  });

  test('what is no token of ours is refused: 401', async () => {
    const { token } = await registerCustomer(server);
    const flipped = `${token.slice(0, -2)}${token.at(-2) === 'A' ? 'B' : 'A'}${token.at(-1)}`;
    for (const headers of [
      {}, { authorization: 'Bearer' }, { authorization: 'Bearer ' }, { authorization: `Bearer ${flipped}` },
      { authorization: `Bearer ${token.slice(1)}` }, { authorization: `Bearer ${token}x` }, { authorization: token },
      { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` }, { authorization: `Bearer ${token} ${token}` },
      { authorization: `Bearer ${'x'.repeat(8000)}` }, { cookie: `token=${token}` },
    ]) {
      expectProblem(await server.api('GET', '/v1/me', { headers }), 401, 'unauthenticated');
    }
  });

  test('the scheme of a token is read in any case', async () => {
    const { token } = await registerCustomer(server);
    expectStatus(await server.api('GET', '/v1/me', { headers: { authorization: `bearer ${token}` } }), 200);
  });

  test('a token is not stored: the database holds its hash', async () => {
    const { token } = await registerCustomer(server);
    const [{ found }] = await server.sql(`SELECT count(*) AS found FROM akkoord.session WHERE encode(token_sha256, 'hex') IN
      ('${Buffer.from(token).toString('hex')}', '${Buffer.from(token, 'base64url').toString('hex')}')`);
    assert.equal(found, 0);
  });

  test('a token of staff opens nothing of customers, and the other way round: 403', async () => {
    const [customer, staff] = await Promise.all([registerCustomer(server), addStaff(server)]);
    const { token } = await staffLogin(server, staff);
    expectProblem(await me(token), 403, 'forbidden');
    expectProblem(await server.api('GET', '/v1/orders', { token }), 403, 'forbidden');
    for (const path of ['/v1/staff/reviews', '/v1/staff/orders', '/v1/staff/payments', '/v1/staff/events']) {
      expectProblem(await server.api('GET', path, { token: customer.token }), 403, 'forbidden');
      expectProblem(await server.api('GET', path), 401, 'unauthenticated');
    }
  });
});
