// What can go wrong between a client and a provider, as rules that a test switches on. A rule says which calls it is
// for and how often, whether the call is still processed (the money moves, only the answer is bad), and what the client
// sees. README.md lists the kinds.
import { setTimeout as sleep } from 'node:timers/promises';

const MEBIBYTE = 1024 * 1024;

// What chaos picks from, unless told otherwise.
const CHAOS = [
  { kind: 'slow', ms: 30 },
  { kind: 'slow', ms: 30, phase: 'processing' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 500, processed: true },
  { kind: 'status', status: 502, processed: true },
  { kind: 'status', status: 503, retryAfter: 1 },
  { kind: 'status', status: 429, retryAfter: 1 },
  { kind: 'reset' },
  { kind: 'reset', processed: false },
  { kind: 'reset', afterBytes: 40 },
  { kind: 'body', body: 'html' },
  { kind: 'body', body: 'truncated' },
  { kind: 'body', body: 'empty' },
];

const htmlPage = (title) =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;

// Bodies that are no answer, under the status that the right answer would have had.
const BODIES = {
  html: () => ({ type: 'text/html', body: htmlPage('We will be right back') }),
  empty: () => ({ body: '' }),
  truncated: (json) => ({ body: json.slice(0, Math.floor(json.length / 2)) }),
  'wrong-type': (json) => ({ type: 'text/plain', body: json }),
  array: () => ({ body: '[]' }),
  null: () => ({ body: 'null' }),
  'other-object': () => ({ body: '{"id":42,"object":["unexpected"],"status":{"paid":true}}' }),
  deep: () => ({ body: '['.repeat(200_000) + ']'.repeat(200_000) }),
  binary: () => ({ body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x00, 0xc0, 0x80, 0x22, 0x7d]) }),
  'duplicate-keys': (json) => ({ body: `{"id":"sample_other",${json.slice(json.indexOf('{') + 1)}` }),
};

// processed: whether the call is carried out, unless the rule says otherwise.
const KINDS = {
  slow: {
    processed: true,
    async answer({ rule, send }) {
      if (rule.phase !== 'processing') await sleep(rule.ms);
      send();
    },
  },
  hang: { processed: true, answer: () => {} },
  status: {
    processed: false,
    answer({ rule, fake, send }) {
      send(failure(fake, rule));
    },
  },
  reset: {
    processed: true,
    async answer({ rule, answer, response, fake }) {
      const { socket } = response;
      if (answer && rule.afterBytes) {
        const text = fake.render(answer);
        response.writeHead(answer.status, { 'Content-Type': fake.jsonType, 'Content-Length': Buffer.byteLength(text) });
        response.write(text.slice(0, rule.afterBytes));
        await sleep(5);
        socket.destroy();
      } else {
        socket.resetAndDestroy();
      }
    },
  },
  body: {
    processed: true,
    async answer({ rule, answer, response, fake }) {
      const status = rule.status ?? answer?.status ?? 200;
      if (rule.body === 'huge') return writeHuge(response, status, fake.jsonType, rule.bytes ?? 64 * MEBIBYTE);
      const nonsense = BODIES[rule.body](answer ? fake.render(answer) : '{}');
      const headers = {
        'Content-Type': nonsense.type ?? fake.jsonType,
        'Content-Length': Buffer.byteLength(nonsense.body),
      };
      response.writeHead(status, headers).end(nonsense.body);
    },
  },
  drip: {
    processed: true,
    async answer({ rule, answer, response, fake }) {
      const text = fake.render(answer ?? fake.failure(500));
      response.writeHead(answer?.status ?? 500, {
        'Content-Type': fake.jsonType,
        'Content-Length': Buffer.byteLength(text),
      });
      for (const unit of text) {
        if (response.destroyed) return;
        response.write(unit);
        await sleep(rule.ms ?? 20);
      }
      response.end();
    },
  },
  redirect: {
    processed: false,
    answer({ rule, fake, response }) {
      response
        .writeHead(rule.status ?? 302, { Location: rule.location ?? fake.redirectTrap, 'Content-Length': 0 })
        .end();
    },
  },
  reorder: {
    processed: true,
    async answer({ rule, send }) {
      rule.waiting ??= [];
      rule.waiting.push(send);
      if (rule.waiting.length === 1) rule.timer = setTimeout(() => flushReversed(rule), rule.ms ?? 2000);
      if (rule.waiting.length >= (rule.count ?? 2)) await flushReversed(rule);
    },
  },
  'webhook-first': {
    processed: true,
    async answer({ rule, answer, fake, send }) {
      if (answer?.status < 300) {
        fake.control(rule.act ?? 'pay', answer.body.id, rule.with);
        await Promise.race([fake.settled(), sleep(rule.ms ?? 2000, undefined, { ref: false })]);
      }
      send();
    },
  },
  change: {
    processed: true,
    answer({ rule, answer, send }) {
      send(answer && { ...answer, body: rule.change(structuredClone(answer.body)) });
    },
  },
};

async function flushReversed(rule) {
  clearTimeout(rule.timer);
  for (const send of rule.waiting.splice(0).reverse()) {
    send();
    await sleep(5);
  }
}

// Valid JSON for as long as anybody cares to read: white space, and the end never comes before the bytes are spent.
function writeHuge(response, status, type, bytes) {
  const piece = Buffer.alloc(64 * 1024, ' ');
  response.writeHead(status, { 'Content-Type': type });
  response.write('{"data":[');
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= piece.length;
      if (!response.write(piece)) return response.once('drain', more);
    }
    if (!response.destroyed) response.end(']}');
  };
  more();
}

// The answer a "status" rule gives: the provider's own error, or a page of the gateway before it.
export function failure(fake, { status, retryAfter }) {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  if (status === 502 || status === 504)
    return { status, headers: { ...headers, 'Content-Type': 'text/html' }, body: htmlPage(`${status} Bad Gateway`) };
  const answer = fake.failure(status);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

export class Misbehaviour {
  constructor(chance) {
    this.chance = chance;
    this.rules = [];
    this.chaos = null;
  }

  // on: "POST /v1/refunds", where {id} stands for any one part of the path; or a RegExp for that text; or a function of
  // the call; without it every call. times: for how many calls (1). rate: for which part of them (1).
  add(rule) {
    if (!KINDS[rule.kind]) throw new Error(`no kind of misbehaviour: ${rule.kind}`);
    if (rule.kind === 'body' && rule.body !== 'huge' && !BODIES[rule.body])
      throw new Error(`no such body: ${rule.body}`);
    const times = rule.times ?? (rule.kind === 'reorder' ? (rule.count ?? 2) : 1);
    this.rules.push({ rate: 1, processed: KINDS[rule.kind].processed, ...rule, times: Number(times), taken: 0 });
    return this.rules[this.rules.length - 1];
  }

  // From here on each call goes wrong at that rate, in one of the ways of kinds.
  setChaos(rate, kinds = CHAOS) {
    this.chaos = rate > 0 ? { rate, kinds } : null;
  }

  clear() {
    this.rules = [];
    this.chaos = null;
  }

  // The rule for this call, or null.
  take(call) {
    for (const rule of this.rules) {
      if (rule.times <= rule.taken || !concerns(rule.on, call) || !this.chance.happens(rule.rate)) continue;
      rule.taken++;
      return rule;
    }
    if (!this.chaos || !this.chance.happens(this.chaos.rate)) return null;
    const rule = this.chance.pick(this.chaos.kinds);
    return { processed: KINDS[rule.kind].processed, ...rule };
  }
}

function concerns(on, call) {
  if (on === undefined) return true;
  if (typeof on === 'function') return on(call);
  const text = `${call.method} ${call.path}`;
  if (on instanceof RegExp) return on.test(text);
  const parts = on.split('/').map((part) => (part === '{id}' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`).test(text);
}

export const misbehave = (rule, context) => KINDS[rule.kind].answer({ rule, ...context });
