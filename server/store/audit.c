/*
 * Leaves of the audit log (audit.h): what was touched is read back, and written down as digests. Whatever thread owns
 * the store. Invariant: the leaf is inserted after the transaction has written its rows, and so holds their locks.
 */
#include "akkoord/store/audit.h"

#include "akkoord/base/clock.h"
#include "akkoord/base/memory.h"
#include "akkoord/pg/sql.h"
#include "audit_internal.h"
#include "rows.h"

#include <assert.h>
#include <stdlib.h>

#define LEAF_PREFIX       "akkoord/audit/1\n"
#define LEAF_PREFIX_BYTES (sizeof(LEAF_PREFIX) - 1)
#define LEAF_HEAD_BYTES   (LEAF_PREFIX_BYTES + 8 + sizeof(struct uuid))
#define MAC_OF_LEAF       "leaf"
#define ENTRIES_FIRST     4

/* The table of each facet, and how rows are read back; events never are. */
static const struct {
    const char *table;
    const struct pg_statement *read;
} facets[AUDIT_FACETS + 1] = {
    [AUDIT_ORDER] = {"customer_order", &sql_audit_read_order},
    [AUDIT_ORDER_STATE] = {"customer_order", &sql_audit_read_order_state},
    [AUDIT_PAYMENT] = {"payment", &sql_audit_read_payment},
    [AUDIT_DOCUMENT] = {"document", &sql_audit_read_document},
    [AUDIT_DOCUMENT_NUMBER] = {"document", &sql_audit_read_document_number},
    [AUDIT_DECISION] = {"decision", &sql_audit_read_decision},
    [AUDIT_REVIEW] = {"review", &sql_audit_read_review},
    [AUDIT_STATEMENT] = {"review_statement", &sql_audit_read_statement},
    [AUDIT_HISTORY] = {"history", &sql_audit_read_history},
    [AUDIT_PDF] = {"rendition", &sql_audit_read_pdf},
    [AUDIT_EVENT] = {"event", NULL},
    [AUDIT_CUSTOMER] = {"customer", &sql_audit_read_customer},
    [AUDIT_STAFF] = {"staff", &sql_audit_read_staff},
    [AUDIT_REQUEST] = {"privacy_request", &sql_audit_read_request},
    [AUDIT_HOLD] = {"legal_hold", &sql_audit_read_hold},
    [AUDIT_PRICE_LIST] = {"service", &sql_audit_read_price_list},
    [AUDIT_UBL] = {"rendition", &sql_audit_read_ubl},
    [AUDIT_CII] = {"rendition", &sql_audit_read_cii},
    [AUDIT_CHECKOUT] = {"payment", &sql_audit_read_checkout},
    [AUDIT_VAT_CHECK] = {"vat_number_check", &sql_audit_read_vat_check},
};

const char *audit_facet_table(enum audit_facet facet)
{
    return facet >= 1 && facet <= AUDIT_FACETS ? facets[facet].table : NULL;
}

const struct pg_statement *audit_facet_read(enum audit_facet facet)
{
    assert(facets[facet].read != NULL);
    return facets[facet].read;
}

const struct uuid audit_price_list_id = {{[15] = 0x16}};

/* ---- digests and entries ---- */

void audit_row_digest(const struct audit_key *key, enum audit_facet facet, const struct uuid *subject,
                      const struct uuid *id, const struct uuid *salt, const void *content, size_t length,
                      uint8_t digest[SHA256_BYTES])
{
    uint8_t head[KEY_HEAD_BYTES];
    uint8_t *at = head;
    memcpy(at, audit_key_row_secret(key), SHA256_BYTES);
    at += SHA256_BYTES;
    memcpy(at, salt->bytes, sizeof(salt->bytes));
    at += sizeof(salt->bytes);
    *at++ = (uint8_t)facet;
    memcpy(at, subject->bytes, sizeof(subject->bytes));
    at += sizeof(subject->bytes);
    memcpy(at, id->bytes, sizeof(id->bytes));
    crypto_sha256_two(head, sizeof(head), content, length, digest);
    memory_cleanse(head, SHA256_BYTES);
}

enum status audit_entries_begin(struct store *store, struct arena *arena, struct audit_entries *entries,
                                struct error *error)
{
    *entries = (struct audit_entries){.arena = arena};
    return store_audit_key(store, &entries->key, error);
}

void audit_note_entry(struct audit_entries *entries, const struct audit_entry *entry)
{
    if (entries->length + AUDIT_ENTRY_BYTES > entries->capacity) {
        size_t capacity = entries->capacity == 0 ? (size_t)ENTRIES_FIRST * AUDIT_ENTRY_BYTES : 2 * entries->capacity;
        uint8_t *bytes = arena_alloc(entries->arena, capacity);
        if (entries->length > 0)
            memcpy(bytes, entries->bytes, entries->length);
        entries->bytes = bytes;
        entries->capacity = capacity;
    }
    uint8_t *at = entries->bytes + entries->length;
    *at++ = (uint8_t)(entry->facet | (entry->is_found ? AUDIT_FOUND : 0));
    memcpy(at, entry->subject.bytes, sizeof(entry->subject.bytes));
    at += sizeof(entry->subject.bytes);
    memcpy(at, entry->id.bytes, sizeof(entry->id.bytes));
    at += sizeof(entry->id.bytes);
    memcpy(at, entry->digest, SHA256_BYTES);
    entries->length += AUDIT_ENTRY_BYTES;
}

void audit_note_row(struct audit_entries *entries, enum audit_facet facet, const struct uuid *subject,
                    const struct uuid *id, const struct uuid *salt, const void *content, size_t length)
{
    struct audit_entry entry = {.facet = facet, .subject = *subject, .id = *id};
    audit_row_digest(entries->key, facet, subject, id, salt, content, length, entry.digest);
    audit_note_entry(entries, &entry);
}

bool audit_leaf_entry(const struct audit_leaf *leaf, size_t index, struct audit_entry *entry)
{
    const uint8_t *at = leaf->entries + index * AUDIT_ENTRY_BYTES;
    entry->is_found = (*at & AUDIT_FOUND) != 0;
    entry->facet = (enum audit_facet)(*at & ~AUDIT_FOUND);
    at++;
    memcpy(entry->subject.bytes, at, sizeof(entry->subject.bytes));
    at += sizeof(entry->subject.bytes);
    memcpy(entry->id.bytes, at, sizeof(entry->id.bytes));
    at += sizeof(entry->id.bytes);
    memcpy(entry->digest, at, SHA256_BYTES);
    return audit_facet_table(entry->facet) != NULL;
}

bool audit_entry_is_deletion(const struct audit_entry *entry)
{
    static const uint8_t nothing[SHA256_BYTES];
    return memcmp(entry->digest, nothing, sizeof(nothing)) == 0;
}

/* ---- leaves ---- */

static void put_time(uint8_t *out, int64_t time_us)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)time_us >> (8 * (7 - i)));
}

const uint8_t *audit_leaf_data(struct arena *arena, const struct audit_leaf *leaf, size_t *length)
{
    uint8_t *data = arena_alloc(arena, LEAF_HEAD_BYTES + leaf->length);
    memcpy(data, LEAF_PREFIX, LEAF_PREFIX_BYTES);
    put_time(data + LEAF_PREFIX_BYTES, leaf->made_at_us);
    memcpy(data + LEAF_PREFIX_BYTES + 8, leaf->nonce.bytes, sizeof(leaf->nonce.bytes));
    if (leaf->length > 0)
        memcpy(data + LEAF_HEAD_BYTES, leaf->entries, leaf->length);
    *length = LEAF_HEAD_BYTES + leaf->length;
    return data;
}

void audit_leaf_hash(struct arena *arena, const struct audit_leaf *leaf, uint8_t hash[MERKLE_HASH_BYTES])
{
    size_t length;
    const uint8_t *data = audit_leaf_data(arena, leaf, &length);
    merkle_leaf_hash(data, length, hash);
}

void audit_leaf_mac(const struct audit_key *key, const uint8_t hash[MERKLE_HASH_BYTES], uint8_t mac[AUDIT_MAC_BYTES])
{
    audit_key_mac(key, MAC_OF_LEAF, hash, MERKLE_HASH_BYTES, mac);
}

void audit_leaf_params(const struct audit_entries *entries, int64_t at_us, struct pg_params *params)
{
    struct audit_leaf *leaf = ARENA_NEW(entries->arena, struct audit_leaf);
    *leaf = (struct audit_leaf){.made_at_us = at_us, .entries = entries->bytes, .length = entries->length};
    crypto_random_shown(leaf->nonce.bytes, sizeof(leaf->nonce.bytes));
    audit_leaf_hash(entries->arena, leaf, leaf->hash);
    audit_leaf_mac(entries->key, leaf->hash, leaf->mac);
    pg_params_add_time(params, at_us);
    pg_params_add_uuid(params, &leaf->nonce);
    pg_params_add_bytes(params, leaf->hash, sizeof(leaf->hash));
    pg_params_add_bytes(params, leaf->mac, sizeof(leaf->mac));
    pg_params_add_bytes(params, leaf->entries, leaf->length);
}

void audit_leaf_read(const struct pg_result *result, size_t row, int column, struct audit_leaf *leaf)
{
    *leaf = (struct audit_leaf){.made_at_us = pg_get_time(result, row, column),
                                .nonce = pg_get_uuid(result, row, column + 1)};
    store_read_bytes(result, row, column + 2, leaf->hash, sizeof(leaf->hash));
    store_read_bytes(result, row, column + 3, leaf->mac, sizeof(leaf->mac));
    leaf->entries = pg_get_bytes(result, row, column + 4, &leaf->length);
}

/* ---- rows ---- */

void audit_row_read(const struct audit_key *key, struct arena *arena, const struct pg_result *result, size_t row,
                    int column, enum audit_facet facet, struct audit_entry *entry)
{
    *entry = (struct audit_entry){.facet = facet,
                                  .id = pg_get_uuid(result, row, column),
                                  .subject = pg_get_optional_uuid(result, row, column + 1)};
    struct uuid salt = pg_get_optional_uuid(result, row, column + 2);
    const char *content = pg_get_text(result, row, column + 3);
    const char *extra = pg_get_text(result, row, column + 4);
    if (content == NULL)
        content = "";
    if (extra != NULL)
        content = arena_format(arena, "%s|%s", content, audit_canonical_json(arena, extra));
    audit_row_digest(key, facet, &entry->subject, &entry->id, &salt, content, strlen(content), entry->digest);
}

/* ---- what a transaction touches ---- */

enum status store_audit_key(struct store *store, const struct audit_key **key, struct error *error)
{
    if (store->audit == NULL)
        store->audit = memory_alloc_zero(1, sizeof(*store->audit));
    enum status status = STATUS_OK;
    if (store->keyring == NULL)
        return error_set(error, STATUS_NOT_FOUND, "audit_key_missing",
                         "what is done here is noted in the audit log, and there is no keyring: name it in "
                         "AKKOORD_KEYRING_FILE");
    if (store->audit->key == NULL)
        status = audit_key_open(store->keyring, &store->audit->key, error);
    if (status == STATUS_OK)
        *key = store->audit->key;
    return status;
}

void store_audit_release(struct store *store)
{
    if (store->audit == NULL)
        return;
    audit_key_free(store->audit->key);
    free(store->audit->touched);
    free(store->audit);
    store->audit = NULL;
}

void store_audit_touch(struct store *store, enum audit_facet facet, const struct uuid *subject, const struct uuid *id)
{
    if (store->audit == NULL)
        store->audit = memory_alloc_zero(1, sizeof(*store->audit));
    struct store_audit *audit = store->audit;
    int64_t transaction = pg_transaction_serial(store->pg);
    if (audit->transaction != transaction)
        audit->count = 0; /* of one that was rolled back */
    audit->transaction = transaction;
    for (size_t i = 0; i < audit->count; i++) {
        if (audit->touched[i].facet == facet && uuid_equal(&audit->touched[i].id, id))
            return;
    }
    if (audit->count == audit->capacity) {
        audit->capacity = audit->capacity == 0 ? ENTRIES_FIRST : 2 * audit->capacity;
        audit->touched = memory_resize(audit->touched, audit->capacity, sizeof(*audit->touched));
    }
    struct audit_entry *touched = &audit->touched[audit->count++];
    *touched = (struct audit_entry){.facet = facet, .id = *id};
    if (subject != NULL)
        touched->subject = *subject;
}

/* Touched rows that are read back by one statement. */
struct group {
    const struct audit_entry *head;
    struct pg_params params;
};

static bool is_of_group(const struct audit_entry *entry, const struct audit_entry *head)
{
    return entry->facet == head->facet && (head->facet != AUDIT_HISTORY || uuid_equal(&entry->subject, &head->subject));
}

static void begin_group(struct store_audit *audit, struct arena *arena, size_t first, struct group *group,
                        struct pg_batch_item *item)
{
    group->head = &audit->touched[first];
    bool by_subject = group->head->facet == AUDIT_HISTORY;
    pg_params_init(&group->params, arena);
    struct pg_array *ids = pg_array_begin(&group->params, PG_UUID_ARRAY);
    for (size_t i = first; i < audit->count; i++) {
        if (!is_of_group(&audit->touched[i], group->head))
            continue;
        pg_array_add_uuid(ids, &audit->touched[i].id);
        audit->touched[i].is_found = true;
    }
    pg_array_end(ids);
    if (by_subject)
        pg_params_add_uuid(&group->params, &group->head->subject);
    *item = (struct pg_batch_item){.statement = audit_facet_read(group->head->facet), .params = &group->params};
}

static void note_rows(struct store_audit *audit, struct audit_entries *entries, const struct group *group,
                      const struct pg_result *result)
{
    for (size_t row = 0; row < pg_result_rows(result); row++) {
        struct audit_entry entry;
        audit_row_read(entries->key, entries->arena, result, row, 0, group->head->facet, &entry);
        audit_note_entry(entries, &entry);
        for (size_t i = 0; i < audit->count; i++) {
            if (audit->touched[i].facet == entry.facet && uuid_equal(&audit->touched[i].id, &entry.id))
                memcpy(audit->touched[i].digest, entry.digest, SHA256_BYTES);
        }
    }
}

/* Reads back, in one round trip, as many groups as go into one; *more says whether some are left. */
static enum status read_touched(struct store *store, struct audit_entries *entries, bool *more, struct error *error)
{
    struct store_audit *audit = store->audit;
    struct group *groups = ARENA_ARRAY(entries->arena, struct group, PG_BATCH_MAX);
    struct pg_batch_item items[PG_BATCH_MAX];
    size_t count = 0;
    *more = false;
    for (size_t i = 0; i < audit->count; i++) {
        if (audit->touched[i].is_found)
            continue;
        *more = count == PG_BATCH_MAX;
        if (*more)
            break;
        begin_group(audit, entries->arena, i, &groups[count], &items[count]);
        count++;
    }
    enum status status = pg_execute_batch(store->pg, items, count, NULL, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        note_rows(audit, entries, &groups[i], items[i].result);
    pg_batch_release(items, count);
    return status;
}

/* Adds the leaf and commits, in one round trip. */
static enum status commit_leaf(struct store *store, struct arena *arena, struct error *error)
{
    struct store_audit *audit = store->audit;
    struct audit_entries entries;
    struct pg_params params;
    bool more = true;
    enum status status = audit_entries_begin(store, arena, &entries, error);
    while (status == STATUS_OK && more)
        status = read_touched(store, &entries, &more, error);
    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < audit->count; i++) {
        audit->touched[i].is_found = false;
        if (audit_entry_is_deletion(&audit->touched[i]))
            audit_note_entry(&entries, &audit->touched[i]);
    }
    pg_params_init(&params, arena);
    audit_leaf_params(&entries, clock_now_us(), &params);
    struct pg_batch_item items[] = {{.statement = &sql_audit_insert, .params = &params},
                                    {.statement = &pg_statement_commit}};
    status = pg_execute_batch(store->pg, items, 2, NULL, error);
    pg_batch_release(items, 2);
    return status;
}

enum status store_commit(struct store *store, struct error *error)
{
    struct store_audit *audit = store->audit;
    if (audit == NULL || audit->count == 0 || audit->transaction != pg_transaction_serial(store->pg))
        return pg_commit(store->pg, error);
    struct arena *arena = arena_new();
    enum status status = commit_leaf(store, arena, error);
    arena_free(arena);
    audit->count = 0;
    return status;
}

enum status store_execute_touching(struct store *store, const struct pg_statement *statement,
                                   const struct pg_params *params, struct pg_result **result, enum audit_facet facet,
                                   const struct uuid *subject, const struct uuid *id, struct error *error)
{
    bool is_alone = !pg_in_transaction(store->pg);
    enum status status = is_alone ? pg_begin(store->pg, error) : STATUS_OK;
    if (status == STATUS_OK)
        status = pg_execute(store->pg, statement, params, result, error);
    if (status == STATUS_OK)
        store_audit_touch(store, facet, subject, id);
    if (status == STATUS_OK && is_alone)
        status = store_commit(store, error);
    if (is_alone)
        pg_rollback(store->pg);
    return status;
}
