#pragma once
/*
 * Whether the keyring is the one that this database was written with. Rows of akkoord.key_encryption_key hold the
 * fingerprint of every key that was ever used here, so that a wrong keyring file is noticed before it is used.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/store/store.h"

/* Notes the keys of the keyring that are new, and holds all that were noted against it; whoever is about to seal calls
 * it once, first. STATUS_NOT_FOUND `kek_unknown`: a key that was used here is not on the keyring; STATUS_CONFLICT
 * `kek_mismatch`: another one stands under its id. */
enum status store_keys_register(struct store *store, struct arena *arena, struct error *error) AKKOORD_MUST_CHECK;

/* What a verification looked at. */
struct keys_report {
    size_t key_encryption_keys; /* that were noted or are needed by a row */
    int64_t data_keys;          /* unwrapped, or tried */
    int64_t faults;
};

/* Told of each fault: one line for a person, without key material. */
typedef void store_keys_fault(void *context, const char *text);

/* Checks every key that was noted or that a row needs, and unwraps every data key. Changes nothing. Fails only when the
 * database does; what is wrong with keys is told to `fault` and counted. */
enum status store_keys_verify(struct store *store, store_keys_fault *fault, void *context, struct keys_report *report,
                              struct error *error) AKKOORD_MUST_CHECK;
