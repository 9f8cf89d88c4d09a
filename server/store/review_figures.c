/* Reads figures about reviews. Whatever thread owns the store runs it; changes nothing. */
#include "akkoord/store/review_figures.h"

#include "akkoord/pg/sql.h"

static enum review_grouping grouping_of(const char *word)
{
    return strcmp(word, "reason") == 0   ? REVIEW_FIGURES_BY_REASON
           : strcmp(word, "policy") == 0 ? REVIEW_FIGURES_BY_POLICY
                                         : REVIEW_FIGURES_OF_ALL;
}

enum status store_review_figures(struct store *store, struct arena *arena, int64_t from_us, int64_t to_us,
                                 struct review_figures **figures, size_t *count, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, from_us);
    pg_params_add_time(&params, to_us);
    enum status status = pg_execute(store->pg, &sql_review_figures, &params, &result, error);
    if (status != STATUS_OK)
        return status;
    *count = pg_result_rows(result);
    *figures = ARENA_ARRAY(arena, struct review_figures, *count);
    for (size_t i = 0; i < *count; i++)
        (*figures)[i] = (struct review_figures){
            .grouping = grouping_of(pg_get_text(result, i, 0)),
            .name = arena_copy_text(arena, pg_get_text(result, i, 1)),
            .version = arena_copy_text(arena, pg_get_text(result, i, 2)),
            .asked = pg_get_int64(result, i, 3),
            .decided = pg_get_int64(result, i, 4),
            .overturned = pg_get_int64(result, i, 5),
            .late = pg_get_int64(result, i, 6),
            .inputs_not_seen = pg_get_int64(result, i, 7),
            .median_seconds = pg_get_int64(result, i, 8),
            .p90_seconds = pg_get_int64(result, i, 9),
        };
    pg_result_free(result);
    return STATUS_OK;
}

enum status store_reviews_count_overdue(struct store *store, struct arena *arena, int64_t now_us, int64_t *count,
                                        struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_time(&params, now_us);
    enum status status = pg_execute(store->pg, &sql_review_count_overdue, &params, &result, error);
    if (status == STATUS_OK)
        *count = pg_get_int64(result, 0, 0);
    pg_result_free(result);
    return status;
}
