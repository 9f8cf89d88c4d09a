// TLS on the listener of the real server: what it offers and what it refuses, as a client and `openssl s_client` see it,
// and what becomes of certificates, keys and tickets.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect as connectPlainly } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';

import { prepareAkkoord, user, waitFor } from './lib/akkoord.mjs';
import { makeCertificate } from './lib/certificates.mjs';

const owner = user === null ? undefined : `${user.uid}:${user.gid}`;

async function prepareSecure({ algorithm = 'ec', env = {} } = {}) {
  const server = await prepareAkkoord({ env });
  const files = makeCertificate({ folder: server.folder, algorithm, owner });
  server.url = server.url.replace('http:', 'https:');
  Object.assign(server.env, { AKKOORD_TLS_CERT_FILE: files.certificate, AKKOORD_TLS_KEY_FILE: files.key });
  return Object.assign(server, { files });
}

async function startSecure(options) {
  const server = await prepareSecure(options);
  await server.start();
  return server;
}

// A connection whose handshake is done, with the `tickets` that came; rejects when it fails.
function handshake(server, options = {}) {
  return new Promise((done, failed) => {
    const socket = connect({ host: '127.0.0.1', port: server.port, rejectUnauthorized: false, ...options });
    socket.tickets = [];
    socket.on('session', (ticket) => socket.tickets.push(ticket));
    socket.once('error', failed);
    socket.once('secureConnect', () => done(socket));
  });
}

const refused = (server, options) => assert.rejects(handshake(server, options).then((socket) => socket.destroy()));

// One request over a connection of its own: {status, headers, text}.
function get(server, path, { method = 'GET', headers = {}, body, ...options } = {}) {
  return new Promise((done, failed) => {
    const sent = request({
      host: '127.0.0.1', port: server.port, path, method, headers, rejectUnauthorized: false, agent: false, ...options,
    }, (response) => {
      let text = '';
      response.on('data', (bytes) => (text += bytes));
      response.once('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.once('error', failed);
    sent.end(body);
  });
}

// What `openssl s_client` says.
function sClient(server, args, input = 'Q\n') {
  return new Promise((done, failed) => {
    const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${server.port}`, ...args]);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (text += bytes));
    child.stdin.on('error', () => {});
    child.once('error', failed);
    child.once('close', () => done(text));
    child.stdin.end(input);
  });
}

const metric = async (server, name) =>
  Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\d+)`, 'm').exec((await get(server, '/metrics')).text)?.[1] ?? 0);

let server; // with an ECDSA certificate
let rsa; // with one of RSA

before(async () => {
  server = await startSecure();
  rsa = await startSecure({ algorithm: 'rsa' });
});

describe('what is offered', () => {
  test('the ready line, and so the public URL, says https', () => assert.match(server.url, /^https:/));

  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    test(`${version} is spoken`, async () => {
      const socket = await handshake(server, { minVersion: version, maxVersion: version });
      assert.equal(socket.getProtocol(), version);
      socket.destroy();
    });
  }

  for (const version of ['-tls1', '-tls1_1']) {
    test(`openssl s_client ${version} is refused`, async () => {
      const said = await sClient(server, [version, '-cipher', 'ALL:@SECLEVEL=0']);
      assert.match(said, /alert protocol version/);
      assert.match(said, /Cipher is \(NONE\)/);
    });
  }

  const weak = [
    ['RSA key exchange', 'AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA'],
    ['CBC', 'ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA'],
    ['finite-field Diffie-Hellman', 'DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384'],
    ['no authentication', 'aNULL'],
    ['no encryption', 'eNULL'],
    ['CCM and ARIA', 'AESCCM:ARIAGCM'],
    ['pre-shared keys', 'PSK'],
  ];
  for (const [what, ciphers] of weak) {
    test(`${what} is refused by both kinds of certificate`, async () => {
      for (const one of [server, rsa]) {
        await refused(one, { maxVersion: 'TLSv1.2', ciphers: `${ciphers}:@SECLEVEL=0` });
      }
    });
  }

  test('RC4, 3DES and export ciphers are refused', async () => {
    // OpenSSL 3 has none to offer: a hello that is written by hand.
    const suites = Buffer.from('00050004000a001600030008', 'hex');
    const body = Buffer.concat([Buffer.from('0303', 'hex'), Buffer.alloc(32, 7), Buffer.of(0, 0, suites.length), suites, Buffer.of(1, 0)]);
    const message = Buffer.concat([Buffer.of(1, 0, 0, body.length), body]);
    const record = Buffer.concat([Buffer.from('160301', 'hex'), Buffer.of(0, message.length), message]);
    const answer = await plainly(server, record);
    assert.deepEqual([...answer], [0x15, 3, 3, 0, 2, 2, 40], 'a fatal alert: handshake_failure');
  });

  test('the server chooses the cipher', async () => {
    const ciphers = ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES128-GCM-SHA256'];
    for (const order of [ciphers, [...ciphers].reverse()]) {
      const socket = await handshake(rsa, { maxVersion: 'TLSv1.2', ciphers: order.join(':') });
      assert.equal(socket.getCipher().name, 'ECDHE-RSA-AES128-GCM-SHA256');
      socket.destroy();
    }
  });

  for (const [group, name] of [['X25519', 'X25519'], ['P-256', 'prime256v1'], ['P-384', 'secp384r1']]) {
    test(`keys are agreed on ${group}`, async () => {
      const socket = await handshake(server, { ecdhCurve: group });
      assert.equal(socket.getEphemeralKeyInfo().name, name);
      socket.destroy();
    });
  }
  for (const group of ['P-521', 'secp256k1', 'brainpoolP256r1']) {
    test(`and not on ${group}`, async () => {
      // With RSA: a certificate on P-256 would be reason enough.
      for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) await refused(rsa, { ecdhCurve: group, maxVersion });
    });
  }

  test('signatures over SHA-1 are refused', async () => {
    const said = await sClient(rsa, ['-tls1_2', '-sigalgs', 'RSA+SHA1', '-cipher', 'ALL:@SECLEVEL=0']);
    assert.match(said, /handshake failure/);
  });

  test('a renegotiation is refused, and nothing is compressed', async () => {
    const said = await sClient(server, ['-tls1_2'], 'R\n');
    assert.match(said, /Compression: NONE/);
    assert.match(said, /no renegotiation|unexpected eof|handshake failure|Connection reset/i);
    assert.match(said, /Secure Renegotiation IS supported/);
  });

  for (const version of ['-tls1_2', '-tls1_3']) {
    test(`a last answer is followed by close_notify (${version})`, async () => {
      const said = await sClient(server, [version, '-msg', '-ign_eof'], 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
      assert.match(said, /HTTP\/1\.1 200 OK[^]*<<< [^\n]*Alert[^\n]*warning close_notify/);
    });
  }

  test('ALPN: http/1.1, nothing else', async () => {
    const both = await handshake(server, { ALPNProtocols: ['h2', 'http/1.1'] });
    assert.equal(both.alpnProtocol, 'http/1.1');
    both.destroy();
    const none = await handshake(server);
    assert.equal(none.alpnProtocol, false);
    none.destroy();
    await refused(server, { ALPNProtocols: ['h2'] });
  });

  test('no early data is taken', async () => {
    assert.match(await sClient(server, ['-tls1_3'], 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'), /Max Early Data: 0|Early data was not sent/);
  });

  test('who came over TLS is told to come so again', async () => {
    const answer = await get(server, '/healthz');
    assert.equal(answer.headers['strict-transport-security'], 'max-age=31536000');
  });
});

describe('sessions are resumed', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    test(`${version}: by a ticket, on whichever thread the next connection lands`, async () => {
      const first = await handshake(server, { maxVersion: version });
      first.resume();
      first.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
      const session = await waitFor(() => first.tickets[0], { what: 'a ticket' });
      first.destroy();
      for (let i = 0; i < 12; i++) {
        const next = await handshake(server, { maxVersion: version, session });
        assert.equal(next.isSessionReused(), true);
        next.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
        await new Promise((done) => next.once('data', done));
        next.destroy();
      }
      assert.ok((await metric(server, 'akkoord_tls_handshakes_total{result="resumed"}')) >= 12);
    });
  }
});

// Sends bytes without TLS; resolves to all that came back by the time the connection has ended in good order.
function plainly(to, bytes) {
  return new Promise((done, failed) => {
    const chunks = [];
    const socket = connectPlainly({ host: '127.0.0.1', port: to.port });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('error', failed);
    socket.once('end', () => done(Buffer.concat(chunks)));
    socket.write(bytes);
  });
}

describe('who does not speak TLS', () => {
  test('plain HTTP is closed in good order and not answered', async () => {
    const before = await metric(server, 'akkoord_tls_handshakes_total{result="failed"}');
    const answer = await plainly(server, `POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'a'.repeat(100_000)}`);
    assert.doesNotMatch(answer.toString('latin1'), /HTTP/);
    assert.equal(await metric(server, 'akkoord_tls_handshakes_total{result="failed"}'), before + 1);
    assert.match(server.log, /event=tls.handshake_failed reason="http request"/);
    assert.doesNotMatch(server.log.match(/^.*tls\.handshake_failed.*$/gm).join('\n'), /127\.0\.0\.1/);
  });

  test('noise is closed in good order', async () => {
    for (const noise of [Buffer.alloc(20_000), Buffer.alloc(20_000, 0xff), Buffer.from('160301ffff', 'hex')]) {
      await Promise.race([plainly(server, noise), sleep(500)]);
    }
    assert.equal((await get(server, '/healthz')).status, 200);
  });

  test('a handshake that comes byte by byte for ever is ended by the deadline of a request', async () => {
    const hello = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(500, 1)]);
    const began = Date.now();
    const socket = connectPlainly({ host: '127.0.0.1', port: server.port });
    let ended = false;
    socket.once('close', () => (ended = true));
    socket.on('error', () => {});
    for (let i = 0; !ended && i < hello.length; i++) {
      socket.write(hello.subarray(i, i + 1));
      await sleep(100);
    }
    const took = Date.now() - began;
    assert.ok(took > 9_000 && took < 20_000, `took ${took} ms`);
    assert.match(server.log, /event=tls.handshake_failed reason="timed out"/);
  });
});

describe('certificates', () => {
  const fails = async (setting, change) => {
    const one = await prepareSecure();
    await change(one);
    const { code, stderr } = await one.refuse();
    assert.equal(code, 1);
    const lines = stderr.trim().split('\n').filter((line) => line.startsWith('akkoord: '));
    assert.equal(lines.length, 1, stderr);
    assert.match(lines[0], new RegExp(`^akkoord: AKKOORD_${setting} `), stderr);
    return lines[0];
  };
  const other = () => makeCertificate({ owner });

  test('a key that everybody may read stops the start', async () => {
    assert.match(await fails('TLS_KEY_FILE', (one) => chmodSync(one.files.key, 0o644)), /chmod 600/);
  });
  test('a key of another certificate stops the start', async () => {
    assert.match(await fails('TLS_KEY_FILE', (one) => (one.env.AKKOORD_TLS_KEY_FILE = copyInto(one, other().key))), /does not belong/);
  });
  test('a key with a passphrase stops the start and asks nobody for it', () =>
    fails('TLS_KEY_FILE', (one) => makeCertificate({ folder: one.folder, owner, passphrase: 'sample' })));
  test('a missing certificate stops the start', () =>
    fails('TLS_CERT_FILE', (one) => (one.env.AKKOORD_TLS_CERT_FILE = join(one.folder, 'none.pem'))));
  test('a certificate that is none stops the start', () =>
    fails('TLS_CERT_FILE', (one) => copyFileSync(one.files.key, one.files.certificate)));
  test('a certificate without its key, and a key without its certificate, stop the start', async () => {
    await fails('TLS_KEY_FILE', (one) => (one.env.AKKOORD_TLS_KEY_FILE = null));
    await fails('TLS_CERT_FILE', (one) => (one.env.AKKOORD_TLS_CERT_FILE = null));
  });

  const copyInto = (one, file) => {
    const copy = join(one.folder, 'other.pem');
    copyFileSync(file, copy);
    chmodSync(copy, 0o600);
    if (user !== null) spawn('chown', [owner, copy]);
    return copy;
  };
  const hangUp = async (one, event) => {
    const count = () => one.log.split(`event=${event}`).length;
    const before = count();
    process.kill(one.pid, 'SIGHUP');
    await waitFor(() => count() > before, { what: event });
  };
  const fingerprint = async (one, options) => {
    const socket = await handshake(one, options);
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };

  test('SIGHUP under load: new connections see the new certificate, none is broken, tickets stay good', async () => {
    const one = await startSecure();
    const first = await fingerprint(one);
    const kept = await handshake(one, { maxVersion: 'TLSv1.2' });
    const session = kept.getSession();
    let busy = true;
    let served = 0;
    const load = Array.from({ length: 8 }, async () => {
      while (busy) {
        assert.equal((await get(one, '/healthz')).status, 200);
        served++;
      }
    });
    for (let i = 0; i < 5; i++) {
      makeCertificate({ folder: one.folder, owner });
      await hangUp(one, 'tls.reloaded');
    }
    busy = false;
    await Promise.all(load);
    assert.ok(served > 20);
    assert.notEqual(await fingerprint(one), first);
    kept.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match((await new Promise((done) => kept.once('data', done))).toString(), /^HTTP\/1\.1 200 /);
    const again = await handshake(one, { maxVersion: 'TLSv1.2', session });
    assert.equal(again.isSessionReused(), true);
    for (const socket of [kept, again]) socket.destroy();
  });

  test('SIGHUP with a broken certificate keeps the one in use, and says so', async () => {
    const one = await startSecure();
    const first = await fingerprint(one);
    copyFileSync(one.files.key, one.files.certificate);
    await hangUp(one, 'tls.not_reloaded');
    assert.match(one.log, /event=tls.not_reloaded setting=AKKOORD_TLS_CERT_FILE/);
    assert.equal(await fingerprint(one), first);
  });
});

describe('the whole job over TLS', () => {
  test('register, order, pay in the sandbox: our own webhook finds its way in', async () => {
    const call = (method, path, { token, body } = {}) =>
      get(server, path, { method, body: body && JSON.stringify(body), headers: { ...(body && { 'content-length': Buffer.byteLength(JSON.stringify(body)) }), ...(token && { authorization: `Bearer ${token}` }) } });
    const { code, stdout, stderr } = await server.cli(['demo']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^status=accepted$/m);
    const registered = await call('POST', '/v1/customers', { body: { email: 'tls@example.com', password: 'sample password', name: 'Sample Customer' } });
    assert.equal(registered.status, 201, registered.text);
    assert.equal((await call('GET', '/v1/me', { token: JSON.parse(registered.text).token })).status, 200);
  });

  test('1,000 open connections keep their secrets in the memory for keys, and leave room for ours', async () => {
    const sockets = [];
    for (let i = 0; i < 1000; i++) sockets.push(await handshake(server, { ecdhCurve: 'P-384' }));
    const { code, stderr } = await server.cli(['demo']);
    assert.equal(code, 0, stderr);
    const rss = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]);
    console.log(`# RSS with 1,000 idle TLS connections: ${rss} kB`);
    for (const socket of sockets) socket.destroy();
  });

  test('small answers are sent at once (TCP_NODELAY): the median of 100 is reported', async () => {
    const socket = await handshake(server);
    const times = [];
    for (let i = 0; i < 100; i++) {
      const began = process.hrtime.bigint();
      socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
      await new Promise((done) => socket.once('data', done));
      times.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
    socket.destroy();
    times.sort((a, b) => a - b);
    console.log(`# median ${times[50].toFixed(2)} ms, 95th of 100 ${times[95].toFixed(2)} ms`);
  });
});
