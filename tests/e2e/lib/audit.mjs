// The audit log, read and verified by another implementation than the program's: RFC 6962 trees by the definition, C2SP
// notes with node:crypto.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';

import { waitFor } from './processes.mjs';

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
export const leafHash = (data) => sha256(Buffer.of(0), data);
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);

// RFC 6962, section 2.1, word for word.
export function treeRoot(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  const split = 2 ** Math.floor(Math.log2(hashes.length - 1));
  return nodeHash(treeRoot(hashes.slice(0, split)), treeRoot(hashes.slice(split)));
}

// Where an audit path leads (RFC 9162, section 2.1.3.2).
export function rootOfPath(hash, index, size, path) {
  let [at, last] = [index, size - 1];
  for (const node of path) {
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(node, hash);
      for (; at % 2 === 0 && at !== 0; at /= 2) last = Math.floor(last / 2);
    } else {
      hash = nodeHash(hash, node);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  assert.equal(last, 0, 'the path has the right length');
  return hash;
}

// {name, id, key} of a C2SP verifier key.
export function readVerifierKey(text) {
  const [, name, id, bytes] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim());
  const key = Buffer.from(bytes, 'base64');
  assert.equal(key[0], 1, 'Ed25519');
  assert.equal(sha256(name, '\n', key).subarray(0, 4).toString('hex'), id, 'the id is of name and key');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  return { name, id, key: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
}

// {size, root} of a checkpoint whose signature is good.
export function openCheckpoint(text, verifier) {
  const end = text.indexOf('\n\n');
  const [body, signatures] = [text.slice(0, end + 1), text.slice(end + 2)];
  const [origin, size, root] = body.split('\n');
  assert.equal(origin, verifier.name);
  assert.match(size, /^(0|[1-9]\d*)$/);
  const [, name, signature] = /^\u2014 (\S+) (\S+)\n$/.exec(signatures);
  assert.equal(name, verifier.name);
  const bytes = Buffer.from(signature, 'base64');
  assert.equal(bytes.subarray(0, 4).toString('hex'), verifier.id);
  assert.ok(verify(null, Buffer.from(body), verifier.key, bytes.subarray(4)), 'the signature is good');
  return { size: Number(size), root: Buffer.from(root, 'base64') };
}

// What `akkoord audit prove` prints: {data, index, path, checkpoint}.
export function readProof(text) {
  const [head, ...note] = text.split('\n\n');
  const [version, extra, index, ...path] = head.split('\n');
  assert.equal(version, 'c2sp.org/tlog-proof@v1');
  return {
    data: Buffer.from(extra.replace(/^extra /, ''), 'base64'),
    index: Number(/^index (\d+)$/.exec(index)[1]),
    path: path.map((hash) => Buffer.from(hash, 'base64')),
    checkpoint: note.join('\n\n'),
  };
}

// All hashes of the tree's leaves, as the database has them.
export async function storedHashes(server) {
  const tiles = await server.sql(`SELECT encode(hashes, 'hex') AS hashes FROM akkoord.audit_tile ORDER BY tile`);
  const bytes = Buffer.from(tiles.map(({ hashes }) => hashes).join(''), 'hex');
  return Array.from({ length: bytes.length / 32 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32));
}

const audit = async (server, args, options) => {
  const { code, stdout, stderr } = await server.cli(['audit', ...args], options);
  assert.equal(code, 0, stderr);
  return stdout;
};
export const verifierKey = async (server) => readVerifierKey(await audit(server, ['key']));
export const newestCheckpoint = (server, options) => audit(server, ['checkpoint'], options);
export const proveRow = async (server, table, id) => readProof(await audit(server, ['prove', table, id]));

// {code, faults, leaves, pruned, ...} of `akkoord audit verify`.
export async function auditVerify(server, { args = [], ...options } = {}) {
  const { code, stdout, stderr } = await server.cli(['audit', 'verify', ...args], options);
  const last = stdout.trim().split('\n').at(-1);
  assert.match(last, /^leaves=/, stdout + stderr);
  for (const [, done, of] of stdout.matchAll(/^progress=audit done=(\d+) of=(\d+)$/gm)) assert.ok(Number(done) <= Number(of), 'no more is done than there is');
  const summary = Object.fromEntries(last.split(' ').map((pair) => pair.split('=')).map(([name, value]) => [name, Number(value)]));
  const faults = stderr.split('\n').filter((line) => line.startsWith('akkoord: ')).map((line) => line.slice('akkoord: '.length));
  assert.equal(faults.length, summary.faults);
  assert.equal(code, faults.length === 0 ? 0 : 1);
  return { ...summary, told: faults };
}

export async function expectClean(server, options) {
  const verified = await auditVerify(server, options);
  assert.deepEqual(verified.told, []);
  return verified;
}

// Until every leaf that was committed has its place.
export const awaitSequenced = (server) => waitFor(async () =>
  (await server.sql('SELECT 1 FROM akkoord.audit_pending LIMIT 1')).length === 0, { what: 'the sequencer' });
