/* Whose prefix is whose: rows of akkoord.document_prefix, added at the start and never changed. Whatever thread owns
 * the store. Gives out no number: that is the committer's (sql/batch/issue_documents.sql). */
#include "akkoord/store/series.h"

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/documents.h"

void series_init(struct document_series *series)
{
    *series = (struct document_series){.credit_note_prefix = "CN", .digits = SERIES_DIGITS_MIN};
}

const char *series_prefix(const struct document_series *series, enum document_kind kind)
{
    return kind == DOCUMENT_INVOICE ? series->invoice_prefix : series->credit_note_prefix;
}

bool series_text_is_valid(const char *text, size_t length_max)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    size_t length = strlen(text);
    return length <= length_max && strspn(text, allowed) == length;
}

static enum status check_owner(struct store *store, struct arena *arena, const struct document_series *series,
                               enum document_kind kind, struct error *error)
{
    const char *setting = kind == DOCUMENT_INVOICE ? "AKKOORD_INVOICE_PREFIX" : "AKKOORD_CREDIT_NOTE_PREFIX";
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, series_prefix(series, kind));
    enum status status = pg_execute(store->pg, &sql_series_find, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0 &&
        (strcmp(pg_get_text(result, 0, 0), series->name) != 0 ||
         strcmp(pg_get_text(result, 0, 1), document_kind_name(kind)) != 0))
        status = error_set_field(error, STATUS_CONFLICT, "series_taken", setting,
                                 "this prefix is that of another series or kind of document in this database");
    pg_result_free(result);
    return status;
}

enum status store_series_check(struct store *store, struct arena *arena, const struct document_series *series,
                               struct error *error)
{
    enum status status = check_owner(store, arena, series, DOCUMENT_INVOICE, error);
    return status == STATUS_OK ? check_owner(store, arena, series, DOCUMENT_CREDIT_NOTE, error) : status;
}

static enum status claim(struct store *store, struct arena *arena, const struct document_series *series,
                         enum document_kind kind, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, series_prefix(series, kind));
    pg_params_add_text(&params, series->name);
    pg_params_add_text(&params, document_kind_name(kind));
    pg_params_add_time(&params, clock_now_us());
    return pg_execute(store->pg, &sql_series_claim, &params, NULL, error);
}

enum status store_series_claim(struct store *store, struct arena *arena, const struct document_series *series,
                               struct error *error)
{
    enum status status = claim(store, arena, series, DOCUMENT_INVOICE, error);
    if (status == STATUS_OK)
        status = claim(store, arena, series, DOCUMENT_CREDIT_NOTE, error);
    /* Whoever was first has it. */
    return status == STATUS_OK ? store_series_check(store, arena, series, error) : status;
}
