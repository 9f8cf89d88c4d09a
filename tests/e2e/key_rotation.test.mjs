// `akkoord keys rotate`: a new epoch of keys while servers run, wherever it is killed, and the end of old keys. What is
// stored is looked at with another implementation (lib/vault.mjs).
//
// AKKOORD_ROTATION_KILLS: how often it is killed (12). AKKOORD_SEED replays when.
import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync, chownSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  expectStatus, getOrder, kill, newKeyring, payStandard, placeOrder, prepareAkkoord, program, registerCustomer, start, startAkkoord,
  startPostgres, user, waitFor,
} from './lib/akkoord.mjs';
import { chance } from './lib/sequences.mjs';
import { activeKey, openBlob, readKeyring, unwrapDataKey, wrapDataKey } from './lib/vault.mjs';

const kills = Number(process.env.AKKOORD_ROTATION_KILLS ?? 12);
const seed = Number(process.env.AKKOORD_SEED ?? randomInt(2 ** 31));
const random = chance(seed);
const WRAPPING = ['profile', 'billing', 'event', 'staff'];
const DAY_S = 86400;
const keyringPath = (server) => server.env.AKKOORD_KEYRING_FILE ?? join(server.dataDir, 'keyring.json');

// "begun=yes left=0" as {begun: 'yes', left: '0'}: the last line.
const summary = ({ stdout }) => Object.fromEntries(stdout.trim().split('\n').at(-1).split(' ').map((pair) => pair.split('=')));

async function rotate(server, args = [], options = {}) {
  const done = await server.cli(['keys', 'rotate', ...args], options);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  return summary(done);
}

// Every data key, from the database itself.
const dataKeys = (server) => server.sql(`SELECT id, purpose, kek_id, encode(wrapped, 'hex') AS wrapped FROM akkoord.data_key ORDER BY id`);

// All data keys stand under the active key of their purpose, and open.
async function expectAllUnderActive(server) {
  const keyring = readKeyring(keyringPath(server));
  const rows = await dataKeys(server);
  for (const row of rows) {
    assert.equal(row.kek_id, activeKey(keyring, row.purpose).id, `${row.purpose} key ${row.id}`);
    const opened = unwrapDataKey(keyring, Buffer.from(row.wrapped, 'hex'));
    assert.deepEqual([opened.id, opened.purpose], [row.id, row.purpose]);
  }
  const verified = await server.cli(['keys', 'verify']);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  return rows.length;
}

// Billing keys of no order, wrapped by the active key: so many that a rotation takes a while.
async function addDataKeys(server, count) {
  const kek = activeKey(readKeyring(keyringPath(server)), 'billing');
  const rows = Array.from({ length: count }, () => {
    const id = randomUUID();
    return `('${id}', 'billing', '${kek.id}', '\\x${wrapDataKey(kek, id).toString('hex')}', now())`;
  });
  const text = `INSERT INTO akkoord.data_key (id, purpose, kek_id, wrapped, created_at) VALUES ${rows.join(',')}`;
  if (server.database) await server.database.query(text);
  else assert.equal((await server.psql(text)).code, 0);
}

// Every file under a folder.
const walk = (folder) => readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
  const path = join(folder, entry.name);
  return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
});

const epochs = (server) => readKeyring(keyringPath(server)).keys.filter(({ purpose, state }) => purpose === 'profile' && state === 'active')[0].epoch;

async function expectWorks(server, customer, order) {
  expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
  assert.equal((await getOrder(server, customer, order)).id, order.id);
  const fresh = await registerCustomer(server);
  const another = await placeOrder(server, fresh);
  expectStatus(await payStandard(server, another), 200);
  assert.equal((await getOrder(server, fresh, another)).status, 'accepted');
}

describe('a rotation beside a server', () => {
  let server;
  let customer;
  let order;
  before(async () => {
    server = await startAkkoord();
    customer = await registerCustomer(server);
    order = await placeOrder(server, customer);
  });

  test('new keys take the place of the old ones, and every data key is wrapped anew', async () => {
    const old = readKeyring(keyringPath(server)).keys;
    const before = await dataKeys(server);
    const done = await server.cli(['keys', 'rotate']);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(summary(done), { begun: 'yes', rewrapped: String(before.length), left: '0', destroyed: '0', faults: '0' });
    assert.match(done.stdout, /^progress=rewrap done=0 of=\d+$/m);
    const { keys } = readKeyring(keyringPath(server));
    for (const key of old) {
      const now = keys.find(({ id }) => id === key.id);
      if (!WRAPPING.includes(key.purpose)) assert.deepEqual(now, key, 'what wraps nothing stays');
      else assert.deepEqual({ ...now, state: 'active' }, key);
    }
    const fresh = keys.filter(({ id }) => !old.some((key) => key.id === id));
    assert.deepEqual(fresh.map(({ purpose, epoch, state }) => [purpose, epoch, state]).sort(), WRAPPING.map((purpose) => [purpose, 2, 'active']).sort());
    assert.equal(new Set(keys.map(({ key }) => key)).size, keys.length, 'no key is derived from, or like, another');
    assert.equal(statSync(keyringPath(server)).mode & 0o777, 0o600);
    assert.equal(await expectAllUnderActive(server), before.length);
  });

  test('the server goes on without being told, and wraps nothing under a retired key', async () => {
    await expectWorks(server, customer, order);
    await expectAllUnderActive(server);
    assert.match(server.log, /keyring\.refreshed/);
  });

  test('SIGHUP in the middle does no harm', async () => {
    await addDataKeys(server, 3000);
    const rotating = rotate(server);
    for (let i = 0; i < 20; i++) {
      kill(server.pid, 'SIGHUP');
      await sleep(20);
    }
    assert.equal((await rotating).left, '0');
    await expectWorks(server, customer, order);
    await expectAllUnderActive(server);
    assert.doesNotMatch(server.log, /keyring\.not_/);
  });

  test('keys list shows epochs and states, and what each key still wraps', async () => {
    const { stdout, code } = await server.cli(['keys', 'list']);
    assert.equal(code, 0);
    const lines = stdout.trim().split('\n').map((line) => Object.fromEntries(line.split(' ').map((pair) => pair.split('='))));
    const [{ billing }] = await server.sql(`SELECT count(*) AS billing FROM akkoord.data_key WHERE purpose = 'billing'`);
    assert.deepEqual(lines.filter(({ purpose }) => purpose === 'billing').map(({ epoch, state, data_keys }) => [epoch, state, data_keys]),
      [['1', 'retired', '0'], ['2', 'retired', '0'], ['3', 'active', String(billing)]]);
    for (const { key } of readKeyring(keyringPath(server)).keys) assert.ok(!stdout.includes(key));
  });

  test('--due begins no epoch before the last one is over', async () => {
    const epoch = epochs(server);
    assert.equal((await rotate(server, ['--due'])).begun, 'no');
    assert.equal(epochs(server), epoch);
  });

  test('of several at once one begins an epoch, and the others finish it', async () => {
    await addDataKeys(server, 3000);
    const epoch = epochs(server);
    const done = await Promise.all(Array.from({ length: 4 }, () => rotate(server)));
    assert.deepEqual(done.map(({ left }) => left), ['0', '0', '0', '0']);
    const begun = done.filter((each) => each.begun === 'yes').length;
    assert.ok(begun >= 1);
    assert.equal(epochs(server), epoch + begun);
    await expectAllUnderActive(server);
  });

  test('what is not its usage is refused', async () => {
    assert.equal((await server.cli(['keys', 'rotate', '--soon'])).code, 2);
  });
});

describe('killed anywhere', () => {
  test('kill -9 at any moment, under load, loses nothing, and the next run finishes it', async (t) => {
    t.diagnostic(`AKKOORD_SEED=${seed} AKKOORD_ROTATION_KILLS=${kills}`);
    const server = await startAkkoord();
    const customers = [];
    const orders = [];
    let loading = true;
    const load = (async () => {
      while (loading) {
        const customer = await registerCustomer(server);
        const order = await placeOrder(server, customer);
        expectStatus(await payStandard(server, order), 200);
        customers.push(customer);
        orders.push(order);
        if (random.maybe(0.2)) kill(server.pid, 'SIGHUP');
      }
    })();
    await addDataKeys(server, 4000);
    const before = new Map((await dataKeys(server)).map((row) => [row.id, unwrapDataKey(readKeyring(keyringPath(server)), Buffer.from(row.wrapped, 'hex')).secret.toString('hex')]));
    // How long a rotation takes is the machine's affair: one that ended before its kill brings the later ones forward.
    let [killed, rotations, longest] = [0, 0, 900];
    while (killed < kills) {
      assert.ok(++rotations <= 20 * kills, `of ${rotations} rotations only ${killed} could be killed`);
      const begun = Date.now();
      const rotation = start(program(), ['keys', 'rotate', ...(random.maybe(0.5) ? ['--destroy-now'] : [])], { env: server.env });
      // More early kills than late ones: around the file and the first statements is where it can hurt.
      await Promise.race([sleep(random.below(random.maybe(0.5) ? Math.min(120, longest) : longest)), rotation.exit]);
      rotation.child.kill('SIGKILL'); // nothing, if it ended by itself
      const { signal } = await rotation.exit;
      if (signal === 'SIGKILL') killed++;
      else longest = Math.max(20, Math.min(longest, Date.now() - begun));
      assert.equal(readKeyring(keyringPath(server)).keys.filter(({ state }) => state === 'active').length, 6, 'the file is whole');
    }
    loading = false;
    await load;
    const last = await rotate(server, ['--destroy-now']);
    assert.equal(last.left, '0');
    await expectAllUnderActive(server);
    const keyring = readKeyring(keyringPath(server));
    for (const row of await dataKeys(server)) {
      const { secret } = unwrapDataKey(keyring, Buffer.from(row.wrapped, 'hex'));
      if (before.has(row.id)) assert.equal(secret.toString('hex'), before.get(row.id), 'the data key is the same');
      before.delete(row.id);
    }
    assert.equal(before.size, 0, 'no data key is gone');
    for (const [index, customer] of customers.entries()) {
      expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
      assert.equal((await getOrder(server, customer, orders[index])).status, 'accepted');
    }
    assert.deepEqual(readdirSync(server.dataDir).filter((name) => name.includes('.keyring')), [], 'nothing with keys in it is left lying about');
    await server.restart();
    await expectWorks(server, customers[0], orders[0]);
    t.diagnostic(`${killed} kills of ${rotations} rotations, ${customers.length} customers meanwhile, epoch ${epochs(server)}`);
  });
});

describe('the end of a key', () => {
  test('a retired key is destroyed once it is an epoch old, and not before', async () => {
    const server = await startAkkoord();
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    await rotate(server);
    const [retired] = readKeyring(keyringPath(server)).keys.filter(({ state }) => state === 'retired');
    const later = (days) => ({ env: { AKKOORD_CLOCK_OFFSET: String(days * DAY_S) } });
    assert.deepEqual([(await rotate(server, ['--due'], later(29))).destroyed, epochs(server)], ['0', 2]);
    const done = await rotate(server, ['--due'], later(31));
    assert.deepEqual([done.begun, done.destroyed], ['yes', '4']);
    const text = readFileSync(keyringPath(server), 'utf8');
    assert.ok(!text.includes(retired.key), 'its material is gone from the file');
    const destroyed = JSON.parse(text).keys.find(({ id }) => id === retired.id);
    assert.deepEqual([destroyed.state, 'key' in destroyed, destroyed.check], ['destroyed', false, retired.check]);
    const [row] = await server.sql(`SELECT destroyed_at IS NOT NULL AS noted FROM akkoord.key_encryption_key WHERE id = '${retired.id}'`);
    assert.equal(row.noted, true);
    await expectWorks(server, customer, order);
    await server.restart();
    await expectWorks(server, customer, order);
    await expectAllUnderActive(server);
  });

  test('a backup of before opens nothing of whoever was erased, with the keyring of after; what the law keeps still opens', async () => {
    const server = await startAkkoord();
    const name = 'Sample Who Leaves';
    const goes = await registerCustomer(server, { name });
    const unpaid = await placeOrder(server, goes);
    const paid = await placeOrder(server, goes);
    expectStatus(await payStandard(server, paid), 200);
    expectStatus(await server.api('POST', `/v1/orders/${unpaid.id}/cancel`, { token: goes.token }), 200);
    // What a dump of now holds of them, and what it opens with.
    const [{ version, ...profile }] = await server.sql(`SELECT encode(profile_sealed, 'hex') AS blob, encode(k.wrapped, 'hex') AS wrapped, profile_version AS version
      FROM akkoord.customer c JOIN akkoord.data_key k ON k.id = c.profile_key_id WHERE c.id = '${goes.id}'`);
    const contentOf = async ({ id }) => (await server.sql(`SELECT encode(content_sealed, 'hex') AS blob, encode(k.wrapped, 'hex') AS wrapped
      FROM akkoord.customer_order o JOIN akkoord.data_key k ON k.id = o.billing_key_id WHERE o.id = '${id}'`))[0];
    const place = { table: 'customer', column: 'profile_sealed', row: goes.id, subject: goes.id, version };
    const content = ({ id }) => ({ table: 'customer_order', column: 'content_sealed', row: id, subject: goes.id });
    const backup = [[place, profile], [content(unpaid), await contentOf(unpaid)]];
    const open = (keyring, [where, { blob, wrapped }]) => openBlob(unwrapDataKey(keyring, Buffer.from(wrapped, 'hex')), where, Buffer.from(blob, 'hex')).toString();
    const before = readKeyring(keyringPath(server));
    for (const one of backup) assert.ok(open(before, one).includes(name));

    expectStatus(await server.api('DELETE', '/v1/me', { token: goes.token }), 204);
    for (const one of backup) assert.ok(open(readKeyring(keyringPath(server)), one).includes(name), 'until the epoch ends, as the report says');
    await rotate(server);
    await rotate(server, ['--due', '--destroy-now']);

    const after = readKeyring(keyringPath(server));
    for (const one of backup) assert.throws(() => open(after, one));
    const gone = before.keys.filter(({ purpose }) => ['profile', 'billing'].includes(purpose)).map(({ key }) => key);
    const files = walk(server.dataDir);
    assert.ok(files.length > 100);
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const key of gone) assert.ok(!bytes.includes(key) && !bytes.includes(Buffer.from(key, 'base64')), `${file} holds no key that was destroyed`);
    }
    // The invoice is kept by law, and by its own key.
    const kept = await contentOf(paid);
    assert.ok(open(after, [content(paid), kept]).includes(name));
    await expectAllUnderActive(server);
  });

  test('AKKOORD_KEY_EPOCH_DAYS is the epoch', async () => {
    const server = await startAkkoord({ env: { AKKOORD_KEY_EPOCH_DAYS: '7' } });
    const at = (days) => ({ env: { AKKOORD_CLOCK_OFFSET: String(days * DAY_S) } });
    assert.equal((await rotate(server, ['--due'], at(6))).begun, 'no');
    assert.equal((await rotate(server, ['--due'], at(8))).begun, 'yes');
    assert.equal((await rotate(server, ['--due'], at(16))).destroyed, '4');
    for (const value of ['0', '-1', 'x', '3651']) {
      const { code, stderr } = await server.cli(['keys', 'rotate'], { env: { AKKOORD_KEY_EPOCH_DAYS: value } });
      assert.equal(code, 1);
      assert.match(stderr, /AKKOORD_KEY_EPOCH_DAYS/);
    }
  });

  test('--destroy-now destroys what wraps nothing, and never what still wraps something', async () => {
    const server = await startAkkoord();
    await registerCustomer(server);
    const [{ id, wrapped }] = await dataKeys(server);
    // A key that only its own bytes name: the column says another.
    await rotate(server);
    const strange = `UPDATE akkoord.data_key SET wrapped = '\\x${wrapped}' WHERE id = '${id}'`;
    assert.equal((await server.psql(strange)).code, 0);
    const profileKey = readKeyring(keyringPath(server)).keys.find(({ purpose, state }) => purpose === 'profile' && state === 'retired');
    assert.equal((await rotate(server, ['--due', '--destroy-now'])).destroyed, '3', 'all but that one');
    assert.equal(readKeyring(keyringPath(server)).keys.find((key) => key.id === profileKey.id).state, 'retired');
    const verified = await server.cli(['keys', 'verify']);
    assert.equal(verified.code, 1);
    assert.match(verified.stderr, new RegExp(`data key ${id}: its row says that it is wrapped by another key`));
  });

  test('keys verify finds data keys of destroyed and of unknown keys', async () => {
    const server = await startAkkoord();
    const customer = await registerCustomer(server);
    const [before] = await dataKeys(server);
    await rotate(server, ['--destroy-now']);
    // As a backup from before would bring it back.
    const restore = (kek, wrapped) => server.psql(`UPDATE akkoord.data_key SET kek_id = '${kek}', wrapped = '\\x${wrapped}' WHERE id = '${before.id}'`);
    const after = (await dataKeys(server))[0];
    assert.equal((await restore(before.kek_id, before.wrapped)).code, 0);
    const destroyed = await server.cli(['keys', 'verify']);
    assert.equal(destroyed.code, 1);
    assert.match(destroyed.stderr, new RegExp(`rows need key ${before.kek_id} \\(of 1 data keys\\), which is destroyed`));
    assert.equal(destroyed.stdout.trim().split(' ').at(-1), 'faults=1');
    const stranger = { ...activeKey(readKeyring(keyringPath(server)), 'profile'), id: randomUUID() };
    assert.equal((await restore(stranger.id, wrapDataKey(stranger, before.id).toString('hex'))).code, 0);
    const unknown = await server.cli(['keys', 'verify']);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, new RegExp(`${stranger.id} \\(of 1 data keys\\), which is not on the keyring`));
    expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 500);
    assert.equal((await restore(after.kek_id, after.wrapped)).code, 0);
    expectStatus(await server.api('GET', '/v1/me', { token: customer.token }), 200);
  });
});

describe('several servers', () => {
  let cluster;
  before(async () => {
    cluster = await startPostgres();
  });

  // PostgreSQL has connections for a few servers at a time.
  const started = [];
  afterEach(async () => {
    for (const server of started.splice(0)) if (server.running !== null) await server.stop();
  });

  async function prepareOne() {
    const database = await cluster.createDatabase();
    const server = await prepareAkkoord({ database });
    started.push(server);
    assert.equal((await server.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } })).code, 0);
    return server;
  }

  async function startOne() {
    const server = await prepareOne();
    await server.start();
    return server;
  }

  async function startTwo(secondKeyring = (path) => path) {
    const first = await startOne();
    const { AKKOORD_SERVICES_FILE } = first.env;
    const second = await startAkkoord({ database: first.database, secrets: first.secrets,
      env: { AKKOORD_KEYRING_FILE: secondKeyring(keyringPath(first)), AKKOORD_SERVICES_FILE } });
    started.push(second);
    return [first, second];
  }

  test('with one keyring file, all go on between the rotation and SIGHUP', async () => {
    const [first, second] = await startTwo();
    const customer = await registerCustomer(first);
    const order = await placeOrder(second, customer);
    await rotate(first);
    await Promise.all([expectWorks(first, customer, order), expectWorks(second, customer, order)]);
    await expectAllUnderActive(first);
    await rotate(second, ['--destroy-now']);
    await Promise.all([expectWorks(first, customer, order), expectWorks(second, customer, order)]);
    await expectAllUnderActive(first);
  });

  test('one whose keyring is an old copy stores nothing under a retired key: 503 until it has the new one', async () => {
    let copy;
    const [first, second] = await startTwo((path) => {
      copy = `${path}.copy`;
      copyFileSync(path, copy);
      if (user !== null) chownSync(copy, user.uid, user.gid);
      return copy;
    });
    await registerCustomer(second);
    await rotate(first);
    const body = { email: 'late@example.com', password: 'a long sample password', name: 'Late' };
    expectStatus(await second.api('POST', '/v1/customers', { body }), 503);
    await expectAllUnderActive(first);
    writeFileSync(copy, readFileSync(keyringPath(first)));
    expectStatus(await second.api('POST', '/v1/customers', { body }), 201);
    await expectAllUnderActive(first);
  });

  test('a keyring that can only be read is left alone, and the file to rotate is asked for', async () => {
    const server = await prepareOne();
    const folder = join(server.folder, 'credentials'); // as systemd makes it
    mkdirSync(folder);
    const path = join(folder, 'keyring');
    writeFileSync(path, JSON.stringify(newKeyring()), { mode: 0o400 });
    if (user !== null) chownSync(path, user.uid, user.gid);
    chmodSync(folder, 0o555);
    server.env.AKKOORD_KEYRING_FILE = path;
    await server.start();
    const before = readFileSync(path);
    const { code, stderr } = await server.cli(['keys', 'rotate']);
    assert.equal(code, 1);
    assert.match(stderr, /can't be written.*name the file that it is made from/);
    assert.deepEqual(readFileSync(path), before);
    await registerCustomer(server);
    await expectAllUnderActive(server);
    assert.equal((await server.cli(['keys', 'verify'])).code, 0);
  });

  test('a keyring of another database is not rotated', async () => {
    const first = await startOne();
    const other = first.writeFile('other.json', newKeyring());
    const before = readFileSync(other);
    const { code, stderr } = await first.cli(['keys', 'rotate'], { env: { AKKOORD_KEYRING_FILE: other } });
    assert.equal(code, 1);
    assert.match(stderr, /not on the keyring/);
    assert.deepEqual(readFileSync(other), before);
  });

  test('a database that goes away in the middle is waited for', async () => {
    const first = await startOne();
    const customer = await registerCustomer(first);
    await addDataKeys(first, 20000);
    const rotating = rotate(first);
    await sleep(250);
    await cluster.stop();
    await sleep(1500);
    await cluster.start();
    const { rewrapped, left } = await rotating;
    assert.deepEqual([Number(rewrapped) > 1, left], [true, '0']);
    await expectAllUnderActive(first);
    await waitFor(async () => (await first.api('GET', '/readyz')).status === 200, { what: 'readiness' });
    expectStatus(await first.api('GET', '/v1/me', { token: customer.token }), 200);
  });
});
