// What an operator relies on: probes and metrics, a database that goes away, an end under load, logs, and the commands.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, expectProblem, expectStatus, getOrder, isAlive, kill, payStandard, placeOrder, prepareAkkoord, priceList, randomId, registerCustomer, services,
  startAkkoord, waitFor } from './lib/akkoord.mjs';

let server;
let customer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
});
const probe = async (path) => (await server.api('GET', path)).status;

describe('probes', () => {
  test('healthz and readyz answer 200, metrics are Prometheus text, openapi.json is OpenAPI 3.1', async () => {
    assert.equal(await probe('/healthz'), 200);
    assert.equal(await probe('/readyz'), 200);
    const metrics = expectStatus(await server.api('GET', '/metrics'), 200);
    assert.match(metrics.headers['content-type'], /^text\/plain/);
    for (const line of metrics.text.trimEnd().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-+0-9.einfNa]+)$/i, line);
    const api = expectStatus(await server.api('GET', '/openapi.json'), 200).json;
    assert.match(api.openapi, /^3\.1\./);
    for (const path of ['/v1/customers', '/v1/orders', '/v1/orders/{id}', '/webhooks/{provider}']) assert.ok(path in api.paths, path);
  });

  test('the metrics count what was done', async () => {
    const read = async () => Object.fromEntries((await server.api('GET', '/metrics')).text.split('\n').filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
    const before = await read();
    const order = await placeOrder(server, customer);
    const id = randomId('msg');
    for (let i = 0; i < 3; i++) expectStatus(await payStandard(server, order, { id, payment: 'p' }), 200);
    const after = await read();
    const grown = (name) => Object.keys(after).filter((key) => key.startsWith(name)).reduce((sum, key) => sum + after[key] - (before[key] ?? 0), 0);
    assert.equal(grown('akkoord_events_total{provider="standard"'), 3);
    assert.equal(grown('akkoord_decisions_total'), 1);
    assert.ok(grown('akkoord_http_requests_total') >= 4);
    assert.ok(grown('akkoord_batch_items_count') >= 1);
  });
});

describe('a database that does not answer', () => {
  for (const [what, stop, resume] of [
    ['hangs', (pid) => kill(pid, 'SIGSTOP'), (pid) => kill(pid, 'SIGCONT')],
    ['is killed again and again', (pid) => kill(pid, 'SIGKILL'), () => {}],
  ]) {
    test(`that ${what}: webhooks get 503 with Retry-After, and after it is back everything works by itself`, async () => {
      const order = await placeOrder(server, customer);
      const [payment, id] = [randomId('pay'), randomId('msg')];
      const stopped = new Set();
      const hang = () => {
        const pid = server.postmasterPid();
        // A hanging postmaster still has working children: all of it has to stop.
        for (const child of [pid, ...childrenOf(pid)]) {
          if (child !== null && isAlive(child)) {
            stop(child);
            stopped.add(child);
          }
        }
      };
      hang();
      const again = what === 'hangs' ? null : setInterval(hang, 20);
      const answer = await payStandard(server, order, { payment, id });
      expectProblem(answer, 503);
      assert.match(answer.headers['retry-after'], /^\d+$/);
      await waitFor(async () => (await probe('/readyz')) === 503, { what: 'readyz 503' });
      assert.equal(await probe('/healthz'), 200);
      const refused = await server.api('GET', `/v1/orders/${order.id}`, { token: customer.token });
      expectProblem(refused, 503);
      assert.match(refused.headers['retry-after'], /^\d+$/);
      assert.doesNotMatch(refused.text, /socket|connection to server/, 'where the database is is not told');
      clearInterval(again);
      for (const pid of stopped) resume(pid);
      await waitFor(async () => (await probe('/readyz')) === 200, { what: 'readyz 200' });
      expectStatus(await waitFor(async () => {
        const retried = await payStandard(server, order, { payment, id });
        return retried.status === 200 && retried;
      }), 200);
      const now = await getOrder(server, customer, order);
      assert.deepEqual([now.status, now.invoices.length, now.decisions.length], ['accepted', 1, 1]);
    });
  }
});

test('a lock file of PostgreSQL that a kill left empty keeps no start back', async () => {
  const own = await startAkkoord();
  const pid = own.postmasterPid();
  kill(pid, 'SIGSTOP'); // nobody restarts it before the files are as they would be
  const locks = [join(own.dataDir, 'postgres', 'postmaster.pid'), join(own.socketDir(), '.s.PGSQL.5432.lock')];
  for (const path of locks) writeFileSync(path, '');
  kill(pid, 'SIGKILL');
  await waitFor(() => own.postmasterPid() !== null && own.postmasterPid() !== pid, { what: 'another PostgreSQL' });
  await waitFor(async () => (await own.api('GET', '/readyz')).status === 200, { what: 'readyz 200' });
  await own.stop();
});

function childrenOf(pid) {
  if (pid === null) return [];
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

describe('SIGTERM', () => {
  test('under load: what was answered 200 is kept, and the exit status is 0', async () => {
    const busy = await startAkkoord();
    const buyer = await registerCustomer(busy);
    const orders = [];
    for (let i = 0; i < 40; i++) orders.push(await placeOrder(busy, buyer));
    const answered = [];
    const chains = Array.from({ length: 8 }, async (_, chain) => {
      const client = new Client(busy.url, { connections: 1 });
      for (let i = chain; i < orders.length; i += 8) {
        const answer = await payStandard(busy, orders[i], { client }).catch(() => null);
        if (answer?.status === 200) answered.push(orders[i]);
      }
    });
    await waitFor(() => answered.length >= 8, { pause: 1 });
    await busy.stop();
    await Promise.all(chains);
    await busy.start();
    for (const order of answered) assert.equal((await getOrder(busy, buyer, order)).status, 'accepted');
    for (const order of orders) expectStatus(await payStandard(busy, order, { payment: 'again' + order.id }), 200);
    for (const order of orders) assert.equal((await getOrder(busy, buyer, order)).status, 'accepted');
  });

  test('during a request that is under way: the request is answered', async () => {
    const busy = await startAkkoord();
    const registering = registerCustomer(busy);
    await sleep(5);
    kill(busy.pid, 'SIGTERM');
    const result = await registering.catch((error) => error);
    assert.deepEqual(await busy.ended(), { code: 0, signal: null });
    assert.ok(result.token !== undefined || ['ECONNREFUSED', 'ECONNRESET'].includes(result.code), `answered whole or not taken: ${result}`);
  });
});

describe('logs', () => {
  test('every line is an event with a time and a level; requests have ids, which the client is told', async () => {
    const answer = expectStatus(await server.api('GET', '/v1/services'), 200);
    const id = answer.headers['x-request-id'];
    assert.ok(id);
    const lines = server.log.trimEnd().split('\n');
    for (const line of lines) assert.match(line, /^time=\S+ level=(debug|info|warning|error) event=[a-z_.]+( [a-z_]+=("[^"]*"|\S*))*$/, line);
    const requests = lines.filter((line) => line.includes(' event=http.request '));
    assert.ok(requests.length > 0);
    for (const line of requests) assert.match(line, / request=[0-9a-f-]{36}/);
    await waitFor(() => server.log.includes(`request=${id}`));
  });

  test('hold the pattern of a path, not its ids, and no query', async () => {
    await server.api('GET', '/v1/orders/11111111-1111-4111-8111-111111111111?limit=3&secret=value', { token: customer.token });
    assert.ok(!server.log.includes('11111111-1111'));
    assert.ok(!server.log.includes('secret=value'));
    assert.ok(server.log.includes('route=/v1/orders/{id}'));
  });
});

describe('commands', () => {
  test('exit with 2 on wrong usage', async () => {
    for (const args of [[], ['nonsense'], ['staff'], ['staff', 'add'], ['staff', 'add', 'a@example.com'], ['staff', 'add', 'a@example.com', '--role', 'king'],
      ['keys'], ['keys', 'nonsense'], ['services'], ['services', 'import'], ['serve', 'now'], ['migrate', 'now']]) {
      const { code, stdout, stderr } = await server.cli(args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.equal(stdout, '');
      assert.ok(stderr.length > 0);
    }
  });

  test('print their help, and the version, and exit with 0', async () => {
    for (const command of ['serve', 'migrate', 'demo', 'services', 'staff', 'keys', 'doctor']) {
      const { code, stdout } = await server.cli([command, '--help']);
      assert.equal(code, 0, command);
      assert.match(stdout, new RegExp(`akkoord ${command}`));
    }
    const help = await server.cli(['--help']);
    assert.equal(help.code, 0);
    const version = await server.cli(['--version']);
    assert.equal(version.code, 0);
    assert.match(version.stdout, /^akkoord \d+\.\d+/);
  });

  test('fail with 1 and one line that names the wrong setting', async () => {
    for (const [name, value] of [['AKKOORD_LISTEN', 'nowhere'], ['AKKOORD_THREADS', '0'], ['AKKOORD_MODE', 'production'], ['AKKOORD_ORDER_EXPIRES', '-1'],
      ['AKKOORD_STANDARD_WEBHOOK_SECRET', 'no secret'], ['AKKOORD_TRUSTED_PROXIES', 'everybody'], ['AKKOORD_SERVICES_FILE', '/does/not/exist'],
      ['AKKOORD_KEYRING_FILE', '/does/not/exist'], ['AKKOORD_DATA_DIR', '/proc/nowhere']]) {
      const other = await prepareAkkoord();
      const { code, stdout, stderr } = await other.refuse({ [name]: value });
      assert.equal(code, 1, `${name}: ${stderr}`);
      assert.equal(stdout, '');
      const lines = stderr.trim().split('\n').filter((line) => !line.startsWith('time='));
      assert.equal(lines.length, 1, stderr);
      assert.ok(lines[0].includes(name), stderr);
      assert.doesNotMatch(stderr, /serve\.ended/, 'what never served does not end');
      assert.ok(!/SECRET/.test(name) || !stderr.includes(value), 'a secret is not shown');
    }
  });

  test('keys list shows a key for each purpose and no secret; keys verify finds nothing wrong', async () => {
    const list = await server.cli(['keys', 'list']);
    assert.equal(list.code, 0, list.stderr);
    for (const purpose of ['profile', 'billing', 'event', 'staff', 'index', 'audit']) assert.match(list.stdout, new RegExp(`purpose=${purpose} .*state=active`));
    const verified = await server.cli(['keys', 'verify']);
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /faults=0/);
  });

  test('doctor finds nothing wrong with a healthy installation', async () => {
    const { code, stdout, stderr } = await server.cli(['doctor']);
    assert.equal(code, 0, stdout + stderr);
  });

  test('services import replaces the price list, and refuses a faulty file without touching it', async () => {
    const before = await services(server);
    const [sku] = Object.keys(before);
    for (const faulty of [{ services: [{ sku }] }, { services: [{ ...priceList({ a: [-1, '21.00'] }).services[0] }] }, [], { services: 'all' }]) {
      const { code, stderr } = await server.cli(['services', 'import', server.writeFile('faulty.json', faulty)]);
      assert.equal(code, 1, stderr);
    }
    assert.deepEqual(await services(server), before);
    const { code, stderr } = await server.cli(['services', 'import', server.writeFile('new.json', priceList({ fresh: [100, '21.00'] }))]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(Object.keys(await services(server)), ['fresh']);
  });

  test('staff add takes an address once: exit status 1', async () => {
    const args = ['staff', 'add', 'twice@example.com', '--role', 'reviewer'];
    assert.equal((await server.cli(args)).code, 0);
    const { code, stdout, stderr } = await server.cli(args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.ok(stderr.length > 0);
  });

  test('work on the embedded cluster also while no server runs', async () => {
    const idle = await startAkkoord();
    await idle.stop();
    assert.equal(idle.postmasterPid(), null, 'the server stopped its PostgreSQL');
    const { code, stdout } = await idle.cli(['staff', 'add', 'a@example.com', '--role', 'auditor']);
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout).email, 'a@example.com');
    assert.equal(idle.postmasterPid(), null, 'the command stopped what it had started');
  });
});
