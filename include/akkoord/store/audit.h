#pragma once
/*
 * The audit log: which rows the program wrote, in a form that nobody else can write, so that a row that was changed,
 * removed or added by hand is found.
 *
 * Each transaction that writes covered rows (the view akkoord.audit_row says which, and which columns) inserts one
 * leaf: for every such row an entry with its kind, its subject (the order, person or request that it ends with), its
 * id, and
 *
 *     SHA-256(row secret, salt of the subject, kind, subject, id, content)
 *
 * or 32 zero bytes where the row was deleted. The row secret is known to the program alone; the salt is random and goes
 * with the subject's row: after that nobody can try out what the content was. A leaf is authenticated
 * (checkpoint.h), so that SQL alone makes none. The sequencer gives committed leaves their places in a Merkle tree
 * and signs its head.
 *
 * A leaf's data, whose hash stands in the tree: "akkoord/audit/1" and a line feed, the time (microseconds, 8 bytes,
 * big- endian), the nonce (16), the entries.
 *
 * A transaction names what it touched, and store_commit() reads it back and adds the leaf; the committer, for which a
 * round trip is too much, writes entries by itself (audit_note_row()).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/store/store.h"
#include "akkoord/vault/checkpoint.h"

/* The numbers of the view, and of entries that were made: never change one. */
enum audit_facet {
    AUDIT_ORDER = 1,       /* as it was placed; deleted: with all that has it as its subject */
    AUDIT_ORDER_STATE = 2, /* what the committer changes of it */
    AUDIT_PAYMENT = 3,
    AUDIT_DOCUMENT = 4,        /* but for its number */
    AUDIT_DOCUMENT_NUMBER = 5, /* from when it is first drawn */
    AUDIT_DECISION = 6,
    AUDIT_REVIEW = 7,
    AUDIT_STATEMENT = 8,
    AUDIT_HISTORY = 9,
    AUDIT_PDF = 10, /* a drawn document, under the document's id */
    AUDIT_EVENT = 11,
    AUDIT_CUSTOMER = 12,
    AUDIT_STAFF = 13,
    AUDIT_REQUEST = 14,
    AUDIT_HOLD = 15,
    AUDIT_PRICE_LIST = 16, /* as a whole, under audit_price_list_id */
    AUDIT_UBL = 17,
    AUDIT_CII = 18,
    AUDIT_CHECKOUT = 19,  /* where an attempt is paid, if anywhere */
    AUDIT_VAT_CHECK = 20, /* what VIES said of the buyer's number, under the order's id */
};
#define AUDIT_FACETS 20

extern const struct uuid audit_price_list_id;

/* The table that a facet is of; NULL for a number that is none. */
const char *audit_facet_table(enum audit_facet facet);

#define AUDIT_ENTRY_BYTES 65
/* Added to the facet of an entry that is not of a writing, but of a row as it was found: one of before the log began,
 * or one whose last entry has reached its term. It says something only of a row that no other entry is of. */
#define AUDIT_FOUND 0x80

struct audit_entry {
    enum audit_facet facet;
    bool is_found;
    struct uuid subject; /* nil: none */
    struct uuid id;
    uint8_t digest[SHA256_BYTES];
};

struct audit_leaf {
    int64_t made_at_us;
    struct uuid nonce;
    uint8_t hash[MERKLE_HASH_BYTES];
    uint8_t mac[AUDIT_MAC_BYTES];
    const uint8_t *entries;
    size_t length;
};

/* ---- writing ---- */

/* Notes that the transaction writes, or deletes, this row. `subject` may be NULL but for AUDIT_HISTORY. */
void store_audit_touch(struct store *store, enum audit_facet facet, const struct uuid *subject, const struct uuid *id);
/* Adds a leaf over what was touched, and commits. In place of pg_commit(), and after it nothing is touched any more. */
enum status store_commit(struct store *store, struct error *error) AKKOORD_MUST_CHECK;
/* Runs a statement that writes one row; outside a transaction in one of its own with its leaf. */
enum status store_execute_touching(struct store *store, const struct pg_statement *statement,
                                   const struct pg_params *params, struct pg_result **result, enum audit_facet facet,
                                   const struct uuid *subject, const struct uuid *id,
                                   struct error *error) AKKOORD_MUST_CHECK;

/* Entries that grow in an arena. */
struct audit_entries {
    struct arena *arena;
    const struct audit_key *key;
    uint8_t *bytes;
    size_t length, capacity;
};

/* The store's key, opened at its first use. */
enum status store_audit_key(struct store *store, const struct audit_key **key, struct error *error) AKKOORD_MUST_CHECK;
enum status audit_entries_begin(struct store *store, struct arena *arena, struct audit_entries *entries,
                                struct error *error) AKKOORD_MUST_CHECK;
/* `salt` and `subject` are nil where there is none. */
void audit_note_row(struct audit_entries *entries, enum audit_facet facet, const struct uuid *subject,
                    const struct uuid *id, const struct uuid *salt, const void *content, size_t length);
void audit_note_entry(struct audit_entries *entries, const struct audit_entry *entry);
/* The parameters of sql/audit/insert.sql. */
void audit_leaf_params(const struct audit_entries *entries, int64_t at_us, struct pg_params *params);

/* ---- reading ---- */

void audit_row_digest(const struct audit_key *key, enum audit_facet facet, const struct uuid *subject,
                      const struct uuid *id, const struct uuid *salt, const void *content, size_t length,
                      uint8_t digest[SHA256_BYTES]);
/* A row of akkoord.audit_row from `column` (its id) on as an entry. */
void audit_row_read(const struct audit_key *key, struct arena *arena, const struct pg_result *result, size_t row,
                    int column, enum audit_facet facet, struct audit_entry *entry);
/* A row of sql/audit/leaves.sql from `column` (made_at) on. What it points to lives as long as the result. */
void audit_leaf_read(const struct pg_result *result, size_t row, int column, struct audit_leaf *leaf);
/* The bytes that its hash is of, in the arena. */
const uint8_t *audit_leaf_data(struct arena *arena, const struct audit_leaf *leaf, size_t *length);
void audit_leaf_hash(struct arena *arena, const struct audit_leaf *leaf, uint8_t hash[MERKLE_HASH_BYTES]);
void audit_leaf_mac(const struct audit_key *key, const uint8_t hash[MERKLE_HASH_BYTES], uint8_t mac[AUDIT_MAC_BYTES]);
/* Entry `index` of a leaf; false when it is none of ours. */
bool audit_leaf_entry(const struct audit_leaf *leaf, size_t index, struct audit_entry *entry);
bool audit_entry_is_deletion(const struct audit_entry *entry);
