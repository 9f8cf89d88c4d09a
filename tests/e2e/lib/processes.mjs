// Owns what a test run leaves on this machine: temp folders, programs, and the unprivileged user that runs them. All of
// it is undone when the test file ends, also after a failure or a signal.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const sourceDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
// Slower, and with an allocator of its own.
export const isSanitized = /(asan|tsan)$/.test(process.env.AKKOORD_BUILD_DIR ?? '');
export const buildDirectory = resolve(sourceDirectory, process.env.AKKOORD_BUILD_DIR ?? 'build');

// A sanitizer build is several times slower, and so is a machine that does other things: long enough for both.
export const PATIENCE_MS = 120_000;

const SERVICE_USERS = ['akkoord', 'nobody']; // the first that there is

// ---- cleaning up ----

const undo = []; // newest last; each is a function, perhaps asynchronous
const pids = new Set(); // of what runs, for an end in haste
const inHaste = []; // what else has to be done then; synchronous

export const atEnd = (task) => undo.push(task);
export const atExit = (task) => inHaste.push(task);

async function undoAll() {
  const failures = [];
  while (undo.length > 0) {
    try {
      await undo.pop()();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

after(undoAll);

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.once(signal, () => {
    undoAll().catch(() => {}).then(() => process.exit(1));
  });
}
process.on('exit', () => {
  for (const pid of pids) kill(pid, 'SIGKILL');
  for (const task of inHaste) task();
});

export function kill(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (error.code === 'ESRCH') return false;
    throw error;
  }
}

export const isAlive = (pid) => kill(pid, 0);

// ---- the user ----

// PostgreSQL does not run as root: then it, and the server, run as the system user that tests/run makes.
function findUser() {
  if (process.getuid() !== 0) return null;
  for (const name of SERVICE_USERS) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(`there is none of the users ${SERVICE_USERS.join(', ')}: run this through tests/run`);
}

export const user = findUser();

const userMay = (test, path) =>
  user === null ||
  spawnSync('setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', 'test', test, path]).status === 0;

// A folder of that user alone, with a short path because sockets stand in it.
export function temporaryFolder(prefix = 'akk-') {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  atEnd(() => {
    if (!process.env.AKKOORD_TEST_KEEP) rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const copies = new Map(); // of files that the user can't reach where they are

function reachable(path, test, mode) {
  if (userMay(test, path)) return path;
  if (!copies.has(path)) {
    const copy = join(temporaryFolder(), basename(path));
    copyFileSync(path, copy);
    chownSync(copy, user.uid, user.gid);
    chmodSync(copy, mode);
    copies.set(path, copy);
  }
  return copies.get(path);
}

// The program of a build, where the user can run it.
export const program = (build = buildDirectory) => reachable(join(build, 'akkoord'), '-x', 0o755);

// What every program gets: nothing of the caller's settings, but what steers the sanitizers.
export function baseEnvironment() {
  const { PATH, LANG, ASAN_OPTIONS, UBSAN_OPTIONS } = process.env;
  const environment = { PATH, LANG, ASAN_OPTIONS, UBSAN_OPTIONS };
  // Suppressions are read by the program's user.
  for (const name of ['LSAN_OPTIONS', 'TSAN_OPTIONS']) {
    environment[name] = process.env[name]?.replace(/(^|:)suppressions=([^:]+)/, (_, start, path) =>
      `${start}suppressions=${reachable(path, '-r', 0o644)}`);
  }
  return withoutGaps(environment);
}

export const withoutGaps = (environment) =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== null));

// ---- programs ----

// Starts a program as that user. `exit` resolves to {code, signal} when it has ended.
export function start(command, args, { env, stdio = ['ignore', 'pipe', 'pipe'], cwd = '/' } = {}) {
  const child = spawn(command, args, { cwd, env: withoutGaps(env ?? baseEnvironment()), stdio, ...(user ?? {}) });
  const exit = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      pids.delete(child.pid);
      done({ code, signal });
    });
  });
  exit.catch(() => {});
  if (child.pid !== undefined) pids.add(child.pid);
  return { child, pid: child.pid, exit };
}

// Runs a program to its end: {code, signal, stdout, stderr}, stdout also as bytes.
export async function run(command, args, { input = '', ...options } = {}) {
  const { child, exit } = start(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (bytes) => output[name].push(bytes));
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(input);
  const end = await exit;
  const bytes = Buffer.concat(output.stdout);
  return { ...end, bytes, stdout: bytes.toString(), stderr: Buffer.concat(output.stderr).toString() };
}

// ---- waiting ----

// Asks again and again until the answer is neither false nor null nor undefined; an answer that throws is asked again.
export async function waitFor(ask, { timeout = PATIENCE_MS, pause = 50, what = 'what was waited for' } = {}) {
  const deadline = Date.now() + timeout;
  for (;;) {
    let failure = null;
    try {
      const answer = await ask();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not come within ${timeout} ms${failure ? `: ${failure.message}` : ''}`);
    }
    await sleep(pause);
  }
}

// Below the range from which outgoing connections take theirs. A port that somebody listens on with SO_REUSEPORT
// refuses us, because we do not ask for that.
export async function freePort() {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    const server = createServer();
    const free = await new Promise((done) => {
      server.once('error', () => done(false));
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port was found');
}
