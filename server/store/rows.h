#pragma once
/* What the files of the store read and write alike. Whatever thread owns the store runs it. Internal to store. */
#include "akkoord/store/store.h"

/* A text column into a field that has room for all the program ever writes there; a null becomes "". */
void store_read_text(const struct pg_result *result, size_t row, int column, char *out, size_t out_bytes);

/* A bytea column of exactly so many bytes; zeroes where it has another length. */
void store_read_bytes(const struct pg_result *result, size_t row, int column, uint8_t *out, size_t out_bytes);

/* Whether `fault` says that what is sealed in this row, or its key, was altered; then it is logged. One such row must
 * not hide the others of a list: its words are left out there, and only who asks for it alone is told. */
bool store_row_was_altered(const char *table, const struct uuid *id, const struct error *fault);

/* The next parameter is an array of these, or of as many new ones. */
void store_add_uuids(struct pg_params *params, const struct uuid *uuids, size_t count);
void store_add_new_uuids(struct pg_params *params, size_t count);

/* The next parameter is an array of the blind indexes of a normalised address under every index key that lives. */
void store_add_email_candidates(struct store *store, struct pg_params *params, const char *email);
