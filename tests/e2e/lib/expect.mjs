// Assertions on answers.
import assert from 'node:assert/strict';

// A problem as RFC 9457 and CONTRACT section 3 describe it. `fields`: the fields that `errors` has to name, no other;
// as a list of names, or as {name: code}.
export function expectProblem(answer, status, code, fields) {
  assert.equal(answer.status, status, String(answer));
  assert.equal(answer.headers['content-type'], 'application/problem+json', String(answer));
  const problem = answer.json;
  assert.equal(problem.status, status);
  for (const name of ['type', 'title', 'detail', 'code']) assert.equal(typeof problem[name], 'string', `${name} of ${answer}`);
  if (code !== undefined) assert.equal(problem.code, code, String(answer));
  if (fields !== undefined) {
    const found = Object.fromEntries(problem.errors.map((error) => [error.field, error.code]));
    for (const error of problem.errors) assert.ok(error.detail.length > 0, String(answer));
    if (Array.isArray(fields)) assert.deepEqual(Object.keys(found).sort(), [...fields].sort());
    else assert.deepEqual(found, fields);
  }
  return problem;
}

export function expectStatus(answer, status) {
  assert.equal(answer.status, status, String(answer));
  return answer;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;
export const expectUuid = (text) => assert.match(text, UUID);
export const expectTime = (text) => assert.match(text, TIME);
export const euros = (amount) => ({ amount, currency: 'EUR' });
