#pragma once
/*
 * Who buys what from whom, and under which VAT: every case that a document can be about. Beside it the arithmetic of
 * the corpus.
 */
#include "akkoord/base/arena.h"
#include "akkoord/domain/invoice.h"

#define CASE_RATES_MAX 5

struct case_rate {
    const char *category; /* NULL: no more */
    int64_t basis_points;
    enum vat_ground ground;
};

struct corpus_case {
    const char *name;
    struct buyer buyer;
    struct case_rate rates[CASE_RATES_MAX];
};

extern const struct corpus_case corpus_cases[];
extern const int corpus_cases_count;

/* A currency and how many units of it were one euro; the first is the euro itself. */
struct case_currency {
    const char *code;
    int64_t per_euro_millionths; /* 0: it is the euro */
};

extern const struct case_currency corpus_currencies[];
extern const int corpus_currencies_count;

/* Fills the nets of the lines, the totals with a discount of `percent` on the whole, and what they are in euros. Each
 * line has its category, rate, price, quantity and discount; the grounds come from the case. Exits when it can't. */
void corpus_compute(struct invoice *invoice, struct order_line *lines, size_t lines_count,
                    const struct corpus_case *corpus_case, int64_t percent);
