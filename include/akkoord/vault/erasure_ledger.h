#pragma once
/*
 * The erasure ledger: who was erased, outside the database, so that a restored backup does not bring them back. No
 * personal data: ids that mean nothing once what they named is gone.
 *
 * A file of JSON lines, mode 0600, only ever appended to. The first line names the ledger, every other is an erasure:
 *
 *     {"ledger":"<uuid>","version":1,"created":"2026-11-27T08:00:00Z","hash":"<64 hex>"}
 *     {"entry":1,"at":"...","subject":"<uuid>","data_keys":["<uuid>",...],"previous":"<64 hex>","hash":"<64 hex>"}
 *
 *   entry     counts from 1
 *   subject   the customer's id
 *   data_keys ids of the data keys that were destroyed, at most ERASURE_KEYS_MAX
 *   previous  the "hash" of the line before
 *   hash      SHA-256 of the line's bytes before `,"hash"`
 *
 * So a line that was altered, removed or put in is found by the chain; one that is missing at the end by the mark
 * (entries and last hash) that the database keeps (store/erasures.h). A last line without its end is what a crash left
 * of an append that was never confirmed: it is cut off.
 *
 * An entry is on the disk before its erasure is committed. If that commit fails, the entry stays, and a replay does
 * what was asked for.
 *
 * Any thread may call anything here; any number of processes may share a file.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"

#define ERASURE_KEYS_MAX 1000

struct erasure_ledger;

struct erasure {
    struct uuid subject_id;
    const struct uuid *key_ids;
    size_t keys_count;
    int64_t at_us;
};

/* How far a ledger had come. */
struct erasure_mark {
    struct uuid ledger_id;
    int64_t entries;
    uint8_t hash[SHA256_BYTES]; /* of the last of them */
};

/* Makes the file when it is missing (*made then; its folder must exist), and checks every line. The caller owns the
 * ledger. STATUS_CONFLICT "erasure_ledger_damaged", with the line; STATUS_UNAVAILABLE "erasure_ledger_file" when the
 * file can't be used. */
enum status erasure_ledger_open(const char *path, struct erasure_ledger **ledger, bool *made,
                                struct error *error) AKKOORD_MUST_CHECK;
/* NULL is accepted. */
void erasure_ledger_free(struct erasure_ledger *ledger);

/* Writes the entry and returns when it is on the disk; `mark` is what it became. Failures as above, also when another
 * process has damaged the file meanwhile; STATUS_TOO_LARGE "erasure_keys" for more than ERASURE_KEYS_MAX. */
enum status erasure_ledger_append(struct erasure_ledger *ledger, const struct erasure *erasure,
                                  struct erasure_mark *mark, struct error *error) AKKOORD_MUST_CHECK;

/* Told of each entry, oldest first, with the mark after it; before the first with erasure NULL and the mark of the
 * empty ledger. A failure ends the reading and is passed on. */
typedef enum status erasure_ledger_visit(void *context, const struct erasure *erasure, const struct erasure_mark *mark,
                                         struct error *error);
/* Reads and checks the whole file. */
enum status erasure_ledger_read(struct erasure_ledger *ledger, erasure_ledger_visit *visit, void *context,
                                struct error *error) AKKOORD_MUST_CHECK;
