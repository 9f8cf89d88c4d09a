#pragma once
/*
 * What a rotation of the key-encryption keys does to the database. The keyring's file comes first
 * (keyring_begin_epoch), so that no key is used before it is on a disk; then, in this order:
 *
 *     store_keys_register()           the new keys are known
 *     store_rotation_retire()         from its commit on no process stores a data key under an old one
 *     store_rotation_rewrap_page()    until nothing is left: each page is a short transaction
 *     store_rotation_find_used()      and then keyring_destroy_keys(), for keys that are old enough
 *     store_rotation_note_destroyed()
 *
 * Each step may be done again, and what is left to do can be read from the keyring and the database: a rotation that
 * was killed anywhere is gone on with by doing the steps again. Servers run meanwhile.
 */
#include "akkoord/store/store.h"

/* One rotation at a time in this database: `taken` is false while another process has the lock. Held until the session
 * ends, or by store_rotation_unlock(); losing it harms nothing. */
enum status store_rotation_lock(struct store *store, bool *taken, struct error *error) AKKOORD_MUST_CHECK;
enum status store_rotation_unlock(struct store *store, struct error *error) AKKOORD_MUST_CHECK;

/* A key of the keyring, and what the database says of it. */
struct rotation_key {
    struct keyring_entry entry;
    int64_t data_keys; /* that it wraps */
    bool is_noted_retired;
    bool is_noted_destroyed;
};
/* All keys of the keyring, by purpose and epoch. The array lives in the arena. */
enum status store_rotation_look(struct store *store, struct arena *arena, struct rotation_key **keys, size_t *count,
                                struct error *error) AKKOORD_MUST_CHECK;

/* Notes these keys as retired. Waits for those who are storing data keys at the moment, and keeps others from it for
 * half a second at most: STATUS_UNAVAILABLE when that is not enough, try again. */
enum status store_rotation_retire(struct store *store, struct arena *arena, const struct uuid *ids, size_t count,
                                  struct error *error) AKKOORD_MUST_CHECK;

/* Told of a data key that can't be wrapped anew: one line for a person, without key material. */
typedef void store_rotation_fault(void *context, const char *text);

struct rotation_page {
    struct uuid last; /* nil before the first page; moved on */
    size_t rows;      /* of this page; 0: there are no more */
    int64_t rewrapped;
    int64_t faults;
};
/* Wraps the next data keys of that key under the active key of their purpose. On failure nothing was changed, and
 * page->last is as before. */
enum status store_rotation_rewrap_page(struct store *store, struct arena *arena, const struct uuid *kek_id,
                                       struct rotation_page *page, store_rotation_fault *fault, void *context,
                                       struct error *error) AKKOORD_MUST_CHECK;

/* Which of these keys still wrap something; reads all data keys. The array of ids lives in the arena. */
enum status store_rotation_find_used(struct store *store, struct arena *arena, const struct uuid *ids, size_t count,
                                     struct uuid **used, size_t *used_count, struct error *error) AKKOORD_MUST_CHECK;
enum status store_rotation_note_destroyed(struct store *store, struct arena *arena, const struct uuid *ids,
                                          size_t count, struct error *error) AKKOORD_MUST_CHECK;
