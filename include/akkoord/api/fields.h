#pragma once
/*
 * Fields of request bodies that several calls share. Each function notes what is wrong with its field on the call (see
 * api_call_note_fault) and goes on, so that a client is told of everything at once; what it gives back after a fault is
 * not to be used.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/api/call.h"
#include "akkoord/domain/invoice.h"

/* Keys outside `known`, a NULL-terminated list. */
void api_take_no_others(struct api_call *call, const json_t *object, const char *prefix, const char *const *known);

/*
 * One line of text of at most `characters_max` characters, without the white space around it (which is counted); NULL
 * when it is absent, null or blank (code "required" when it may not be). Control characters are refused ("format"). In
 * the arena.
 */
const char *api_take_text(struct api_call *call, const json_t *object, const char *prefix, const char *key,
                          enum json_presence presence, size_t characters_max);

/* What a person wrote about a decision or a request of theirs: several lines, as review_check_text() of domain/review.h
 * takes them. Required. */
const char *api_take_words(struct api_call *call, const json_t *object, const char *key);

/* The bounds of what a person tells about themselves, in characters: a name is as long in any script. */
#define API_NAME_LENGTH_MAX        200
#define API_STREET_LENGTH_MAX      200
#define API_CITY_LENGTH_MAX        120
#define API_POSTAL_CODE_LENGTH_MAX 20
#define API_PHONE_LENGTH_MAX       40
#define API_REFERENCE_LENGTH_MAX   200

/* All four parts or none: the country two letters (ISO 3166-1), made capitals. Absent: all NULL. */
void api_take_address(struct api_call *call, const json_t *object, const char *prefix, const char *key,
                      struct postal_address *address);
/* A VAT identification number: its country's two letters and 2 to 13 letters or digits, without spaces, dots and
 * hyphens, in capitals (Directive 2006/112/EC art. 215). NULL when absent. */
const char *api_take_vat_number(struct api_call *call, const json_t *object, const char *prefix);
/* A number of the Dutch trade register: eight digits, spaces and dots dropped. NULL when absent. */
const char *api_take_kvk_number(struct api_call *call, const json_t *object, const char *prefix);
/* A Dutch organisation identification number (OIN; Logius): twenty digits, spaces and dots dropped. NULL when absent.
 */
const char *api_take_oin(struct api_call *call, const json_t *object, const char *prefix);
/* "nl" or "en"; `otherwise` when absent. */
enum language api_take_language(struct api_call *call, const json_t *object, const char *key, enum language otherwise);

/* An e-mail address in the form that is indexed (vault/blind_index.h); NULL after a fault. */
const char *api_take_email(struct api_call *call, const json_t *object, const char *key);
/* A password as the bytes that came: not trimmed. "" after a fault. */
const char *api_take_password(struct api_call *call, const json_t *object, const char *key, size_t bytes_max);
/* The same of one that is to be used from now on: it keeps the rules of vault/password.h. */
const char *api_take_new_password(struct api_call *call, const json_t *object, const char *key);
