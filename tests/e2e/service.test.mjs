// The server as a service: what it tells systemd, and the unit that shuts it in.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { prepareAkkoord, sourceDirectory, waitFor } from './lib/akkoord.mjs';

const unit = join(sourceDirectory, 'server', 'systemd', 'akkoord.service');
const noSystemd = spawnSync('systemd-analyze', ['--version']).status === 0 ? false : 'systemd-analyze is not here';

// Node has no datagram sockets of this family.
const LISTENER = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
print("listening", flush=True)
while True:
    text, parts, _, _ = s.recvmsg(4096, 256)
    print(int.from_bytes(parts[0][2][:4], "little"), text.decode().replace("\\n", " "), flush=True)
`;

async function listen(path) {
  const child = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  after(() => child.kill());
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  await waitFor(() => said.includes('listening'), { what: 'the listener' });
  // What this process said, in order: PostgreSQL, its child, speaks for itself.
  return (pid) => said.split('\n').filter((line) => line.startsWith(`${pid} `)).map((line) => line.slice(`${pid} `.length));
}

test('systemd hears READY, RELOADING and READY again, and STOPPING, in that order', async () => {
  const server = await prepareAkkoord();
  const path = join(server.folder, 'notify');
  const heard = await listen(path);
  server.env.NOTIFY_SOCKET = path;
  await server.start();
  const { pid } = server;
  await waitFor(() => heard(pid).length === 1, { what: 'READY' });
  process.kill(pid, 'SIGHUP');
  await waitFor(() => heard(pid).length === 3, { what: 'the reload' });
  await server.stop();
  await waitFor(() => heard(pid).length === 4, { what: 'STOPPING' });
  const [ready, reloading, again, stopping] = heard(pid);
  assert.deepEqual([ready, again, stopping], ['READY=1', 'READY=1', 'STOPPING=1']);
  assert.match(reloading, /^RELOADING=1 MONOTONIC_USEC=\d+$/);
});

test('a socket that is not there is no reason to end', async () => {
  const server = await prepareAkkoord({ env: { NOTIFY_SOCKET: '/nonexistent/notify' } });
  await server.start();
  await server.stop();
});

describe('the unit', { skip: noSystemd }, () => {
  // The program is not installed where the tests run.
  function withProgram() {
    const folder = mkdtempSync(join(tmpdir(), 'akkoord-unit-'));
    after(() => rmSync(folder, { recursive: true, force: true }));
    const copy = join(folder, 'akkoord.service');
    writeFileSync(copy, readFileSync(unit, 'utf8').replace(/^ExecStart=\S+/m, 'ExecStart=/bin/true'));
    return copy;
  }

  test('holds nothing that systemd does not understand', () => {
    const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', withProgram()], { encoding: 'utf8' });
    assert.doesNotMatch(stdout + stderr, /akkoord\.service/);
  });

  test('leaves an exposure of at most 2.0 of 10', () => {
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', withProgram()], { encoding: 'utf8' });
    assert.ok(Number(/exposure level for akkoord\.service: ([\d.]+)/.exec(stdout)[1]) <= 2, stdout);
  });
});
