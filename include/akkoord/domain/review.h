#pragma once
/*
 * The words of a review, and what a statement or a reviewer's reasons must look like. Pure; any thread. How it goes
 * from one state to the next: review_workflow.h.
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

/* A statement or reasons: 1 to REVIEW_TEXT_CHARACTERS_MAX characters of UTF-8, at least one of them visible.
 * STATUS_INVALID with `field` and the code "length" or "blank". */
enum status review_check_text(const char *field, const char *text, struct error *error) AKKOORD_MUST_CHECK;

/* The words of CONTRACT section 3, which are the database's too. The parsers: STATUS_INVALID for a word that is none.
 */
const char *review_state_name(enum review_state state);
const char *review_author_name(enum review_author author);
const char *review_outcome_name(enum review_outcome outcome);
enum status review_author_parse(const char *text, enum review_author *author) AKKOORD_MUST_CHECK;
enum status review_outcome_parse(const char *text, enum review_outcome *outcome) AKKOORD_MUST_CHECK;
