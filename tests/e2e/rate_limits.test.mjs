// What AKKOORD_RATE_LIMITS=on refuses, what it lets through, and what sessions and their cookies are good for.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { registerCustomer, startAkkoord } from './lib/akkoord.mjs';

const PASSWORD = 'sample password of nobody';
// Of registerCustomer()'s password, with 8 MiB and one pass: argon2(1) made it.
const OLD_HASH = '$argon2id$v=19$m=8192,t=1,p=1$c2FtcGxlLXNhbHQtMTZieQ$nybITA2F+r6J7PdxXh9+QHmte3IA1NK4m7wKhg4ARaI';

let limited; // behind a proxy on this machine, so that tests can come from anywhere
let open; // without limits, for what is about sessions

before(async () => {
  limited = await startAkkoord({ env: { AKKOORD_RATE_LIMITS: 'on', AKKOORD_TRUSTED_PROXIES: '127.0.0.1' } });
  open = await startAkkoord();
});

const from = (address) => ({ 'x-forwarded-for': address });
const logIn = (address, email, path = '/v1/sessions', more = {}) =>
  limited.api('POST', path, { headers: from(address), body: { email, password: PASSWORD, ...more } });

async function statuses(count, ask) {
  const answers = [];
  for (let i = 0; i < count; i++) answers.push(await ask(i));
  return answers;
}

function assertTooMany(answer, secondsMax) {
  assert.equal(answer.status, 429, String(answer));
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  assert.equal(answer.json.code, 'too_many_requests');
  assert.equal(answer.json.status, 429);
  const wait = Number(answer.headers['retry-after']);
  assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= secondsMax, `Retry-After ${answer.headers['retry-after']}`);
  return wait;
}

describe('log-in', () => {
  test('10 a minute an account, from wherever they come; the 11th is told when to come again, and may then', async () => {
    const tries = await statuses(10, (i) => logIn(`198.51.${i}.1`, 'one@example.com'));
    for (const answer of tries) assert.equal(answer.status, 401);
    const wait = assertTooMany(await logIn('198.51.100.1', 'one@example.com'), 60);
    assert.equal((await logIn('198.51.100.1', 'other@example.com')).status, 401, 'another account');
    await sleep(wait * 1000);
    assert.equal((await logIn('198.51.100.1', 'one@example.com')).status, 401, 'Retry-After was true');
  });

  test('an account is one however its address is written, and counts also when it has no owner', async () => {
    const spellings = ['two@example.com', 'TWO@example.com', ' two@Example.com '];
    await statuses(10, (i) => logIn(`198.51.${i}.2`, spellings[i % 3]));
    assertTooMany(await logIn('198.51.101.2', 'two@EXAMPLE.COM'), 60);
  });

  test('a right password is refused too while the account is shut', async () => {
    const customer = await registerCustomer(limited);
    await statuses(10, (i) => logIn(`198.51.${i}.3`, customer.email));
    const right = () => limited.api('POST', '/v1/sessions', {
      headers: from('198.51.103.1'), body: { email: customer.email, password: customer.password },
    });
    assertTooMany(await right(), 60);
  });

  test('60 a minute an address prefix, of customers and staff together', async () => {
    const answers = await statuses(60, (i) => i % 2
      ? logIn(`192.0.2.${i}`, `many-${i}@example.com`, '/v1/staff/sessions', { code: '000000' })
      : logIn(`192.0.2.${i}`, `many-${i}@example.com`));
    for (const answer of answers) assert.equal(answer.status, 401);
    assertTooMany(await logIn('192.0.2.200', 'many-60@example.com'), 60);
    assertTooMany(await logIn('192.0.2.201', 'many-61@example.com', '/v1/staff/sessions', { code: '000000' }), 60);
    assert.equal((await logIn('192.0.3.1', 'many-62@example.com')).status, 401, 'a neighbouring prefix');
  });

  test('a shut address does not use up the attempts of the accounts that it tries', async () => {
    await statuses(75, () => logIn('203.0.113.9', 'victim@example.com'));
    // 10 of those were let through to the account; 65 were not, whatever stopped them.
    const metrics = (await limited.api('GET', '/metrics')).text;
    assert.match(metrics, /akkoord_rate_limited_total\{limit="log_in_address"\} [1-9]/);
    assert.match(metrics, /akkoord_rate_limited_total\{limit="log_in_account"\} [1-9]/);
  });

  test('IPv6 is counted by 56 bits', async () => {
    await statuses(60, (i) => logIn(`2001:db8:0:${i.toString(16)}::1`, `six-${i}@example.com`));
    assertTooMany(await logIn('2001:db8:0:ff::2', 'six-60@example.com'), 60);
    assert.equal((await logIn('2001:db8:0:100::1', 'six-61@example.com')).status, 401);
  });

  test('only what a trusted proxy says of an address counts: the rightmost that is not one of ours', async () => {
    await statuses(61, (i) => logIn(`203.0.${i}.1, 100.64.0.1`, `behind-${i}@example.com`));
    assertTooMany(await logIn('203.0.99.1, 100.64.0.2', 'behind-99@example.com'), 60);
  });
});

describe('registration', () => {
  const register = (address) => limited.api('POST', '/v1/customers', { headers: from(address), body: {} });

  test('30 a minute an address prefix', async () => {
    const answers = await statuses(30, (i) => register(`198.18.0.${i}`));
    for (const answer of answers) assert.equal(answer.status, 422);
    assertTooMany(await register('198.18.0.100'), 60);
    assert.equal((await register('198.18.1.1')).status, 422);
    assert.equal((await logIn('198.18.0.1', 'apart@example.com')).status, 401, 'log-in is counted apart');
  });

  test('nothing else is limited', async () => {
    for (const answer of await statuses(100, () => limited.api('GET', '/v1/services', { headers: from('198.18.0.1') }))) {
      assert.equal(answer.status, 200);
    }
  });
});

describe('addresses and accounts', () => {
  test('stand neither in the log nor in the metrics', async () => {
    const said = limited.log + (await limited.api('GET', '/metrics')).text;
    assert.doesNotMatch(said, /192\.0\.2|2001:db8|example\.com/);
  });
});

describe('the cookie of a session', () => {
  let customer;
  before(async () => (customer = await registerCustomer(open)));

  const ours = { 'sec-fetch-site': 'same-origin' };
  const logInWithCookie = (headers = ours, query = '?cookie=1') => open.api('POST', `/v1/sessions${query}`, {
    headers, body: { email: customer.email, password: customer.password },
  });
  const newCookie = async () => (await logInWithCookie()).headers['set-cookie'][0].split(';')[0];

  test('is set when asked for, closed to scripts, and the token is not shown', async () => {
    const answer = await logInWithCookie();
    assert.equal(answer.status, 201, String(answer));
    assert.equal(answer.json.token, null);
    assert.match(answer.headers['set-cookie'][0],
      /^__Host-akkoord=[A-Za-z0-9_-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=2592000$/);
  });

  test('is not set otherwise', async () => {
    const answer = await logInWithCookie({}, '');
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.match(answer.json.token, /^[A-Za-z0-9_-]{43}$/);
    assert.equal((await logInWithCookie(ours, '?cookie=yes')).status, 422);
  });

  test('is the same session as a bearer token, for reading', async () => {
    const cookie = await newCookie();
    for (const headers of [{ cookie }, { cookie: `a=b; ${cookie}; c="d"` }, { cookie, 'sec-fetch-site': 'cross-site' }]) {
      assert.equal((await open.api('GET', '/v1/me', { headers })).json.id, customer.id);
    }
    for (const bad of [`${cookie}x`, 'akkoord=a', `${cookie}; ${cookie}`, cookie.replace('__Host-', '__host-')]) {
      assert.equal((await open.api('GET', '/v1/me', { headers: { cookie: bad } })).status, 401, bad);
    }
  });

  test('changes something only from a page of ours', async () => {
    const cookie = await newCookie();
    const place = (headers) => open.api('POST', '/v1/orders', { headers: { cookie, ...headers }, body: {} });
    const strangers = [
      {},
      { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: open.url },
      { origin: 'https://example.com' }, { origin: 'null' }, { origin: `${open.url}.example.com` }, { origin: open.url.replace('http', 'https') },
      { referer: open.url },
    ];
    for (const headers of strangers) {
      const answer = await place(headers);
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.equal(answer.json.code, 'forbidden');
    }
    for (const headers of [ours, { origin: open.url }]) assert.equal((await place(headers)).status, 422);
    assert.equal((await open.api('DELETE', '/v1/sessions', { headers: { cookie } })).status, 403);
    assert.equal((await open.api('GET', '/v1/me', { headers: { cookie } })).status, 200, 'the session lives');
  });

  test('a stranger\'s page can\'t log anybody in', async () => {
    for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { origin: 'https://example.com' }]) {
      const answer = await logInWithCookie(headers);
      assert.equal(answer.status, 403);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  });

  test('a bearer token goes before it, good or bad, and needs no page', async () => {
    const cookie = await newCookie();
    const other = await registerCustomer(open);
    assert.equal((await open.api('GET', '/v1/me', { token: other.token, headers: { cookie } })).json.id, other.id);
    assert.equal((await open.api('GET', '/v1/me', { token: 'x', headers: { cookie } })).status, 401);
    assert.equal((await open.api('POST', '/v1/orders', { token: other.token, headers: { cookie }, body: {} })).status, 422);
  });

  test('ends with its session, and is taken away', async () => {
    const cookie = await newCookie();
    const answer = await open.api('DELETE', '/v1/sessions', { headers: { cookie, ...ours } });
    assert.equal(answer.status, 204);
    assert.match(answer.headers['set-cookie'][0], /^__Host-akkoord=; .*Max-Age=0$/);
    assert.equal((await open.api('GET', '/v1/me', { headers: { cookie } })).status, 401);
  });
});

describe('sessions', () => {
  test('end where they are ended, and nowhere else', async () => {
    const customer = await registerCustomer(open);
    const second = (await open.api('POST', '/v1/sessions', { body: { email: customer.email, password: customer.password } })).json.token;
    assert.equal((await open.api('DELETE', '/v1/sessions', { token: second })).status, 204);
    assert.equal((await open.api('GET', '/v1/me', { token: second })).status, 401);
    assert.equal((await open.api('GET', '/v1/me', { token: customer.token })).status, 200);
  });

  test('last 30 days for a customer and 12 hours for staff', async () => {
    const rows = await open.sql(`SELECT DISTINCT extract(epoch FROM expires_at - created_at)::int AS seconds, customer_id IS NOT NULL AS customer FROM akkoord.session WHERE customer_id IS NOT NULL`);
    assert.deepEqual(rows, [{ seconds: 30 * 86400, customer: true }]);
    const customer = await registerCustomer(open);
    await open.psql(`UPDATE akkoord.session SET expires_at = now() - interval '1 second' WHERE customer_id = '${customer.id}'`);
    assert.equal((await open.api('GET', '/v1/me', { token: customer.token })).status, 401);
  });

  test('a log-in renews a hash of older parameters', async () => {
    const customer = await registerCustomer(open);
    const hash = async () => (await open.sql(`SELECT password_hash FROM akkoord.customer WHERE id = '${customer.id}'`))[0].password_hash;
    await open.psql(`UPDATE akkoord.customer SET password_hash = '${OLD_HASH}' WHERE id = '${customer.id}'`);
    const logInWith = (password) => open.api('POST', '/v1/sessions', { body: { email: customer.email, password } });
    assert.equal((await logInWith('another password')).status, 401);
    assert.equal(await hash(), OLD_HASH, 'a wrong password renews nothing');
    assert.equal((await logInWith(customer.password)).status, 201);
    assert.match(await hash(), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.equal((await logInWith(customer.password)).status, 201);
  });
});
