// Known answers in the manner of Wycheproof for what the vault composes, HKDF-SHA512 and AES-256-GCM: values at the edges,
// each altered in every place that counts. Node's cryptography gives the answers; the small driver
// tests/unit/vault/vault_answer.c asks the vault's own code. No server. AKKOORD_BUILD_DIR says where the build is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { buildDirectory, newKeyring, temporaryFolder } from './lib/akkoord.mjs';
import { openBlob, sealBlob, unwrapDataKey, wrapDataKey } from './lib/vault.mjs';

const driver = join(buildDirectory, 'tests', 'unit', 'vault', 'vault_answer');
const keyring = newKeyring();
const keyringFile = join(temporaryFolder(), 'keyring.json');
writeFileSync(keyringFile, JSON.stringify(keyring), { mode: 0o600 });

const hex = (bytes) => (bytes.length > 0 ? Buffer.from(bytes).toString('hex') : '-');

// One answer for each question.
function ask(questions) {
  const { status, stdout, stderr } = spawnSync(driver, [keyringFile], { input: questions.map((words) => `${words.join(' ')}\n`).join(''), encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.equal(status, 0, stderr);
  const answers = stdout.trimEnd().split('\n');
  assert.equal(answers.length, questions.length);
  return answers;
}

function expectAnswers(cases) {
  const answers = ask(cases.map(({ question }) => question));
  for (const [index, { name, answer }] of cases.entries()) assert.equal(answers[index], answer, name);
  return cases.length;
}

const zeros = (length) => Buffer.alloc(length);
const ones = (length) => Buffer.alloc(length, 0xff);
const edges = (length) => [zeros(length), ones(length), randomBytes(length)];
const flip = (bytes, at, bit = 0) => {
  const altered = Buffer.from(bytes);
  altered[at] ^= 1 << bit;
  return altered;
};

describe('HKDF-SHA512', () => {
  test('gives the known answers for keys, salts, infos and lengths at the edges', (t) => {
    const cases = [];
    for (const key of [...edges(32), randomBytes(1), randomBytes(127), randomBytes(128), randomBytes(129)]) {
      for (const salt of [zeros(0), ...edges(32), randomBytes(128), randomBytes(129)]) {
        for (const [prefix, suffix] of [['akkoord/v1/seal/', 'billing'], ['akkoord/v1/check', '-'], ['a', '-'], ['a'.repeat(62), '-']]) {
          for (const length of [1, 16, 32, 63, 64, 65, 128, 1000]) {
            const info = [prefix, suffix].map((text) => (text === '-' ? '' : text)).join('');
            cases.push({ name: `${key.length} ${salt.length} ${info} ${length}`, question: ['hkdf', hex(key), hex(salt), prefix, suffix, length],
              answer: hex(Buffer.from(hkdfSync('sha512', key, salt, info, length))) });
          }
        }
      }
    }
    t.diagnostic(`${expectAnswers(cases)} answers`);
  });

  test('the border between the parts of an info does not matter, all else does', () => {
    const key = randomBytes(32);
    const [whole, cut, other, salted] = ask([['hkdf', hex(key), '-', 'akkoord/v1/wrap/profile', '-', 32], ['hkdf', hex(key), '-', 'akkoord/v1/wrap/', 'profile', 32],
      ['hkdf', hex(key), '-', 'akkoord/v1/wrap/', 'billing', 32], ['hkdf', hex(key), '00', 'akkoord/v1/wrap/', 'profile', 32]]);
    assert.equal(whole, cut);
    assert.notEqual(whole, other);
    assert.equal(whole, salted, 'HMAC pads its key with zeros: no salt and a salt of zeros are one (RFC 5869, 2.2)');
  });
});

function encrypt(key, nonce, aad, plaintext) {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  cipher.setAAD(aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

describe('AES-256-GCM', () => {
  // Around the block, and where the counter of a nonce of ones has to carry.
  const lengths = [0, 1, 15, 16, 17, 31, 32, 33, 127, 128, 129, 255, 256, 257, 4096];

  test('NIST\'s own vectors: the zero key, and test case 16 of the GCM specification', () => {
    const key = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
    const plaintext = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
    expectAnswers([
      { name: 'case 13', question: ['encrypt', '00'.repeat(32), '00'.repeat(12), '-', '-'], answer: '530f8afbc74536b9a963b4f1c4cb738b' },
      { name: 'case 14', question: ['encrypt', '00'.repeat(32), '00'.repeat(12), '-', '00'.repeat(16)], answer: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919' },
      { name: 'case 16', question: ['encrypt', key, 'cafebabefacedbaddecaf888', 'feedfacedeadbeeffeedfacedeadbeefabaddad2', plaintext],
        answer: '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b' },
    ]);
  });

  test('gives the known answers for keys, nonces, data and lengths at the edges', (t) => {
    const cases = [];
    for (const key of edges(32)) {
      for (const nonce of edges(12)) {
        for (const aad of [zeros(0), randomBytes(1), randomBytes(16), randomBytes(58), ones(200)]) {
          for (const length of lengths) {
            const plaintext = randomBytes(length);
            const answer = encrypt(key, nonce, aad, plaintext);
            const words = [hex(key), hex(nonce), hex(aad)];
            cases.push({ name: `encrypt ${length}`, question: ['encrypt', ...words, hex(plaintext)], answer: hex(answer) },
              { name: `decrypt ${length}`, question: ['decrypt', ...words, hex(answer.subarray(0, length)), hex(answer.subarray(length))], answer: hex(plaintext) });
          }
        }
      }
    }
    t.diagnostic(`${expectAnswers(cases)} answers`);
  });

  test('what was altered anywhere is invalid, and nothing of it is left behind', (t) => {
    const cases = [];
    for (const length of [0, 1, 16, 33, 128]) {
      const [key, nonce, aad, plaintext] = [randomBytes(32), randomBytes(12), randomBytes(20), randomBytes(length)];
      const sealed = encrypt(key, nonce, aad, plaintext);
      const [ciphertext, tag] = [sealed.subarray(0, length), sealed.subarray(length)];
      const invalid = (name, ...words) => cases.push({ name: `${name} of ${length}`, question: ['decrypt', ...words.map(hex)], answer: 'invalid' });
      for (let bit = 0; bit < 128; bit++) invalid(`bit ${bit} of the tag`, key, nonce, aad, ciphertext, flip(tag, bit >> 3, bit & 7));
      for (const other of [zeros(16), ones(16), Buffer.from(tag).reverse(), Buffer.from(tag.map((byte) => byte ^ 0xff)), Buffer.from(tag.map((byte) => byte ^ 0x80))]) invalid('another tag', key, nonce, aad, ciphertext, other);
      for (let at = 0; at < 12; at++) invalid('the nonce', key, flip(nonce, at), aad, ciphertext, tag);
      for (let at = 0; at < 20; at++) invalid('the associated data', key, nonce, flip(aad, at), ciphertext, tag);
      invalid('less associated data', key, nonce, aad.subarray(1), ciphertext, tag);
      invalid('more associated data', key, nonce, Buffer.concat([aad, zeros(1)]), ciphertext, tag);
      for (let at = 0; at < 32; at++) invalid('the key', flip(key, at), nonce, aad, ciphertext, tag);
      for (let at = 0; at < length; at++) invalid('the ciphertext', key, nonce, aad, flip(ciphertext, at), tag);
      if (length > 0) invalid('a byte less', key, nonce, aad, ciphertext.subarray(0, -1), tag);
      invalid('a byte more', key, nonce, aad, Buffer.concat([ciphertext, zeros(1)]), tag);
    }
    t.diagnostic(`${expectAnswers(cases)} refusals`);
  });
});

describe('what is composed of them', () => {
  const purposes = ['profile', 'billing', 'event', 'staff'];

  test('a data key that another implementation wraps is unwrapped, and what is altered is not', () => {
    const cases = [];
    for (const [index, purpose] of purposes.entries()) {
      const kek = keyring.keys.find((key) => key.purpose === purpose);
      for (const secret of edges(32)) {
        const id = randomUUID();
        const wrapped = wrapDataKey(kek, id, secret);
        assert.ok(unwrapDataKey(keyring, wrapped).secret.equals(secret));
        cases.push({ name: purpose, question: ['unwrap', index + 1, id, hex(wrapped)], answer: hex(secret) });
        for (let at = 0; at < wrapped.length; at++) {
          const code = at < 2 || at === 3 ? 'wrapped_key_malformed' : at === 2 ? /mismatch|malformed/ : at < 20 ? 'kek_unknown' : at < 36 ? 'wrapped_key_mismatch' : 'wrapped_key_rejected';
          const question = ['unwrap', index + 1, id, hex(flip(wrapped, at))];
          if (typeof code === 'string') cases.push({ name: `${purpose}, byte ${at}`, question, answer: code });
          else assert.match(ask([question])[0], code);
        }
        cases.push({ name: 'cut', question: ['unwrap', index + 1, id, hex(wrapped.subarray(0, 95))], answer: 'wrapped_key_malformed' });
      }
    }
    expectAnswers(cases);
  });

  test('a blob that another implementation seals opens in its place, and nowhere else', () => {
    const cases = [];
    for (const [index, purpose] of purposes.entries()) {
      for (const length of [0, 1, 124, 125, 252, 4092, 4093, 9000]) {
        const key = { id: randomUUID(), purpose, secret: randomBytes(32) };
        const place = { table: 'customer', column: 'profile_sealed', row: randomUUID(), subject: randomUUID(), version: 7 };
        const plaintext = randomBytes(length);
        const blob = sealBlob(key, place, plaintext);
        assert.ok(openBlob(key, place, blob).equals(plaintext));
        const question = (changed = {}, with_ = key, bytes = blob) => {
          const { table, column, row, subject, version } = { ...place, ...changed };
          return ['open', index + 1, with_.id, hex(with_.secret), table, column, row, subject, version, hex(bytes)];
        };
        cases.push({ name: `${purpose} ${length}`, question: question(), answer: hex(plaintext) });
        for (const changed of [{ table: 'staff' }, { column: 'content_sealed' }, { row: place.subject, subject: place.row }, { row: randomUUID() }, { subject: randomUUID() },
          { version: 6 }, { version: 8 }, { version: -7 }, { table: 'customerprofile', column: '_sealed' }, { version: '4611686018427387911' }]) {
          cases.push({ name: JSON.stringify(changed), question: question(changed), answer: 'sealed_blob_rejected' });
        }
        cases.push({ name: 'another key', question: question({}, { ...key, secret: randomBytes(32) }), answer: 'sealed_blob_rejected' },
          { name: 'another id', question: question({}, { ...key, id: randomUUID() }), answer: 'sealed_blob_key' });
        for (let at = 0; at < 94; at++) {
          const code = at < 2 ? 'sealed_blob_malformed' : at < 18 ? 'sealed_blob_key' : 'sealed_blob_rejected';
          cases.push({ name: `byte ${at}`, question: question({}, key, flip(blob, at)), answer: code });
        }
        for (const at of [94, 97, 98, blob.length - 17, blob.length - 16, blob.length - 1]) {
          cases.push({ name: `byte ${at}`, question: question({}, key, flip(blob, at)), answer: 'sealed_blob_rejected' });
        }
      }
    }
    expectAnswers(cases);
  });
});
