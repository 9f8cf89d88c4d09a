// What customers and staff do with Akkoord, as functions: each asserts that it went well.
import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';

export const sampleAddress = { street: 'Voorbeeldlaan 12', postal_code: '1234 AB', city: 'Utrecht', country: 'NL' };

// A buyer whose orders bear no VAT because of a VAT number.
export const businessAbroad = { address: { ...sampleAddress, country: 'DE' }, company: 'Sample Company', vat_number: 'DE136695976' };

// {"services": [...]} of AKKOORD_SERVICES_FILE from {sku: [price in cents, rate]}.
export const priceList = (services) => ({
  services: Object.entries(services).map(([sku, [amount, vat_rate]]) => ({
    sku, name: { nl: `Dienst ${sku}`, en: `Service ${sku}` }, unit_price: { amount, currency: 'EUR' }, price_includes_vat: false,
    vat_category: vat_rate === '0.00' ? 'Z' : 'S', vat_rate,
  })),
});
export const samplePriceList = priceList({ logo: [45000, '21.00'], booklet: [2750, '9.00'] });
export const sampleSeller = { name: 'Sample Studio', address: { street: 'Voorbeeldstraat 1', postal_code: '1000 AA', city: 'Amsterdam',
  country: 'NL' }, kvk_number: '12345678', vat_number: 'NL123456789B01', iban: 'NL91ABNA0417164300', email: 'studio@example.com' };

let people = 0;
export const newEmail = () => `customer-${++people}-${randomBytes(6).toString('hex')}@example.com`;

// {id, token, email, password}: a new customer with an address, so that orders need none.
export async function registerCustomer(server, details = {}) {
  const body = { email: newEmail(), password: 'a long sample password', name: 'Sample Customer', address: sampleAddress, ...details };
  const answer = await server.api('POST', '/v1/customers', { body });
  assert.equal(answer.status, 201, String(answer));
  return { ...answer.json, email: body.email, password: body.password };
}

// The price list as {sku: service}.
export async function services(server) {
  const answer = await server.api('GET', '/v1/services');
  assert.equal(answer.status, 200, String(answer));
  return Object.fromEntries(answer.json.services.map((service) => [service.sku, service]));
}

const firstSku = new WeakMap();

async function someLine(server) {
  if (!firstSku.has(server)) firstSku.set(server, Object.keys(await services(server))[0]);
  return { sku: firstSku.get(server), quantity: 1 };
}

// A new order, by default of one service, to be paid through `standard`.
export async function placeOrder(server, customer, { lines, payment_provider = 'standard', headers, ...rest } = {}) {
  const body = { lines: lines ?? [await someLine(server)], payment_provider, ...rest };
  const answer = await server.api('POST', '/v1/orders', { token: customer.token, body, headers });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

// The order as it is now.
export async function getOrder(server, customer, order) {
  const answer = await server.api('GET', `/v1/orders/${order.id ?? order}`, { token: customer.token });
  assert.equal(answer.status, 200, String(answer));
  return answer.json;
}

// Follows `next` to the end: all items.
export async function listAll(server, token, path, limit = 100) {
  const items = [];
  for (let after = null; ;) {
    const query = new URLSearchParams({ limit: String(limit), ...(after === null ? {} : { after }) });
    const answer = await server.api('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`, { token });
    assert.equal(answer.status, 200, String(answer));
    items.push(...answer.json.items);
    after = answer.json.next;
    if (after === null) return items;
  }
}

// The token of a link to the form of a review, as a decision message holds one: only its hash stands in the database.
export async function linkToken(server, decision, { days = 90 } = {}) {
  const token = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(token).digest('hex');
  const { code, stderr } = await server.psql(`INSERT INTO akkoord.review_link
    SELECT '\\x${hash}', d.id, o.customer_id, now(), now() + ${Number(days)} * interval '1 day'
    FROM akkoord.decision d JOIN akkoord.customer_order o ON o.id = d.order_id WHERE d.id = '${decision.id}'`);
  assert.equal(code, 0, stderr);
  return token;
}

// ---- staff ----

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(text) {
  const bits = [...text.replace(/=+$/, '')].map((letter) => {
    assert.ok(BASE32.includes(letter), 'a TOTP secret is base32');
    return BASE32.indexOf(letter).toString(2).padStart(5, '0');
  }).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

// RFC 6238 with SHA-1, 6 digits and steps of 30 s.
export function totp(secret, at = new Date(), stepsAhead = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30000) + stepsAhead));
  const hash = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = hash.at(-1) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// {email, password, totp_secret, role}, made by `akkoord staff add` beside the running server.
export async function addStaff(server, role = 'reviewer', email = `staff-${newEmail()}`) {
  const { code, stdout, stderr } = await server.cli(['staff', 'add', email, '--role', role]);
  assert.equal(code, 0, stderr);
  assert.equal(stdout.trimEnd().split('\n').length, 1, 'it prints one line');
  return { ...JSON.parse(stdout), role };
}

// {token, role}. A code works once: a second log-in of the same person within 30 s needs stepsAhead 1.
export async function staffLogin(server, staff, stepsAhead = 0) {
  const { email, password, totp_secret } = staff;
  const answer = await server.api('POST', '/v1/staff/sessions',
    { body: { email, password, code: totp(totp_secret, server.now(), stepsAhead) } });
  assert.equal(answer.status, 201, String(answer));
  return answer.json;
}

// A member of staff who is logged in: {email, ..., role, token}.
export async function newStaff(server, role = 'reviewer') {
  const staff = await addStaff(server, role);
  return { ...staff, ...(await staffLogin(server, staff)) };
}
