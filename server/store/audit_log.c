/* Reads the tiles and leaves of the log (audit_log.h). Judges nothing. */
#include "audit_log.h"

#include <stdlib.h>

#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "rows.h"

#define TILES_AT_ONCE  16
#define LEAVES_AT_ONCE 256

/* The rows of a tile's leaves come in any order. */
struct row_of_leaf {
    int64_t id;
    size_t row;
};

static int compare_rows(const void *left, const void *right)
{
    const struct row_of_leaf *a = left, *b = right;
    return (a->id > b->id) - (a->id < b->id);
}

static enum status query_leaves(struct store *store, struct arena *arena, const struct audit_tile *tile, size_t first,
                                struct pg_result **result, struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    struct pg_array *ids = pg_array_begin(&params, PG_INT64_ARRAY);
    for (size_t i = first; i < tile->count; i++)
        pg_array_add_int64(ids, audit_tile_leaf(tile, i));
    pg_array_end(ids);
    return pg_execute(store->pg, &sql_audit_leaves, &params, result, error);
}

static enum status read_tile(struct store *store, struct arena *arena, const struct audit_tile *tile, int64_t from,
                             const struct log_visitor *visitor, struct error *error)
{
    int64_t base = tile->number * (int64_t)LEAVES_AT_ONCE;
    size_t first = from <= base ? 0 : from - base < (int64_t)tile->count ? (size_t)(from - base) : tile->count;
    struct pg_result *result = NULL;
    enum status status = STATUS_OK;
    if (visitor->tile != NULL)
        visitor->tile(visitor->context, tile);
    for (size_t i = 0; i < first; i++)
        visitor->leaf(visitor->context, base + (int64_t)i, audit_tile_leaf(tile, i),
                      tile->hashes + i * MERKLE_HASH_BYTES, NULL);
    if (first < tile->count)
        status = query_leaves(store, arena, tile, first, &result, error);
    if (status != STATUS_OK || first == tile->count)
        return status;
    size_t rows = pg_result_rows(result);
    struct row_of_leaf *sorted = ARENA_ARRAY(arena, struct row_of_leaf, rows);
    for (size_t row = 0; row < rows; row++)
        sorted[row] = (struct row_of_leaf){.id = pg_get_int64(result, row, 0), .row = row};
    if (rows > 1)
        qsort(sorted, rows, sizeof(*sorted), compare_rows);
    for (size_t i = first; i < tile->count; i++) {
        const struct row_of_leaf wanted = {.id = audit_tile_leaf(tile, i)};
        const struct row_of_leaf *found =
            rows > 0 ? bsearch(&wanted, sorted, rows, sizeof(*sorted), compare_rows) : NULL;
        struct audit_leaf leaf;
        if (found != NULL)
            audit_leaf_read(result, found->row, 1, &leaf);
        visitor->leaf(visitor->context, base + (int64_t)i, wanted.id, tile->hashes + i * MERKLE_HASH_BYTES,
                      found != NULL ? &leaf : NULL);
    }
    pg_result_free(result);
    return STATUS_OK;
}

enum status audit_log_read(struct store *store, int64_t from, const struct log_visitor *visitor, struct error *error)
{
    struct arena *arena = arena_new();
    int64_t next = 0;
    size_t rows = TILES_AT_ONCE;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && rows == TILES_AT_ONCE) {
        struct pg_params params;
        struct pg_result *result = NULL;
        arena_reset(arena);
        pg_params_init(&params, arena);
        pg_params_add_int64(&params, next);
        pg_params_add_int64(&params, TILES_AT_ONCE);
        status = pg_execute(store->pg, &sql_audit_tiles, &params, &result, error);
        rows = status == STATUS_OK ? pg_result_rows(result) : 0;
        for (size_t row = 0; status == STATUS_OK && row < rows; row++) {
            struct audit_tile tile;
            status = audit_tile_read(result, row, &tile, error);
            if (status == STATUS_OK)
                status = read_tile(store, arena, &tile, from, visitor, error);
            next = tile.number + 1;
        }
        pg_result_free(result);
    }
    arena_free(arena);
    return status;
}

enum status audit_log_read_waiting(struct store *store, const struct log_visitor *visitor, struct error *error)
{
    struct arena *arena = arena_new();
    int64_t last = INT64_MIN;
    size_t rows = LEAVES_AT_ONCE;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && rows == LEAVES_AT_ONCE) {
        struct pg_params params;
        struct pg_result *result = NULL;
        arena_reset(arena);
        pg_params_init(&params, arena);
        pg_params_add_int64(&params, last);
        pg_params_add_int64(&params, LEAVES_AT_ONCE);
        status = pg_execute(store->pg, &sql_audit_unsequenced, &params, &result, error);
        rows = status == STATUS_OK ? pg_result_rows(result) : 0;
        for (size_t row = 0; row < rows; row++) {
            struct audit_leaf leaf;
            audit_leaf_read(result, row, 1, &leaf);
            last = pg_get_int64(result, row, 0);
            visitor->leaf(visitor->context, -1, last, leaf.hash, &leaf);
        }
        pg_result_free(result);
    }
    arena_free(arena);
    return status;
}

enum status audit_log_state_read(struct store *store, const struct audit_key *key, struct audit_log_state *state,
                                 struct error *error)
{
    struct pg_result *result = NULL;
    *state = (struct audit_log_state){0};
    enum status status = pg_execute(store->pg, &sql_audit_state, NULL, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0) {
        uint8_t mac[AUDIT_MAC_BYTES], expected[AUDIT_MAC_BYTES];
        state->is_there = true;
        state->adopted_at_us = pg_get_time(result, 0, 0);
        state->pruned_size = pg_get_int64(result, 0, 1);
        state->pruned_before_us = pg_get_time(result, 0, 2);
        store_read_bytes(result, 0, 3, mac, sizeof(mac));
        audit_state_mac(key, state->adopted_at_us, state->pruned_size, state->pruned_before_us, expected);
        state->is_authentic = crypto_equal(mac, sizeof(mac), expected, sizeof(expected));
    }
    pg_result_free(result);
    return status;
}
