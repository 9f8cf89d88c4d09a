/*
 * The verification (audit_verify.h). Whatever thread owns the store; one snapshot. Goes on after a fault, so that all
 * of them are told.
 */
#include "akkoord/store/audit_verify.h"

#include <inttypes.h>
#include <stdlib.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/retention.h"
#include "akkoord/pg/sql.h"
#include "audit_known.h"
#include "audit_log.h"
#include "rows.h"

#define CALL_TIMEOUT_MS     600000
#define CHECKPOINTS_AT_ONCE 1000
#define IDS_AT_ONCE         10000
/* An event's id and its time may lie a moment apart. */
#define ID_SLACK_US CLOCK_US_PER_SECOND

struct verifying {
    struct store *store;
    const struct audit_key *key;
    const struct audit_watcher *watcher;
    struct audit_report *report;
    const struct checkpoint *kept;
    bool kept_is_met;
    struct audit_log_state state;
    struct audit_known known;
    struct audit_known hashes; /* of leaves, by their first 16 bytes: none comes twice */
    struct arena *arena;       /* of one leaf or page */
    struct merkle_tree tree;
    int64_t tiles;
    bool tile_was_full;
    /* Ids of leaves that are accounted for. */
    int64_t *ids;
    size_t ids_count, ids_capacity;
    /* The page of checkpoints under way. */
    struct pg_result *checkpoints;
    size_t checkpoint_row;
    int64_t last_checkpoint, checkpoint_before;
    enum status failure;
    struct error *error;
};

static void tell(struct verifying *verifying, const char *format, ...) AKKOORD_PRINTF(2, 3);
static void tell(struct verifying *verifying, const char *format, ...)
{
    char text[ERROR_DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    verifying->report->faults++;
    verifying->watcher->fault(verifying->watcher->context, text);
}

static void note_progress(const struct verifying *verifying, int64_t done)
{
    if (verifying->watcher->progress != NULL)
        verifying->watcher->progress(verifying->watcher->context, done);
}

/* ---- checkpoints ---- */

static enum status next_page(struct verifying *verifying)
{
    struct pg_params params;
    if (verifying->checkpoints != NULL && pg_result_rows(verifying->checkpoints) < CHECKPOINTS_AT_ONCE)
        return STATUS_OK; /* it was the last one */
    pg_result_free(verifying->checkpoints);
    verifying->checkpoints = NULL;
    verifying->checkpoint_row = 0;
    arena_reset(verifying->arena);
    pg_params_init(&params, verifying->arena);
    pg_params_add_int64(&params, verifying->last_checkpoint);
    pg_params_add_int64(&params, CHECKPOINTS_AT_ONCE);
    return pg_execute(verifying->store->pg, &sql_audit_checkpoints, &params, &verifying->checkpoints, verifying->error);
}

static bool has_checkpoint(struct verifying *verifying)
{
    if (verifying->failure != STATUS_OK)
        return false;
    if (verifying->checkpoints == NULL || verifying->checkpoint_row == pg_result_rows(verifying->checkpoints))
        verifying->failure = next_page(verifying);
    return verifying->failure == STATUS_OK && verifying->checkpoint_row < pg_result_rows(verifying->checkpoints);
}

/* The row under way, as it stands: signature, authentication, and the one before it. */
static void check_checkpoint(struct verifying *verifying, struct checkpoint *checkpoint)
{
    const struct pg_result *rows = verifying->checkpoints;
    size_t row = verifying->checkpoint_row;
    struct error fault;
    uint8_t mac[AUDIT_MAC_BYTES], expected[AUDIT_MAC_BYTES];
    int64_t size = pg_get_int64(rows, row, 0), previous = pg_get_int64(rows, row, 1);
    const char *note = pg_get_text(rows, row, 3);
    store_read_bytes(rows, row, 4, mac, sizeof(mac));
    audit_checkpoint_mac(verifying->key, size, previous, pg_get_time(rows, row, 2), note, expected);
    bool is_ours = crypto_equal(mac, sizeof(mac), expected, sizeof(expected));
    if (checkpoint_open(verifying->key, note, strlen(note), checkpoint, &fault) != STATUS_OK)
        tell(verifying, "changed: audit_checkpoint %" PRId64 ": %s", size, fault.detail);
    else if (!is_ours || (int64_t)checkpoint->size != size)
        tell(verifying, "changed: audit_checkpoint %" PRId64 ": it is not the one that was signed", size);
    if (is_ours && previous != verifying->checkpoint_before && previous >= verifying->state.pruned_size)
        tell(verifying, "removed: audit_checkpoint %" PRId64, previous);
    verifying->checkpoint_before = size;
    verifying->report->checkpoints++;
}

/* Those of trees that are no larger than the one so far. */
static void pass_checkpoints(struct verifying *verifying)
{
    while (has_checkpoint(verifying)) {
        int64_t size = pg_get_int64(verifying->checkpoints, verifying->checkpoint_row, 0);
        struct checkpoint checkpoint = {0};
        uint8_t root[MERKLE_HASH_BYTES];
        if (size > (int64_t)verifying->tree.size)
            return;
        check_checkpoint(verifying, &checkpoint);
        merkle_tree_root(&verifying->tree, root);
        if (size == (int64_t)verifying->tree.size && (int64_t)checkpoint.size == size &&
            memcmp(root, checkpoint.root, sizeof(root)) != 0)
            tell(verifying, "changed: audit_checkpoint %" PRId64 ": the tree is not the one that was signed", size);
        verifying->last_checkpoint = size;
        verifying->checkpoint_row++;
    }
}

static void pass_kept(struct verifying *verifying)
{
    uint8_t root[MERKLE_HASH_BYTES];
    if (verifying->kept == NULL || verifying->kept_is_met || verifying->kept->size != verifying->tree.size)
        return;
    verifying->kept_is_met = true;
    merkle_tree_root(&verifying->tree, root);
    if (memcmp(root, verifying->kept->root, sizeof(root)) != 0)
        tell(verifying, "changed: the log before leaf %" PRIu64 " is not the one of the checkpoint that was kept",
             verifying->kept->size);
}

static void check_end(struct verifying *verifying)
{
    int64_t size = (int64_t)verifying->tree.size;
    verifying->report->size = size;
    while (has_checkpoint(verifying)) {
        struct checkpoint checkpoint = {0};
        int64_t signed_size = pg_get_int64(verifying->checkpoints, verifying->checkpoint_row, 0);
        check_checkpoint(verifying, &checkpoint);
        tell(verifying, "removed: audit_tile: leaves %" PRId64 " to %" PRId64 " were signed and are not there", size,
             signed_size - 1);
        verifying->last_checkpoint = signed_size;
        verifying->checkpoint_row++;
    }
    if (verifying->last_checkpoint < size)
        tell(verifying, "removed: audit_checkpoint %" PRId64 ": nothing signs the last leaves", size);
    if (verifying->kept != NULL && !verifying->kept_is_met)
        tell(verifying,
             "removed: the log has %" PRId64 " leaves, and the checkpoint that was kept has %" PRIu64
             ": it was cut off, or rolled back",
             size, verifying->kept->size);
}

/* ---- leaves ---- */

static void account_for(struct verifying *verifying, int64_t id)
{
    if (verifying->ids_count == verifying->ids_capacity) {
        verifying->ids_capacity = verifying->ids_capacity == 0 ? IDS_AT_ONCE : 2 * verifying->ids_capacity;
        verifying->ids = memory_resize(verifying->ids, verifying->ids_capacity, sizeof(*verifying->ids));
    }
    verifying->ids[verifying->ids_count++] = id;
}

/* Whether the leaf is one that the program made, and made once. */
static bool check_leaf(struct verifying *verifying, int64_t id, const struct audit_leaf *leaf)
{
    uint8_t hash[MERKLE_HASH_BYTES], mac[AUDIT_MAC_BYTES];
    struct audit_entry twice = {.facet = AUDIT_ORDER};
    audit_leaf_hash(verifying->arena, leaf, hash);
    audit_leaf_mac(verifying->key, hash, mac);
    if (memcmp(hash, leaf->hash, sizeof(hash)) != 0 || leaf->length % AUDIT_ENTRY_BYTES != 0) {
        tell(verifying, "changed: audit_leaf %" PRId64, id);
        return false;
    }
    if (!crypto_equal(mac, sizeof(mac), leaf->mac, sizeof(leaf->mac))) {
        tell(verifying, "added: audit_leaf %" PRId64 ": the program did not make it", id);
        return false;
    }
    if (verifying->state.pruned_before_us != 0 && leaf->made_at_us < verifying->state.pruned_before_us) {
        tell(verifying, "added: audit_leaf %" PRId64 ": it had reached its term", id);
        return false;
    }
    memcpy(twice.id.bytes, hash, sizeof(twice.id.bytes));
    if (audit_known_find(&verifying->hashes, AUDIT_ORDER, &twice.id) != NULL) {
        tell(verifying, "added: audit_leaf %" PRId64 ": a copy of another one", id);
        return false;
    }
    audit_known_put(&verifying->hashes, &twice, 0);
    return true;
}

static void take_entries(struct verifying *verifying, int64_t index, const struct audit_leaf *leaf)
{
    for (size_t i = 0; i < leaf->length / AUDIT_ENTRY_BYTES; i++) {
        struct audit_entry entry;
        if (audit_leaf_entry(leaf, i, &entry))
            audit_known_put(&verifying->known, &entry, index);
    }
}

static void visit_tile(void *context, const struct audit_tile *tile)
{
    struct verifying *verifying = context;
    uint8_t root[MERKLE_HASH_BYTES], before[MERKLE_HASH_BYTES];
    if (tile->number != verifying->tiles || (verifying->tiles > 0 && !verifying->tile_was_full)) {
        tell(verifying, "removed: audit_tile %" PRId64, verifying->tiles);
        verifying->tree = tile->before;
    }
    merkle_tree_root(&verifying->tree, root);
    merkle_tree_root(&tile->before, before);
    if (memcmp(root, before, sizeof(root)) != 0)
        tell(verifying, "changed: audit_tile %" PRId64, tile->number);
    verifying->tiles = tile->number + 1;
    verifying->tile_was_full = tile->count == (size_t)256;
}

static void visit_leaf(void *context, int64_t index, int64_t id, const uint8_t hash[MERKLE_HASH_BYTES],
                       const struct audit_leaf *leaf)
{
    struct verifying *verifying = context;
    bool is_pruned = index < verifying->state.pruned_size;
    arena_reset(verifying->arena);
    pass_kept(verifying);
    if (leaf == NULL && !is_pruned) {
        tell(verifying, "removed: audit_leaf %" PRId64, id);
    } else if (!is_pruned) {
        if (memcmp(leaf->hash, hash, MERKLE_HASH_BYTES) != 0)
            tell(verifying, "changed: audit_leaf %" PRId64 ": it is not the one that has its place in the tree", id);
        else if (check_leaf(verifying, id, leaf))
            take_entries(verifying, index, leaf);
    }
    if (!is_pruned)
        account_for(verifying, id);
    merkle_tree_append(&verifying->tree, hash);
    pass_checkpoints(verifying);
    note_progress(verifying, 1);
}

static void visit_waiting(void *context, int64_t index, int64_t id, const uint8_t hash[MERKLE_HASH_BYTES],
                          const struct audit_leaf *leaf)
{
    struct verifying *verifying = context;
    (void)hash;
    arena_reset(verifying->arena);
    if (check_leaf(verifying, id, leaf))
        take_entries(verifying, index, leaf);
    account_for(verifying, id);
    verifying->report->waiting++;
}

static int compare_ids(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static bool is_accounted_for(const struct verifying *verifying, int64_t id)
{
    return verifying->ids_count > 0 &&
           bsearch(&id, verifying->ids, verifying->ids_count, sizeof(id), compare_ids) != NULL;
}

/* Rows of leaves that have no place and don't wait for one, and waiting notes without a leaf. */
static enum status find_stray_leaves(struct verifying *verifying, struct error *error)
{
    int64_t last = INT64_MIN;
    size_t rows = IDS_AT_ONCE;
    enum status status = STATUS_OK;
    struct pg_result *result = NULL;
    if (verifying->ids_count > 1)
        qsort(verifying->ids, verifying->ids_count, sizeof(*verifying->ids), compare_ids);
    while (status == STATUS_OK && rows == IDS_AT_ONCE) {
        struct pg_params params;
        arena_reset(verifying->arena);
        pg_params_init(&params, verifying->arena);
        pg_params_add_int64(&params, last);
        pg_params_add_int64(&params, IDS_AT_ONCE);
        status = pg_execute(verifying->store->pg, &sql_audit_leaf_ids, &params, &result, error);
        rows = status == STATUS_OK ? pg_result_rows(result) : 0;
        for (size_t row = 0; row < rows; row++) {
            last = pg_get_int64(result, row, 0);
            if (!is_accounted_for(verifying, last))
                tell(verifying, "added: audit_leaf %" PRId64 ": it has no place, and waits for none", last);
        }
        pg_result_free(result);
        result = NULL;
    }
    if (status == STATUS_OK)
        status = pg_execute(verifying->store->pg, &sql_audit_pending_ids, NULL, &result, error);
    for (size_t row = 0; status == STATUS_OK && row < pg_result_rows(result); row++) {
        if (!is_accounted_for(verifying, pg_get_int64(result, row, 0)))
            tell(verifying, "removed: audit_leaf %" PRId64 ": it waited for its place", pg_get_int64(result, row, 0));
    }
    pg_result_free(result);
    return status;
}

static enum status verify_log(struct verifying *verifying, struct error *error)
{
    const struct log_visitor visitor = {.tile = visit_tile, .leaf = visit_leaf, .context = verifying};
    const struct log_visitor waiting = {.leaf = visit_waiting, .context = verifying};
    enum status status = audit_log_state_read(verifying->store, verifying->key, &verifying->state, error);
    if (status != STATUS_OK)
        return status;
    if (!verifying->state.is_there)
        tell(verifying, "removed: audit_state");
    else if (!verifying->state.is_authentic)
        tell(verifying, "changed: audit_state");
    verifying->report->pruned = verifying->state.pruned_size;
    status = audit_log_read(verifying->store, verifying->state.pruned_size, &visitor, error);
    if (status == STATUS_OK) {
        pass_kept(verifying);
        pass_checkpoints(verifying);
        check_end(verifying);
        status = verifying->failure;
    }
    if (status == STATUS_OK)
        status = audit_log_read_waiting(verifying->store, &waiting, error);
    return status == STATUS_OK ? find_stray_leaves(verifying, error) : status;
}

/* ---- rows ---- */

static const char *format_id(const struct audit_entry *entry, char text[UUID_TEXT_BYTES])
{
    return entry->facet == AUDIT_PRICE_LIST ? "(the price list)" : uuid_format(&entry->id, text);
}

/* A row that no entry is of, and need not be. */
static bool is_excused(const struct verifying *verifying, const struct audit_entry *row)
{
    if (row->facet == AUDIT_EVENT && verifying->state.pruned_before_us != 0) {
        struct uuid bound = uuid_first_of(verifying->state.pruned_before_us + ID_SLACK_US);
        return uuid_compare(&row->id, &bound) < 0; /* held longer than its leaf */
    }
    /* Not drawn yet. */
    return row->facet == AUDIT_DOCUMENT_NUMBER && audit_known_find(&verifying->known, AUDIT_PDF, &row->id) == NULL &&
           audit_known_find(&verifying->known, AUDIT_UBL, &row->id) == NULL &&
           audit_known_find(&verifying->known, AUDIT_CII, &row->id) == NULL;
}

static void check_row(struct verifying *verifying, const struct audit_entry *row)
{
    char text[UUID_TEXT_BYTES];
    struct known_entry *known = audit_known_find(&verifying->known, row->facet, &row->id);
    if (known != NULL)
        known->is_seen = true;
    if (known == NULL && is_excused(verifying, row))
        return;
    if (known == NULL || audit_entry_is_deletion(&known->entry))
        tell(verifying, "added: %s %s", audit_facet_table(row->facet), format_id(row, text));
    else if (memcmp(known->entry.digest, row->digest, SHA256_BYTES) != 0)
        tell(verifying, "changed: %s %s", audit_facet_table(row->facet), format_id(row, text));
}

static enum status verify_page(struct verifying *verifying, size_t *rows, struct error *error)
{
    struct pg_result *page = NULL;
    arena_reset(verifying->arena);
    enum status status = pg_execute(verifying->store->pg, &sql_audit_fetch_rows, NULL, &page, error);
    *rows = status == STATUS_OK ? pg_result_rows(page) : 0;
    for (size_t row = 0; status == STATUS_OK && row < *rows; row++) {
        struct audit_entry entry;
        audit_row_read(verifying->key, verifying->arena, page, row, 1, (enum audit_facet)pg_get_int64(page, row, 0),
                       &entry);
        check_row(verifying, &entry);
    }
    verifying->report->rows += (int64_t)*rows;
    note_progress(verifying, (int64_t)*rows);
    pg_result_free(page);
    return status;
}

/* Entries whose row is not there any more, and should be. */
static void find_removed(struct verifying *verifying)
{
    struct uuid events_from = uuid_first_of(retention_cutoff_us(RETENTION_EVENT, false, clock_now_us()) + ID_SLACK_US);
    for (size_t i = 0; i < verifying->known.capacity; i++) {
        const struct known_entry *known = &verifying->known.places[i];
        char text[UUID_TEXT_BYTES];
        if (known->entry.facet == 0 || known->is_seen || audit_entry_is_deletion(&known->entry) ||
            audit_known_is_gone(&verifying->known, &known->entry))
            continue;
        /* Events end by the clock. */
        if (known->entry.facet == AUDIT_EVENT && uuid_compare(&known->entry.id, &events_from) < 0)
            continue;
        /* A state goes with its order, and is told of with it. */
        if (known->entry.facet != AUDIT_ORDER_STATE && known->entry.facet != AUDIT_DOCUMENT_NUMBER)
            tell(verifying, "removed: %s %s", audit_facet_table(known->entry.facet), format_id(&known->entry, text));
    }
}

static enum status verify_rows(struct verifying *verifying, struct error *error)
{
    size_t rows = 1;
    enum status status = pg_execute(verifying->store->pg, &sql_audit_open_rows, NULL, NULL, error);
    while (status == STATUS_OK && rows > 0)
        status = verify_page(verifying, &rows, error);
    if (status == STATUS_OK)
        find_removed(verifying);
    return status;
}

/* Every number of a series that can't have reached its term is there, and looks as it should. */
static enum status verify_numbering(struct verifying *verifying, struct error *error)
{
    struct pg_result *result = NULL;
    int64_t complete_from =
        calendar_year(calendar_amsterdam_day(retention_cutoff_us(RETENTION_ORDER, false, clock_now_us())));
    enum status status = pg_execute(verifying->store->pg, &sql_audit_numbering, NULL, &result, error);
    for (size_t row = 0; status == STATUS_OK && row < pg_result_rows(result); row++) {
        int64_t year = pg_get_int64(result, row, 1), last = pg_get_int64(result, row, 2);
        bool is_complete = pg_get_int64(result, row, 3) == last && pg_get_int64(result, row, 4) == last;
        if (pg_get_int64(result, row, 5) > 0 || pg_get_int64(result, row, 3) > last ||
            (year >= complete_from && !is_complete))
            tell(verifying, "changed: document_counter %s %" PRId64 ": its numbers are not those of the documents",
                 pg_get_text(result, row, 0), year);
    }
    pg_result_free(result);
    return status;
}

/* ---- all of it ---- */

static enum status begin(struct verifying *verifying, struct error *error)
{
    struct pg_result *result = NULL;
    enum status status = store_audit_key(verifying->store, &verifying->key, error);
    pg_set_call_timeout_ms(verifying->store->pg, CALL_TIMEOUT_MS);
    if (status == STATUS_OK)
        status = pg_begin_snapshot(verifying->store->pg, error);
    if (status == STATUS_OK)
        status = pg_execute(verifying->store->pg, &sql_audit_counts, NULL, &result, error);
    if (status == STATUS_OK && verifying->watcher->begin != NULL)
        verifying->watcher->begin(verifying->watcher->context, pg_get_int64(result, 0, 0) + pg_get_int64(result, 0, 1));
    pg_result_free(result);
    return status;
}

enum status store_audit_verify(struct store *store, const struct checkpoint *kept, const struct audit_watcher *watcher,
                               struct audit_report *report, struct error *error)
{
    struct verifying *verifying = memory_alloc_zero(1, sizeof(*verifying));
    *report = (struct audit_report){0};
    *verifying = (struct verifying){
        .store = store, .watcher = watcher, .report = report, .kept = kept, .error = error, .arena = arena_new()};
    audit_known_init(&verifying->known);
    audit_known_init(&verifying->hashes);
    merkle_tree_init(&verifying->tree);
    enum status status = begin(verifying, error);
    if (status == STATUS_OK)
        status = verify_log(verifying, error);
    if (status == STATUS_OK)
        status = verify_rows(verifying, error);
    if (status == STATUS_OK)
        status = verify_numbering(verifying, error);
    pg_result_free(verifying->checkpoints);
    pg_rollback(store->pg);
    pg_set_call_timeout_ms(store->pg, 0);
    audit_known_release(&verifying->known);
    audit_known_release(&verifying->hashes);
    arena_free(verifying->arena);
    free(verifying->ids);
    free(verifying);
    return status;
}
