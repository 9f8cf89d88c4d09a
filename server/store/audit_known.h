#pragma once
/* The newest entry of every row, in memory, while a log is read. Internal to store; one thread. */
#include "audit_internal.h"

struct known_entry {
    struct audit_entry entry;
    int64_t index; /* of its leaf */
    bool is_seen;
};

/* Open addressing; a facet of 0 is an empty place. */
struct audit_known {
    struct known_entry *places;
    size_t capacity, count;
};

void audit_known_init(struct audit_known *known);
void audit_known_release(struct audit_known *known);
/* NULL when there is none. */
struct known_entry *audit_known_find(const struct audit_known *known, enum audit_facet facet, const struct uuid *id);
/* An entry that is newer than all that were put before; one that was found only counts where there is none. */
void audit_known_put(struct audit_known *known, const struct audit_entry *entry, int64_t index);
/* Whether the order that the entry belongs to was deleted. */
bool audit_known_is_gone(const struct audit_known *known, const struct audit_entry *entry);
