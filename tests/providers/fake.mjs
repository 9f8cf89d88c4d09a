// What the fakes of all providers share: the HTTP server, the log of calls, idempotency keys, misbehaviour, webhooks,
// the control calls under /_fake for those who are not in the same process, and the command line.
//
// A provider is a subclass with
//   authenticate(call)        throws an ApiError
//   parse(call, text)         gives the body as an object, or throws an ApiError
//   handle(call)              gives { status, body } (a copy: the answer is kept), or throws an ApiError
//   problem(error)            an ApiError in the provider's JSON, as { status, body }
//   failure(status)           the provider's own 4xx or 5xx for a misbehaviour
//   conflict(kind, key, entry) the ApiError of an idempotency key
//   controls                  the names of the methods that may be called under /_fake
//   snapshot()                all that it knows, as JSON
//   tick()                    lets expire what is due
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { Chance, Clock, newSeed } from './chance.mjs';
import { Deliveries } from './deliveries.mjs';
import { IdempotencyStore } from './idempotency.mjs';
import { Misbehaviour, failure, misbehave } from './misbehaviour.mjs';

const BODY_BYTES_MAX = 1024 * 1024;

// begun: whether the endpoint had begun its work, and the answer is kept under the idempotency key.
export class ApiError extends Error {
  constructor(status, details, { begun = true, headers = {} } = {}) {
    super(details.message ?? details.detail);
    Object.assign(this, { status, details, begun, headers });
  }
}

export class Fake {
  constructor(options, { jsonType, keptSeconds, delivery }) {
    this.options = options;
    this.jsonType = jsonType;
    this.seed = options.seed ?? newSeed();
    this.clock = new Clock();
    this.names = new Chance(this.seed, 'names');
    this.misbehaviour = new Misbehaviour(new Chance(this.seed, 'misbehaviour'));
    this.deliveries = new Deliveries(new Chance(this.seed, 'deliveries'), { ...delivery, ...options.delivery });
    this.idempotency = new IdempotencyStore({
      clock: this.clock,
      keptSeconds,
      conflict: (kind, key, entry) => this.conflict(kind, key, entry),
    });
    this.calls = [];
    this.redirectsFollowed = [];
    this.sockets = new Set();
    if (options.chaos) this.misbehaviour.setChaos(options.chaos);
  }

  // ---- the server ----

  async start({ port = 0, host = '127.0.0.1' } = {}) {
    this.server = createServer({ keepAliveTimeout: 5000 }, (request, response) => {
      this.#serve(request, response).catch((error) => this.#crash(error, response));
    });
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(port, host, resolve));
    this.port = this.server.address().port;
    this.host = host;
    this.url = `http://${host}:${this.port}`;
    this.redirectTrap = `${this.url}/_fake/redirected`;
    return this;
  }

  // The provider is down: connections are refused until resume(), at the same port.
  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async resume() {
    await new Promise((resolve, reject) => this.server.once('error', reject).listen(this.port, this.host, resolve));
  }

  async close() {
    this.deliveries.close();
    await this.stop();
  }

  #crash(error, response) {
    process.stderr.write(`the fake itself failed: ${error.stack}\n`);
    if (!response.headersSent) response.writeHead(599, 'Fake Failed');
    response.end();
  }

  async #serve(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    const text = await readBody(request);
    const call = {
      number: this.calls.length + 1,
      at: Date.now(),
      method: request.method,
      path: pathname,
      query: searchParams,
      headers: request.headers,
      text,
      body: null,
      status: null,
      misbehaviour: null,
      replayed: false,
    };
    if (pathname.startsWith('/_fake/')) return this.#serveControl(call, response);
    if (this.isPage(pathname)) return this.#servePage(call, response);

    this.calls.push(call);
    this.tick();
    const rule = this.misbehaviour.take(call);
    call.misbehaviour = rule?.kind ?? null;
    const answer = rule && !rule.processed && !rule.remembered ? null : await this.#perform(call, rule);
    call.status = answer?.status ?? null;
    const send = (other = answer) => this.#send(response, this.complete(call, other ?? this.failure(500)));
    if (rule && !(rule.remembered && call.replayed))
      await misbehave(rule, { call, answer, response, fake: this, send });
    else send();
  }

  // Carries the call out, under its idempotency key if it has one.
  async #perform(call, rule) {
    try {
      this.authenticate(call);
      call.body = this.parse(call, call.text);
      const key = call.method === 'POST' ? call.headers['idempotency-key'] : undefined;
      return key === undefined
        ? await this.#execute(call, rule)
        : await this.idempotency.run(key, call, () => this.#execute(call, rule));
    } catch (error) {
      if (error instanceof ApiError) return this.problem(error);
      throw error;
    }
  }

  async #execute(call, rule) {
    if (rule?.kind === 'slow' && rule.phase === 'processing') await sleep(rule.ms);
    let answer;
    try {
      answer = rule?.processed === false ? null : { headers: {}, ...this.handle(call), kept: true };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer = { ...this.problem(error), kept: error.begun };
    }
    // A failure that the provider remembers: the same key gives it again, whatever became of the payment.
    return rule?.remembered ? { ...failure(this, rule), kept: true } : answer;
  }

  // Headers that every answer has; a provider adds its own.
  complete(call, answer) {
    return answer;
  }

  render(answer) {
    return typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body, null, 2);
  }

  #send(response, answer) {
    if (response.destroyed) return;
    if (answer.body === undefined) return response.writeHead(answer.status, answer.headers).end();
    const body = this.render(answer);
    const headers = { 'Content-Type': this.jsonType, 'Content-Length': Buffer.byteLength(body), ...answer.headers };
    response.writeHead(answer.status, headers).end(body);
  }

  // ---- control ----

  // One of the provider's controls by name: control('pay', id, { amount }).
  control(name, ...args) {
    if (!this.controls.includes(name)) throw new Error(`no such control: ${name}`);
    return this[name](...args.filter((arg) => arg !== undefined));
  }

  misbehave(rule) {
    return this.misbehaviour.add(rule);
  }

  chaos(rate, kinds) {
    this.misbehaviour.setChaos(rate, kinds);
  }

  behave() {
    this.misbehaviour.clear();
  }

  // Lets the provider's time pass: keys, sessions and payments expire.
  advance(seconds) {
    this.clock.advance(seconds);
    this.tick();
  }

  settled() {
    return this.deliveries.settled();
  }

  // POST /_fake/CONTROL with { "id", ...options }; POST /_fake/misbehave, /chaos, /behave, /advance, /resend, /hold,
  // /release; GET /_fake/state. Nothing of this exists at the provider.
  async #serveControl(call, response) {
    const name = call.path.slice('/_fake/'.length);
    if (name === 'redirected') {
      this.redirectsFollowed.push({ method: call.method, authorization: call.headers.authorization !== undefined });
      return this.#send(response, { status: 200, headers: {}, body: {} });
    }
    try {
      const { id, ...options } = call.text === '' ? {} : JSON.parse(call.text);
      const result = this.#runControl(name, id, options);
      this.#send(response, { status: 200, headers: {}, body: result ?? {} });
    } catch (error) {
      this.#send(response, { status: 400, headers: {}, body: { error: error.message } });
    }
  }

  #runControl(name, id, options) {
    switch (name) {
      case 'state':
        return this.state();
      case 'misbehave':
        return void this.misbehave(options);
      case 'chaos':
        return this.chaos(options.rate);
      case 'behave':
        return this.behave();
      case 'advance':
        return this.advance(options.seconds);
      case 'resend':
        return { resent: this.deliveries.resend() };
      case 'hold':
        return this.deliveries.hold();
      case 'release':
        return this.deliveries.release(options.order);
      default:
        return this.control(name, id, options);
    }
  }

  // All that a test may want to look at, as plain values.
  state() {
    const calls = this.calls.map(({ headers, query, ...call }) => ({
      ...call,
      key: headers['idempotency-key'] ?? null,
    }));
    const webhooks = this.deliveries.all.map(({ label, url, copy, state, attempts }) => ({
      label,
      url,
      copy,
      state,
      attempts,
    }));
    return { seed: this.seed, ...this.snapshot(), ledger: this.ledger(), counters: this.counters(), calls, webhooks };
  }

  // How often each kind of call came, whatever became of it; ids are written {id}.
  counters() {
    const counts = { replayed: this.idempotency.replayed };
    for (const { method, path } of this.calls) {
      const name = `${method} ${path.replace(/\/[a-z]{2,5}_[^/]+/g, '/{id}')}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  // What was charged and given back under one reference of the client's: more than one charge is a double charge.
  charged(reference) {
    return this.ledger()[reference] ?? { attempts: 0, charges: 0, charged: 0, refunds: 0, refunded: 0, disputed: 0 };
  }

  // ---- the page that the customer would see ----

  isPage() {
    return false;
  }

  #servePage(call, response) {
    const id = call.path.split('/').pop();
    if (call.method === 'POST') {
      this.control(new URLSearchParams(call.text).get('act'), id);
      return response.writeHead(303, { Location: call.path, 'Content-Length': 0 }).end();
    }
    const buttons = this.controls.map((name) => `<button name="act" value="${name}">${name}</button>`).join('\n');
    const form = `<h1>${id}</h1>\n<form method="post">${buttons}</form>`;
    const page = `<!DOCTYPE html>\n<title>${this.constructor.name}</title>\n${form}\n`;
    response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': Buffer.byteLength(page) }).end(page);
  }
}

async function readBody(request) {
  const pieces = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('the body is too long');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

// An entry of a ledger, made at first use.
export function ledgerEntry(ledger, reference) {
  ledger[reference] ??= { attempts: 0, charges: 0, charged: 0, refunds: 0, refunded: 0, disputed: 0 };
  return ledger[reference];
}

// Runs a fake from the command line until it is told to end.
export async function runFromCommandLine(start, { key, secret }) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      host: { type: 'string', default: '127.0.0.1' },
      key: { type: 'string', default: key },
      secret: { type: 'string', default: secret },
      webhook: { type: 'string' },
      seed: { type: 'string' },
      compress: { type: 'string', default: '1' },
      lose: { type: 'string', default: '0' },
      duplicate: { type: 'string', default: '0' },
      shuffle: { type: 'boolean', default: false },
      silent: { type: 'boolean', default: false },
      chaos: { type: 'string', default: '0' },
    },
  });
  const fake = await start({
    port: Number(values.port),
    host: values.host,
    key: values.key,
    seed: values.seed,
    chaos: Number(values.chaos),
    webhook: values.webhook,
    secret: values.secret,
    delivery: {
      compress: Number(values.compress),
      lost: Number(values.lose),
      duplicated: Number(values.duplicate),
      shuffled: values.shuffle,
      enabled: !values.silent,
    },
  });
  process.stdout.write(`listening ${fake.url} (seed ${fake.seed})\n`);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => fake.close());
}
