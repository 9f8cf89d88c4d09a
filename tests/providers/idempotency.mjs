// The store of idempotency keys: the first answer given under a key is given again, as long as the provider keeps it.
// Both providers work alike (docs.stripe.com/api/idempotent_requests, docs.mollie.com/reference/api-idempotency) and
// differ only in how long a key is kept and in what the errors look like.

export class IdempotencyStore {
  // conflict(kind, key, first): the provider's error; kind is "mismatch" (the key came with another request before) or
  // "in_progress" (the first request under the key is not finished).
  constructor({ clock, keptSeconds, conflict }) {
    this.clock = clock;
    this.keptSeconds = keptSeconds;
    this.conflict = conflict;
    this.entries = new Map();
    this.replayed = 0;
  }

  // execute() gives the answer; its "kept" says whether the endpoint had begun its work: the answer to a request that
  // failed validation is not kept, and the key is free again.
  async run(key, call, execute) {
    const fingerprint = `${call.method} ${call.path}\n${canonical(call.body)}`;
    const known = this.entries.get(key);
    if (known && known.keptUntilMs > this.clock.nowMs()) {
      if (known.fingerprint !== fingerprint) throw this.conflict('mismatch', key, known);
      if (!known.answer) throw this.conflict('in_progress', key, known);
      this.replayed++;
      call.replayed = true;
      return { ...known.answer, headers: { ...known.answer.headers, 'Idempotent-Replayed': 'true' } };
    }
    const entry = { key, call, fingerprint, answer: null, keptUntilMs: this.clock.nowMs() + this.keptSeconds * 1000 };
    this.entries.set(key, entry);
    try {
      entry.answer = await execute();
    } finally {
      if (!entry.answer) this.entries.delete(key);
    }
    if (!entry.answer.kept) this.entries.delete(key);
    return entry.answer;
  }
}

// The same text for the same value, whatever the order of its members.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`);
  return `{${members.join(',')}}`;
}
