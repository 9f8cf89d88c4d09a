// The vault's formats once more, in Node's own cryptography and after the words of include/akkoord/vault/{keyring,vault,seal}.h:
// what is stored is opened, and made, by another hand than the program's.
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PURPOSES = ['profile', 'billing', 'event', 'staff', 'index', 'audit']; // numbered from 1
const TAG = { authTagLength: 16 };

export const uuidBytes = (id) => Buffer.from(id.replaceAll('-', ''), 'hex');
export const uuidText = (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
const hkdf = (key, salt, info, length) => Buffer.from(hkdfSync('sha512', key, salt, info, length));

export const readKeyring = (path) => JSON.parse(readFileSync(path, 'utf8'));
export const fingerprint = (kek) => hkdf(kek, '', 'akkoord/v1/check', 16).toString('hex');
const kekOf = (keyring, id) => keyring.keys.find((key) => key.id === id);
export const activeKey = (keyring, purpose) => keyring.keys.find((key) => key.purpose === purpose && key.state === 'active');

// ---- data keys ----

const wrappingKey = (kek) => hkdf(Buffer.from(kek.key, 'base64'), '', `akkoord/v1/wrap/${kek.purpose}`, 32);
const wrapContext = (header) => Buffer.concat([Buffer.from('akkoord/v1/wrapped-key'), header]);

// {id, purpose, secret} from 96 bytes.
export function unwrapDataKey(keyring, wrapped) {
  assert.equal(wrapped.length, 96);
  assert.deepEqual([wrapped[0], wrapped[1], wrapped[3]], [1, 1, 0]);
  const kek = kekOf(keyring, uuidText(wrapped.subarray(4, 20)));
  const cipher = createDecipheriv('aes-256-gcm', wrappingKey(kek), wrapped.subarray(36, 48), TAG);
  cipher.setAAD(wrapContext(wrapped.subarray(0, 36)));
  cipher.setAuthTag(wrapped.subarray(80));
  const secret = Buffer.concat([cipher.update(wrapped.subarray(48, 80)), cipher.final()]);
  return { id: uuidText(wrapped.subarray(20, 36)), purpose: PURPOSES[wrapped[2] - 1], secret };
}

export function wrapDataKey(kek, id, secret = randomBytes(32)) {
  const header = Buffer.concat([Buffer.from([1, 1, PURPOSES.indexOf(kek.purpose) + 1, 0]), uuidBytes(kek.id), uuidBytes(id)]);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', wrappingKey(kek), nonce, TAG);
  cipher.setAAD(wrapContext(header));
  return Buffer.concat([header, nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
}

// ---- sealed blobs ----

const NIL = '00000000-0000-0000-0000-000000000000';
const name = (text) => Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)]);

function placeBytes({ table, column, row, subject = NIL, version = 1 }) {
  const number = Buffer.alloc(8);
  number.writeBigInt64BE(BigInt(version));
  return Buffer.concat([name(table), name(column), uuidBytes(row), uuidBytes(subject), number]);
}

const blobKeys = (dataKey, salt) => {
  const both = hkdf(dataKey.secret, salt, `akkoord/v1/seal/${dataKey.purpose}`, 64);
  return { encryption: both.subarray(0, 32), commitment: both.subarray(32) };
};

function bucket(length) {
  let size = 128;
  while (size < length) size *= 2;
  if (size <= 4096) return size;
  const step = size / 16;
  return Math.ceil(length / step) * step;
}

// The plaintext; throws when anything is not as it should be.
export function openBlob(dataKey, place, blob) {
  const { encryption, commitment } = blobKeys(dataKey, blob.subarray(18, 50));
  assert.deepEqual([blob[0], blob[1]], [1, 1]);
  assert.equal(uuidText(blob.subarray(2, 18)), dataKey.id);
  assert.ok(commitment.equals(blob.subarray(50, 82)), 'the blob is committed to this key');
  const cipher = createDecipheriv('aes-256-gcm', encryption, blob.subarray(82, 94), TAG);
  cipher.setAAD(Buffer.concat([blob.subarray(0, 94), placeBytes(place)]));
  cipher.setAuthTag(blob.subarray(-16));
  const padded = Buffer.concat([cipher.update(blob.subarray(94, -16)), cipher.final()]);
  const length = padded.readUInt32BE(0);
  assert.equal(padded.length, bucket(4 + length));
  assert.ok(padded.subarray(4 + length).every((byte) => byte === 0), 'the padding is zeros');
  return padded.subarray(4, 4 + length);
}

export function sealBlob(dataKey, place, plaintext) {
  const salt = randomBytes(32);
  const { encryption, commitment } = blobKeys(dataKey, salt);
  const header = Buffer.concat([Buffer.from([1, 1]), uuidBytes(dataKey.id), salt, commitment, randomBytes(12)]);
  const padded = Buffer.alloc(bucket(4 + plaintext.length));
  padded.writeUInt32BE(plaintext.length);
  plaintext.copy(padded, 4);
  const cipher = createCipheriv('aes-256-gcm', encryption, header.subarray(82), TAG);
  cipher.setAAD(Buffer.concat([header, placeBytes(place)]));
  return Buffer.concat([header, cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
}
