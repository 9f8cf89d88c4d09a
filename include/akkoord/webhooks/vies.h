#pragma once
/*
 * What is said to VIES, the European Commission's service that asks the member states whether a VAT number was given
 * out, and what its answers mean. Pure; any thread. The call itself is webhooks/calls.h's.
 *
 *     POST {AKKOORD_VIES_URL}/check-vat-number
 *     {"countryCode":"DE","vatNumber":"136695976","requesterMemberStateCode":"NL","requesterNumber":"..."}
 *
 * A country is the prefix of its numbers: EL for Greece, XI for Northern Ireland. With the seller's own number as the
 * requester's, the answer has a `requestIdentifier`, the consultation number.
 *
 * "Invalid" is only what VIES calls so by `valid: false` about the very number that was asked. Everything else that is
 * no answer is STATUS_UNAVAILABLE, with a code that says why; none of it says anything about the number:
 *
 *     vies_unavailable    MS_UNAVAILABLE, SERVICE_UNAVAILABLE, TIMEOUT, 5xx, and errors that are not known
 *     vies_busy           ..._MAX_CONCURRENT_REQ..., 429: too many ask at this moment
 *     vies_refused        INVALID_INPUT, INVALID_REQUESTER_INFO, VAT_BLOCKED, IP_BLOCKED, another 4xx: asking again
 *                         helps only when somebody has mended something (the seller's VAT number, mostly)
 *     vies_nonsense       not what the documentation says
 *
 * Errors come with the statuses 200, 400 and 500 alike, as {"actionSucceed":false,"errorWrappers":[{"error":"..."}]},
 * and some answers say in a `userError` beside `valid: false` that nobody was asked. A name or an address that a member
 * state keeps to itself is "---".
 *
 * Sources: https://ec.europa.eu/assets/taxud/vow-information/swagger_publicVAT.yaml, and
 * https://ec.europa.eu/taxation_customs/vies/#/technical-information; the errors are those of
 * https://ec.europa.eu/taxation_customs/vies/checkVatService.wsdl and its test service.
 */
#include <stdbool.h>

#include "akkoord/domain/vat_check.h"
#include "akkoord/webhooks/client.h"

/* Some member states take a quarter of a minute. */
#define VIES_TIMEOUT_MS 20000
/* Longer texts are no answer; a longer body neither. */
#define VIES_TEXT_BYTES_MAX   1024
#define VIES_ANSWER_BYTES_MAX ((size_t)64 << 10)

#define VIES_COUNTRY_BYTES 3
#define VIES_NUMBER_BYTES  16 /* the longest has 12 characters */

struct vies_question {
    char country[VIES_COUNTRY_BYTES];
    char number[VIES_NUMBER_BYTES];             /* without its prefix */
    char requester_country[VIES_COUNTRY_BYTES]; /* empty: nobody in particular asks */
    char requester_number[VIES_NUMBER_BYTES];
};

/* From numbers with their prefixes. False for a buyer's number that is of no member state; a seller's that is of none,
 * or NULL, is left out. */
bool vies_question_make(const char *vat_number, const char *sellers_number,
                        struct vies_question *question) AKKOORD_MUST_CHECK;

/* The request; its texts live in the arena. */
struct provider_request vies_ask(struct arena *arena, const struct vies_question *question);

/* On STATUS_OK `check` is valid or invalid, with its texts in the arena. */
enum status vies_read(struct arena *arena, const struct vies_question *question, const struct provider_answer *answer,
                      struct vat_check *check, struct error *error) AKKOORD_MUST_CHECK;
