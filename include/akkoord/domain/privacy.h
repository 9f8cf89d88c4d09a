#pragma once
/*
 * What people are told about their data beside the retention catalogue: their rights and how to use each, the automated
 * decision, what is mandatory when ordering and why, how the data are secured, where to complain. GDPR art. 12 to 22,
 * 30 and 77; UAVG art. 40. Constant words in Dutch and English, written for somebody who is no lawyer. Pure; any
 * thread.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/domain/retention.h"

struct privacy_right {
    const char *name;    /* "erasure" */
    const char *article; /* of the GDPR */
    retention_words title;
    retention_words meaning;
    retention_words how;
    const char *call; /* of the API */
};
const struct privacy_right *privacy_rights(size_t *count);

/* GDPR art. 13(2)(f): that a machine decides, by which logic, with which effect. */
struct privacy_decision {
    retention_words summary;
    retention_words logic;
    retention_words data;
    retention_words effect;
    retention_words human;
    const char *human_call;
    const char *article;
};
extern const struct privacy_decision privacy_decision;

/* A field of an order or of the account behind it: GDPR art. 13(2)(e). */
struct privacy_field {
    const char *field; /* as the API calls it */
    bool mandatory;
    retention_words why; /* and what happens without it */
};
const struct privacy_field *privacy_order_fields(size_t *count);

/* GDPR art. 32, in general terms, as art. 30(1)(g) asks for. */
const retention_words *privacy_security_measures(size_t *count);

/* GDPR art. 30(1)(c): whom data are about. */
const char *privacy_persons_words(unsigned persons, enum language language);

extern const retention_words privacy_authority;
extern const char privacy_authority_url[];
/* Whether data leave the European Economic Area: GDPR art. 13(1)(f), 30(1)(e). */
extern const retention_words privacy_transfers;
