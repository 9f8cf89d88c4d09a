// Money that comes late, for an order whose customer was erased meanwhile: it is held, a member of staff decides, and it
// can go back, though all that was said about the order can't be read any more.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { expectProblem, expectStatus, newStaff, payStandard, placeOrder, registerCustomer, startAkkoord } from './lib/akkoord.mjs';
import { awaitSequenced, expectClean } from './lib/audit.mjs';

for (const [title, env] of [['money for an order that was erased', {}], ['the same above the amount of four eyes', { AKKOORD_REVIEW_FOUR_EYES_AMOUNT: '100' }]]) {
  describe(title, () => {
    const needsAnother = 'AKKOORD_REVIEW_FOUR_EYES_AMOUNT' in env;
    let server;
    let reviewer;
    let manager;
    let order;
    let review;
    const as = ({ token }, method, path, body) => server.api(method, path, { token, body });
    const decide = (who, outcome) => as(who, 'POST', `/v1/staff/reviews/${review.id}/outcome`, { outcome, reasons: 'Who ordered this has left.' });
    const statusOf = async (table, column) => (await server.sql(`SELECT status FROM akkoord.${table} WHERE ${column} = '${order.id}'`))[0].status;

    before(async () => {
      server = await startAkkoord({ env });
      [reviewer, manager] = [await newStaff(server), await newStaff(server, 'manager')];
      const goes = await registerCustomer(server);
      order = await placeOrder(server, goes);
      expectStatus(await as(goes, 'POST', `/v1/orders/${order.id}/cancel`), 200);
      expectStatus(await as(goes, 'DELETE', '/v1/me'), 204);
      expectStatus(await payStandard(server, order), 200);
      const open = expectStatus(await as(reviewer, 'GET', '/v1/staff/reviews?state=open'), 200).json.items;
      [review] = open.filter(({ order_id }) => order_id === order.id);
    });

    test('is held, and a review is open', async () => {
      assert.equal(await statusOf('customer_order', 'id'), 'held');
      assert.equal(await statusOf('payment', 'order_id'), 'paid');
      assert.deepEqual(expectStatus(await as(reviewer, 'GET', `/v1/staff/reviews/${review.id}`), 200).json.decision.reasons.map(({ code }) => code), ['order_cancelled']);
    });

    test('is not taken into service: no invoice could be drawn up', async () => {
      const confirm = (outcome) => as(manager, 'POST', `/v1/staff/reviews/${review.id}/confirmation`, { outcome, agrees: true });
      if (needsAnother) expectStatus(await decide(reviewer, 'overturned'), 200);
      expectProblem(needsAnother ? await confirm('overturned') : await decide(reviewer, 'overturned'), 409, 'data_key_erased');
      if (needsAnother) expectStatus(await as(manager, 'POST', `/v1/staff/reviews/${review.id}/confirmation`, { outcome: 'overturned', agrees: false }), 200);
      assert.equal(await statusOf('customer_order', 'id'), 'held');
    });

    test('goes back by the word of staff, of which the reasons are not kept', async () => {
      let decided = expectStatus(await decide(reviewer, 'upheld'), 200).json;
      if (needsAnother) {
        assert.notEqual(decided.state, 'decided');
        decided = expectStatus(await as(manager, 'POST', `/v1/staff/reviews/${review.id}/confirmation`, { outcome: 'upheld', agrees: true }), 200).json;
      }
      assert.deepEqual([decided.state, decided.outcome, decided.reasons], ['decided', 'upheld', null]);
      assert.equal(await statusOf('customer_order', 'id'), 'cancelled');
      assert.equal(await statusOf('payment', 'order_id'), 'refund_due');
      const due = expectStatus(await as(manager, 'GET', '/v1/staff/payments?status=refund_due'), 200).json.items;
      assert.equal(due.length, 1);
      assert.deepEqual(await server.sql('SELECT id FROM akkoord.document'), []);
      expectProblem(await decide(reviewer, 'upheld'), 409, 'review_decided');
    });

    test('and all of it verifies', async () => {
      await awaitSequenced(server);
      await expectClean(server);
      for (const args of [['keys', 'verify'], ['decisions', 'replay']]) {
        const { code, stdout, stderr } = await server.cli(args);
        assert.equal(code, 0, stdout + stderr);
      }
    });
  });
}
