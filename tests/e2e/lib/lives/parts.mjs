// What the providers' parts of random lives have in common. Each provider is {makesUpEvents?, hasIds?, makeEvent, act}:
//
//     makeEvent(random, plan, payment)    more of the step {do: 'event', provider, payment, ...}; `form` says what happens
//     act(world, plan, life, step)        does it; resolves to the chains of acts that the model knows it as (anyOrder)
//     makesUpEvents                       its events have ids by the step's `number`, and may be sent again
//     hasIds                              an attempt has the provider's id from its beginning
import assert from 'node:assert/strict';

// A chain of one act.
export const alone = (act) => [{ acts: [act] }];

// Shares of an amount.
export const PARTS = { all: 5, half: 4, rest: 3, one: 2 };

export function partOf(amount, part) {
  const half = Math.floor(amount / 2);
  return { all: amount, half, rest: amount - half, one: 1 }[part ?? 'all'];
}

// An amount by how it relates to the order's total.
export const SIZES = { total: 16, less: 1, more: 1 };
export const amountOf = ({ size }, total) => ({ total, less: total - 1, more: total + 1000 })[size];

// A webhook is taken.
export function told(answer) {
  assert.ok(answer.status === 200 && answer.text === 'OK', `a webhook was answered ${answer}`);
}
