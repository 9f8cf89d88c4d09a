#pragma once
/*
 * What a person may ask of the controller over their own data (GDPR art. 15 to 22), and by when it is answered. Pure.
 *
 *     received --more time is needed, with a reason--> extended
 *         `-----------outcome--> fulfilled | refused <--outcome--'
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/base/status.h"

enum privacy_request_kind {
    PRIVACY_ACCESS,             /* art. 15 */
    PRIVACY_PORTABILITY,        /* art. 20 */
    PRIVACY_RECTIFICATION,      /* art. 16 */
    PRIVACY_ERASURE,            /* art. 17 */
    PRIVACY_RESTRICTION,        /* art. 18 */
    PRIVACY_OBJECTION,          /* art. 21 */
    PRIVACY_CONSENT_WITHDRAWAL, /* art. 7(3) */
};
#define PRIVACY_REQUEST_KINDS 7

enum privacy_request_state { PRIVACY_RECEIVED, PRIVACY_EXTENDED, PRIVACY_FULFILLED, PRIVACY_REFUSED };
#define PRIVACY_REQUEST_STATES 4

/* One calendar month, and two more once the person was told why (art. 12(3)). */
#define PRIVACY_REQUEST_MONTHS  1
#define PRIVACY_EXTENDED_MONTHS 3

/* The words of the API and the database. The parsers: STATUS_INVALID for a word that is none. */
const char *privacy_request_kind_name(enum privacy_request_kind kind);
enum status privacy_request_kind_parse(const char *text, enum privacy_request_kind *kind) AKKOORD_MUST_CHECK;
const char *privacy_request_state_name(enum privacy_request_state state);
enum status privacy_request_state_parse(const char *text, enum privacy_request_state *state) AKKOORD_MUST_CHECK;

/* The end of the last day, by Regulation 1182/71: calendar.h. */
int64_t privacy_request_due_us(int64_t received_at_us, int months);

/* STATUS_CONFLICT `request_decided`. */
enum status privacy_request_check_open(enum privacy_request_state state, struct error *error) AKKOORD_MUST_CHECK;
/* Once, and before it is due: STATUS_CONFLICT `request_decided`, `request_extended` or `request_overdue`. */
enum status privacy_request_check_extendable(enum privacy_request_state state, int64_t due_at_us, int64_t now_us,
                                             struct error *error) AKKOORD_MUST_CHECK;
