/* Makes and finds links to the form of a review. Whatever thread owns the store runs it. */
#include "akkoord/store/review_links.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/vault/token.h"

#define LINK_US (INT64_C(86400) * REVIEW_LINK_DAYS * CLOCK_US_PER_SECOND)

enum status store_review_link_make(struct store *store, struct arena *arena, const char *public_url,
                                   const struct uuid *decision_id, const char **link, struct error *error)
{
    char token[TOKEN_TEXT_BYTES];
    char id[UUID_TEXT_BYTES];
    uint8_t hash[SHA256_BYTES];
    int64_t now_us = clock_now_us();
    struct pg_params params;
    struct pg_result *result = NULL;
    token_new(token, hash);
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    pg_params_add_uuid(&params, decision_id);
    pg_params_add_time(&params, now_us);
    pg_params_add_time(&params, now_us + LINK_US);
    enum status status = pg_execute(store->pg, &sql_review_link_insert, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    if (pg_result_affected(result) == 1)
        *link = arena_format(arena, "%s/decisions/%s/review?token=%s", public_url, uuid_format(decision_id, id), token);
    else
        status = error_set(error, STATUS_NOT_FOUND, "not_found", "no such decision");
    pg_result_free(result);
    return status;
}

static enum status read_link(const struct pg_result *result, struct review_link *link, struct error *error)
{
    link->customer_id = pg_get_uuid(result, 0, 0);
    link->has_review = !pg_is_null(result, 0, 2);
    link->due_at_us = pg_get_time(result, 0, 3);
    if (language_parse(pg_get_text(result, 0, 1), &link->language) != STATUS_OK ||
        (link->has_review && review_stage_parse(pg_get_text(result, 0, 2), &link->stage) != STATUS_OK))
        return error_set(error, STATUS_INTERNAL, "review_unreadable", "a review has words that are not known");
    return STATUS_OK;
}

enum status store_review_link_find(struct store *store, struct arena *arena, const struct uuid *decision_id,
                                   const char *token, struct review_link *link, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    struct pg_params params;
    struct pg_result *result = NULL;
    *link = (struct review_link){0};
    if (token_hash(token, strlen(token), hash, NULL) != STATUS_OK)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "this link opens nothing, or not any more");
    pg_params_init(&params, arena);
    pg_params_add_bytes(&params, hash, sizeof(hash));
    pg_params_add_uuid(&params, decision_id);
    pg_params_add_time(&params, clock_now_us());
    enum status status = pg_execute(store->pg, &sql_review_link_find, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    status = pg_result_rows(result) == 1
                 ? read_link(result, link, error)
                 : error_set(error, STATUS_NOT_FOUND, "not_found", "this link opens nothing, or not any more");
    pg_result_free(result);
    return status;
}
