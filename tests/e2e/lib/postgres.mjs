// A PostgreSQL server of the tests' own, for what runs with AKKOORD_DATABASE_URL.
import { randomBytes } from 'node:crypto';
import { accessSync, appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import pg from 'pg';

import { atEnd, freePort, kill, run, start, temporaryFolder, waitFor } from './processes.mjs';

// bigint and numeric as numbers: what the tests count is small.
pg.types.setTypeParser(20, Number);
pg.types.setTypeParser(1700, Number);

function findPrograms() {
  const base = '/usr/lib/postgresql';
  const found = readdirSync(base).map(Number).filter((version) => version >= 15).sort((a, b) => b - a)
    .map((version) => join(base, String(version), 'bin'))
    .find((folder) => {
      try {
        accessSync(join(folder, 'initdb'));
        return true;
      } catch {
        return false;
      }
    });
  if (!found) throw new Error(`no PostgreSQL 15 or newer in ${base}`);
  return found;
}

let programs = null;
export const postgresProgram = (name) => join((programs ??= findPrograms()), name);

// A cluster on loopback TCP and a socket, with passwords; {port, superuserUrl, query, createDatabase, stop, ...}.
export async function startPostgres() {
  const folder = temporaryFolder('akkpg-');
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password, { mode: 0o644 });
  const made = await run(postgresProgram('initdb'), ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`,
    '--encoding=UTF8', '--locale=C', '--no-instructions', '--pgdata', data]);
  if (made.code !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  appendFileSync(join(data, 'postgresql.conf'),
    `listen_addresses = '127.0.0.1'\nport = ${port}\nunix_socket_directories = '${folder}'\nlog_min_messages = fatal\n`);
  const cluster = new PostgresCluster(port, password, folder, data);
  await cluster.start();
  atEnd(() => cluster.stop());
  return cluster;
}

class PostgresCluster {
  constructor(port, password, socketFolder, data) {
    Object.assign(this, { port, password, socketFolder, data, running: null, databases: 0 });
  }

  async start() {
    this.running = start(postgresProgram('postgres'), ['-D', this.data], { stdio: ['ignore', 'ignore', 'inherit'] });
    await waitFor(() => this.query('SELECT 1'), { what: 'PostgreSQL' });
  }

  async stop(signal = 'SIGINT') {
    if (this.running === null) return;
    kill(this.running.pid, signal);
    await this.running.exit;
    this.running = null;
  }

  url(role, password, database) {
    return `postgresql://${role}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  superuserUrl(database = 'postgres') {
    return this.url('postgres', this.password, database);
  }

  // Rows, as the superuser or as whom `url` says.
  async query(text, { database = 'postgres', url = this.superuserUrl(database), values } = {}) {
    return queryAt(url, text, values);
  }

  // An empty database with an owner, who may make the group roles, and a role for the server.
  async createDatabase() {
    const number = ++this.databases;
    const name = `akkoord_${number}`;
    const [owner, server] = [`owner_${number}`, `server_${number}`];
    const password = randomBytes(12).toString('hex');
    await this.query(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD '${password}'`);
    await this.query(`CREATE ROLE ${server} LOGIN PASSWORD '${password}'`);
    await this.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    return {
      name, owner, server, cluster: this,
      ownerUrl: this.url(owner, password, name),
      serverUrl: this.url(server, password, name),
      superuserUrl: this.superuserUrl(name),
      query: (text, values) => queryAt(this.superuserUrl(name), text, values),
    };
  }
}

// Connections that are kept until the test file ends: query(text, values) gives rows.
export function connectTo(url) {
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  atEnd(() => pool.end());
  return async (text, values) => (await pool.query(text, values)).rows;
}

export async function queryAt(url, text, values) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // a connection that is ended from the other side
  await client.connect();
  try {
    const result = await client.query(text, values);
    return Array.isArray(result) ? result.at(-1).rows : result.rows;
  } finally {
    await client.end();
  }
}
