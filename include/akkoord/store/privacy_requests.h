#pragma once
/*
 * The register of what people asked of the controller over their own data. A row outlives the person it was about; the
 * texts are sealed under a key of the request's own, which erasure deletes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/privacy_request.h"
#include "akkoord/store/store.h"

#define PRIVACY_REQUESTS_OPEN_MAX 20 /* of one person; what comes after waits for an answer to one of them */

struct privacy_request {
    struct uuid id;
    struct uuid customer_id;
    enum privacy_request_kind kind;
    enum privacy_request_state state;
    int64_t received_at_us;
    int64_t due_at_us;
    int64_t decided_at_us; /* 0 while it is open */
    /* NULL when nothing was said, and once they were shredded. */
    const char *statement;
    const char *extension; /* why it takes longer */
    const char *answer;
    /* What the texts are sealed under: nil when there are none. */
    struct uuid text_key_id;
};

/* Receives a request with its statement; id, times and state are filled in. A restriction takes effect with it.
 * STATUS_CONFLICT `too_many_requests`. */
enum status store_privacy_request_add(struct store *store, struct arena *arena, struct privacy_request *request,
                                      struct error *error) AKKOORD_MUST_CHECK;

/* Notes what the person did by a call of their own; in the caller's transaction or alone. */
enum status store_privacy_request_note(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                       enum privacy_request_kind kind, struct error *error) AKKOORD_MUST_CHECK;

/* `customer_id`: whose it must be; NULL for staff. STATUS_NOT_FOUND otherwise. */
enum status store_privacy_request_find(struct store *store, struct arena *arena, const struct uuid *id,
                                       const struct uuid *customer_id, struct privacy_request *request,
                                       struct error *error) AKKOORD_MUST_CHECK;

/* Newest first, at most `limit`, from after `after` (nil: from the start); of one customer, or NULL: of all. */
enum status store_privacy_requests_list(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                        const struct uuid *after, size_t limit, struct privacy_request **requests,
                                        size_t *count, struct error *error) AKKOORD_MUST_CHECK;
/* Those that wait for an answer, the earliest due first, from after this due date and id (0 and nil: from the start).
 */
enum status store_privacy_requests_list_open(struct store *store, struct arena *arena, int64_t after_us,
                                             const struct uuid *after, size_t limit, struct privacy_request **requests,
                                             size_t *count, struct error *error) AKKOORD_MUST_CHECK;

/* Gives it two months more. STATUS_NOT_FOUND, or STATUS_CONFLICT as privacy_request_check_extendable(). */
enum status store_privacy_request_extend(struct store *store, struct arena *arena, const struct uuid *id,
                                         const char *reasons, struct error *error) AKKOORD_MUST_CHECK;
/* Fulfilled or refused, with words of the staff's own; refusing a restriction lifts it. STATUS_NOT_FOUND, or
 * STATUS_CONFLICT `request_decided`. */
enum status store_privacy_request_decide(struct store *store, struct arena *arena, const struct uuid *id,
                                         enum privacy_request_state outcome, const char *answer,
                                         const struct uuid *staff_id, struct error *error) AKKOORD_MUST_CHECK;

/* The person takes the restriction back themselves (art. 18(3) tells of it only where the controller lifts it). */
enum status store_customer_lift_restriction(struct store *store, struct arena *arena, const struct uuid *customer_id,
                                            struct error *error) AKKOORD_MUST_CHECK;
