#pragma once
/*
 * What people are told about their data, as it is published: the privacy information (GDPR art. 13 and 14), the
 * information before an order is placed (art. 13(2)(e) and (f)), and the record of processing activities (art. 30) for
 * the controller. All of it comes from the retention catalogue and domain/privacy.h. Pure; any thread.
 *
 * The first two are written once, at the start, and have a version: the SHA-256 of their words in both languages, so
 * that a version says exactly what was told.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/api/call.h"
#include "akkoord/base/crypto.h"
#include "akkoord/domain/privacy.h"

#define NOTICE_VERSION_BYTES (2 * SHA256_BYTES + 1)

struct notice {
    char version[NOTICE_VERSION_BYTES]; /* lowercase hex */
    const char *json[RETENTION_LANGUAGES];
    size_t json_length[RETENTION_LANGUAGES];
};

struct notices {
    struct notice privacy;
    const char *privacy_page[RETENTION_LANGUAGES]; /* HTML */
    size_t privacy_page_length[RETENTION_LANGUAGES];
    const char *privacy_page_policy; /* its Content-Security-Policy */
    struct notice information;
};

/* What they say of this installation. */
struct notice_facts {
    const struct seller *seller; /* the controller */
    bool asks_vies;              /* AKKOORD_VIES_URL is set */
};

/* Everything lives in the arena. */
void notices_write(struct arena *arena, const struct notice_facts *facts, struct notices *notices);

/* The record of processing activities, as JSON or as text of lines. In the arena. */
const char *register_write_json(struct arena *arena, const struct notice_facts *facts, enum language language,
                                size_t *length);
const char *register_write_text(struct arena *arena, const struct notice_facts *facts, enum language language,
                                size_t *length);

/* GET /v1/privacy, of anybody, in ?language= or as Accept-Language prefers; a page by Accept. */
api_function api_privacy_show;
/* GET /v1/orders/information, of anybody. */
api_function api_order_information_show;
