#pragma once
/* What is done to the text of a keyring file. Nothing outside server/vault includes this. Does no I/O; any thread. */
#include "akkoord/base/uuid.h"
#include "keyring_io.h"

/* The text of a new keyring: one active key a purpose, epoch 1. The buffer is the caller's to release. */
void keyring_write_new(struct buffer *out);

/* Of each purpose that wraps: the active key is retired, and a new random one takes its place, an epoch later. Context:
 * NULL. STATUS_TOO_LARGE "keyring_full". */
keyring_edit keyring_edit_begin_epoch;

struct key_selection {
    const struct uuid *ids;
    size_t count;
};
/* Takes the material of these keys away; context: a struct key_selection. STATUS_CONFLICT "key_in_use" when one of them
 * is not retired; one that is destroyed already, or not there, is passed over. */
keyring_edit keyring_edit_destroy;
