#pragma once
/*
 * What the European Union's VAT Information Exchange System (VIES) said of a buyer's VAT number, where the VAT of an
 * order rests on it. Pure; any thread.
 *
 * The check stops nothing: whether a number that looks right may be relied on is decided when the order is placed
 * (tax_place.h), and this is the evidence for it: a consultation number proves that the seller asked, and when
 * (Directive 2006/112/EC art. 138(1)(b); Implementing Regulation (EU) 282/2011 art. 18(1)(a); Regulation (EU) 904/2010
 * art. 31).
 */
#include "akkoord/base/status.h"

enum vat_check_outcome {
    VAT_CHECK_VALID,
    VAT_CHECK_INVALID,
    VAT_CHECK_UNAVAILABLE, /* nobody answered for as long as was asked: nothing is known of the number */
};
#define VAT_CHECK_OUTCOMES 3

/* Absent texts are NULL. */
struct vat_check {
    enum vat_check_outcome outcome;
    const char *vat_number;          /* the number that was asked about, with its prefix */
    const char *consultation_number; /* VIES's requestIdentifier */
    const char *requested_at;        /* VIES's own date of the question, as it writes it */
    const char *name;                /* of whom the number is, where the member state tells it */
    const char *address;             /* likewise; several lines */
};

/* "valid", "invalid" and "unavailable", in the API and in the database. */
const char *vat_check_outcome_name(enum vat_check_outcome outcome);
enum status vat_check_outcome_parse(const char *text, enum vat_check_outcome *outcome) AKKOORD_MUST_CHECK;
