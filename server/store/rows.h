#pragma once
/* What the files of the store read and write alike. Whatever thread owns the store runs it. Internal to store. */
#include "akkoord/pg/connection.h"

/* A text column into a field that has room for all the program ever writes there; a null becomes "". */
void store_read_text(const struct pg_result *result, size_t row, int column, char *out, size_t out_bytes);

/* The next parameter is an array of these, or of as many new ones. */
void store_add_uuids(struct pg_params *params, const struct uuid *uuids, size_t count);
void store_add_new_uuids(struct pg_params *params, size_t count);
