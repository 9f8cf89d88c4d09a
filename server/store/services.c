/* What is sold: rows of akkoord.service. Any worker thread with its own store. */
#include "akkoord/store/services.h"

#include "akkoord/pg/sql.h"

static void add_texts(struct pg_params *params, const struct service *services, size_t count,
                      const char *(*text_of)(const struct service *service))
{
    struct pg_array *array = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(array, text_of(&services[i]));
    pg_array_end(array);
}

static void add_integers(struct pg_params *params, const struct service *services, size_t count,
                         int64_t (*integer_of)(const struct service *service))
{
    struct pg_array *array = pg_array_begin(params, PG_INT64_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_int64(array, integer_of(&services[i]));
    pg_array_end(array);
}

static const char *sku_of(const struct service *service)
{
    return service->sku;
}

static const char *name_nl_of(const struct service *service)
{
    return service->name[LANGUAGE_NL];
}

static const char *name_en_of(const struct service *service)
{
    return service->name[LANGUAGE_EN];
}

static const char *currency_of(const struct service *service)
{
    return service->currency;
}

static const char *category_of(const struct service *service)
{
    return service->vat_category;
}

static int64_t unit_price_of(const struct service *service)
{
    return service->unit_price_minor;
}

static int64_t rate_of(const struct service *service)
{
    return service->vat_rate_basis_points;
}

enum status store_services_replace(struct store *store, struct arena *arena, const struct service *services,
                                   size_t count, struct error *error)
{
    struct pg_params skus;
    struct pg_params all;
    pg_params_init(&skus, arena);
    add_texts(&skus, services, count, sku_of);
    pg_params_init(&all, arena);
    add_texts(&all, services, count, sku_of);
    add_texts(&all, services, count, name_nl_of);
    add_texts(&all, services, count, name_en_of);
    add_integers(&all, services, count, unit_price_of);
    add_texts(&all, services, count, currency_of);
    struct pg_array *includes_vat = pg_array_begin(&all, PG_BOOL_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bool(includes_vat, services[i].price_includes_vat);
    pg_array_end(includes_vat);
    add_texts(&all, services, count, category_of);
    add_integers(&all, services, count, rate_of);
    struct pg_batch_item items[] = {
        {.statement = &pg_statement_begin},
        {.statement = &sql_service_lock},
        {.statement = &sql_service_retire, .params = &skus},
        {.statement = &sql_service_upsert, .params = &all},
        {.statement = &pg_statement_commit},
    };
    size_t items_count = sizeof(items) / sizeof(items[0]);
    enum status status = pg_execute_batch(store->pg, items, items_count, NULL, error);
    pg_batch_release(items, items_count);
    pg_rollback(store->pg);
    return status;
}

static void read_services(struct arena *arena, const struct pg_result *result, struct service **services, size_t *count)
{
    *count = pg_result_rows(result);
    *services = ARENA_ARRAY(arena, struct service, *count);
    for (size_t i = 0; i < *count; i++) {
        struct service *service = &(*services)[i];
        service->sku = arena_copy_text(arena, pg_get_text(result, i, 0));
        service->name[LANGUAGE_NL] = arena_copy_text(arena, pg_get_text(result, i, 1));
        service->name[LANGUAGE_EN] = arena_copy_text(arena, pg_get_text(result, i, 2));
        service->unit_price_minor = pg_get_int64(result, i, 3);
        snprintf(service->currency, sizeof(service->currency), "%s", pg_get_text(result, i, 4));
        service->price_includes_vat = pg_get_bool(result, i, 5);
        snprintf(service->vat_category, sizeof(service->vat_category), "%s", pg_get_text(result, i, 6));
        service->vat_rate_basis_points = pg_get_int64(result, i, 7);
    }
}

static enum status query_services(struct store *store, struct arena *arena, const struct pg_statement *statement,
                                  const struct pg_params *params, struct service **services, size_t *count,
                                  struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, statement, params, &result, error);
    if (status == STATUS_OK)
        read_services(arena, result, services, count);
    pg_result_free(result);
    return status;
}

enum status store_services_list(struct store *store, struct arena *arena, struct service **services, size_t *count,
                                struct error *error)
{
    return query_services(store, arena, &sql_service_list, NULL, services, count, error);
}

enum status store_services_find(struct store *store, struct arena *arena, const char *const *skus, size_t skus_count,
                                struct service **services, size_t *count, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *array = pg_array_begin(&params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < skus_count; i++)
        pg_array_add_text(array, skus[i]);
    pg_array_end(array);
    return query_services(store, arena, &sql_service_find, &params, services, count, error);
}
