// What the GDPR gives customers over their own data: to correct it.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, registerCustomer, sampleAddress, startAkkoord } from './lib/akkoord.mjs';

let server;
before(async () => {
  server = await startAkkoord();
});

const me = ({ token }) => server.api('GET', '/v1/me', { token });
const change = ({ token }, body) => server.api('PATCH', '/v1/me', { token, body });
const rowOf = async ({ id }) => (await server.sql(`SELECT profile_key_id, profile_version, language,
  encode(profile_sealed, 'hex') AS sealed FROM akkoord.customer WHERE id = '${id}'`))[0];

describe('rectification', () => {
  test('a field that is there replaces what stands, null takes it away, and nothing else changes', async () => {
    const customer = await registerCustomer(server, { company: 'Sample B.V.', phone: '+31 20 1234567' });
    const before = expectStatus(await me(customer), 200).json;
    const answer = expectStatus(await change(customer, { name: ' Ægir 日本 ', phone: null, language: 'en' }), 200).json;
    assert.deepEqual(answer, { ...before, name: 'Ægir 日本', phone: null, language: 'en' });
    assert.deepEqual(expectStatus(await me(customer), 200).json, answer);
    const address = { ...sampleAddress, city: 'Groningen', country: 'nl' };
    const moved = expectStatus(await change(customer, { address, kvk_number: '12 34 56 78' }), 200).json;
    assert.deepEqual(moved, { ...answer, address: { ...address, country: 'NL' }, kvk_number: '12345678' });
    assert.equal(expectStatus(await change(customer, { address: null }), 200).json.address, null);
    assert.deepEqual(expectStatus(await change(customer, {}), 200).json, { ...moved, address: null });
  });

  test('the key of the profile that stood there is gone, and with it that profile', async () => {
    const customer = await registerCustomer(server);
    const before = await rowOf(customer);
    expectStatus(await change(customer, { name: 'Another Name' }), 200);
    const after = await rowOf(customer);
    assert.notEqual(after.profile_key_id, before.profile_key_id);
    assert.notEqual(after.sealed, before.sealed);
    assert.equal(after.profile_version, before.profile_version + 1);
    assert.deepEqual(await server.sql(`SELECT id FROM akkoord.data_key WHERE id = '${before.profile_key_id}'`), []);
  });

  test('of changes at the same moment none is lost', async () => {
    const customer = await registerCustomer(server);
    const changes = [{ name: 'N' }, { company: 'C' }, { phone: '1' }, { kvk_number: '12345678' }];
    const answers = await Promise.all(changes.map((body) => change(customer, body)));
    for (const answer of answers) expectStatus(answer, 200);
    const { name, company, phone, kvk_number } = expectStatus(await me(customer), 200).json;
    assert.deepEqual({ name, company, phone, kvk_number }, Object.assign({}, ...changes));
    const [{ count }] = await server.sql(`SELECT count(*) FROM akkoord.data_key k WHERE purpose = 'profile'
      AND NOT EXISTS (SELECT FROM akkoord.customer c WHERE c.profile_key_id = k.id)`);
    assert.equal(count, 0, 'no key is left over');
  });

  test('all that is wrong is told at once, and nothing is changed', async () => {
    const customer = await registerCustomer(server);
    const before = expectStatus(await me(customer), 200).json;
    const faulty = { name: null, phone: 'x'.repeat(41), address: { street: 'Only' }, language: 'fy', email: 'a@example.com' };
    expectProblem(await change(customer, faulty), 422, 'validation',
      ['name', 'phone', 'address.postal_code', 'address.city', 'address.country', 'language', 'email']);
    expectProblem(await change(customer, '[]'), 400, 'malformed_json');
    assert.deepEqual(expectStatus(await me(customer), 200).json, before);
    expectProblem(await server.api('PATCH', '/v1/me', { body: {} }), 401, 'unauthenticated');
  });
});
