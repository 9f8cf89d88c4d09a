#pragma once
/* Adding to struct effects. Inside domain's transition only. */
#include "akkoord/domain/transition.h"

/* Makes room for one more element of a growing array in the arena. */
void *effects_grow(struct arena *arena, void *items, size_t count, size_t *capacity, size_t item_bytes);

void effects_add_history(struct effects *effects, const struct order *order, const struct command *command,
                         const char *step, enum actor actor);

/* Over the whole of the order, until the caller says otherwise. `decision_id` may be nil. */
struct new_document *effects_add_document(const struct order *order, const struct uuid *decision_id,
                                          enum document_kind kind, struct effects *effects);
