#pragma once
/*
 * What a thread needs to reach the data: a connection, and the keyring that opens what is sealed. One thread at a time.
 *
 * The aggregates stand beside this: customers.h, sessions.h, services.h, orders.h, documents.h, reviews.h, staff.h,
 * batch.h (the committer's), jobs.h. Their functions open and close what is sealed, so that no caller sees ciphertext,
 * and run each in one transaction of its own unless they say otherwise.
 */
#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/pg/connection.h"
#include "akkoord/vault/keyring.h"
#include "akkoord/vault/seal.h"
#include "akkoord/vault/vault.h"

struct store {
    struct pg_connection *pg;
    struct keyring *keyring;   /* shared, not owned */
    struct store_audit *audit; /* what the transaction touches (audit.h); NULL: nothing so far */
};

/* The database's roles that sessions take on; what each may do stands in sql/migrations/0011_rows.sql. */
#define STORE_ROLE_WORKER "akkoord_worker" /* all rows: acceptance, jobs, staff, commands */
#define STORE_ROLE_SERVER "akkoord_server" /* those of one customer: customers' calls */

/* Sees all rows, as STORE_ROLE_WORKER. Does not connect yet. `keyring` must outlive it. */
struct store *store_new(const char *url, const char *application, struct keyring *keyring)
    __attribute__((returns_nonnull));
/* Sees the rows of one customer, as STORE_ROLE_SERVER, and at first nobody's. */
struct store *store_new_of_customers(const char *url, const char *application, struct keyring *keyring)
    __attribute__((returns_nonnull));
/* Whose rows they are from now on; NULL: nobody's. Not inside a transaction. */
void store_set_customer(struct store *store, const struct uuid *customer_id);
/* With the role and the time limits of the options. */
struct store *store_new_with_options(const struct pg_options *options, struct keyring *keyring)
    __attribute__((returns_nonnull));
/* Frees what audit.h keeps. */
void store_audit_release(struct store *store);
/* NULL is accepted. */
void store_free(struct store *store);

/* ---- data keys: rows of akkoord.data_key ---- */

/* Inserts a new key, inside the caller's transaction or alone, as one of `customer_id` (NULL: of nobody's rows).
 * Release it with vault_data_key_release(). Where another process has retired the KEK, the keyring's file is read
 * again; STATUS_UNAVAILABLE `kek_retired` when it, too, is an old one. */
enum status store_data_key_insert(struct store *store, struct arena *arena, enum key_purpose purpose,
                                  const struct uuid *customer_id, struct data_key *key,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* A new key and the parameters of sql_data_key_insert, which point to both and into the arena, for whoever inserts it
 * together with what is sealed under it (sql/order/place.sql, which takes more after them). Under a KEK that was
 * retired that statement inserts nothing: then nothing else must be written, and keyring_refresh() and a second try, or
 * store_kek_retired(), are the caller's. */
enum status store_data_key_prepare(struct store *store, struct arena *arena, enum key_purpose purpose,
                                   const struct uuid *customer_id, struct data_key *key, struct pg_params *params,
                                   struct uuid *kek_id, struct error *error) AKKOORD_MUST_CHECK;
/* Unwraps what a query has read. */
enum status store_data_key_unwrap(struct store *store, const struct uuid *id, enum key_purpose purpose,
                                  const void *wrapped, size_t length, struct data_key *key,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* Fills in that error; for whoever inserts a key by a statement of its own. */
enum status store_kek_retired(const struct uuid *kek_id, struct error *error);
