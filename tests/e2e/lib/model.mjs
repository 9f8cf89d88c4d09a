// An executable model of the life of one order, written from CONTRACT sections 3 to 5 alone: the oracle that the real
// program is held against. It knows no ids but those that providers give, and no times.
//
// A state is a plain object. `step(state, act)` gives every state that the contract allows after the act, and none when
// what the program answered is not allowed. Where the contract leaves a choice open, that is a branch here and the
// comment begins with "Open:"; the next look at the order tells which branch the program took. `difference(state, view)`
// compares a state with the order as the API shows it.
//
// Acts: {act: 'event', event} · {act: 'attempt', provider, ids?, mayJoin?, key?, isReplay} · {act: 'cancel'} · {act: 'complete'} ·
// {act: 'credit', amount} · {act: 'ask', decision, by} · {act: 'decide', decision, outcome}: all but events carry `status` and `code` of the
// program's answer, and `decision` is an index into the order's decisions. {act: 'expire'}: expires_at passes;
// {act: 'sweep'}: and the program has had the time to notice. {act: 'settled', callable}: it has had the time to send
// money back at the providers that it can call.
//
// The `ids` of an attempt: one of these is the provider's id of it, told at once. `mayJoin`: another attempt at the same
// provider was asked for at the same moment. `isReplay`: the program says that it was asked under this key before.
//
// A credit is of an amount with VAT of one VAT rate, always the same: `creditable` is what the order's lines of that rate
// come to. The contract's table has no row for it either: a credit note of the amount while that much of the rate is left
// of an invoice that stands, which ends with the last of it.
//
// An event: {provider, id, kind, payment, alias?, named, amount, currency, live, running?, refund?, ours?}. `kind` is
// approved, failed, expired, lost (failed or expired), refunded, refund_failed, charged_back or nothing; `id` is null where
// the program looked and was not told; `alias` is another id of the same payment; `named`: it names our order; `running`:
// the amount of a refund is that of all refunds so far (Stripe, Mollie); `refund`: the id of the one refund that it is
// about; `ours`: the program itself asked for the refund.
//
// What becomes of a payment when a refund fails later is no row of the contract's table: server/README.md says it.

// Net, VAT and total of lines, where prices are net: VAT is rounded half up once per rate on the total.
export function expectedTotals(services, lines) {
  const netOf = new Map(); // of each rate
  for (const { sku, quantity } of lines) {
    const { unit_price: price, vat_rate: rate } = services[sku];
    netOf.set(rate, (netOf.get(rate) ?? 0n) + BigInt(price.amount) * BigInt(quantity));
  }
  const net = [...netOf.values()].reduce((sum, each) => sum + each, 0n);
  const vat = [...netOf].reduce((sum, [rate, each]) => sum + (each * BigInt(rate.replace('.', '')) + 5000n) / 10000n, 0n);
  const money = (amount) => ({ amount: Number(amount), currency: 'EUR' });
  return { net: money(net), vat: money(vat), total: money(net + vat) };
}

// `ids`: the provider's of the first attempt, where it has told one.
export function newOrder({ total, creditable = total, currency = 'EUR', provider, ids = [], mode = 'test' }) {
  return {
    mode, total, creditable, currency, status: 'awaiting_payment',
    due: false, // expires_at has passed, but perhaps nobody has noticed
    payments: [newPayment({ provider, ids, attempt: true, amount: total, currency })],
    carrier: null, // index of the payment that the order stands upon
    decisions: [], // {outcome, by, must, any, may, review}
    documents: [], // {kind, total, credited, left, creditable, prepaid}; prepaid null: not told by the contract
    kept: [], // payments that no order is known for yet, with what was taken back of them
    keys: {}, // Idempotency-Keys that an attempt came of, and its provider
    seen: [], // event ids, sorted
  };
}

const newPayment = ({ provider, ids = [], attempt = false, amount = null, currency = null }) => ({
  provider, ids, attempt, status: 'open', amount, currency,
  approved: false, chargedBack: false, test: false,
  wasDue: false, // has been `refund_due`
  refunds: { total: 0, named: {}, failed: [] }, // as they were told: see takeBack()
  refunded: 0, full: false, // what they amount to
});

const copy = (state) => structuredClone(state);
const branch = (state, ...changes) => changes.map((change) => {
  const next = copy(state);
  change(next);
  return next;
});

export function step(state, act) {
  switch (act.act) {
    case 'event': return receive(state, act.event);
    case 'attempt': return addAttempt(state, act);
    case 'cancel': return cancel(state, act);
    case 'complete': return complete(state, act);
    case 'credit': return credit(state, act);
    case 'expire': return branch(state, (next) => { next.due = true; });
    case 'sweep': return branch(state, (next) => { next.due = true; sweep(next); });
    case 'ask': return ask(state, act);
    case 'decide': return decide(state, act);
    case 'settled': return settled(state, act);
    default: throw new Error(`no such act: ${act.act}`);
  }
}

// What happened at once: every state that some order of it leads to. Each chain is a list of groups {acts, optional?} that
// took effect one after the other, the acts of different chains in whatever order; of an optional group all acts did, or
// none.
export function anyOrder(states, chains) {
  const lines = chains.map(lineOf);
  const size = lines.reduce((sum, line) => sum + line.length, 0);
  // The states after so many steps of all lines together, by how far each line has got: {at, states}.
  const levels = Array.from({ length: size + 1 }, () => new Map());
  const reach = (at, found) => {
    const level = levels[at.reduce((sum, each) => sum + each, 0)];
    level.set(String(at), { at, states: distinct([...(level.get(String(at))?.states ?? []), ...found]) });
  };
  reach(lines.map(() => 0), states);
  for (const level of levels.slice(0, size)) {
    for (const { at, states: here } of level.values()) {
      for (const [index, line] of lines.entries()) {
        if (at[index] === line.length) continue;
        const { act, past } = line[at[index]];
        const moved = (to) => at.map((each, other) => (other === index ? to : each));
        reach(moved(at[index] + 1), here.flatMap((state) => step(state, act)));
        if (past !== null) reach(moved(past), here);
      }
    }
  }
  return [...levels[size].values()].flatMap((node) => node.states);
}

// The acts of a chain, each with where the line goes on when its group is left out: null where that can't be.
function lineOf(chain) {
  const line = [];
  for (const { acts, optional = false } of chain) {
    const past = line.length + acts.length;
    line.push(...acts.map((act, index) => ({ act, past: optional && index === 0 ? past : null })));
  }
  return line;
}

export function distinct(states) {
  const found = new Map(states.map((state) => [JSON.stringify(state), state]));
  return [...found.values()];
}

// ---- providers' events ----

function receive(state, event) {
  const key = event.id === null ? [] : [`${event.provider} ${event.id}`];
  if (state.seen.includes(key[0])) return [state]; // whatever the second body says
  const next = copy(state);
  next.seen = [...next.seen, ...key].sort();
  if (event.kind === 'nothing') return [next];
  const index = findPayment(next, event);
  if (index === null) {
    if (['refunded', 'refund_failed', 'charged_back'].includes(event.kind)) keep(next, event);
    return [next]; // fits no order: for staff
  }
  const payment = next.payments[index];
  switch (event.kind) {
    case 'failed':
    case 'expired': return lose(next, index, event, event.kind);
    case 'lost': return ['failed', 'expired'].flatMap((kind) => lose(copy(next), index, event, kind));
    case 'approved': return payment.approved ? [next] : approve(next, index, event);
    // Nothing is sent back of what need not go back.
    case 'refunded': return event.ours && !payment.wasDue ? [] : refund(next, index, event);
    case 'refund_failed': return failRefund(next, index, event);
    case 'charged_back': return chargeBack(next, index);
    default: throw new Error(`no such kind: ${event.kind}`);
  }
}

const idsOf = (event) => [event.payment, event.alias].filter((id) => id !== undefined && id !== null);
const isOf = (event) => (payment) =>
  payment.provider === event.provider && payment.ids.some((id) => idsOf(event).includes(id));

// The payment that the event is about. One that names the order is made when there is none: a payment that the order
// knows by no id yet is an attempt's, when the provider is the same.
function findPayment(state, event) {
  let index = state.payments.findIndex(isOf(event));
  if (index < 0) {
    if (!event.named) return null;
    index = state.payments.findIndex((payment) =>
      payment.attempt && payment.provider === event.provider && payment.ids.length === 0);
    if (index < 0) index = state.payments.push(newPayment(event)) - 1;
  }
  const payment = state.payments[index];
  payment.ids = [...new Set([...payment.ids, ...idsOf(event)])].sort();
  const early = state.kept.findIndex(isOf(event));
  if (early >= 0) {
    const [kept] = state.kept.splice(early, 1);
    takeOver(payment, kept);
    payment.chargedBack ||= kept.chargedBack;
  }
  return index;
}

function keep(state, event) {
  let kept = state.kept.find(isOf(event));
  if (!kept) state.kept.push(kept = newPayment({ provider: event.provider, ids: idsOf(event) }));
  if (event.kind === 'charged_back') kept.chargedBack = true;
  else takeBack(kept, event);
}

// Refunds of one payment add up; Stripe and Mollie say the sum themselves, or name each refund. One that has failed was
// made before, whichever is told first, and is taken off once. A sum that has become lower may be old, and says nothing.
function takeBack(payment, { refund, kind, amount, running }) {
  const { refunds } = payment;
  if (refund === undefined) refunds.total = running ? Math.max(refunds.total, amount) : refunds.total + amount;
  else refunds.named[refund] ??= amount;
  if (kind === 'refund_failed' && !refunds.failed.includes(refund)) refunds.failed = [...refunds.failed, refund].sort();
  sumUp(payment);
}

function takeOver(payment, kept) {
  const { refunds } = payment;
  refunds.total += kept.refunds.total;
  refunds.named = { ...kept.refunds.named, ...refunds.named };
  refunds.failed = [...new Set([...refunds.failed, ...kept.refunds.failed])].sort();
  sumUp(payment);
}

function sumUp(payment) {
  const { total, named, failed } = payment.refunds;
  const sum = (ids) => ids.reduce((sofar, id) => sofar + named[id], 0);
  payment.refunded = Math.max(total, sum(Object.keys(named))) - sum(failed);
}

const isFull = ({ refunded, amount }) => refunded > 0 && refunded >= amount;

function lose(state, index, event, kind) {
  const payment = state.payments[index];
  if (payment.approved) return [state]; // a paid one never goes back
  // Open: which amount an attempt shows after a failure that names another.
  if (payment.amount !== event.amount || payment.currency !== event.currency) payment.amount = payment.currency = null;
  if (payment.status === 'open' || payment.status === kind) {
    payment.status = kind;
    return [state];
  }
  // Open: failed and then expired, or the other way round.
  return branch(state, () => {}, (next) => { next.payments[index].status = kind; });
}

function approve(state, index, event) {
  const payment = state.payments[index];
  Object.assign(payment, { approved: true, status: 'paid', amount: event.amount, currency: event.currency });
  payment.test = state.mode === 'live' && !event.live;
  if (['accepted', 'held', 'completed'].includes(state.status)) {
    sendBack(payment);
    record(state, 'refused', { must: ['already_paid'] });
    return settleEarly(state, index);
  }
  sweep(state);
  const reasons = whyNot(state, payment);
  state.carrier = index;
  if (reasons === null) {
    state.status = 'accepted';
    record(state, 'accepted', { must: ['payment_approved'] });
    issueInvoice(state);
  } else {
    state.status = 'held';
    record(state, 'held', reasons);
  }
  return settleEarly(state, index);
}

function sweep(state) {
  if (state.due && state.status === 'awaiting_payment') state.status = 'expired';
}

// Why a payment can't be accepted; null when all checks hold.
function whyNot(state, payment) {
  const checks = [];
  const wrongCurrency = payment.currency !== state.currency;
  const wrongAmount = payment.amount !== state.total;
  if (wrongCurrency) checks.push('currency_mismatch');
  if (wrongAmount && !wrongCurrency) checks.push('amount_mismatch');
  if (payment.test) checks.push('test_payment');
  // Open: whether an amount in another currency is also a wrong amount.
  const unclear = wrongAmount && wrongCurrency ? ['amount_mismatch'] : [];
  const circumstances = [];
  const stranger = !state.payments.some((other) => other.attempt && other.provider === payment.provider);
  if (stranger) circumstances.push('provider_mismatch');
  if (isFull(payment)) circumstances.push('payment_refunded');
  if (payment.chargedBack) circumstances.push('payment_charged_back');
  const late = { expired: ['order_expired'], cancelled: ['order_cancelled'] }[state.status] ?? [];
  if (circumstances.length + late.length === 0) {
    return checks.length === 0 ? null : { must: checks, may: unclear };
  }
  // Open: which reasons stand there when several rows of the table fit. One of the rows has to.
  const any = stranger ? ['provider_mismatch'] : [...circumstances, ...late];
  return { any, may: [...circumstances, ...late, ...checks, ...unclear] };
}

// What was taken back before the approval is applied after it; it changes the payment only, because the approval has
// already seen it.
function settleEarly(state, index) {
  const payment = state.payments[index];
  payment.full = isFull(payment);
  if (payment.chargedBack && payment.refunded > 0) {
    // Open: what a payment is that was refunded and charged back.
    return branch(state, (next) => { next.payments[index].status = 'charged_back'; },
      (next) => { next.payments[index].status = payment.full ? 'refunded' : 'partially_refunded'; });
  }
  if (payment.chargedBack) payment.status = 'charged_back';
  if (payment.refunded === 0) return [state];
  return showRefund(state, index);
}

function showRefund(state, index) {
  const payment = state.payments[index];
  if (payment.full) {
    payment.status = 'refunded';
    return [state];
  }
  if (payment.status !== 'refund_due') {
    payment.status = 'partially_refunded';
    return [state];
  }
  // Open: a part of what has to go back has gone back.
  return branch(state, () => {}, (next) => { next.payments[index].status = 'partially_refunded'; });
}

function refund(state, index, event) {
  const payment = state.payments[index];
  const { refunded, full } = payment;
  takeBack(payment, event);
  if (!payment.approved) return [state];
  payment.full = isFull(payment);
  if (full || payment.refunded <= refunded) return [state]; // there was nothing left to give back, or it was told before
  const running = state.carrier === index && ['accepted', 'completed'].includes(state.status);
  if (running && payment.full) {
    state.status = 'cancelled';
    record(state, 'cancelled', { must: ['payment_refunded'] });
    issueCreditNote(state);
  }
  // Open: what a payment is that was charged back and then refunded.
  return payment.chargedBack ? [copy(state), ...showRefund(state, index)] : showRefund(state, index);
}

// The money is with us again; order, decisions and documents stay.
function failRefund(state, index, event) {
  const payment = state.payments[index];
  takeBack(payment, event);
  if (!payment.approved) return [state];
  payment.full = isFull(payment);
  if (payment.status === 'charged_back') return [state]; // the payer's bank has it
  const isOwed = state.status === 'cancelled' || state.carrier !== index;
  // Open: whose the money is that was charged back and then refunded: that of a dispute which was won was ours again.
  if (payment.chargedBack) {
    return branch(state, () => {}, (next) => { next.payments[index].status = 'charged_back'; },
      (next) => { if (isOwed) sendBack(next.payments[index]); });
  }
  if (payment.full) payment.status = 'refunded';
  else if (isOwed) sendBack(payment);
  else payment.status = payment.refunded > 0 ? 'partially_refunded' : 'paid';
  return [state];
}

function chargeBack(state, index) {
  const payment = state.payments[index];
  if (payment.chargedBack) return [state]; // settled already
  payment.chargedBack = true;
  if (!payment.approved) return [state];
  const running = state.carrier === index && ['accepted', 'completed'].includes(state.status);
  // Also when all of it went back before: then it went back twice, and a person has to look.
  payment.status = 'charged_back';
  if (running) {
    state.status = 'held';
    record(state, 'held', { must: ['payment_charged_back'] });
  }
  return [state];
}

// ---- customers ----

function addAttempt(state, { provider, status, code, ids = null, mayJoin = false, key = null, isReplay }) {
  if (key !== null && state.keys[key]) {
    const isAllowed = state.keys[key] === provider ? status === 201 && isReplay : status === 409 && code === 'idempotency_mismatch';
    return isAllowed ? [state] : [];
  }
  if (isReplay) return [];
  const add = () => {
    const known = state.payments.filter((payment) => payment.provider === provider).flatMap((payment) => payment.ids);
    const free = ids?.filter((id) => !known.includes(id)).map((id) => [id]) ?? [[]];
    // Open: whether two attempts that were asked for at once are one.
    return [...(mayJoin && ids.some((id) => known.includes(id)) ? [state] : []), ...branch(state, ...free.map((own) => (next) => {
      next.payments.push(newPayment({ provider, ids: own, attempt: true, amount: next.total, currency: next.currency }));
      if (key !== null) next.keys[key] = provider;
    }))];
  };
  if (status === 409) return state.status === 'awaiting_payment' && !state.due ? [] : [state];
  if (status !== 201) return [];
  // Open: whether an expired order takes another attempt.
  return ['awaiting_payment', 'expired'].includes(state.status) ? add() : [];
}

function cancel(state, { status }) {
  if (['awaiting_payment', 'expired'].includes(state.status)) {
    return status === 200 ? branch(state, (next) => { next.status = 'cancelled'; }) : [];
  }
  return status === 409 ? [state] : [];
}

function ask(state, { decision, by, status, code }) {
  const { review } = state.decisions[decision] ?? {};
  if (review === undefined) return [];
  if (review === null) {
    return status === 201 ? branch(state, (next) => { next.decisions[decision].review = { by, outcome: null }; }) : [];
  }
  if (review.outcome === null) return status === 200 ? [state] : [];
  return status === 409 && code === 'review_decided' ? [state] : [];
}

// ---- staff ----

function complete(state, { status }) {
  if (state.status !== 'accepted') return status === 409 ? [state] : [];
  return status === 200 ? branch(state, (next) => { next.status = 'completed'; }) : [];
}

function credit(state, { amount, status, code }) {
  const invoice = standing(state);
  if (!invoice || amount > invoice.creditable) return status === 409 && code === 'nothing_to_credit' ? [state] : [];
  return status === 201 ? branch(state, (next) => {
    const credited = standing(next);
    credited.creditable -= amount;
    credited.left -= amount;
    credited.credited = credited.left === 0;
    next.documents.push({ kind: 'credit_note', total: amount });
  }) : [];
}

function decide(state, { decision, outcome, status, code }) {
  const subject = state.decisions[decision];
  if (!subject?.review) return [];
  if (subject.review.outcome !== null) return status === 409 ? [state] : [];
  if (subject.outcome === 'refused' && outcome === 'overturned') {
    return status === 409 && code === 'nothing_to_overturn' ? [state] : [];
  }
  const close = (next) => { next.decisions[decision].review.outcome = outcome; };
  const isNewest = decision === state.decisions.findLastIndex((each) => each.outcome !== 'refused');
  if (isNewest && subject.outcome === state.status && ['held', 'accepted'].includes(state.status)) {
    if (status !== 200) return [];
    return branch(state, close)
      .map((next) => (state.status === 'held' ? decideHeld(next, outcome) : decideAccepted(next, outcome)));
  }
  if (subject.outcome === 'refused') return status === 200 ? branch(state, close) : [];
  // Open: a decision that the order has gone on from. It may be closed without effect, or be refused.
  if (status === 409) return [state];
  if (status !== 200) return [];
  const closed = branch(state, close);
  // Open: whether an acceptance can be taken back after the order was completed, or under a newer acceptance.
  const takenBack = subject.outcome === 'accepted' && outcome === 'overturned' &&
    ['accepted', 'completed'].includes(state.status);
  return takenBack ? [...closed, decideAccepted(copy(closed[0]), outcome)] : closed;
}

function decideHeld(state, outcome) {
  if (outcome === 'upheld') {
    state.status = 'cancelled';
    record(state, 'cancelled', { must: ['upheld_by_review'], by: 'staff' });
    giveBack(state);
  } else {
    state.status = 'accepted';
    record(state, 'accepted', { must: ['overturned_by_review'], by: 'staff' });
    if (!standing(state)) issueInvoice(state);
  }
  return state;
}

function decideAccepted(state, outcome) {
  if (outcome === 'overturned') {
    state.status = 'cancelled';
    record(state, 'cancelled', { must: ['overturned_by_review'], by: 'staff' });
    giveBack(state);
  }
  return state;
}

// Money that has not gone back yet has to.
function giveBack(state) {
  issueCreditNote(state);
  const payment = state.payments[state.carrier];
  if (['paid', 'partially_refunded'].includes(payment.status)) sendBack(payment);
}

function sendBack(payment) {
  Object.assign(payment, { status: 'refund_due', wasDue: true });
}

// All that had to go back has gone, unless the payer's bank took it.
function settled(state, { callable }) {
  const waits = ({ provider, wasDue, full, chargedBack }) => callable.includes(provider) && wasDue && !full && !chargedBack;
  return state.payments.some(waits) ? [] : [state];
}

// ---- what is written down ----

function record(state, outcome, { must = [], any = [], may = [], by = 'policy' }) {
  // The policy opens a review of what it holds.
  const review = outcome === 'held' && by === 'policy' ? { by: 'policy', outcome: null } : null;
  state.decisions.push({ outcome, by, must, any, may, review });
}

const standing = (state) => state.documents.find((document) => document.kind === 'invoice' && !document.credited);

function issueInvoice(state) {
  const payment = state.payments[state.carrier];
  const counts = payment.currency === state.currency && !payment.test;
  // Open: what was paid before, when some of it has gone back already.
  const prepaid = payment.refunded > 0 || payment.chargedBack ? null : counts ? payment.amount : 0;
  state.documents.push({ kind: 'invoice', total: state.total, credited: false, left: state.total, creditable: state.creditable, prepaid });
}

function issueCreditNote(state) {
  const invoice = standing(state);
  if (!invoice) return;
  invoice.credited = true;
  state.documents.push({ kind: 'credit_note', total: invoice.left });
}

// ---- comparing ----

// What is wrong with the order as the API shows it, as a text; null when nothing is.
export function difference(state, view) {
  const statuses = state.status === 'awaiting_payment' && state.due ? ['awaiting_payment', 'expired'] : [state.status];
  if (!statuses.includes(view.status)) return `status ${view.status}, not ${statuses.join(' or ')}`;
  if (view.total.amount !== state.total || view.total.currency !== state.currency) return 'the total has changed';
  return differentPayments(state, view) ?? differentDecisions(state, view) ?? differentDocuments(state, view);
}

const paymentText = ({ provider, provider_payment_id, status, amount }) =>
  `${provider} ${provider_payment_id} ${status} ${amount.amount} ${amount.currency}`;

function isPayment(payment, shown) {
  if (payment.provider !== shown.provider) return false;
  if (payment.ids.length === 0 ? shown.provider_payment_id !== null : !payment.ids.includes(shown.provider_payment_id)) {
    return false;
  }
  const early = !payment.approved && (payment.refunded > 0 || payment.chargedBack);
  // Open: what a payment shows of which more has been taken back than approved.
  if (early) return !['paid', 'refund_due'].includes(shown.status);
  return payment.status === shown.status &&
    (payment.amount === null || (payment.amount === shown.amount.amount && payment.currency === shown.amount.currency));
}

function differentPayments(state, view) {
  const left = [...view.payments];
  for (const payment of state.payments) {
    const index = left.findIndex((shown) => isPayment(payment, shown));
    if (index < 0) {
      return `there is no payment ${payment.provider} ${payment.ids} ${payment.status} ${payment.amount} ` +
        `${payment.currency} among ${view.payments.map(paymentText).join(', ')}`;
    }
    left.splice(index, 1);
  }
  if (left.length > 0) return `nobody expects the payment ${paymentText(left[0])}`;
  // Open: whether payments are listed newest first or last.
  const ends = [view.payments[0].id, view.payments.at(-1).id];
  return ends.includes(view.payment?.id) ? null : '`payment` is not the newest';
}

function isDecision({ outcome, by, must, any, may }, shown) {
  const codes = shown.reasons.map((reason) => reason.code);
  return shown.outcome === outcome && shown.made_by === by && (shown.policy === null) === (by === 'staff') &&
    new Set(codes).size === codes.length && must.every((code) => codes.includes(code)) &&
    (any.length === 0 || any.some((code) => codes.includes(code))) &&
    codes.every((code) => must.includes(code) || any.includes(code) || may.includes(code));
}

const decisionText = (shown) =>
  `${shown.outcome} by ${shown.made_by} (${shown.reasons.map((reason) => reason.code).join(', ')})`;
const expectedText = ({ outcome, by, must, any, may }) =>
  `${outcome} by ${by} (${[...must, ...(any.length > 0 ? [`one of ${any}`] : []), ...may.map((code) => `${code}?`)].join(', ')})`;

function differentDecisions(state, view) {
  const same = state.decisions.length === view.decisions.length &&
    state.decisions.every((decision, index) => isDecision(decision, view.decisions[index]));
  if (!same) {
    return `decisions [${view.decisions.map(decisionText).join('; ')}], not [${state.decisions.map(expectedText).join('; ')}]`;
  }
  const newest = view.decisions.findLast((decision) => decision.outcome !== 'refused') ?? null;
  return (view.decision?.id ?? null) === (newest?.id ?? null) ? null : '`decision` is not the newest that is not refused';
}

function differentDocuments(state, view) {
  const text = (documents, total) => documents.map((each) => `${each.kind} ${total(each)}`).join(', ');
  const shown = text(view.invoices, (each) => `${each.total.amount} ${each.total.currency}`);
  const expected = text(state.documents, (each) => `${each.total} ${state.currency}`);
  const reversed = text([...state.documents].reverse(), (each) => `${each.total} ${state.currency}`);
  // Open: whether invoices are listed newest first or last.
  return [expected, reversed].includes(shown) ? null : `invoices [${shown}], not [${expected}]`;
}
