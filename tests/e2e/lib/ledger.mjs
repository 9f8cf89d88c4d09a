// What must hold of the books at any moment, read straight from the database.
import assert from 'node:assert/strict';

// Every series is 1..N without a gap, its dates never run backwards, and the counters say the same. `formats`: what numbers
// of a named series are like.
export async function expectSeriesWithoutGaps(server, formats = {}) {
  const documents = await server.sql('SELECT series AS name, kind, year, sequence, number, issue_date FROM akkoord.document ORDER BY series, kind, year, sequence');
  const series = new Map();
  for (const document of documents) {
    const key = `${document.name} ${document.kind} ${document.year}`;
    if (!series.has(key)) series.set(key, []);
    series.get(key).push(document);
  }
  for (const [key, members] of series) {
    assert.deepEqual(members.map(({ sequence }) => sequence), members.map((_, index) => index + 1), `${key} has no gap`);
    for (const [index, { name, kind, year, sequence, number, issue_date }] of members.entries()) {
      const format = formats[name] ?? { invoice: '', credit_note: 'CN', digits: 6 };
      assert.equal(number, `${format[kind]}${year}-${String(sequence).padStart(format.digits, '0')}`);
      assert.equal(Number(issue_date.slice(0, 4)), year);
      assert.ok(index === 0 || members[index - 1].issue_date <= issue_date, `the dates of ${key} run backwards at ${number}`);
    }
  }
  const counters = await server.sql('SELECT series AS name, kind, year, last_number FROM akkoord.document_counter');
  assert.deepEqual(Object.fromEntries(counters.filter(({ last_number }) => last_number > 0).map(({ name, kind, year, last_number }) => [`${name} ${kind} ${year}`, last_number])),
    Object.fromEntries([...series].map(([key, members]) => [key, members.length])));
  return documents;
}

// No order was accepted twice by the policy, or has two invoices that stand, or two payments that are kept for it.
export async function expectNothingTwice(server) {
  const queries = {
    'accepted by the policy twice': `SELECT order_id FROM akkoord.decision WHERE outcome = 'accepted' AND made_by = 'policy'
      GROUP BY order_id HAVING count(*) > 1`,
    'two invoices that stand': `SELECT order_id FROM akkoord.document d WHERE kind = 'invoice' AND NOT EXISTS
      (SELECT FROM akkoord.document c WHERE c.credits_id = d.id AND c.takes_rest) GROUP BY order_id HAVING count(*) > 1`,
    'two payments kept': `SELECT order_id FROM akkoord.payment WHERE status IN ('paid', 'partially_refunded')
      GROUP BY order_id HAVING count(*) > 1`,
    'accepted without an invoice': `SELECT id FROM akkoord.customer_order o WHERE status IN ('accepted', 'completed') AND NOT EXISTS
      (SELECT FROM akkoord.document d WHERE d.id = o.invoice_id AND d.kind = 'invoice' AND d.order_id = o.id) AND NOT EXISTS
      (SELECT FROM akkoord.document d WHERE d.order_id = o.id AND d.takes_rest AND d.decision_id IS NULL)`,
    'credited more than the invoice': `SELECT credits_id FROM akkoord.document c WHERE credits_id IS NOT NULL GROUP BY credits_id
      HAVING sum(total_minor) > (SELECT total_minor FROM akkoord.document d WHERE d.id = credits_id)`,
    'credited in full and not to the cent': `SELECT credits_id FROM akkoord.document c WHERE credits_id IS NOT NULL GROUP BY credits_id
      HAVING bool_or(takes_rest) AND sum(total_minor) <> (SELECT total_minor FROM akkoord.document d WHERE d.id = credits_id)`,
    'ordinals with gaps': `SELECT order_id FROM akkoord.decision GROUP BY order_id HAVING max(ordinal) <> count(*)`,
  };
  for (const [what, query] of Object.entries(queries)) assert.deepEqual(await server.sql(query), [], what);
}

// Every decision on record is made again from its inputs, by the version of the policy that made it.
export async function expectDecisionsReplay(server) {
  const { code, stdout, stderr } = await server.cli(['decisions', 'replay']);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /^[1-9]\d* replayed, 0 differ\n$/, 'all of them, by this very program');
}
