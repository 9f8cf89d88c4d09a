/* What follows from a command: growing arrays in one arena. Runs where the transition does; decides nothing. */
#include "effects.h"

#include <string.h>

void *effects_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_bytes)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity > 0 ? *capacity * 2 : 4;
    if (*capacity <= count)
        *capacity = count + 1;
    void *grown = arena_alloc_zero(arena, *capacity, item_bytes);
    if (count > 0)
        memcpy(grown, items, count * item_bytes);
    return grown;
}

void effects_add_history(struct effects *effects, const struct order *order, const struct command *command,
                         const char *step, enum actor actor)
{
    effects->history = effects_grow(effects->arena, effects->history, effects->history_count,
                                    &effects->history_capacity, sizeof(*effects->history));
    effects->history[effects->history_count++] = (struct history_step){.order_id = order->id,
                                                                       .review_id = command->review_id,
                                                                       .step = step,
                                                                       .actor = actor,
                                                                       .staff_id = command->staff_id,
                                                                       .at_us = command->at_us};
}

struct new_document *effects_add_document(const struct order *order, const struct uuid *decision_id,
                                          enum document_kind kind, struct effects *effects)
{
    effects->documents = effects_grow(effects->arena, effects->documents, effects->documents_count,
                                      &effects->documents_capacity, sizeof(*effects->documents));
    struct new_document *document = &effects->documents[effects->documents_count++];
    *document = (struct new_document){
        .id = uuid_new(),
        .kind = kind,
        .order_id = order->id,
        .decision_id = *decision_id,
        .total_minor = order->total_minor,
        .content_version = order->content_version,
    };
    memcpy(document->currency, order->currency, sizeof(document->currency));
    return document;
}
