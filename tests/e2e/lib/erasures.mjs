// The erasure ledger once more, after the words of include/akkoord/vault/erasure_ledger.h.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

// [{ledger, ...}, {entry, subject, data_keys, ...}, ...]; every line is checked.
export function readLedger(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  assert.equal(lines.pop(), '', 'the last line has its end');
  let previous = null;
  return lines.map((line, index) => {
    const [, body, hash] = /^(.*),"hash":"([0-9a-f]{64})"}$/.exec(line);
    assert.equal(hash, sha256(body));
    const entry = JSON.parse(line);
    if (index > 0) assert.deepEqual([entry.entry, entry.previous], [index, previous]);
    previous = hash;
    return entry;
  });
}

// What the server writes when it erases somebody.
export function appendErasure(path, subject, dataKeys) {
  const lines = readLedger(path);
  const body = JSON.stringify({ entry: lines.length, at: new Date().toISOString(), subject, data_keys: dataKeys, previous: lines.at(-1).hash }).slice(0, -1);
  appendFileSync(path, `${body},"hash":"${sha256(body)}"}\n`);
}
