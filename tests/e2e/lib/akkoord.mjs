// The harness of the end-to-end tests: the real program, its real PostgreSQL, real clients. Import everything from here.
//
//     const server = await startAkkoord();
//     const customer = await registerCustomer(server);
//     const order = await placeOrder(server, customer);
//     assert.equal((await payStandard(server, order)).status, 200);
//     assert.equal((await getOrder(server, customer, order)).status, 'accepted');
//
// Whatever is started here is ended and removed when the test file ends. AKKOORD_TEST_KEEP=1 keeps the temp folders.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { chownSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Client } from './http.mjs';
import { queryAt } from './postgres.mjs';
import { PATIENCE_MS, atEnd, atExit, baseEnvironment, freePort, isAlive, kill, program, run, start, temporaryFolder, user, waitFor } from './processes.mjs';
import { samplePriceList } from './shop.mjs';
import { newStandardSecret, newStripeSecret } from './webhooks.mjs';

export * from './expect.mjs';
export * from './http.mjs';
export * from './ledger.mjs';
export * from './postgres.mjs';
export * from './processes.mjs';
export * from './shop.mjs';
export * from './webhooks.mjs';

// A running `akkoord serve`, ready. `env` adds settings, or takes one away with null; `dataDir` is that of an earlier
// server; `database` is one of startPostgres().createDatabase(), migrated, and comes with a keyring and a price list of
// its own; `secrets` as of an earlier server.
export async function startAkkoord(options = {}) {
  const server = await prepareAkkoord(options);
  await server.start();
  return server;
}

// The same, not started: for what only the subcommands do, and for starts that fail.
// `build`: the folder of another build than the one under test.
export async function prepareAkkoord({ env = {}, dataDir, threads = 2, database = null, secrets, build } = {}) {
  return new Akkoord({ env, dataDir, threads, database, secrets, build, port: await freePort(), folder: temporaryFolder() });
}

// Several of them, ready, on one new database of the cluster: with the same secrets, keyring and price list.
export async function startTogether(count, cluster, { env = {} } = {}) {
  const database = await cluster.createDatabase();
  const first = await prepareAkkoord({ database, env });
  const { code, stderr } = await first.cli(['migrate'], { env: { AKKOORD_DATABASE_OWNER_URL: database.ownerUrl } });
  assert.equal(code, 0, stderr);
  await first.start();
  const { AKKOORD_KEYRING_FILE, AKKOORD_SERVICES_FILE } = first.env;
  const servers = [first];
  while (servers.length < count) {
    servers.push(await startAkkoord({ database, secrets: first.secrets, env: { ...env, AKKOORD_KEYRING_FILE, AKKOORD_SERVICES_FILE } }));
  }
  return servers;
}

// One active key a purpose; the format stands in include/akkoord/vault/keyring.h.
export const newKeyring = () => ({
  version: 1,
  keys: ['profile', 'billing', 'event', 'staff', 'index', 'audit'].map((purpose) => ({
    id: randomUUID(), purpose, epoch: 1, created: '2026-01-01T00:00:00Z', state: 'active', key: randomBytes(32).toString('base64'),
  })),
});

class Akkoord {
  constructor({ env, dataDir, threads, database, secrets, build, port, folder }) {
    this.build = build;
    this.folder = folder;
    this.dataDir = dataDir ?? join(folder, 'data');
    this.logFile = join(folder, 'server.log'); // standard error of every start, one after the other
    this.database = database;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.secrets = secrets ?? { standard: newStandardSecret(), sandbox: newStandardSecret(), stripe: newStripeSecret() };
    this.running = null;
    this.env = {
      ...baseEnvironment(),
      AKKOORD_DATA_DIR: this.dataDir,
      AKKOORD_LISTEN: `127.0.0.1:${port}`,
      AKKOORD_THREADS: String(threads),
      AKKOORD_RATE_LIMITS: 'off',
      AKKOORD_STANDARD_WEBHOOK_SECRET: this.secrets.standard,
      AKKOORD_STRIPE_WEBHOOK_SECRET: this.secrets.stripe,
      AKKOORD_SANDBOX_WEBHOOK_SECRET: this.secrets.sandbox,
      ...(database ? this.externalSettings(database, env) : {}),
      ...env,
    };
    this.client = new Client(this.url);
    atEnd(() => this.cleanUp());
    atExit(() => {
      const postmaster = this.postmasterPid();
      if (postmaster !== null) kill(postmaster, 'SIGQUIT');
    });
  }

  // What an embedded installation makes for itself.
  externalSettings(database, env) {
    return {
      AKKOORD_DATABASE_URL: database.serverUrl,
      AKKOORD_MODE: 'test',
      AKKOORD_SANDBOX: '1',
      AKKOORD_KEYRING_FILE: env.AKKOORD_KEYRING_FILE ?? this.writeFile('keyring.json', newKeyring()),
      AKKOORD_SERVICES_FILE: env.AKKOORD_SERVICES_FILE ?? this.writeFile('services.json', samplePriceList),
    };
  }

  // A file of the server's user alone, with this value as JSON; its path.
  writeFile(name, value) {
    const path = join(this.folder, name);
    writeFileSync(path, JSON.stringify(value), { mode: 0o600 });
    if (user !== null) chownSync(path, user.uid, user.gid);
    return path;
  }

  get pid() {
    return this.running?.pid ?? null;
  }

  // The server's time.
  now() {
    return new Date(Date.now() + Number(this.env.AKKOORD_CLOCK_OFFSET ?? 0) * 1000);
  }

  api(method, path, options) {
    return this.client.call(method, path, options);
  }

  get log() {
    return existsSync(this.logFile) ? readFileSync(this.logFile, 'utf8') : '';
  }

  // ---- its life ----

  // Starts it and waits until it says that it is ready.
  async start() {
    assert.equal(this.running, null, 'it runs already');
    const log = openSync(this.logFile, 'a');
    const running = start(program(this.build), ['serve'], { env: this.env, stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    this.running = running;
    let timer;
    const ready = new Promise((done, failed) => {
      timer = setTimeout(() => failed(new Error('the server did not become ready')), PATIENCE_MS);
      createInterface({ input: running.child.stdout }).on('line', (line) => {
        if (line === `akkoord ready ${this.env.AKKOORD_PUBLIC_URL ?? this.url}`) done();
      });
      running.exit.then((end) => failed(new Error(`the server ended with ${JSON.stringify(end)}`)), failed);
    });
    try {
      await ready;
    } catch (error) {
      if (!isAlive(running.pid)) this.running = null;
      throw new Error(`${error.message}:\n${this.log.slice(-4000)}`);
    } finally {
      clearTimeout(timer);
    }
  }

  // Runs `akkoord serve` where it is expected not to serve: {code, stdout, stderr}.
  refuse(env = {}) {
    return this.cli(['serve'], { env });
  }

  // Resolves to {code, signal} when the server has ended, for whatever reason.
  async ended() {
    const end = await this.running.exit;
    this.running = null;
    return end;
  }

  // SIGTERM; the server has to end well.
  async stop() {
    kill(this.running.pid, 'SIGTERM');
    assert.deepEqual(await this.ended(), { code: 0, signal: null }, `the server ends well:\n${this.log.slice(-4000)}`);
  }

  async kill9() {
    kill(this.running.pid, 'SIGKILL');
    return this.ended();
  }

  async restart() {
    await this.stop();
    await this.start();
  }

  // A subcommand with this server's settings: {code, stdout, stderr}.
  cli(args, { env = {}, input } = {}) {
    return run(program(this.build), args, { env: { ...this.env, ...env }, input });
  }

  // ---- its database ----

  // The postmaster of the embedded cluster; null when none runs.
  postmasterPid() {
    try {
      const pid = Number(readFileSync(join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.dataDir) ? pid : null;
    } catch {
      return null;
    }
  }

  socketDir() {
    return join(this.dataDir, 'run');
  }

  // psql on the embedded cluster as one of its roles; {code, stdout, stderr}.
  psql(text, { role = 'akkoord_owner', args = [] } = {}) {
    const connection = `host=${this.socketDir()} user=${role} dbname=akkoord`;
    return run('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', connection, ...args], { input: text });
  }

  // The rows of a SELECT as objects. Integers are numbers, times are text.
  async sql(query, { role } = {}) {
    const text = `SELECT coalesce(json_agg(row_to_json(rows)), '[]') AS rows FROM (${query}) rows`;
    if (this.database) return (await queryAt(this.database.superuserUrl, text))[0].rows;
    const { code, stdout, stderr } = await this.psql(text, { role });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  }

  // A server that still runs has to end well, as by stop().
  async cleanUp() {
    let end = { code: 0, signal: null };
    if (this.running !== null) {
      kill(this.running.pid, 'SIGCONT');
      kill(this.running.pid, 'SIGTERM');
      const timer = setTimeout(() => kill(this.running.pid, 'SIGKILL'), PATIENCE_MS);
      end = await this.ended();
      clearTimeout(timer);
    }
    const postmaster = this.postmasterPid();
    if (postmaster !== null) {
      kill(postmaster, 'SIGCONT');
      kill(postmaster, 'SIGQUIT');
      await waitFor(() => !isAlive(postmaster), { what: 'the end of PostgreSQL', timeout: 30_000 });
    }
    assert.deepEqual(end, { code: 0, signal: null }, `the server ends well:\n${this.log.slice(-4000)}`);
  }
}
