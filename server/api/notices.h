#pragma once
/* What the files behind notices.h share. Pure; everything lives in the arena. */
#include "akkoord/api/notices.h"

/* Whether the category is told to customers. */
bool notice_concerns_customers(enum retention_category category);
/* The controller's address on one line. */
const char *notice_address(struct arena *arena, const struct seller *seller);

/* The privacy information as a page, and the policy of its style. */
const char *notice_page_write(struct arena *arena, const struct notice_facts *facts, const char *version,
                              enum language language, size_t *length);
const char *notice_page_policy(struct arena *arena);
