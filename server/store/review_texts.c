/* Seals what people write in a review, and writes what all acts on one share. Whatever thread owns the store runs it;
 * in the caller's transaction, with the review locked. */
#include "review_texts.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"

struct seal_context review_text_context(enum review_text text, const struct uuid *row_id,
                                        const struct uuid *customer_id, int64_t version)
{
    static const char *const columns[] = {
        [REVIEW_TEXT_STATEMENT] = "text_sealed",
        [REVIEW_TEXT_REASONS] = "reasons_sealed",
        [REVIEW_TEXT_PROPOSAL] = "proposed_reasons_sealed",
        [REVIEW_TEXT_EXTENSION] = "extension_reasons_sealed",
    };
    return (struct seal_context){.table = text == REVIEW_TEXT_STATEMENT ? "review_statement" : "review",
                                 .column = columns[text],
                                 .row_id = *row_id,
                                 .subject_id = *customer_id,
                                 .row_version = version};
}

enum status review_text_add_statement(struct store *store, struct arena *arena, const struct uuid *review_id,
                                      const struct review_owner *owner, const struct uuid *staff_id, const char *text,
                                      int64_t now_us, struct error *error)
{
    struct uuid id = uuid_new();
    bool by_staff = !uuid_is_nil(staff_id);
    struct seal_context context =
        review_text_context(REVIEW_TEXT_STATEMENT, &id, &owner->customer_id, REVIEW_TEXT_VERSION);
    uint8_t *blob;
    size_t blob_length;
    enum status status =
        seal_bytes(arena, &owner->billing_key, &context, text, strlen(text), &blob, &blob_length, error);
    if (status != STATUS_OK)
        return status;
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, &id);
    pg_params_add_uuid(&params, review_id);
    pg_params_add_text(&params, review_author_name(by_staff ? REVIEW_BY_STAFF : REVIEW_BY_CUSTOMER));
    pg_params_add_uuid(&params, by_staff ? staff_id : NULL);
    pg_params_add_bytes(&params, blob, blob_length);
    pg_params_add_time(&params, now_us);
    pg_params_add_int64(&params, REVIEW_STATEMENTS_MAX);
    status = pg_execute(store->pg, &sql_review_add_statement, &params, &result, error);
    if (status == STATUS_OK && pg_result_affected(result) == 0)
        status = error_set(error, STATUS_CONFLICT, "too_many_statements", "a review takes at most %d statements",
                           REVIEW_STATEMENTS_MAX);
    pg_result_free(result);
    if (status == STATUS_OK)
        store_audit_touch(store, AUDIT_STATEMENT, &owner->order_id, &id);
    return status;
}

enum status review_set_stage(struct store *store, struct arena *arena, const struct uuid *review_id,
                             enum review_stage stage, const struct uuid *assigned_to, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, review_id);
    pg_params_add_text(&params, review_stage_name(stage));
    pg_params_add_text(&params, review_state_name(review_state_of(stage)));
    pg_params_add_uuid(&params, assigned_to);
    return store_execute_touching(store, &sql_review_set_stage, &params, NULL, AUDIT_REVIEW, NULL, review_id, error);
}
