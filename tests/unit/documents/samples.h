#pragma once
/*
 * Invoices to render: plainly samples, with amounts that add up. Each is a value that a test may change.
 */
#include "akkoord/base/arena.h"
#include "akkoord/domain/invoice.h"

/* Three lines at 21% and 9%, paid in full: net 1,465.00, VAT 293.85, total 1,758.85. */
struct invoice sample_invoice(struct arena *arena, enum language language);
/* Takes sample_invoice() back. */
struct invoice sample_credit_note(struct arena *arena, enum language language);
/* `lines_count` lines at 21%, line i (from 1) of i * 1.00 net; nothing paid. */
struct invoice sample_long_invoice(struct arena *arena, enum language language, size_t lines_count);
/* One line of 1.00 without VAT, in that category and on that ground; nothing paid. */
struct invoice sample_untaxed_invoice(struct arena *arena, enum language language, const char *category,
                                      enum vat_ground ground);
/* The three lines of sample_invoice(), the second 10.00 cheaper, and 5% off the whole, unpaid, with a term: lines
 * 1,455.00, discount 72.75, net 1,382.25, VAT 277.16, total 1,659.41. */
struct invoice sample_reduced_invoice(struct arena *arena, enum language language);
/* Every text that a person can type is `text`. */
struct invoice sample_invoice_of_text(struct arena *arena, const char *text);
/* Discounts on a line and on the whole, three rates, a period, a day by which to pay; 7 December 2026, nothing paid. */
struct invoice sample_discounted_invoice(struct arena *arena, enum language language);
/* One line under that ground, with a buyer whom it fits. */
struct invoice sample_invoice_of_ground(struct arena *arena, enum language language, enum vat_ground ground);
/* A line for each ground: no seller would ever issue it, but it is the fullest that can be drawn. */
struct invoice sample_invoice_of_all_grounds(struct arena *arena, enum language language);
/* Unpaid, in US dollars. */
struct invoice sample_dollar_invoice(struct arena *arena, enum language language);
/* A PNG that is half transparent. */
struct image sample_logo(struct arena *arena, int width, int height);
