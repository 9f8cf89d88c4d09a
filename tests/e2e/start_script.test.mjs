// server/start in a fresh clone: it builds the program, walks the demo, tells the truth, and passes SIGTERM and the exit
// status on. Builds a release of its own, so it is left out of sanitizer runs.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';

import { PATIENCE_MS, atEnd, buildDirectory, freePort, kill, sourceDirectory, waitFor } from './lib/akkoord.mjs';

const skip = (/asan|tsan/.test(basename(buildDirectory)) && 'a sanitizer run') ||
  (!existsSync(join(sourceDirectory, '.git')) && 'not a git checkout');
const BUILD_PATIENCE_MS = 10 * PATIENCE_MS;

let checkout;
let environment;
before(async () => {
  if (skip) return;
  checkout = mkdtempSync(join(tmpdir(), 'akk-'));
  chmodSync(checkout, 0o755);
  atEnd(() => rmSync(checkout, { recursive: true, force: true }));
  const cloned = spawnSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', sourceDirectory, checkout], { encoding: 'utf8' });
  assert.equal(cloned.status, 0, cloned.stderr);
  const { PATH, HOME } = process.env;
  environment = { PATH, HOME, AKKOORD_SKIP_INSTALL: '1', AKKOORD_LISTEN: `127.0.0.1:${await freePort()}` };
});

// {child, exit, lines}; `lines` grows.
function startScript(args) {
  const child = spawn('bash', ['server/start', ...args], { cwd: checkout, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const started = { child, text: '', errors: '' };
  child.stdout.on('data', (bytes) => (started.text += bytes));
  child.stderr.on('data', (bytes) => (started.errors += bytes));
  started.exit = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
  atEnd(async () => {
    kill(child.pid, 'SIGTERM');
    await started.exit;
  });
  return started;
}

const facts = (text) => Object.fromEntries(text.split('\n').filter((line) => /^[a-z_]+=/.test(line))
  .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));

function query(text) {
  const connection = `host=${join(checkout, 'var', 'run')} user=akkoord_owner dbname=akkoord`;
  const psql = ['psql', '-X', '-q', '-A', '-t', '-d', connection, '-c', text];
  const command = process.getuid() === 0 ? ['setpriv', '--reuid=akkoord', '--regid=akkoord', '--clear-groups', ...psql] : psql;
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8', cwd: '/' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

// What every run of the demo has to print.
function expectFacts(found) {
  assert.deepEqual([found.status, found.decision, found.reasons], ['accepted', 'accepted', 'payment_approved']);
  assert.match(found.invoice, /^\d{4}-\d{6}$/);
  assert.equal(statSync(found.pdf).mode & 0o777, 0o600);
  assert.equal(readFileSync(found.pdf).subarray(0, 5).toString(), '%PDF-');
  assert.ok(!found.pdf.startsWith(join(checkout, 'var')), 'outside the data folder');
  atEnd(() => rmSync(found.pdf, { force: true }));
}

test('--demo --once builds, says that it is ready, walks the demo and exits with 0', { skip, timeout: BUILD_PATIENCE_MS }, async (context) => {
  const begun = Date.now();
  const script = startScript(['--demo', '--once']);
  assert.deepEqual(await script.exit, { code: 0, signal: null }, script.errors);
  context.diagnostic(`the first run took ${Math.round((Date.now() - begun) / 1000)} s`);
  assert.ok(script.text.includes(`akkoord ready http://${environment.AKKOORD_LISTEN}\n`), script.text);
  expectFacts(facts(script.text));
});

test('a second demo tells the truth, the server serves on, and SIGTERM ends it with 0', { skip, timeout: BUILD_PATIENCE_MS }, async (context) => {
  const begun = Date.now();
  const script = startScript(['--demo']);
  await waitFor(() => /^review=.*$/m.test(script.text), { what: `the end of the demo` });
  context.diagnostic(`the second run took ${Math.round((Date.now() - begun) / 1000)} s`);
  const found = facts(script.text);
  expectFacts(found);
  const [order, review] = [found.order, found.review];
  assert.match(order, /^[0-9a-f-]{36}$/);
  assert.equal(query(`SELECT o.status || ' ' || d.outcome || ' ' || d.reasons[1] || ' ' || i.number FROM akkoord.customer_order o
    JOIN akkoord.decision d ON d.order_id = o.id AND d.ordinal = 1 JOIN akkoord.document i ON i.order_id = o.id AND i.kind = 'invoice'
    WHERE o.id = '${order}'`), `${found.status} ${found.decision} ${found.reasons} ${found.invoice}`);
  assert.equal(query(`SELECT order_id FROM akkoord.review WHERE id = '${review}'`), order);
  assert.equal((await fetch(`http://${environment.AKKOORD_LISTEN}/healthz`)).status, 200);
  kill(script.child.pid, 'SIGTERM');
  assert.deepEqual(await script.exit, { code: 0, signal: null }, script.errors);
});

test('wrong usage exits with 2, a wrong setting with the server\'s status and its line', { skip, timeout: BUILD_PATIENCE_MS }, async () => {
  for (const args of [['--once'], ['--nonsense'], ['demo']]) {
    assert.equal((await startScript(args).exit).code, 2);
  }
  environment.AKKOORD_ORDER_EXPIRES = 'never';
  const script = startScript([]);
  assert.deepEqual(await script.exit, { code: 1, signal: null });
  assert.match(script.errors, /AKKOORD_ORDER_EXPIRES/);
});
