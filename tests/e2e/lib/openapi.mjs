// Holds what a server answers against its own description, /openapi.json: status, media type, headers and content.
import assert from 'node:assert/strict';

import addFormats from 'ajv-formats';
import Ajv2020 from 'ajv/dist/2020.js';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const ROOT = 'https://example.com/openapi.json'; // a name for references within; nothing is fetched

const pointer = (...steps) => steps.map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
const literalBytes = (path) => path.replace(/\{[^}]*\}/g, '').length;

export class Description {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.ajv);
    this.ajv.addSchema({ $id: ROOT, ...document });
    this.seen = new Set(); // "operationId status" of every answer that was checked
    this.patterns = Object.keys(document.paths).sort((a, b) => literalBytes(b) - literalBytes(a)).map((path) => ({
      path, expression: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]*\}/g, '[^/]+')}$`),
    }));
  }

  // [{method, path, operation}]
  get operations() {
    return Object.entries(this.document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
  }

  // Every "operationId status" there is.
  get answers() {
    return this.operations.flatMap(({ operation }) => Object.keys(operation.responses).map((status) => `${operation.operationId} ${status}`));
  }

  // The operation that a request asks for: where several paths fit, the one with more literal bytes, as the server does.
  find(method, target) {
    const path = target.split('?')[0];
    const found = this.patterns.find(({ expression }) => expression.test(path));
    const operation = found && this.document.paths[found.path][method.toLowerCase()];
    assert.ok(operation, `${method} ${path} is described`);
    return { path: found.path, operation };
  }

  // Follows a reference within the document: [value, where it stands].
  resolve(value, at) {
    if (!value.$ref) return [value, at];
    const steps = value.$ref.slice(2).split('/');
    return [steps.reduce((part, step) => part[step], this.document), `#/${steps.map(encodeURIComponent).join('/')}`];
  }

  validate(at, value, what) {
    const validate = this.ajv.getSchema(`${ROOT}${at}`);
    assert.ok(validate, `${at} is a schema`);
    assert.ok(validate(value), `${what}: ${this.ajv.errorsText(validate.errors)}\n${JSON.stringify(value).slice(0, 1500)}`);
  }

  // Asserts that this answer is one of those that are described.
  check(method, target, answer) {
    const { path, operation } = this.find(method, target);
    const what = `${method} ${path} ${answer.status}`;
    const described = operation.responses[answer.status];
    assert.ok(described, `${what} is described: ${answer}`);
    const [response, at] = this.resolve(described, `#${pointer('paths', path, method.toLowerCase(), 'responses', String(answer.status))}`);
    this.checkHeaders(response, at, answer, what);
    this.checkContent(response, at, answer, what);
    this.seen.add(`${operation.operationId} ${answer.status}`);
  }

  checkHeaders(response, at, answer, what) {
    for (const [name, described] of Object.entries(response.headers ?? {})) {
      const [header, headerAt] = this.resolve(described, `${at}${pointer('headers', name)}`);
      const text = [answer.headers[name.toLowerCase()]].flat()[0]; // node has a list of Set-Cookie
      assert.ok(text !== undefined || !header.required, `${what} has ${name}`);
      if (text !== undefined) this.validate(`${headerAt}/schema`, header.schema.type === 'integer' ? Number(text) : text, `${what} ${name}`);
    }
  }

  checkContent(response, at, answer, what) {
    const type = answer.headers['content-type']?.split(';')[0];
    if (!response.content) {
      assert.equal(answer.bytes.length, 0, `${what} has no content`);
      return;
    }
    assert.ok(response.content[type], `${what} is of a described media type, not ${type}`);
    this.validate(`${at}${pointer('content', type, 'schema')}`, type.endsWith('json') ? answer.json : answer.text, what);
  }
}

export async function loadDescription(server) {
  return new Description((await server.api('GET', '/openapi.json')).json);
}
