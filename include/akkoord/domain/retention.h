#pragma once
/*
 * The retention catalogue: every category of data that there is, why it is kept, on which basis, who gets it, how long
 * it stays, and what happens then. One table, which the sweep, the record of processing activities (GDPR art. 30), the
 * public privacy information (art. 13 and 14) and the report on an erasure (art. 17) all read, so that they can't
 * disagree. Pure; any thread.
 *
 * Terms of days, months and years are counted in dates of Europe/Amsterdam: the day of the event does not count, and
 * the last day counts whole. A date that the last month does not have becomes that month's last day. A book year is a
 * calendar year of Amsterdam. No term is longer for ending on a Sunday.
 *
 * Sources: GDPR art. 5(1)(e), 13, 14, 17, 30; Algemene wet inzake rijksbelastingen (AWR) art. 52(4): seven years; Wet
 * op de omzetbelasting 1968 art. 34a and 35; Burgerlijk Wetboek art. 3:15i and 3:310(1); Directive 2006/112/EC art.
 * 369k(2): ten years from the end of the year for what is declared through the one-stop shop (OSS).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* In the order in which they are told; a new table of the schema needs a place in one of them. */
enum retention_category {
    RETENTION_PROFILE,
    RETENTION_EMAIL_INDEX,
    RETENTION_PRIVACY_REQUEST,
    RETENTION_SESSION,
    RETENTION_ACCOUNT_CODE,
    RETENTION_ORDER,
    RETENTION_UNPAID_ORDER,
    RETENTION_INVOICE,
    RETENTION_PAYMENT,
    RETENTION_DECISION,
    RETENTION_REVIEW,
    RETENTION_REVIEW_LINK,
    RETENTION_HISTORY,
    RETENTION_VAT_CHECK,
    RETENTION_EVENT,
    RETENTION_EVENT_KEY,
    RETENTION_EARLY_REVERSAL,
    RETENTION_IDEMPOTENCY,
    RETENTION_RESERVATION,
    RETENTION_JOB,
    RETENTION_STAFF,
    RETENTION_LEGAL_HOLD,
    RETENTION_LOG,
    RETENTION_DATA_KEY,
    RETENTION_RUN,
    RETENTION_AUDIT,
    RETENTION_INSTALLATION,
};
#define RETENTION_CATEGORIES 27

#define RETENTION_LANGUAGES 2
/* By enum language. */
typedef const char *retention_words[RETENTION_LANGUAGES];

enum retention_unit {
    RETENTION_OPEN, /* no fixed term: see its start for what ends it */
    RETENTION_HOURS,
    RETENTION_DAYS,
    RETENTION_MONTHS,
    RETENTION_YEARS,
};

/* What a term is counted from. */
enum retention_start {
    RETENTION_FROM_CLOSING,       /* of the account, by its owner */
    RETENTION_FROM_LAPSE,         /* of what has an end written on it */
    RETENTION_FROM_RECEIPT,       /* or making */
    RETENTION_FROM_ANSWER,        /* to a request */
    RETENTION_FROM_UNPAID_END,    /* the order's expiry or cancellation */
    RETENTION_FROM_BOOK_YEAR_END, /* the end of the book year of the order's last step */
    RETENTION_FROM_MONTH_END,     /* the end of the month that a key is for */
    RETENTION_FROM_LEAVING,       /* the end of employment */
    RETENTION_FROM_LIFTING,       /* of the hold */
    RETENTION_FROM_INSTALLATION,  /* as long as there is one */
};
#define RETENTION_STARTS 10

struct retention_term {
    int amount;
    enum retention_unit unit;
    enum retention_start start;
    int oss_amount; /* in place of `amount` for what is declared through the OSS; 0: the same */
};

enum retention_afterwards { RETENTION_DELETED, RETENTION_SHREDDED, RETENTION_ANONYMISED, RETENTION_KEPT };
#define RETENTION_AFTERWARDS 4

/* What becomes of a category when a person is erased (GDPR art. 17). */
enum retention_effect {
    RETENTION_ERASED_NOW,     /* the rows are deleted */
    RETENTION_SHREDDED_UNTIL, /* the key is destroyed now; copies in backups end at the date */
    RETENTION_RETAINED_UNTIL, /* a statute or a legal claim asks for it (art. 17(3)), until the date */
    RETENTION_NOT_THEIRS,     /* says nothing about a customer */
};
#define RETENTION_EFFECTS 4

/* How long a destroyed data key may still be in a backup, wrapped by a key-encryption key that lives: two epochs of 30
 * days, by the end of which `akkoord keys rotate` has destroyed that key too. */
#define RETENTION_SHRED_DAYS 60

/* GDPR art. 6(1): (b) the contract, (c) a legal duty, (f) a legitimate interest, which the purpose names. */
enum retention_basis { RETENTION_CONTRACT = 1, RETENTION_DUTY = 2, RETENTION_INTEREST = 4 };

enum retention_persons { RETENTION_NOBODY = 0, RETENTION_CUSTOMERS = 1, RETENTION_STAFF_MEMBERS = 2 };

struct retention_rule {
    const char *name; /* "invoice": in metrics, logs, the API */
    /* Tables of the schema, separated by spaces. Each table stands with exactly one category; "table.column" is a part
     * of a table that stands with another. */
    const char *tables;
    retention_words title;
    retention_words data;
    retention_words purpose;
    retention_words statute;
    retention_words recipients; /* told by retention_recipients() */
    /* In their place where VIES is asked about VAT numbers (AKKOORD_VIES_URL); NULL: the same. */
    retention_words recipients_with_vies;
    retention_words erasure_basis; /* GDPR article and statute; "" for RETENTION_NOT_THEIRS */
    unsigned persons;              /* of enum retention_persons, added up */
    unsigned bases;                /* of enum retention_basis, added up; 0 for what is no personal data */
    enum retention_afterwards afterwards;
    enum retention_effect at_erasure;
    struct retention_term term;
};

extern const char retention_version[]; /* raised with every change of a rule */
extern const char retention_hash[];    /* SHA-256 of the catalogue's source, lowercase hex, set by the build */

const struct retention_rule *retention_rule_of(enum retention_category category);
/* Who gets it in an installation that asks VIES, or one that does not. */
const char *retention_recipients(enum retention_category category, bool asks_vies, enum language language);

/* ---- terms ---- */

/* Whether the clock ends it; else its term is RETENTION_OPEN. */
bool retention_has_term(enum retention_category category);
/* The first moment after the term of what started at `start_us`: from then on it may not be kept. The category has a
 * term. `is_oss`: declared through the one-stop shop. */
int64_t retention_end_us(enum retention_category category, bool is_oss, int64_t start_us);
/* At `now_us`, what started before this moment has reached its term, and nothing else has:
 * start < retention_cutoff_us(now) exactly when retention_end_us(start) <= now. */
int64_t retention_cutoff_us(enum retention_category category, bool is_oss, int64_t now_us);

/* ---- words ---- */

/* "7 years from the end of the book year of the last step", with the longer term under the OSS where there is one. */
const char *retention_term_words(struct arena *arena, enum retention_category category, enum language language);
/* "carrying out the contract (GDPR art. 6(1)(b)); a legal duty (...)"; "" for none. */
const char *retention_basis_words(struct arena *arena, unsigned bases, enum language language);
/* "years" and its like in the API; "open". */
const char *retention_unit_name(enum retention_unit unit);
const char *retention_start_name(enum retention_start start);
const char *retention_afterwards_name(enum retention_afterwards afterwards);
const char *retention_afterwards_words(enum retention_afterwards afterwards, enum language language);

/* ---- the report on an erasure ---- */

struct retention_erasure {
    enum retention_effect effect;
    const char *effect_name; /* "retained_until" */
    const char *effect_words;
    const char *basis; /* the articles, "" where none is needed */
    int64_t until_us;  /* of the two that have a date, else 0 */
};

/* What an erasure at `erased_us` does to this category. `start_us`: when the term of the person's own data in it
 * started (of orders: their last step, retention_order.last_step_at in the database); 0 when there is none. */
struct retention_erasure retention_at_erasure(enum retention_category category, enum language language, bool is_oss,
                                              int64_t start_us, int64_t erased_us);
