// AKKOORD_DATABASE_URL: a PostgreSQL of the operator's own. Migrated by the owner alone, served as a role that may
// little, and refused where something does not fit.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectStatus, getOrder, newStaff, payStandard, placeOrder, prepareAkkoord, registerCustomer, sampleSeller, startPostgres } from './lib/akkoord.mjs';

let cluster;
let notLetIn;
before(async () => {
  cluster = await startPostgres();
  const { database, server } = await prepared();
  const wrong = (url) => url.replace(/:[^:@]+@/, ':kept-out@');
  notLetIn = Promise.all([
    server.refuse({ AKKOORD_DATABASE_URL: wrong(database.serverUrl) }),
    server.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: wrong(database.ownerUrl) } }),
  ]);
});

const prepared = async () => {
  const database = await cluster.createDatabase();
  return { database, server: await prepareAkkoord({ database }) };
};
const migrate = (server, database) => server.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } });
const expectDone = ({ code, stderr }) => assert.equal(code, 0, stderr);
const versions = async (database) => (await database.query('SELECT count(*) AS applied FROM akkoord.schema_migration'))[0].applied;

// A start that fails: exit status 1, and one line that says why.
function expectRefused({ code, stdout, stderr }, reason) {
  assert.equal(code, 1, stderr);
  assert.ok(!stdout.includes('akkoord ready'));
  const lines = stderr.trim().split('\n').filter((line) => !line.startsWith('time='));
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0], reason);
}

describe('migrate', () => {
  test('applies each migration once, also when it is run again', async () => {
    const { database, server } = await prepared();
    expectDone(await migrate(server, database));
    const applied = await versions(database);
    assert.ok(applied >= 1);
    expectDone(await migrate(server, database));
    assert.equal(await versions(database), applied);
  });

  test('four at once apply each migration once', async () => {
    const { database, server } = await prepared();
    for (const result of await Promise.all(Array.from({ length: 4 }, () => migrate(server, database)))) expectDone(result);
    const [{ twice }] = await database.query('SELECT count(*) - count(DISTINCT version) AS twice FROM akkoord.schema_migration');
    assert.equal(twice, 0);
  });

  test('needs the owner\'s URL', async () => {
    const { server } = await prepared();
    const without = await server.cli(['migrate']);
    assert.equal(without.code, 1);
    assert.match(without.stderr, /AKKOORD_DATABASE_OWNER_URL/);
  });
});

describe('serve', () => {
  let database;
  let server;
  before(async () => {
    ({ database, server } = await prepared());
    expectDone(await migrate(server, database));
  });

  test('serves the whole way as a role that may little; staff add works beside it', async () => {
    await server.start();
    const customer = await registerCustomer(server);
    const order = await placeOrder(server, customer);
    expectStatus(await payStandard(server, order), 200);
    assert.equal((await getOrder(server, customer, order)).status, 'accepted');
    assert.equal(expectStatus(await server.api('GET', `/v1/orders/${order.id}/invoice.pdf`, { token: customer.token }), 200).headers['content-type'], 'application/pdf');
    assert.equal((await newStaff(server, 'auditor')).role, 'auditor');
    const [{ owned }] = await database.query(`SELECT count(*) AS owned FROM pg_class WHERE relowner = '${database.server}'::regrole`);
    assert.equal(owned, 0, 'the server made nothing of its own');
    await server.stop();
  });

  test('the database\'s role can not change what is issued', async () => {
    for (const table of ['document', 'decision', 'history']) {
      await assert.rejects(cluster.query(`DELETE FROM akkoord.${table}`, { url: database.serverUrl }), /permission denied/);
      await assert.rejects(cluster.query(`TRUNCATE akkoord.${table}`, { url: database.serverUrl }), /permission denied/);
    }
  });

  test('refuses to run as the owner', async () => {
    expectRefused(await server.refuse({ AKKOORD_DATABASE_URL: database.ownerUrl }), /own/i);
  });

  test('refuses to run as a superuser', async () => {
    expectRefused(await server.refuse({ AKKOORD_DATABASE_URL: database.superuserUrl }), /superuser|own/i);
  });

  test('refuses without AKKOORD_MODE', async () => {
    expectRefused(await server.refuse({ AKKOORD_MODE: null }), /AKKOORD_MODE/);
  });

  test('refuses another mode than the one that was stamped', async () => {
    const env = { AKKOORD_MODE: 'live', AKKOORD_SANDBOX: '0', AKKOORD_RATE_LIMITS: 'on', AKKOORD_SANDBOX_WEBHOOK_SECRET: null,
      AKKOORD_SELLER_FILE: server.writeFile('seller.json', sampleSeller) };
    expectRefused(await server.refuse(env), /AKKOORD_MODE/);
  });

  test('refuses without a keyring, and with another than the database was written with', async () => {
    expectRefused(await server.refuse({ AKKOORD_KEYRING_FILE: null }), /AKKOORD_KEYRING_FILE/);
    const { server: other } = await prepared();
    expectRefused(await server.refuse({ AKKOORD_KEYRING_FILE: other.env.AKKOORD_KEYRING_FILE }), /key/i);
  });

  test('refuses a database that was not migrated, and migrates nothing itself', async () => {
    const { database: empty, server: other } = await prepared();
    expectRefused(await other.refuse(), /migrat|schema|akkoord_server/i);
    const [{ found }] = await empty.query("SELECT count(*) AS found FROM pg_namespace WHERE nspname = 'akkoord'");
    assert.equal(found, 0);
  });

  test('refuses a schema that is newer than the program; so does migrate', async () => {
    const { database: newer, server: other } = await prepared();
    expectDone(await migrate(other, newer));
    const columns = await newer.query("SELECT attname FROM pg_attribute WHERE attrelid = 'akkoord.schema_migration'::regclass AND attnum > 1 AND NOT attisdropped");
    const names = columns.map(({ attname }) => attname).join(', ');
    await newer.query(`INSERT INTO akkoord.schema_migration (version, ${names}) SELECT 9999, ${names} FROM akkoord.schema_migration LIMIT 1`);
    expectRefused(await other.refuse(), /newer|9999/i);
    const { code, stderr } = await migrate(other, newer);
    assert.equal(code, 1);
    assert.match(stderr, /newer|9999/i);
  });

  // Tried for 30 s, like a database that is away: it is begun before the other tests.
  test('and migrate fail on a database that does not let them in, and keep the password to themselves', async () => {
    for (const { code, stdout, stderr } of await notLetIn) {
      assert.equal(code, 1);
      assert.match(stderr, /akkoord: /);
      assert.ok(!`${stdout}${stderr}`.includes('kept-out'));
    }
  });
});
