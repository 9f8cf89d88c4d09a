/* Goes through what was issued, with cursors of the database. Whatever thread owns the store runs it. Never writes. */
#include "akkoord/store/books.h"

#include "akkoord/base/arena.h"
#include "akkoord/pg/sql.h"
#include "rows.h"

enum status store_books_begin(struct store *store, struct error *error)
{
    return pg_begin_snapshot(store->pg, error);
}

void store_books_end(struct store *store)
{
    pg_rollback(store->pg);
}

static enum status execute_between(struct store *store, const struct pg_statement *statement,
                                   const struct books_range *range, struct pg_result **result, struct error *error)
{
    struct arena *arena = arena_new();
    struct pg_params params;
    pg_params_init(&params, arena);
    pg_params_add_date(&params, range->from_day);
    pg_params_add_date(&params, range->to_day);
    enum status status = pg_execute(store->pg, statement, &params, result, error);
    arena_free(arena);
    return status;
}

enum status store_books_count(struct store *store, const struct books_range *range, struct books_counts *counts,
                              struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = execute_between(store, &sql_books_count, range, &result, error);
    if (status == STATUS_OK)
        *counts =
            (struct books_counts){.documents = pg_get_int64(result, 0, 0), .customers = pg_get_int64(result, 0, 1)};
    pg_result_free(result);
    return status;
}

/* ---- cursors ---- */

typedef enum status row_visitor(const struct pg_result *result, size_t row, void *context, struct error *error);

struct cursor {
    const struct pg_statement *declare;
    const struct pg_statement *fetch;
    const struct pg_statement *close;
};

/* Until a batch is empty: how large one is, is written in the statement alone. */
static enum status fetch_all(struct store *store, const struct cursor *cursor, row_visitor *visit, void *context,
                             struct error *error)
{
    enum status status = STATUS_OK;
    bool has_more = true;
    while (status == STATUS_OK && has_more) {
        struct pg_result *result = NULL;
        status = pg_execute(store->pg, cursor->fetch, NULL, &result, error);
        has_more = status == STATUS_OK && pg_result_rows(result) > 0;
        for (size_t row = 0; has_more && status == STATUS_OK && row < pg_result_rows(result); row++)
            status = visit(result, row, context, error);
        pg_result_free(result);
    }
    return status;
}

static enum status run(struct store *store, const struct cursor *cursor, const struct books_range *range,
                       row_visitor *visit, void *context, struct error *error)
{
    enum status status = execute_between(store, cursor->declare, range, NULL, error);
    if (status == STATUS_OK)
        status = fetch_all(store, cursor, visit, context, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, cursor->close, NULL, NULL, error);
    return status;
}

struct documents_walk {
    books_document_visitor *visit;
    void *context;
};

static enum status visit_document(const struct pg_result *result, size_t row, void *context, struct error *error)
{
    const struct documents_walk *walk = context;
    struct stored_document document = {
        .id = pg_get_uuid(result, row, 0),
        .order_id = pg_get_uuid(result, row, 1),
        .kind = pg_get_bool(result, row, 2) ? DOCUMENT_CREDIT_NOTE : DOCUMENT_INVOICE,
        .issue_day = pg_get_date(result, row, 4),
        .total_minor = pg_get_int64(result, row, 5),
    };
    store_read_text(result, row, 3, document.number, sizeof(document.number));
    store_read_text(result, row, 6, document.currency, sizeof(document.currency));
    return walk->visit(walk->context, &document, error);
}

enum status store_books_documents(struct store *store, const struct books_range *range, books_document_visitor *visit,
                                  void *context, struct error *error)
{
    static const struct cursor cursor = {&sql_books_declare_documents, &sql_books_fetch_documents,
                                         &sql_books_close_documents};
    struct documents_walk walk = {.visit = visit, .context = context};
    return run(store, &cursor, range, visit_document, &walk, error);
}

struct customers_walk {
    books_customer_visitor *visit;
    void *context;
};

static enum status visit_customer(const struct pg_result *result, size_t row, void *context, struct error *error)
{
    const struct customers_walk *walk = context;
    const struct uuid customer_id = pg_get_uuid(result, row, 0);
    const struct uuid document_id = pg_get_uuid(result, row, 1);
    return walk->visit(walk->context, &customer_id, &document_id, error);
}

enum status store_books_customers(struct store *store, const struct books_range *range, books_customer_visitor *visit,
                                  void *context, struct error *error)
{
    static const struct cursor cursor = {&sql_books_declare_customers, &sql_books_fetch_customers,
                                         &sql_books_close_customers};
    struct customers_walk walk = {.visit = visit, .context = context};
    return run(store, &cursor, range, visit_customer, &walk, error);
}
