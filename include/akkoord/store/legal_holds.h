#pragma once
/*
 * Legal holds: rows of akkoord.legal_hold, which stop every deletion of an order, or of all that its customer has,
 * until they are lifted. Set and lifted by a manager; each step stands in the order's history too.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/store.h"

enum hold_scope { HOLD_ORDER, HOLD_CUSTOMER };
#define HOLD_SCOPES 2

/* dispute: a claim by or against somebody · tax_audit · investigation: by an authority · court_order · data_subject:
 * the person needs the data for a claim of their own (GDPR art. 18(1)(c)) */
enum hold_reason { HOLD_DISPUTE, HOLD_TAX_AUDIT, HOLD_INVESTIGATION, HOLD_COURT_ORDER, HOLD_DATA_SUBJECT };
#define HOLD_REASONS 5

const char *hold_scope_name(enum hold_scope scope);
const char *hold_reason_name(enum hold_reason reason);
/* STATUS_INVALID for any other word. */
enum status hold_scope_parse(const char *text, enum hold_scope *scope) AKKOORD_MUST_CHECK;
enum status hold_reason_parse(const char *text, enum hold_reason *reason) AKKOORD_MUST_CHECK;

struct legal_hold {
    enum hold_scope scope;
    const char *reason;
    struct uuid set_by;
    int64_t set_at_us;
};

/* Sets a hold, or gives the one that stands another reason. Answers only once no deletion that began before can still
 * touch what is held. STATUS_NOT_FOUND: there is no such order (any more). */
enum status store_legal_hold_set(struct store *store, struct arena *arena, const struct uuid *order_id,
                                 enum hold_scope scope, enum hold_reason reason, const struct uuid *staff_id,
                                 struct error *error) AKKOORD_MUST_CHECK;
/* STATUS_NOT_FOUND: there is no such order, or no such hold on it. */
enum status store_legal_hold_lift(struct store *store, struct arena *arena, const struct uuid *order_id,
                                  enum hold_scope scope, const struct uuid *staff_id,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* Those that stop this order, its own first; at most HOLD_SCOPES. */
enum status store_legal_holds_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                       struct legal_hold holds[HOLD_SCOPES], size_t *count,
                                       struct error *error) AKKOORD_MUST_CHECK;
