// The objects of Stripe's API as the fake makes them: the fields of API versions 2024-2026 for payments in mode
// "payment", with null where Stripe has null. Shapes: docs.stripe.com/api/checkout/sessions/object,
// /api/payment_intents/object, /api/charges/object, /api/refunds/object, /api/disputes/object, /api/events/object.

const EVIDENCE_SECONDS = 21 * 86_400;

const nulls = (names) => Object.fromEntries(names.split(/\s+/).map((name) => [name, null]));

export function lineItem(names, { price_data: price, quantity }) {
  const unit = Number(price.unit_amount);
  const currency = price.currency.toLowerCase();
  return {
    id: `li_1${names.letters(23)}`,
    object: 'item',
    amount_discount: 0,
    amount_subtotal: unit * quantity,
    amount_tax: 0,
    amount_total: unit * quantity,
    currency,
    description: price.product_data?.name ?? null,
    metadata: {},
    price: {
      id: `price_1${names.letters(23)}`,
      object: 'price',
      active: false,
      billing_scheme: 'per_unit',
      currency,
      livemode: false,
      metadata: {},
      product: price.product ?? `prod_${names.letters(14)}`,
      tax_behavior: 'unspecified',
      type: 'one_time',
      unit_amount: unit,
      unit_amount_decimal: String(unit),
      ...nulls('custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity'),
    },
    quantity,
    ...nulls('adjustable_quantity'),
  };
}

export function customerDetails(email, name = null) {
  return { email, name, tax_exempt: 'none', tax_ids: [], ...nulls('address phone') };
}

export function checkoutSession({ id, url, created, livemode, params, total, currency, expiresAt }) {
  return {
    id,
    object: 'checkout.session',
    ...nulls('after_expiration allow_promotion_codes billing_address_collection client_secret collected_information'),
    ...nulls('consent consent_collection currency_conversion customer customer_account integration_identifier invoice'),
    ...nulls('origin_context payment_intent payment_link payment_method_configuration_details permissions'),
    ...nulls('recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost'),
    ...nulls('submit_type subscription wallet_options'),
    adaptive_pricing: { enabled: false },
    amount_subtotal: total,
    amount_total: total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    created,
    currency,
    custom_fields: [],
    custom_text: nulls('after_submit shipping_address submit terms_of_service_acceptance'),
    customer_creation: 'if_required',
    customer_details: params.customer_email ? customerDetails(params.customer_email) : null,
    customer_email: params.customer_email ?? null,
    discounts: [],
    expires_at: expiresAt,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        metadata: {},
        ...nulls('account_tax_ids custom_fields description footer issuer rendering_options'),
      },
    },
    livemode,
    locale: params.locale ?? null,
    managed_payments: { enabled: false },
    metadata: params.metadata ?? {},
    mode: 'payment',
    payment_method_collection: 'if_required',
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: params.payment_method_types ?? ['card', 'ideal', 'bancontact'],
    payment_status: 'unpaid',
    phone_number_collection: { enabled: false },
    shipping_options: [],
    status: 'open',
    success_url: params.success_url ?? null,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: params.ui_mode ?? 'hosted_page',
    url,
  };
}

export function paymentIntent({ id, created, livemode, session, data }) {
  return {
    id,
    object: 'payment_intent',
    ...nulls('allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at'),
    ...nulls('cancellation_reason customer customer_account excluded_payment_method_types last_payment_error'),
    ...nulls('latest_charge next_action on_behalf_of payment_method payment_method_configuration_details processing'),
    ...nulls('review setup_future_usage shipping source statement_descriptor statement_descriptor_suffix'),
    ...nulls('transfer_data transfer_group'),
    amount: session.amount_total,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    capture_method: data?.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_sample`,
    confirmation_method: 'automatic',
    created,
    currency: session.currency,
    description: data?.description ?? null,
    livemode,
    managed_payments: { enabled: false },
    metadata: data?.metadata ?? {},
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    payment_method_types: session.payment_method_types,
    receipt_email: data?.receipt_email ?? null,
    status: 'requires_payment_method',
  };
}

// status: succeeded, pending or failed. captured: false for an authorisation only.
export function charge({ id, created, livemode, intent, method, status, captured = status !== 'failed' }) {
  const failed = status === 'failed';
  return {
    id,
    object: 'charge',
    ...nulls('application application_fee application_fee_amount balance_transaction customer destination dispute'),
    ...nulls('failure_balance_transaction on_behalf_of order receipt_number receipt_url review shipping source'),
    ...nulls('source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group'),
    amount: intent.amount,
    amount_captured: captured && status === 'succeeded' ? intent.amount : 0,
    amount_refunded: 0,
    billing_details: {
      address: nulls('city country line1 line2 postal_code state'),
      name: 'Sample Customer',
      ...nulls('email phone tax_id'),
    },
    calculated_statement_descriptor: 'SAMPLE',
    captured,
    created,
    currency: intent.currency,
    description: intent.description,
    disputed: false,
    failure_code: failed ? 'card_declined' : null,
    failure_message: failed ? 'Your card was declined.' : null,
    fraud_details: {},
    livemode,
    metadata: intent.metadata,
    outcome: {
      ...nulls('advice_code network_advice_code network_decline_code'),
      network_status: failed ? 'declined_by_network' : 'approved_by_network',
      reason: failed ? 'generic_decline' : null,
      risk_level: 'normal',
      seller_message: failed ? 'The bank did not return any further details.' : 'Payment complete.',
      type: failed ? 'issuer_declined' : 'authorized',
    },
    paid: status === 'succeeded',
    payment_intent: intent.id,
    payment_method: intent.payment_method,
    payment_method_details: { [method]: {}, type: method },
    receipt_email: intent.receipt_email,
    refunded: false,
    status,
  };
}

export function refund({ id, created, charge: refunded, amount, params, status }) {
  return {
    id,
    object: 'refund',
    ...nulls('balance_transaction customer customer_account receipt_number source_transfer_reversal transfer_reversal'),
    amount,
    charge: refunded.id,
    created,
    currency: refunded.currency,
    destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
    metadata: params.metadata ?? {},
    payment_intent: refunded.payment_intent,
    payment_method: refunded.payment_method,
    reason: params.reason ?? null,
    status,
  };
}

export function dispute({ id, created, charge: disputed, amount, reason }) {
  return {
    id,
    object: 'dispute',
    amount,
    balance_transactions: [],
    charge: disputed.id,
    created,
    currency: disputed.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: created + EVIDENCE_SECONDS,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: disputed.livemode,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: disputed.payment_intent,
    payment_method_details: disputed.payment_method_details,
    reason,
    status: 'needs_response',
  };
}

export function event({ id, apiVersion, created, livemode, type, object, previous, request, webhooks }) {
  return {
    id,
    object: 'event',
    api_version: apiVersion,
    created,
    data: { object: structuredClone(object), ...(previous ? { previous_attributes: previous } : {}) },
    livemode,
    pending_webhooks: webhooks,
    request,
    type,
  };
}
