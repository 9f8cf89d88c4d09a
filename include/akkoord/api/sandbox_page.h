#pragma once
/*
 * The page of a sandbox payment: what is paid, where it stands, and a form for each thing that can happen to it. Plain
 * HTML without a script, in Dutch or English. Pure; the texts live in the arena.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/arena.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/sandbox.h"

enum sandbox_action {
    SANDBOX_APPROVE,
    SANDBOX_DECLINE,
    SANDBOX_EXPIRE,
    SANDBOX_REFUND,
    SANDBOX_CHARGE_BACK,
    SANDBOX_APPROVE_TWICE,
};
#define SANDBOX_ACTIONS 6

/* "approve": in paths and queries. */
const char *sandbox_action_name(enum sandbox_action action);
/* STATUS_INVALID for a word that is none. */
enum status sandbox_action_parse(const char *text, enum sandbox_action *action) AKKOORD_MUST_CHECK;

/* What came of the form that led back here. */
enum sandbox_result {
    SANDBOX_NOTHING_ASKED,
    SANDBOX_DONE,           /* `action` has had its effect */
    SANDBOX_SENT,           /* `action` is under way */
    SANDBOX_AMOUNT_REFUSED, /* the amount to refund could not be read, or is more than was paid */
};

struct sandbox_page {
    const struct sandbox_payment *payment;
    const char *seller;
    enum language language;
    enum sandbox_result result;
    enum sandbox_action action;
};

/* All links and forms are relative to /sandbox/payments/{payment}. */
const char *sandbox_page_write(struct arena *arena, const struct sandbox_page *page, size_t *length);
/* Where there is no such payment. */
const char *sandbox_page_write_missing(struct arena *arena, enum language language, size_t *length);
