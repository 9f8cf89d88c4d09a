/*
 * The sequencer (audit_sequence.h). Whatever thread owns the store. Invariants: only whoever holds the advisory lock
 * adds to the tree, and adds only to a tree whose last signed head it is; places, tiles, checkpoint and the end of
 * waiting are one transaction.
 */
#include "akkoord/store/audit_sequence.h"

#include <inttypes.h>

#include "akkoord/base/clock.h"
#include "akkoord/pg/sql.h"
#include "akkoord/store/audit.h"
#include "audit_internal.h"
#include "rows.h"

#define ADOPT_TIMEOUT_MS  600000
#define ADOPT_LEAF_ROWS   1000
#define FRONTIER_BYTES    ((size_t)MERKLE_LEVELS_MAX * MERKLE_HASH_BYTES)
#define TILE_HASHES_BYTES ((size_t)AUDIT_TILE_LEAVES * MERKLE_HASH_BYTES)
#define TILE_LEAVES_BYTES ((size_t)AUDIT_TILE_LEAVES * AUDIT_LEAF_ID_BYTES)

/* ---- the tree as it is stored ---- */

/* Its last tile, which may have room, and the head. */
struct head {
    struct merkle_tree tree;
    struct audit_tile tile;
    bool has_checkpoint;
    struct checkpoint signed_head;
};

static enum status damaged(const char *what, struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "audit_tree_damaged",
                     "the audit log's %s: `akkoord audit verify` tells more", what);
}

enum status audit_tile_read(const struct pg_result *result, size_t row, struct audit_tile *tile, struct error *error)
{
    size_t frontier_length, hashes_length, leaves_length;
    tile->number = pg_get_int64(result, row, 0);
    const uint8_t *frontier = pg_get_bytes(result, row, 1, &frontier_length);
    tile->hashes = pg_get_bytes(result, row, 2, &hashes_length);
    tile->leaves = pg_get_bytes(result, row, 3, &leaves_length);
    tile->count = hashes_length / MERKLE_HASH_BYTES;
    if (hashes_length % MERKLE_HASH_BYTES != 0 || tile->count == 0 || tile->count > AUDIT_TILE_LEAVES ||
        leaves_length != tile->count * AUDIT_LEAF_ID_BYTES ||
        !merkle_frontier_read((uint64_t)tile->number * AUDIT_TILE_LEAVES, frontier, frontier_length, &tile->before))
        return damaged("tiles are not in their format", error);
    return STATUS_OK;
}

int64_t audit_tile_leaf(const struct audit_tile *tile, size_t index)
{
    const uint8_t *at = tile->leaves + index * AUDIT_LEAF_ID_BYTES;
    uint64_t id = 0;
    for (size_t i = 0; i < AUDIT_LEAF_ID_BYTES; i++)
        id = id << 8 | at[i];
    return (int64_t)id;
}

static enum status read_tile(struct store *store, struct arena *arena, struct head *head, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_audit_last_tile, NULL, &result, error);
    merkle_tree_init(&head->tree);
    merkle_tree_init(&head->tile.before);
    if (status == STATUS_OK && pg_result_rows(result) > 0) {
        status = audit_tile_read(result, 0, &head->tile, error);
        if (status == STATUS_OK) {
            head->tile.hashes =
                (const uint8_t *)arena_copy_bytes(arena, head->tile.hashes, head->tile.count * MERKLE_HASH_BYTES);
            head->tile.leaves =
                (const uint8_t *)arena_copy_bytes(arena, head->tile.leaves, head->tile.count * AUDIT_LEAF_ID_BYTES);
            head->tree = head->tile.before;
            for (size_t i = 0; i < head->tile.count; i++)
                merkle_tree_append(&head->tree, head->tile.hashes + i * MERKLE_HASH_BYTES);
        }
    }
    pg_result_free(result);
    return status;
}

static enum status read_head(struct store *store, struct arena *arena, const struct audit_key *key, struct head *head,
                             struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = read_tile(store, arena, head, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_audit_last_checkpoint, NULL, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) > 0) {
        struct error fault;
        const char *note = pg_get_text(result, 0, 1);
        head->has_checkpoint = true;
        if (checkpoint_open(key, note, strlen(note), &head->signed_head, &fault) != STATUS_OK)
            status = damaged("last checkpoint is not what was signed", error);
    }
    pg_result_free(result);
    if (status != STATUS_OK)
        return status;
    uint8_t root[MERKLE_HASH_BYTES];
    merkle_tree_root(&head->tree, root);
    bool fits = head->has_checkpoint ? head->tree.size == head->signed_head.size &&
                                           memcmp(root, head->signed_head.root, sizeof(root)) == 0
                                     : head->tree.size == 0;
    return fits ? STATUS_OK : damaged("tree is not the one that was signed", error);
}

/* ---- adding to it ---- */

/* Tiles as they will stand; their bytes live in the arena. */
struct tiles {
    struct arena *arena;
    struct pg_params params;
    struct pg_array *numbers, *frontiers, *hashes, *leaves;
    struct audit_tile open;
    uint8_t *open_hashes, *open_leaves;
};

static void open_tile(struct tiles *tiles, const struct merkle_tree *before)
{
    tiles->open = (struct audit_tile){.number = (int64_t)(before->size / AUDIT_TILE_LEAVES), .before = *before};
    tiles->open_hashes = arena_alloc(tiles->arena, TILE_HASHES_BYTES);
    tiles->open_leaves = arena_alloc(tiles->arena, TILE_LEAVES_BYTES);
}

static void begin_tiles(struct tiles *tiles, struct arena *arena, const struct head *head)
{
    tiles->arena = arena;
    pg_params_init(&tiles->params, arena);
    tiles->numbers = pg_array_begin(&tiles->params, PG_INT64_ARRAY);
    tiles->frontiers = pg_array_begin(&tiles->params, PG_BYTES_ARRAY);
    tiles->hashes = pg_array_begin(&tiles->params, PG_BYTES_ARRAY);
    tiles->leaves = pg_array_begin(&tiles->params, PG_BYTES_ARRAY);
    bool has_room = head->tile.count > 0 && head->tile.count < AUDIT_TILE_LEAVES;
    open_tile(tiles, has_room ? &head->tile.before : &head->tree);
    if (has_room) {
        tiles->open.count = head->tile.count;
        memcpy(tiles->open_hashes, head->tile.hashes, head->tile.count * MERKLE_HASH_BYTES);
        memcpy(tiles->open_leaves, head->tile.leaves, head->tile.count * AUDIT_LEAF_ID_BYTES);
    }
}

static void put_tile(struct tiles *tiles)
{
    uint8_t frontier[FRONTIER_BYTES];
    size_t length = merkle_frontier_write(&tiles->open.before, frontier);
    pg_array_add_int64(tiles->numbers, tiles->open.number);
    pg_array_add_bytes(tiles->frontiers, frontier, length);
    pg_array_add_bytes(tiles->hashes, tiles->open_hashes, tiles->open.count * MERKLE_HASH_BYTES);
    pg_array_add_bytes(tiles->leaves, tiles->open_leaves, tiles->open.count * AUDIT_LEAF_ID_BYTES);
}

static void add_to_tiles(struct tiles *tiles, struct merkle_tree *tree, const uint8_t *hash, int64_t id)
{
    uint8_t *leaf = tiles->open_leaves + tiles->open.count * AUDIT_LEAF_ID_BYTES;
    for (size_t i = 0; i < AUDIT_LEAF_ID_BYTES; i++)
        leaf[i] = (uint8_t)((uint64_t)id >> (8 * (AUDIT_LEAF_ID_BYTES - 1 - i)));
    memcpy(tiles->open_hashes + tiles->open.count * MERKLE_HASH_BYTES, hash, MERKLE_HASH_BYTES);
    tiles->open.count++;
    merkle_tree_append(tree, hash);
    if (tiles->open.count == AUDIT_TILE_LEAVES) {
        put_tile(tiles);
        open_tile(tiles, tree);
    }
}

static void end_tiles(struct tiles *tiles)
{
    if (tiles->open.count > 0)
        put_tile(tiles);
    pg_array_end(tiles->numbers);
    pg_array_end(tiles->frontiers);
    pg_array_end(tiles->hashes);
    pg_array_end(tiles->leaves);
}

void audit_checkpoint_mac(const struct audit_key *key, int64_t size, int64_t previous, int64_t signed_at_us,
                          const char *note, uint8_t mac[AUDIT_MAC_BYTES])
{
    char text[CHECKPOINT_BYTES_MAX + 96];
    int length =
        snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64 "\n%s", size, previous, signed_at_us, note);
    audit_key_mac(key, "checkpoint", text, (size_t)length, mac);
}

static void checkpoint_params(struct arena *arena, const struct audit_key *key, const struct head *head,
                              struct pg_params *params)
{
    struct checkpoint checkpoint = {.size = head->tree.size};
    char *note = arena_alloc(arena, CHECKPOINT_BYTES_MAX);
    uint8_t *mac = arena_alloc(arena, AUDIT_MAC_BYTES);
    int64_t now_us = clock_now_us();
    int64_t previous = head->has_checkpoint ? (int64_t)head->signed_head.size : 0;
    merkle_tree_root(&head->tree, checkpoint.root);
    checkpoint_sign(key, &checkpoint, note);
    audit_checkpoint_mac(key, (int64_t)checkpoint.size, previous, now_us, note, mac);
    pg_params_init(params, arena);
    pg_params_add_int64(params, (int64_t)checkpoint.size);
    pg_params_add_int64(params, previous);
    pg_params_add_time(params, now_us);
    pg_params_add_text(params, note);
    pg_params_add_bytes(params, mac, AUDIT_MAC_BYTES);
}

/* The leaves that wait, and that the program made: into the tiles and the tree. */
static void take_pending(const struct audit_key *key, const struct pg_result *pending, struct tiles *tiles,
                         struct head *head, struct pg_array *taken, struct audit_sequenced *sequenced)
{
    for (size_t row = 0; row < pg_result_rows(pending); row++) {
        uint8_t hash[MERKLE_HASH_BYTES], mac[AUDIT_MAC_BYTES], expected[AUDIT_MAC_BYTES];
        bool is_made = !pg_is_null(pending, row, 1) && !pg_is_null(pending, row, 2);
        if (is_made) {
            store_read_bytes(pending, row, 1, hash, sizeof(hash));
            store_read_bytes(pending, row, 2, mac, sizeof(mac));
            audit_leaf_mac(key, hash, expected);
            is_made = crypto_equal(mac, sizeof(mac), expected, sizeof(expected));
        }
        if (!is_made) {
            sequenced->forged++;
            continue;
        }
        add_to_tiles(tiles, &head->tree, hash, pg_get_int64(pending, row, 0));
        pg_array_add_int64(taken, pg_get_int64(pending, row, 0));
        sequenced->added++;
    }
}

static enum status write_head(struct store *store, struct arena *arena, const struct audit_key *key,
                              const struct head *head, const struct tiles *tiles, const struct pg_params *taken,
                              struct error *error)
{
    struct pg_params checkpoint;
    checkpoint_params(arena, key, head, &checkpoint);
    struct pg_batch_item items[] = {
        {.statement = &sql_audit_put_tiles, .params = &tiles->params},
        {.statement = &sql_audit_put_checkpoint, .params = &checkpoint},
        {.statement = &sql_audit_sequenced, .params = taken},
        {.statement = &pg_statement_commit},
    };
    size_t count = sizeof(items) / sizeof(items[0]);
    enum status status = pg_execute_batch(store->pg, items, count, NULL, error);
    pg_batch_release(items, count);
    return status;
}

static enum status sequence_pending(struct store *store, struct arena *arena, const struct audit_key *key,
                                    const struct pg_result *pending, struct audit_sequenced *sequenced,
                                    struct error *error)
{
    struct head *head = ARENA_NEW(arena, struct head);
    struct tiles tiles;
    struct pg_params taken;
    enum status status = read_head(store, arena, key, head, error);
    if (status != STATUS_OK)
        return status;
    begin_tiles(&tiles, arena, head);
    pg_params_init(&taken, arena);
    struct pg_array *ids = pg_array_begin(&taken, PG_INT64_ARRAY);
    take_pending(key, pending, &tiles, head, ids, sequenced);
    pg_array_end(ids);
    end_tiles(&tiles);
    if (sequenced->added > 0)
        status = write_head(store, arena, key, head, &tiles, &taken, error);
    sequenced->size = (int64_t)head->tree.size;
    return status;
}

/* Nothing waits: how large the tree is. */
static enum status note_size(struct store *store, struct audit_sequenced *sequenced, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_audit_last_checkpoint, NULL, &result, error);
    if (status == STATUS_OK)
        sequenced->size = pg_result_rows(result) > 0 ? pg_get_int64(result, 0, 0) : 0;
    pg_result_free(result);
    return status;
}

static enum status sequence_locked(struct store *store, struct arena *arena, struct audit_sequenced *sequenced,
                                   struct error *error)
{
    const struct audit_key *key;
    struct pg_params params;
    struct pg_result *pending = NULL;
    pg_params_init(&params, arena);
    pg_params_add_int64(&params, AUDIT_SEQUENCE_LEAVES);
    enum status status = store_audit_key(store, &key, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_audit_pending, &params, &pending, error);
    if (status == STATUS_OK && pg_result_rows(pending) == 0) {
        status = note_size(store, sequenced, error);
    } else if (status == STATUS_OK) {
        sequenced->waiting = (int64_t)pg_result_rows(pending);
        sequenced->waiting_from_us = pg_get_time(pending, 0, 3);
        status = sequence_pending(store, arena, key, pending, sequenced, error);
    }
    pg_result_free(pending);
    return status;
}

enum status store_audit_sequence(struct store *store, struct arena *arena, struct audit_sequenced *sequenced,
                                 struct error *error)
{
    struct pg_result *result = NULL;
    *sequenced = (struct audit_sequenced){.size = -1};
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_audit_try_lock, NULL, &result, error);
    bool is_ours = status == STATUS_OK && pg_get_bool(result, 0, 0);
    pg_result_free(result);
    if (is_ours)
        status = sequence_locked(store, arena, sequenced, error);
    pg_rollback(store->pg);
    return status;
}

enum status store_audit_checkpoint(struct store *store, struct arena *arena, const char **note, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = pg_execute(store->pg, &sql_audit_last_checkpoint, NULL, &result, error);
    if (status == STATUS_OK && pg_result_rows(result) == 0)
        status = error_set(error, STATUS_NOT_FOUND, "no_checkpoint",
                           "nothing was signed yet: a server that runs does it within a second");
    if (status == STATUS_OK)
        *note = arena_copy_text(arena, pg_get_text(result, 0, 1));
    pg_result_free(result);
    return status;
}

/* ---- rows of before the log ---- */

void audit_state_mac(const struct audit_key *key, int64_t adopted_at_us, int64_t pruned_size, int64_t pruned_before_us,
                     uint8_t mac[AUDIT_MAC_BYTES])
{
    char text[96];
    int length =
        snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64, adopted_at_us, pruned_size, pruned_before_us);
    audit_key_mac(key, "state", text, (size_t)length, mac);
}

static enum status insert_leaf(struct store *store, struct arena *arena, const struct audit_entries *entries,
                               struct error *error)
{
    struct pg_params params;
    pg_params_init(&params, arena);
    audit_leaf_params(entries, clock_now_us(), &params);
    return pg_execute(store->pg, &sql_audit_insert, &params, NULL, error);
}

static enum status adopt_page(struct store *store, struct arena *arena, const struct pg_result *page,
                              struct audit_adopted *adopted, struct error *error)
{
    struct audit_entries entries;
    enum status status = audit_entries_begin(store, arena, &entries, error);
    for (size_t row = 0; status == STATUS_OK && row < pg_result_rows(page); row++) {
        struct audit_entry entry;
        audit_row_read(entries.key, arena, page, row, 1, (enum audit_facet)pg_get_int64(page, row, 0), &entry);
        entry.is_found = true;
        audit_note_entry(&entries, &entry);
        adopted->rows++;
        adopted->is_in_use |= entry.facet != AUDIT_PRICE_LIST && entry.facet != AUDIT_STAFF;
    }
    return status == STATUS_OK ? insert_leaf(store, arena, &entries, error) : status;
}

static enum status adopt_rows(struct store *store, struct audit_adopted *adopted, struct error *error)
{
    struct arena *arena = arena_new();
    size_t count = 1;
    enum status status = pg_execute(store->pg, &sql_audit_open_rows, NULL, NULL, error);
    while (status == STATUS_OK && count > 0) {
        struct pg_result *page = NULL;
        arena_reset(arena);
        status = pg_execute(store->pg, &sql_audit_fetch_rows, NULL, &page, error);
        count = status == STATUS_OK ? pg_result_rows(page) : 0;
        if (count > 0)
            status = adopt_page(store, arena, page, adopted, error);
        pg_result_free(page);
    }
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_audit_close_rows, NULL, NULL, error);
    arena_free(arena);
    return status;
}

static enum status put_state(struct store *store, struct arena *arena, struct error *error)
{
    const struct audit_key *key;
    uint8_t mac[AUDIT_MAC_BYTES];
    int64_t now_us = clock_now_us();
    struct pg_params params;
    enum status status = store_audit_key(store, &key, error);
    if (status != STATUS_OK)
        return status;
    audit_state_mac(key, now_us, 0, 0, mac);
    pg_params_init(&params, arena);
    pg_params_add_time(&params, now_us);
    pg_params_add_bytes(&params, mac, sizeof(mac));
    return pg_execute(store->pg, &sql_audit_put_state, &params, NULL, error);
}

/* The lock is held: of several servers that start at once one does it. */
static enum status adopt_locked(struct store *store, struct arena *arena, struct audit_adopted *adopted,
                                struct error *error)
{
    struct pg_result *state = NULL, *tile = NULL;
    enum status status = pg_execute(store->pg, &sql_audit_state, NULL, &state, error);
    bool is_done = status == STATUS_OK && pg_result_rows(state) > 0;
    if (status == STATUS_OK && !is_done)
        status = pg_execute(store->pg, &sql_audit_last_tile, NULL, &tile, error);
    if (status == STATUS_OK && !is_done && pg_result_rows(tile) > 0)
        status = error_set(error, STATUS_CONFLICT, "audit_state_missing",
                           "the audit log's state is gone, and what is in the database may not be what it was: restore "
                           "the table audit_state, or look at `akkoord audit verify`");
    pg_result_free(state);
    pg_result_free(tile);
    if (status != STATUS_OK || is_done)
        return status;
    status = adopt_rows(store, adopted, error);
    return status == STATUS_OK ? put_state(store, arena, error) : status;
}

enum status store_audit_adopt(struct store *store, struct audit_adopted *adopted, struct error *error)
{
    struct arena *arena = arena_new();
    *adopted = (struct audit_adopted){0};
    pg_set_call_timeout_ms(store->pg, ADOPT_TIMEOUT_MS);
    enum status status = pg_begin(store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(store->pg, &sql_audit_lock, NULL, NULL, error);
    if (status == STATUS_OK)
        status = adopt_locked(store, arena, adopted, error);
    if (status == STATUS_OK)
        status = pg_commit(store->pg, error);
    pg_rollback(store->pg);
    pg_set_call_timeout_ms(store->pg, 0);
    arena_free(arena);
    return status;
}
