// A plain HTTP client over kept connections: node:http, so that exactly the bytes and headers of the test are sent.
import { Agent, request as httpRequest } from 'node:http';

import { PATIENCE_MS, atEnd, withoutGaps } from './processes.mjs';

export class Client {
  constructor(url, { connections = Infinity } = {}) {
    this.url = new URL(url);
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    atEnd(() => this.agent.destroy());
  }

  // {status, headers, bytes, text, json}; `body` is bytes or text and is sent as it is. A header that is
  // undefined is left out.
  send(method, path, { headers = {}, body, agent = this.agent } = {}) {
    const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body);
    const length = body === undefined && ['GET', 'HEAD', 'DELETE'].includes(method) ? {} : { 'content-length': bytes.length };
    return new Promise((done, failed) => {
      const request = httpRequest({
        agent, method, path, host: this.url.hostname, port: this.url.port, timeout: PATIENCE_MS,
        headers: withoutGaps({ ...length, ...headers }),
      }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.once('error', failed);
        response.once('end', () => done(new Answer(response, Buffer.concat(chunks))));
      });
      request.once('timeout', () => request.destroy(new Error(`${method} ${path} was not answered`)));
      request.once('error', failed);
      request.end(bytes);
    });
  }

  // A call of the API: `body` is an object, or text that is sent as it is.
  call(method, path, { token, body, headers = {}, ...rest } = {}) {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
    return this.send(method, path, {
      headers: { ...type, ...authorization, ...headers }, body: raw ? body : JSON.stringify(body), ...rest,
    });
  }
}

export class Answer {
  constructor(response, bytes) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.bytes = bytes;
  }

  get text() {
    return this.bytes.toString();
  }

  get json() {
    return JSON.parse(this.text);
  }

  // For the messages of assertions.
  toString() {
    return `${this.status} ${this.text.slice(0, 600)}`;
  }
}
