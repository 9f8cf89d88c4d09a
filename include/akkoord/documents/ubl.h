#pragma once
/*
 * An invoice or credit note as UBL 2.1 (ISO/IEC 19845) that follows EN 16931: the same facts as on the PDF, for
 * programs.
 *
 * Pure; any number of threads may render at once. The same invoice gives the same bytes. Every amount is an integer of
 * cents until it is text, and none is computed here but the rest to pay: BR-CO-10 to BR-CO-17, BR-S-08 and BR-Z-08 hold
 * because document_prepare() and this function refuse amounts for which they don't. (The official rules let
 * differences below 1.00 pass; here there is none, but for the cent by which BR-CO-17 and prices that include VAT
 * can't both be met.)
 *
 * For now: sellers and buyers whose VAT is standard or zero rated (UNCL5305 S and Z), in euros, under plain EN 16931
 * (CustomizationID urn:cen.eu:en16931:2017), which is all that a consumer can be sent.
 *
 *     BT-1  number             BT-10 the buyer's reference        BT-25 the invoice that is credited
 *     BT-13, BT-14             the order's number: the shop's, which the buyer ordered under
 *     BT-47 the buyer's KvK number, as BT-30 the seller's (ISO 6523: 0106)
 *     BT-72 date of supply     BT-113 what was paid, or sent back BT-115 the rest
 *     BG-16 an IBAN and what to mention, only on an invoice of which something is due
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/*
 * Renders into `arena`, which owns *bytes afterwards. Fills *bytes and *length on success only.
 * STATUS_INVALID    `document_incomplete`       a text that EN 16931 can't do without is missing, with its field
 *                   `vat_category_unsupported`  neither S nor Z
 *                   `currency_unsupported`      not EUR
 * STATUS_TOO_LARGE  `document_too_long`         more than DOCUMENT_LINES_MAX lines
 * STATUS_INTERNAL   `document_amounts`          lines, VAT and totals do not add up, or a line is not its price
 *                                               times its quantity
 *                   `document_failed`           libxml2 reported an error
 */
enum status document_render_ubl(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error) AKKOORD_MUST_CHECK;
