/*
 * Reads akkoord.decision. Whatever thread owns the store runs it. Never writes: the committer does, and nobody after
 * it.
 */
#include "akkoord/store/decisions.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/decision_codec.h"
#include "rows.h"

/* The columns that every statement of sql/decision selects. */
enum {
    COLUMN_ID,
    COLUMN_ORDER_ID,
    COLUMN_ORDINAL,
    COLUMN_OUTCOME,
    COLUMN_REASONS,
    COLUMN_MADE_BY,
    COLUMN_STAFF_ID,
    COLUMN_MADE_AT,
    COLUMN_POLICY_NAME,
    COLUMN_POLICY_VERSION,
    COLUMN_POLICY_HASH,
    COLUMN_LEGAL_BASIS,
    COLUMN_INPUTS,
};

/* A row that this program can't read was written by a newer one, or by hand. */
static enum status unreadable(const struct uuid *id, const char *what, struct error *error)
{
    char text[UUID_TEXT_BYTES];
    return error_set(error, STATUS_INTERNAL, "decision_unreadable", "decision %s has %s that are not known",
                     uuid_format(id, text), what);
}

/* "payment_approved,test_payment" into the verdict. */
static enum status read_reasons(const char *text, struct verdict *verdict)
{
    verdict->reasons_count = 0;
    while (*text != '\0') {
        char word[64];
        size_t length = strcspn(text, ",");
        if (length >= sizeof(word) || verdict->reasons_count == DECISION_REASONS_MAX)
            return STATUS_INVALID;
        memcpy(word, text, length);
        word[length] = '\0';
        if (decision_reason_parse(word, &verdict->reasons[verdict->reasons_count++]) != STATUS_OK)
            return STATUS_INVALID;
        text += length;
        text += *text == ',';
    }
    return STATUS_OK;
}

static enum status read_inputs(struct arena *arena, const char *text, struct decision *decision)
{
    struct error fault;
    json_t *inputs;
    enum status status = json_parse_object(arena, text, strlen(text), &inputs, &fault);
    return status == STATUS_OK ? decision_input_from_json(inputs, decision, &fault) : status;
}

static enum status read_row(struct arena *arena, const struct pg_result *result, size_t row,
                            struct stored_decision *stored, struct error *error)
{
    struct decision *decision = &stored->decision;
    decision->id = pg_get_uuid(result, row, COLUMN_ID);
    decision->order_id = pg_get_uuid(result, row, COLUMN_ORDER_ID);
    decision->ordinal = pg_get_int64(result, row, COLUMN_ORDINAL);
    decision->staff_id = pg_get_optional_uuid(result, row, COLUMN_STAFF_ID);
    decision->made_by = uuid_is_nil(&decision->staff_id) ? DECISION_BY_POLICY : DECISION_BY_STAFF;
    decision->made_at_us = pg_get_time(result, row, COLUMN_MADE_AT);
    stored->policy_name = arena_copy_text(arena, pg_get_text(result, row, COLUMN_POLICY_NAME));
    stored->policy_version = arena_copy_text(arena, pg_get_text(result, row, COLUMN_POLICY_VERSION));
    decision->made_by_version = stored->policy_version;
    stored->policy_hash = arena_copy_text(arena, pg_get_text(result, row, COLUMN_POLICY_HASH));
    stored->legal_basis = arena_copy_text(arena, pg_get_text(result, row, COLUMN_LEGAL_BASIS));
    stored->inputs = arena_copy_text(arena, pg_get_text(result, row, COLUMN_INPUTS));
    if (decision_outcome_parse(pg_get_text(result, row, COLUMN_OUTCOME), &decision->verdict.outcome) != STATUS_OK)
        return unreadable(&decision->id, "outcomes", error);
    if (read_reasons(pg_get_text(result, row, COLUMN_REASONS), &decision->verdict) != STATUS_OK)
        return unreadable(&decision->id, "reasons", error);
    if (read_inputs(arena, stored->inputs, decision) != STATUS_OK)
        return unreadable(&decision->id, "inputs", error);
    return STATUS_OK;
}

/* All rows that a statement gives. */
static enum status read_rows(struct store *store, struct arena *arena, const struct pg_statement *statement,
                             const struct pg_params *params, struct stored_decision **decisions, size_t *count,
                             struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status != STATUS_OK)
        return status;
    size_t rows = pg_result_rows(result);
    struct stored_decision *read = ARENA_ARRAY(arena, struct stored_decision, rows);
    for (size_t i = 0; i < rows && status == STATUS_OK; i++)
        status = read_row(arena, result, i, &read[i], error);
    pg_result_free(result);
    if (status == STATUS_OK) {
        *decisions = read;
        *count = rows;
    }
    return status;
}

enum status store_decisions_of_order(struct store *store, struct arena *arena, const struct uuid *order_id,
                                     struct stored_decision **decisions, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, order_id);
    return read_rows(store, arena, &sql_decision_of_order, &params, decisions, count, error);
}

enum status store_decision_find(struct store *store, struct arena *arena, const struct uuid *id,
                                struct stored_decision *decision, struct error *error)
{
    struct pg_params params;
    struct stored_decision *found = NULL;
    size_t count = 0;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, id);
    enum status status = read_rows(store, arena, &sql_decision_find, &params, &found, &count, error);
    if (status != STATUS_OK)
        return status;
    if (count == 0)
        return error_set(error, STATUS_NOT_FOUND, "not_found", "no such decision");
    *decision = found[0];
    return STATUS_OK;
}

enum status store_decisions_find(struct store *store, struct arena *arena, const struct uuid *ids, size_t ids_count,
                                 struct stored_decision **decisions, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    store_add_uuids(&params, ids, ids_count);
    return read_rows(store, arena, &sql_decision_find_several, &params, decisions, count, error);
}

enum status store_decisions_by_policy(struct store *store, struct arena *arena, const struct uuid *after,
                                      struct stored_decision **decisions, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_uuid(&params, uuid_is_nil(after) ? NULL : after);
    pg_params_add_int64(&params, DECISIONS_PAGE);
    return read_rows(store, arena, &sql_decision_by_policy, &params, decisions, count, error);
}
