/* What is sold: rows of akkoord.service, and of akkoord.discount_code. Any worker thread with its own store. */
#include "akkoord/store/services.h"

#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "order_rows.h"

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

static const char *supply_of(const struct service *service)
{
    return supply_name(service->supply);
}

/* Columns as in sql/service/upsert.sql. */
static void add_services(struct pg_params *params, struct arena *arena, const struct service *services, size_t count)
{
    add_texts(params, services, count, sku_of);
    add_texts(params, services, count, name_nl_of);
    add_texts(params, services, count, name_en_of);
    add_integers(params, services, count, unit_price_of);
    add_texts(params, services, count, currency_of);
    struct pg_array *includes_vat = pg_array_begin(params, PG_BOOL_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_bool(includes_vat, services[i].price_includes_vat);
    pg_array_end(includes_vat);
    add_texts(params, services, count, category_of);
    add_integers(params, services, count, rate_of);
    add_texts(params, services, count, supply_of);
    struct pg_array *discounts = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < count; i++)
        pg_array_add_text(discounts, service_discounts_write(arena, &services[i]));
    pg_array_end(discounts);
}

static void add_code_names(struct pg_params *params, const struct price_list *list, enum language language)
{
    struct pg_array *names = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++)
        pg_array_add_text(names, list->codes[i].name[language]);
    pg_array_end(names);
}

/* Columns as in sql/discount_code/insert.sql. */
static void add_codes(struct pg_params *params, const struct price_list *list)
{
    struct pg_array *array = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++)
        pg_array_add_text(array, list->codes[i].code);
    pg_array_end(array);
    array = pg_array_begin(params, PG_INT64_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++)
        pg_array_add_int64(array, list->codes[i].percent_basis_points);
    pg_array_end(array);
    array = pg_array_begin(params, PG_INT64_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++)
        pg_array_add_int64(array, list->codes[i].amount_minor);
    pg_array_end(array);
    array = pg_array_begin(params, PG_TEXT_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++) {
        if (list->codes[i].currency[0] != '\0')
            pg_array_add_text(array, list->codes[i].currency);
        else
            pg_array_add_null(array);
    }
    pg_array_end(array);
    add_code_names(params, list, LANGUAGE_NL);
    add_code_names(params, list, LANGUAGE_EN);
    array = pg_array_begin(params, PG_DATE_ARRAY);
    for (size_t i = 0; i < list->codes_count; i++) {
        if (list->codes[i].until_day != 0)
            pg_array_add_date(array, list->codes[i].until_day);
        else
            pg_array_add_null(array);
    }
    pg_array_end(array);
}

enum status store_services_replace(struct store *store, struct arena *arena, const struct price_list *list,
                                   struct error *error)
{
    struct pg_params skus;
    struct pg_params all;
    struct pg_params codes;
    pg_params_init(&skus, arena);
    add_texts(&skus, list->services, list->services_count, sku_of);
    pg_params_init(&all, arena);
    add_services(&all, arena, list->services, list->services_count);
    pg_params_init(&codes, arena);
    add_codes(&codes, list);
    struct pg_batch_item items[] = {
        {.statement = &pg_statement_begin},
        {.statement = &sql_service_lock},
        {.statement = &sql_service_retire, .params = &skus},
        {.statement = &sql_service_upsert, .params = &all},
        {.statement = &sql_discount_code_clear},
        {.statement = &sql_discount_code_insert, .params = &codes},
    };
    size_t items_count = sizeof(items) / sizeof(items[0]);
    enum status status = pg_execute_batch(store->pg, items, items_count, NULL, error);
    pg_batch_release(items, items_count);
    if (status == STATUS_OK) {
        store_audit_touch(store, AUDIT_PRICE_LIST, NULL, &audit_price_list_id);
        status = store_commit(store, error);
    }
    pg_rollback(store->pg);
    return status;
}

/* Columns as in sql/service/list.sql. */
static enum status read_service(struct arena *arena, const struct pg_result *result, size_t row,
                                struct service *service, struct error *error)
{
    service->sku = arena_copy_text(arena, pg_get_text(result, row, 0));
    service->name[LANGUAGE_NL] = arena_copy_text(arena, pg_get_text(result, row, 1));
    service->name[LANGUAGE_EN] = arena_copy_text(arena, pg_get_text(result, row, 2));
    service->unit_price_minor = pg_get_int64(result, row, 3);
    snprintf(service->currency, sizeof(service->currency), "%s", pg_get_text(result, row, 4));
    service->price_includes_vat = pg_get_bool(result, row, 5);
    snprintf(service->vat_category, sizeof(service->vat_category), "%s", pg_get_text(result, row, 6));
    service->vat_rate_basis_points = pg_get_int64(result, row, 7);
    const char *discounts = arena_copy_text(arena, pg_get_text(result, row, 9));
    struct error fault;
    if (supply_parse(pg_get_text(result, row, 8), &service->supply) != STATUS_OK ||
        service_discounts_read(arena, discounts, service, &fault) != STATUS_OK)
        return error_set(error, STATUS_INTERNAL, "service_unreadable", "a row of the price list is not in its format");
    return STATUS_OK;
}

enum status store_services_read(struct arena *arena, const struct pg_result *result, struct service **services,
                                size_t *count, struct error *error)
{
    enum status status = STATUS_OK;
    *count = pg_result_rows(result);
    *services = ARENA_ARRAY(arena, struct service, *count);
    for (size_t i = 0; i < *count && status == STATUS_OK; i++)
        status = read_service(arena, result, i, &(*services)[i], error);
    return status;
}

enum status store_services_list(struct store *store, struct arena *arena, struct service **services, size_t *count,
                                struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_service_list, NULL, &result, error);
    if (status == STATUS_OK)
        status = store_services_read(arena, result, services, count, error);
    pg_result_free(result);
    return status;
}

enum status store_discount_code_find(struct store *store, struct arena *arena, const char *text,
                                     struct discount_code *code, struct error *error)
{
    struct pg_params params;
    struct pg_result *result = NULL;
    pg_params_init(&params, arena);
    pg_params_add_text(&params, text);
    enum status status = pg_execute(store->pg, &sql_discount_code_find, &params, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0) {
        status = error_set(error, STATUS_NOT_FOUND, "discount_unknown", "there is no such discount");
    } else if (status == STATUS_OK) {
        *code = (struct discount_code){
            .code = text,
            .percent_basis_points = pg_get_int64(result, 0, 0),
            .amount_minor = pg_get_int64(result, 0, 1),
            .name = {arena_copy_text(arena, pg_get_text(result, 0, 3)),
                     arena_copy_text(arena, pg_get_text(result, 0, 4))},
            .until_day = pg_is_null(result, 0, 5) ? 0 : pg_get_date(result, 0, 5),
        };
        if (!pg_is_null(result, 0, 2))
            snprintf(code->currency, sizeof(code->currency), "%s", pg_get_text(result, 0, 2));
    }
    pg_result_free(result);
    return status;
}
