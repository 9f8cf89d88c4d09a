#pragma once
/*
 * What is done to the text of a keyring file. Nothing outside server/vault includes this. Does no I/O, but by the
 * token; any thread.
 */
#include "akkoord/base/uuid.h"
#include "keyring_io.h"

struct key_token;

/* The text of a new keyring: one active key a purpose, epoch 1, wrapped by the token when it is not NULL. The buffer is
 * the caller's to release. */
enum status keyring_write_new(struct key_token *token, struct buffer *out, struct error *error) AKKOORD_MUST_CHECK;

/* What is done with a keyring; the context of the functions below. */
struct keyring_change {
    struct key_token *token; /* may be NULL */
    const struct uuid *ids;  /* of keys to destroy */
    size_t count;
};

/* Of each purpose that wraps: the active key is retired, and a new random one takes its place, an epoch later. With a
 * token every key that stands in the clear is wrapped by it. STATUS_TOO_LARGE "keyring_full". */
keyring_edit keyring_edit_begin_epoch;

/* Adds an audit key where there is none. */
keyring_edit keyring_edit_add_audit_key;

/* Takes the material of these keys away. STATUS_CONFLICT "key_in_use" when one of them
 * is not retired; one that is destroyed already, or not there, is passed over. */
keyring_edit keyring_edit_destroy;
