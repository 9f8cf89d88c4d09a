/* A table of entries by facet and id (audit_known.h). Keeps nothing outside it. */
#include "audit_known.h"

#include <stdlib.h>

#include "akkoord/base/memory.h"

#define PLACES_FIRST 1024 /* a power of two, as are all its sizes */

void audit_known_init(struct audit_known *known)
{
    *known = (struct audit_known){.capacity = PLACES_FIRST};
    known->places = memory_alloc_zero(known->capacity, sizeof(*known->places));
}

void audit_known_release(struct audit_known *known)
{
    free(known->places);
    *known = (struct audit_known){0};
}

/* Ids are random in their last bytes, or digests. */
static size_t first_place(const struct audit_known *known, enum audit_facet facet, const struct uuid *id)
{
    uint64_t hash;
    memcpy(&hash, id->bytes + sizeof(id->bytes) - sizeof(hash), sizeof(hash));
    hash = (hash ^ (uint64_t)facet << 56) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 16) & (known->capacity - 1);
}

/* The place that an entry has, or would have. */
static struct known_entry *place_of(const struct audit_known *known, enum audit_facet facet, const struct uuid *id)
{
    size_t at = first_place(known, facet, id);
    while (known->places[at].entry.facet != 0 &&
           (known->places[at].entry.facet != facet || !uuid_equal(&known->places[at].entry.id, id)))
        at = (at + 1) & (known->capacity - 1);
    return &known->places[at];
}

struct known_entry *audit_known_find(const struct audit_known *known, enum audit_facet facet, const struct uuid *id)
{
    struct known_entry *place = place_of(known, facet, id);
    return place->entry.facet != 0 ? place : NULL;
}

static void grow(struct audit_known *known)
{
    struct audit_known larger = {.capacity = 2 * known->capacity, .count = known->count};
    larger.places = memory_alloc_zero(larger.capacity, sizeof(*larger.places));
    for (size_t i = 0; i < known->capacity; i++) {
        const struct known_entry *old = &known->places[i];
        if (old->entry.facet != 0)
            *place_of(&larger, old->entry.facet, &old->entry.id) = *old;
    }
    free(known->places);
    *known = larger;
}

void audit_known_put(struct audit_known *known, const struct audit_entry *entry, int64_t index)
{
    struct known_entry *place = place_of(known, entry->facet, &entry->id);
    bool is_new = place->entry.facet == 0;
    if (!is_new && entry->is_found)
        return;
    *place = (struct known_entry){.entry = *entry, .index = index};
    known->count += is_new ? 1 : 0;
    if (is_new && known->count > known->capacity / 2)
        grow(known);
}

bool audit_known_is_gone(const struct audit_known *known, const struct audit_entry *entry)
{
    if (uuid_is_nil(&entry->subject))
        return false;
    const struct known_entry *order = audit_known_find(known, AUDIT_ORDER, &entry->subject);
    return order != NULL && audit_entry_is_deletion(&order->entry);
}
