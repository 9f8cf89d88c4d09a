// What Stripe refuses, and in which words: parameters of sessions and refunds, and charges that can't be refunded. A
// request that fails here leaves nothing under its idempotency key, unless the endpoint had begun its work.
import { ApiError } from './fake.mjs';

const DAY = 86_400;

// What POST /v1/checkout/sessions takes here; Stripe has more, and refuses what it does not know.
const SESSION_PARAMETERS = [
  'mode',
  'line_items',
  'success_url',
  'cancel_url',
  'client_reference_id',
  'customer_email',
  'expires_at',
  'metadata',
  'payment_intent_data',
  'payment_method_types',
  'locale',
  'ui_mode',
  'submit_type',
  'expand',
  'currency',
  'billing_address_collection',
  'customer_creation',
];
const REFUND_PARAMETERS = ['payment_intent', 'charge', 'amount', 'reason', 'metadata', 'expand'];
const REFUND_REASONS = ['duplicate', 'fraudulent', 'requested_by_customer'];
const AMOUNT_MAX = 99_999_999; // docs.stripe.com/currencies: eight digits
const AMOUNT_MIN = 50; // docs.stripe.com/currencies#minimum-and-maximum-charge-amounts: € 0.50

export const invalid = (status, message, more = {}, options = { begun: false }) =>
  new ApiError(status, { type: 'invalid_request_error', message, ...more }, options);
const missing = (param) => invalid(400, `Missing required param: ${param}.`, { code: 'parameter_missing', param });
export const noSuch = (what, id, param = 'id') =>
  invalid(404, `No such ${what}: '${id}'`, { code: 'resource_missing', param }, { begun: true });

const euro = (minor) => `€${(minor / 100).toFixed(2)}`;

// Whether an object was made within the times of a list's "created" parameter.
export function withinCreated({ created }, range) {
  if (range === undefined) return true;
  if (typeof range === 'string') return created === Number(range);
  return (
    (range.gt === undefined || created > range.gt) &&
    (range.gte === undefined || created >= range.gte) &&
    (range.lt === undefined || created < range.lt) &&
    (range.lte === undefined || created <= range.lte)
  );
}

function refuseUnknown(params, known) {
  for (const name of Object.keys(params))
    if (!known.includes(name))
      throw invalid(400, `Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
}

// docs.stripe.com/api/metadata: 50 keys, names of 40 characters, values of 500.
function checkMetadata(metadata, param = 'metadata') {
  if (metadata === undefined || metadata === '') return;
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw invalid(400, 'Invalid object', { param });
  const names = Object.keys(metadata);
  if (names.length > 50) throw invalid(400, 'Metadata may not have more than 50 keys.', { param });
  for (const name of names) {
    if (name.length > 40) throw invalid(400, 'Metadata keys may not be longer than 40 characters.', { param });
    if (String(metadata[name]).length > 500)
      throw invalid(
        400,
        `Metadata values can have up to 500 characters, but you passed in a value that is ` +
          `${metadata[name].length} characters.`,
        { param: `${param}[${name}]` },
      );
  }
}

// docs.stripe.com/api/checkout/sessions/create
export function checkSession(params, created) {
  refuseUnknown(params, SESSION_PARAMETERS);
  if (params.mode === undefined) throw missing('mode');
  if (params.mode !== 'payment') throw invalid(400, 'This fake knows mode "payment" only.', { param: 'mode' });
  if (params.success_url === undefined) throw missing('success_url');
  for (const param of ['success_url', 'cancel_url']) {
    if (params[param] !== undefined && !/^https?:\/\/[^/]/.test(params[param])) {
      throw invalid(400, 'Not a valid URL. URLs must be 5000 characters or less and begin with http:// or https://.', {
        code: 'url_invalid',
        param,
      });
    }
  }
  if (!Array.isArray(params.line_items) || params.line_items.length === 0) throw missing('line_items');
  params.line_items.forEach((line, index) => checkLine(line, `line_items[${index}]`));
  if (new Set(params.line_items.map(({ price_data: price }) => price.currency.toLowerCase())).size > 1)
    throw invalid(400, 'All prices on a Checkout Session must have the same currency.', { param: 'line_items' });
  if (params.expires_at !== undefined) {
    if (!/^\d{1,12}$/.test(params.expires_at))
      throw invalid(400, `Invalid integer: ${params.expires_at}`, {
        code: 'parameter_invalid_integer',
        param: 'expires_at',
      });
    const seconds = Number(params.expires_at) - created;
    if (seconds < 30 * 60)
      throw invalid(400, 'The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.', {
        param: 'expires_at',
      });
    if (seconds > DAY)
      throw invalid(400, 'The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.', {
        param: 'expires_at',
      });
  }
  if (params.customer_email !== undefined && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(params.customer_email))
    throw invalid(400, `Invalid email address: ${params.customer_email}`, {
      code: 'email_invalid',
      param: 'customer_email',
    });
  if (
    params.client_reference_id !== undefined &&
    (params.client_reference_id === '' || params.client_reference_id.length > 200)
  )
    throw invalid(400, 'client_reference_id must be 1 to 200 characters.', { param: 'client_reference_id' });
  checkMetadata(params.metadata);
  checkMetadata(params.payment_intent_data?.metadata, 'payment_intent_data[metadata]');
}

function checkLine(line, param) {
  const price = line.price_data;
  if (!price) throw missing(`${param}[price_data]`);
  if (!/^[a-z]{3}$/i.test(price.currency ?? ''))
    throw invalid(400, `Invalid currency: ${price.currency}`, { param: `${param}[price_data][currency]` });
  if (!price.product && !price.product_data?.name) throw missing(`${param}[price_data][product_data]`);
  for (const [name, value] of [
    ['price_data][unit_amount', price.unit_amount],
    ['quantity', line.quantity ?? '1'],
  ]) {
    if (!/^\d{1,9}$/.test(value ?? ''))
      throw invalid(400, `Invalid integer: ${value}`, {
        code: 'parameter_invalid_integer',
        param: `${param}[${name}]`,
      });
  }
}

export function checkTotal(total) {
  if (total < AMOUNT_MIN)
    throw invalid(400, "The Checkout Session's total amount due must add up to at least €0.50 eur", {
      code: 'amount_too_small',
    });
  if (total > AMOUNT_MAX)
    throw invalid(400, "The Checkout Session's total amount must be no more than €999,999.99", {
      code: 'amount_too_large',
    });
}

// docs.stripe.com/api/refunds/create
export function checkRefund(params) {
  refuseUnknown(params, REFUND_PARAMETERS);
  if (!params.payment_intent && !params.charge)
    throw invalid(400, 'One of the following params should be provided for this request: payment_intent or charge.');
  if (params.reason !== undefined && !REFUND_REASONS.includes(params.reason))
    throw invalid(400, `Invalid reason: must be one of ${REFUND_REASONS.join(', ')}`, { param: 'reason' });
  if (params.amount !== undefined && !/^\d{1,12}$/.test(params.amount))
    throw invalid(400, `Invalid integer: ${params.amount}`, { code: 'parameter_invalid_integer', param: 'amount' });
  checkMetadata(params.metadata);
}

// What is left to refund of a charge; throws if the charge, or so much of it, can't be refunded.
export function checkRefundable(charge, amount) {
  const begun = { begun: true };
  const left = charge.amount_captured - charge.amount_refunded;
  if (charge.disputed)
    throw invalid(
      400,
      `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      { code: 'charge_disputed' },
      begun,
    );
  if (charge.status !== 'succeeded' || !charge.captured)
    throw invalid(400, `Charge ${charge.id} is not refundable.`, { code: 'charge_not_refundable' }, begun);
  if (left === 0)
    throw invalid(400, `Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' }, begun);
  if (amount !== undefined && amount < 1)
    throw invalid(
      400,
      'This value must be greater than or equal to 1.',
      { code: 'parameter_invalid_integer', param: 'amount' },
      begun,
    );
  if (amount > left) {
    throw invalid(
      400,
      `Refund amount (${euro(amount)}) is greater than unrefunded amount on charge (${euro(left)})`,
      { code: 'amount_too_large', param: 'amount' },
      begun,
    );
  }
  return left;
}
