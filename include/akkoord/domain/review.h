#pragma once
/*
 * The rules of a review: its states, and what a statement or a reviewer's reasons must look like. Pure; any thread.
 *
 *     requested --a reviewer looks at it--> assigned --outcome--> decided
 *         `-------------------outcome-------------------------------^
 *
 * Nothing leads out of decided: a new decision may come of the outcome, and that one may be reviewed in its turn.
 */
#include <stddef.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/transition.h"

#define REVIEW_TEXT_CHARACTERS_MAX 5000
#define REVIEW_TEXT_BYTES_MAX      ((size_t)REVIEW_TEXT_CHARACTERS_MAX * 4) /* in UTF-8 */

enum review_state { REVIEW_REQUESTED, REVIEW_ASSIGNED, REVIEW_DECIDED };
#define REVIEW_STATES 3

/* Who asked for it, or said something about it. */
enum review_author { REVIEW_BY_CUSTOMER, REVIEW_BY_STAFF, REVIEW_BY_POLICY };
#define REVIEW_AUTHORS 3

#define REVIEW_OUTCOMES 2

/* Whether statements may still be added and an outcome given: STATUS_CONFLICT `review_decided` when not. */
enum status review_check_open(enum review_state state, struct error *error) AKKOORD_MUST_CHECK;

/* A statement or reasons: 1 to REVIEW_TEXT_CHARACTERS_MAX characters of UTF-8, at least one of them visible.
 * STATUS_INVALID with `field` and the code "length" or "blank". */
enum status review_check_text(const char *field, const char *text, struct error *error) AKKOORD_MUST_CHECK;

/* The words of CONTRACT section 3, which are the database's too. The parsers: STATUS_INVALID for a word that is none.
 */
const char *review_state_name(enum review_state state);
const char *review_author_name(enum review_author author);
const char *review_outcome_name(enum review_outcome outcome);
enum status review_state_parse(const char *text, enum review_state *state) AKKOORD_MUST_CHECK;
enum status review_author_parse(const char *text, enum review_author *author) AKKOORD_MUST_CHECK;
enum status review_outcome_parse(const char *text, enum review_outcome *outcome) AKKOORD_MUST_CHECK;
