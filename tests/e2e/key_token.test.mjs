// Key-encryption keys that a PKCS#11 token wraps: SoftHSM, spoken to by its own tools and by OpenSC's. Without the token
// the keyring file opens nothing. Skipped where softhsm2 or opensc is not installed.
import assert from 'node:assert/strict';
import { chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import {
  expectStatus, getOrder, payStandard, placeOrder, prepareAkkoord, registerCustomer, run, startAkkoord, temporaryFolder, user,
} from './lib/akkoord.mjs';

const MODULE = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so'].find(existsSync);
const TOOL = '/usr/bin/pkcs11-tool';
const skip = (MODULE === undefined || !existsSync(TOOL)) && 'softhsm2 and opensc are not installed';
const PIN = '4711-0815-pin';

// A token with a key of that type ("AES:32", "RSA:2048"): the settings that name it.
async function makeToken(label, type) {
  const folder = temporaryFolder();
  const tokens = join(folder, 'tokens');
  mkdirSync(tokens);
  const config = join(folder, 'softhsm2.conf');
  writeFileSync(config, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  if (user !== null) for (const path of [folder, tokens, config]) chownSync(path, user.uid, user.gid);
  const env = { ...process.env, SOFTHSM2_CONF: config };
  const must = async (command, args) => {
    const { code, stdout, stderr } = await run(command, args, { env });
    assert.equal(code, 0, stdout + stderr);
  };
  await must('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', PIN]);
  const kind = type.startsWith('AES') ? ['--keygen', '--sensitive'] : ['--keypairgen'];
  await must(TOOL, ['--module', MODULE, '--token-label', label, '--login', '--pin', PIN, ...kind, '--key-type', type, '--label', 'akkoord', '--id', '01']);
  return { SOFTHSM2_CONF: config, AKKOORD_PKCS11_MODULE: MODULE, AKKOORD_PKCS11_TOKEN: label, AKKOORD_PKCS11_PIN: PIN };
}

const keyringPath = (server) => join(server.dataDir, 'keyring.json');
const keysOf = (server) => JSON.parse(readFileSync(keyringPath(server), 'utf8')).keys;

async function must(server, args) {
  const { code, stdout, stderr } = await server.cli(args);
  assert.equal(code, 0, stdout + stderr);
  return stdout;
}

async function refused(server, reason, env) {
  const { code, stderr } = await server.refuse(env);
  assert.equal(code, 1, stderr);
  assert.match(stderr, reason);
  assert.ok(!stderr.includes(PIN));
}

for (const [type, bytes] of [['AES:32', 61], ['RSA:2048', 257]]) {
  describe(`a token with a key of type ${type}`, { skip }, () => {
    let token;
    let server;
    let customer;
    let order;
    before(async () => {
      token = await makeToken(`studio ${type.slice(0, 3)}`, type);
      server = await startAkkoord({ env: token });
      customer = await registerCustomer(server);
      order = await placeOrder(server, customer);
      expectStatus(await payStandard(server, order), 200);
    });

    test('wraps every key of a new keyring', () => {
      assert.equal(keysOf(server).length, 6);
      for (const key of keysOf(server)) {
        assert.deepEqual(Object.keys(key).sort(), ['by', 'check', 'created', 'epoch', 'id', 'purpose', 'state', 'wrapped']);
        assert.equal(key.by, `pkcs11:token=studio%20${type.slice(0, 3)};object=akkoord`);
        assert.equal(Buffer.from(key.wrapped, 'base64').length, bytes);
      }
    });

    test('opens them again at the next start, and for the commands', async () => {
      await server.restart();
      assert.equal((await getOrder(server, customer, order)).status, 'accepted');
      assert.match(await must(server, ['keys', 'verify']), /faults=0/);
    });

    test('wraps the keys of a new epoch, which a server that runs takes up', async () => {
      assert.match(await must(server, ['keys', 'rotate']), /begun=yes .*left=0/);
      assert.equal(keysOf(server).filter(({ wrapped }) => wrapped).length, 10);
      expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
      expectStatus(await payStandard(server, await placeOrder(server, customer)), 200);
      assert.match(server.log, /keyring\.refreshed/);
    });

    test('has nothing more to do with a key that is destroyed', async () => {
      assert.match(await must(server, ['keys', 'rotate', '--due', '--destroy-now']), /destroyed=4/);
      const destroyed = keysOf(server).filter(({ state }) => state === 'destroyed');
      assert.deepEqual(destroyed.map((key) => Object.keys(key).sort()), destroyed.map(() => ['check', 'created', 'epoch', 'id', 'purpose', 'state']));
      expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
    });

    test('is needed: without it, with another PIN or another token, nothing starts', async () => {
      await server.stop();
      const aside = (env) => ({ ...Object.fromEntries(Object.keys(token).map((name) => [name, ''])), SOFTHSM2_CONF: token.SOFTHSM2_CONF, ...env });
      await refused(server, /AKKOORD_PKCS11_MODULE .*another token is needed/, aside({}));
      await refused(server, /can't be logged in to/, { ...token, AKKOORD_PKCS11_PIN: 'wrong' });
      await refused(server, /another token is needed/, { ...token, AKKOORD_PKCS11_TOKEN: 'nobody' });
      await refused(server, /another token is needed/, { ...token, AKKOORD_PKCS11_KEY: 'other' });
      await refused(server, /module .* can't be loaded/, { ...token, AKKOORD_PKCS11_MODULE: '/nonexistent.so' });
      await refused(await prepareAkkoord(), /there is no token of this label/, { ...token, AKKOORD_PKCS11_TOKEN: 'nobody' });
      await refused(server, /AKKOORD_PKCS11_PIN must be set/, { ...token, AKKOORD_PKCS11_PIN: '' });
      await refused(server, /AKKOORD_PKCS11_MODULE must be set/, { ...token, AKKOORD_PKCS11_MODULE: '' });
    });

    test('whose key is another under the same labels opens nothing', async () => {
      const other = await makeToken(token.AKKOORD_PKCS11_TOKEN, type);
      await refused(server, /does not open it/, other);
    });

    test('does not open a wrapped key in the place of another', async () => {
      const path = keyringPath(server);
      const good = readFileSync(path, 'utf8');
      const { version, keys } = JSON.parse(good);
      const [one, two] = keys.filter(({ state }) => state === 'active');
      [one.wrapped, two.wrapped, one.check, two.check] = [two.wrapped, one.wrapped, two.check, one.check];
      writeFileSync(path, JSON.stringify({ version, keys }));
      await refused(server, /keys\[\d+\]\.wrapped: .*does not open it/);
      writeFileSync(path, good);
      await server.start();
      expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
    });
  });
}

test('the next rotation has a token wrap what stood in the clear until then', { skip }, async () => {
  const token = await makeToken('later', 'AES:32');
  const server = await startAkkoord();
  const customer = await registerCustomer(server);
  const plain = keysOf(server);
  await server.stop();
  const moved = await prepareAkkoord({ dataDir: server.dataDir, secrets: server.secrets, env: token });
  await moved.start();
  assert.deepEqual(keysOf(moved), plain, 'a start changes nothing');
  await must(moved, ['keys', 'rotate']);
  const text = readFileSync(keyringPath(moved), 'utf8');
  for (const { key } of plain) assert.ok(!text.includes(key));
  assert.equal(keysOf(moved).filter(({ wrapped, key }) => wrapped && key === undefined).length, 10, 'the keys of index and audit and the retired ones too');
  expectStatus(await moved.api('GET', '/v1/me', { token: customer.token }), 200);
  expectStatus(await moved.api('POST', '/v1/sessions', { body: { email: customer.email, password: customer.password } }), 201);
  const copy = join(moved.folder, 'copy.json');
  copyFileSync(keyringPath(moved), copy);
  assert.match(await must(moved, ['keys', 'verify']), /faults=0/);
  await moved.stop();
});
