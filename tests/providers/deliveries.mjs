// Webhooks on their way: attempts, a schedule of retries with its time compressed, losses, duplicates, disorder.
// Knows nothing of a provider: it is told what to send, when to try again and which answer counts as received.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const ANSWER_BYTES_KEPT = 256;

export class Deliveries {
  // schedule: seconds after the event of each attempt, the first one 0. compress: how many seconds of it pass in one.
  // lost, duplicated: rates from 0 to 1. shuffled: the events of one act go out in random order. gapMs: time between
  // the events of one act; 0 sends them at the same moment, over connections of their own.
  constructor(
    chance,
    {
      schedule,
      accepts,
      timeoutMs,
      compress = 1,
      lost = 0,
      duplicated = 0,
      shuffled = false,
      gapMs = 0,
      enabled = true,
    },
  ) {
    Object.assign(this, { chance, schedule, accepts, timeoutMs, compress, lost, duplicated, shuffled, gapMs, enabled });
    this.all = [];
    this.held = null;
    this.timers = new Set();
    this.requests = new Set();
    this.waiting = [];
    this.closed = false;
  }

  // batch: the webhooks of one act, [{ label, url, message }]; message() gives { headers, body } anew for each attempt.
  send(batch) {
    const planned = [];
    for (const item of this.shuffled ? this.chance.shuffled(batch) : batch) {
      const isLost = !this.enabled || this.chance.happens(this.lost);
      planned.push({ ...item, copy: 1, state: isLost ? 'lost' : 'pending', attempts: [] });
      if (this.enabled && this.chance.happens(this.duplicated))
        planned.push({ ...item, copy: 2, state: isLost ? 'lost' : 'pending', attempts: [] });
    }
    this.all.push(...planned);
    const sendable = planned.filter((delivery) => delivery.state === 'pending');
    if (this.held) this.held.push(...sendable);
    else this.#start(sendable);
  }

  // Keeps back what is sent from here on, until release().
  hold() {
    this.held ??= [];
  }

  // order: "sent", "reversed" or "random".
  release(order = 'sent') {
    const held = this.held ?? [];
    this.held = null;
    if (order === 'reversed') held.reverse();
    this.#start(order === 'random' ? this.chance.shuffled(held) : held);
  }

  // Sends again what was sent before, also what was lost: what a person at the provider's dashboard can do.
  resend(matches = () => true) {
    const again = this.all.filter((delivery) => delivery.copy === 1 && matches(delivery));
    const copies = again.map((delivery) => ({ ...delivery, copy: delivery.copy + 1, state: 'pending', attempts: [] }));
    this.all.push(...copies);
    this.#start(copies);
    return copies.length;
  }

  // Resolves when nothing is under way any more: each is received, given up or lost. What is held is not waited for.
  settled() {
    if (!this.all.some((delivery) => delivery.started && delivery.state === 'pending')) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  close() {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const request of this.requests) request.destroy();
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  #start(deliveries) {
    deliveries.forEach((delivery, position) => {
      delivery.started = true;
      this.#later(position * this.gapMs, () => this.#attempt(delivery, Date.now()));
    });
  }

  #later(ms, act) {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, ms);
    this.timers.add(timer);
  }

  async #attempt(delivery, begunMs) {
    const attempt = { at: new Date().toISOString(), ...(await this.#post(delivery)) };
    delivery.attempts.push(attempt);
    if (attempt.status && this.accepts(attempt.status)) delivery.state = 'delivered';
    else if (delivery.attempts.length >= this.schedule.length) delivery.state = 'failed';
    if (delivery.state === 'pending') {
      const dueMs = begunMs + (this.schedule[delivery.attempts.length] * 1000) / this.compress;
      this.#later(Math.max(0, dueMs - Date.now()), () => this.#attempt(delivery, begunMs));
    } else if (!this.all.some((other) => other.started && other.state === 'pending')) {
      for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  // One attempt: { status } or { error }. Redirects are not followed.
  #post({ url, message }) {
    return new Promise((resolve) => {
      const { headers, body } = message();
      const target = new URL(url);
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const options = {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      };
      const request = send(target, options, (response) => {
        let answer = '';
        response.on('data', (text) => (answer = (answer + text).slice(0, ANSWER_BYTES_KEPT)));
        response.on('end', () => finish({ status: response.statusCode, answer }));
        response.on('error', (error) => finish({ error: error.code ?? error.message }));
      });
      const timer = setTimeout(() => request.destroy(new Error('no answer in time')), this.timeoutMs);
      const finish = (outcome) => {
        clearTimeout(timer);
        this.requests.delete(request);
        resolve(outcome);
      };
      this.requests.add(request);
      request.on('error', (error) => finish({ error: error.code ?? error.message }));
      request.on('close', () => finish({ error: 'closed' }));
      request.end(body);
    });
  }
}
