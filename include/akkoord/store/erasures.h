#pragma once
/*
 * Erasures that outlive a restored backup: each is written to the erasure ledger (vault/erasure_ledger.h) before it is
 * committed, and the ledger is replayed at the start.
 *
 * A row of akkoord.erasure_ledger for each ledger keeps its mark, so that one that was cut short is noticed.
 */
#include "akkoord/store/store.h"
#include "akkoord/vault/erasure_ledger.h"

/* Writes the erasure down and deletes its data keys. Inside the caller's transaction and as its last step: nothing may
 * refer to the keys any more but an order's content. When this fails, or the commit after it, the caller's transaction
 * must come to nothing; the entry does no harm then: it says what was asked for. Failures of the ledger
 * (erasure_ledger_append()) and of the database. */
enum status store_erasure_record(struct store *store, struct arena *arena, struct erasure_ledger *ledger,
                                 const struct erasure *erasure, struct error *error) AKKOORD_MUST_CHECK;

struct erasures_report {
    int64_t entries;
    int64_t customers; /* who were there again, and are gone again */
    int64_t data_keys; /* the same of data keys */
    int64_t others;    /* ledgers that the database knows besides this one */
};

/* Does again every erasure of the ledger whose person or keys are there again; what is gone stays gone. Whoever serves
 * calls it before it answers anybody. STATUS_CONFLICT "erasure_ledger_damaged" also when the database has known more of
 * this ledger than the file holds, or something else. */
enum status store_erasures_replay(struct store *store, struct erasure_ledger *ledger, struct erasures_report *report,
                                  struct error *error) AKKOORD_MUST_CHECK;
