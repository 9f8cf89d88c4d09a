#pragma once
/*
 * The sandbox: a payment provider of our own for test installations, as a customer meets it. Handlers; see call.h.
 * Nobody logs in, as on a real provider's page: whoever holds a payment's id may act on it. Without the sandbox these
 * paths are not routed at all.
 *
 * It never touches an order itself: each action sends signed webhooks over HTTP to POST /webhooks/sandbox (jobs/).
 */
#include "akkoord/api/call.h"

#define SANDBOX_PATH_PREFIX "/sandbox/"

/*
 * GET /sandbox/payments/{payment}: the page of sandbox_page.h, Dutch or English as Accept-Language prefers. ?done= and
 * ?sent= name the action whose result it shows, ?refused=amount says that an amount could not be read.
 */
api_function api_sandbox_page;
/*
 * POST /sandbox/payments/{payment}/{action}: 202 {"payment", "action", "webhooks": [{"id", "type", "deliveries"}]}.
 *
 *     approve         payment.paid, delivered twice at once, as providers do
 *     decline         payment.failed
 *     expire          payment.expired
 *     refund          payment.refunded, delivered twice; ?amount= in minor units: of that, else of all
 *     charge_back     payment.charged_back
 *     approve_twice   the customer pays twice: payment.paid of this payment, and of another for the same order
 *
 * From a form of the page (urlencoded, by a client that accepts HTML): 303 back to the page when the webhooks have
 * arrived. A refund's amount is then the field `decimal_amount`, as "12.50" or "12,50". What a browser sends on behalf
 * of another site is refused: 403.
 */
api_function api_sandbox_act;
