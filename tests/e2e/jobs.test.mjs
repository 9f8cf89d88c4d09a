// Dead letters: work that was given up is shown to staff, and done when they ask for it again.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, expectTime, getOrder, listAll, newStaff, payStandard, placeOrder, randomId, registerCustomer, startAkkoord, waitFor } from './lib/akkoord.mjs';

let server;
let customer;
let manager;
let auditor;
let reviewer;
before(async () => {
  server = await startAkkoord();
  customer = await registerCustomer(server);
  [manager, auditor, reviewer] = [await newStaff(server, 'manager'), await newStaff(server, 'auditor'), await newStaff(server, 'reviewer')];
});

const execute = async (text) => {
  const { code, stderr } = await server.psql(text);
  assert.equal(code, 0, stderr);
};
const dead = (staff) => listAll(server, staff.token, '/v1/staff/jobs?state=dead');
const retry = (staff, id) => server.api('POST', `/v1/staff/jobs/${id}/retry`, { token: staff.token });

// A job as it stands there after its last attempt; its id.
async function bury({ kind, payload, key = null, attempts = 10, error = 'postgres_failed' }) {
  const [{ id }] = await server.sql('SELECT gen_random_uuid() AS id');
  await execute(`INSERT INTO akkoord.job (id, kind, key, payload, run_at, attempts, dead, last_error, created_at)
    VALUES ('${id}', '${kind}', ${key === null ? 'NULL' : `'${key}'`}, '${JSON.stringify(payload)}', now(), ${attempts}, true, '${error}', now())`);
  return id;
}

// An accepted order whose invoice was drawn and then lost, so that drawing it again can be seen.
async function undrawnDocument() {
  const order = await placeOrder(server, customer);
  expectStatus(await payStandard(server, order), 200);
  const { invoices: [{ number }] } = await getOrder(server, customer, order);
  const [{ id }] = await server.sql(`SELECT id FROM akkoord.document WHERE number = '${number}'`);
  await waitFor(async () => (await renditions(id)) === 3, { what: 'the first drawing, as PDF, UBL and CII' });
  await execute(`DELETE FROM akkoord.rendition WHERE document_id = '${id}'`);
  return id;
}
const renditions = async (id) => (await server.sql(`SELECT count(*) AS found FROM akkoord.rendition WHERE document_id = '${id}'`))[0].found;

describe('a dead job', () => {
  test('is shown to manager and auditor with its code, counts and identifiers, and with nothing else of its payload', async () => {
    const event = randomId('msg');
    const id = await bury({ kind: 'sandbox_webhook', payload: { event, body: '{"type":"payment.paid"}' }, attempts: 20, error: 'webhook_not_taken' });
    for (const staff of [manager, auditor]) {
      const { created_at, run_at, ...job } = (await dead(staff)).find((each) => each.id === id);
      assert.deepEqual(job, { id, kind: 'sandbox_webhook', state: 'dead', attempts: 20, last_error: 'webhook_not_taken', payload: { event } });
      expectTime(created_at);
      expectTime(run_at);
    }
  });

  test('is done after a retry, and listed no more', async () => {
    const document = await undrawnDocument();
    const id = await bury({ kind: 'render_document', payload: { document } });
    expectStatus(await retry(manager, id), 204);
    await waitFor(async () => (await renditions(document)) === 3, { what: 'the drawing' });
    await waitFor(async () => (await server.sql(`SELECT id FROM akkoord.job WHERE id = '${id}'`)).length === 0, { what: 'its end' });
    assert.ok(!(await dead(manager)).some((job) => job.id === id));
    expectProblem(await retry(manager, id), 404, 'not_found');
  });

  test('that fails again after a retry is dead again, with its attempts counted anew', async () => {
    const id = await bury({ kind: 'render_document', payload: { nothing: 'to draw' } });
    expectStatus(await retry(manager, id), 204);
    const job = await waitFor(async () => (await dead(manager)).find((each) => each.id === id), { what: 'its second death' });
    assert.deepEqual([job.attempts, job.last_error, job.payload], [1, 'job_payload', {}]);
  });

  test('gives way to one of the same key that waits already', async () => {
    const key = randomId('key');
    const id = await bury({ kind: 'unheard_of', key, payload: {} });
    await execute(`INSERT INTO akkoord.job (id, kind, key, payload, run_at, created_at)
      VALUES (gen_random_uuid(), 'unheard_of', '${key}', '{}', now() + interval '1 day', now())`);
    expectStatus(await retry(manager, id), 204);
    const rows = await server.sql(`SELECT id, dead FROM akkoord.job WHERE key = '${key}'`);
    assert.deepEqual(rows.map((row) => [row.id === id, row.dead]), [[false, false]]);
  });

  test('is revived once by eight retries at once', async () => {
    const id = await bury({ kind: 'unheard_of', key: randomId('key'), payload: {} });
    const answers = await Promise.all(Array.from({ length: 8 }, () => retry(manager, id)));
    assert.equal(answers.filter(({ status }) => status === 204).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 204)) assert.ok([404, 409].includes(answer.status), String(answer));
    assert.deepEqual(await server.sql(`SELECT dead, attempts FROM akkoord.job WHERE id = '${id}'`), [{ dead: false, attempts: 0 }]);
    expectProblem(await retry(manager, id), 409, 'job_not_dead');
  });
});

describe('who may', () => {
  test('a reviewer and a customer see none; an auditor retries none; nor does anybody without a token', async () => {
    const id = await bury({ kind: 'unheard_of', payload: {} });
    for (const { token } of [reviewer, customer]) expectProblem(await server.api('GET', '/v1/staff/jobs?state=dead', { token }), 403, 'forbidden');
    for (const staff of [reviewer, auditor, customer]) expectProblem(await retry(staff, id), 403, 'forbidden');
    expectProblem(await server.api('GET', '/v1/staff/jobs'), 401, 'unauthenticated');
    assert.ok((await dead(manager)).some((job) => job.id === id));
  });

  test('another state is 422, an id that is none 404', async () => {
    expectProblem(await server.api('GET', '/v1/staff/jobs?state=alive', { token: manager.token }), 422, 'validation', { state: 'word' });
    expectProblem(await retry(manager, 'none'), 404, 'not_found');
  });

  test('the list is read in pages, newest first', async () => {
    for (let i = 0; i < 3; i++) await bury({ kind: 'unheard_of', payload: {} });
    const all = (await listAll(server, manager.token, '/v1/staff/jobs')).map(({ id }) => id);
    const paged = (await listAll(server, manager.token, '/v1/staff/jobs', 2)).map(({ id }) => id);
    assert.deepEqual(paged, all);
    assert.deepEqual(all, [...all].sort().reverse());
  });
});
