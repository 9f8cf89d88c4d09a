#pragma once
/*
 * A bounded, locked queue from many threads to one, with an eventfd that becomes readable when something waits: how
 * threads talk. The mailbox does not own what is posted; whoever takes a message owns it.
 */
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"

struct mailbox;

struct mailbox *mailbox_new(size_t messages_max);
/* Must be empty. NULL is accepted. */
void mailbox_free(struct mailbox *mailbox);
/* Any thread. STATUS_BUSY when full or closed: the message stays the caller's. */
enum status mailbox_post(struct mailbox *mailbox, void *message) AKKOORD_MUST_CHECK;
/* The owning thread: takes up to `count` messages, oldest first, without waiting; returns how many. Clears the
 * descriptor when nothing is left. */
size_t mailbox_take(struct mailbox *mailbox, void **messages, size_t count);
/* Waits until something can be taken, the mailbox is closed or `timeout_ms` (-1: for ever) has passed; true when
 * something waits. */
bool mailbox_wait(struct mailbox *mailbox, int timeout_ms);
/* Refuses new messages from now on and wakes the owner; those that wait can still be taken. */
void mailbox_close(struct mailbox *mailbox);
bool mailbox_is_closed(struct mailbox *mailbox);
/* Readable while something waits; for an event loop. */
int mailbox_descriptor(const struct mailbox *mailbox);
size_t mailbox_depth(struct mailbox *mailbox);
