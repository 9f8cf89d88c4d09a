#pragma once
/*
 * An invoice or credit note as UBL 2.1 (ISO/IEC 19845) that follows EN 16931: the same facts as on the PDF, for
 * programs.
 *
 * Pure; any number of threads may render at once. The same invoice gives the same bytes. Every amount is an integer of
 * cents until it is text, and none is computed here but the rest to pay: BR-CO-10 to BR-CO-17 and the sums of each
 * category hold because amounts for which they don't are refused. (The official rules let differences below 1.00 pass;
 * here there is none, but for the cent by which BR-CO-17 and prices that include VAT can't both be met.)
 *
 * Whose rules it follows (BT-24) depends on the buyer:
 *
 *     a Dutch business or authority with a KvK number or OIN    NLCIUS
 *     a business elsewhere with a VAT number, and where NLCIUS
 *     would warn: in another currency, credited but not paid    Peppol BIS Billing 3.0
 *     consumers, and whoever lacks something those ask for      EN 16931 alone
 *
 * VAT categories S, Z, E, AE, K and G (UNCL5305); a reason is given as a text, never as a code (NLCIUS warns,
 * BR-NL-35).
 *
 *     BT-1  number             BT-10 the buyer's reference        BT-25 the invoice that is credited
 *     BT-13, BT-14             the order's number: the shop's, which the buyer ordered under
 *     BT-34, BT-49             addresses in the Peppol network: KvK 0106, OIN 0190, or the VAT number
 *     BT-72 date of supply, or the last day of BG-14, the period  BT-113 what was paid, or sent back
 *     BT-6, BT-111             VAT in euros, where the document is in another currency; the rate is in the note (BT-22)
 *     BG-16 an IBAN and what to mention, only on an invoice of which something is due
 *     BG-20, BG-27             discounts on the document, one for each category and rate, and on a line
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/*
 * Renders into `arena`, which owns *bytes afterwards. Fills *bytes and *length on success only.
 * STATUS_INVALID    `document_incomplete`       what EN 16931 can't do without is missing, with its field: among others
 *                                               the buyer's VAT number under AE and K, and the exchange rate of a
 *                                               foreign currency
 *                   `vat_category_unsupported`  no category of EN 16931, or one at a rate that it can't have
 *                   `currency_unsupported`      a currency of three decimals
 * STATUS_TOO_LARGE  `document_too_long`         more than DOCUMENT_LINES_MAX lines
 * STATUS_INTERNAL   `document_amounts`          lines, VAT and totals do not add up, or a line is not its price
 *                                               times its quantity
 *                   `document_failed`           libxml2 reported an error
 */
enum status document_render_ubl(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error) AKKOORD_MUST_CHECK;
