#pragma once
/*
 * The erasure of a customer (GDPR art. 17). What identifies them is deleted and its keys destroyed; what a statute
 * keeps stays sealed under its own key until its term ends (domain/retention.h says which and until when).
 */
#include "akkoord/domain/invoice.h"
#include "akkoord/store/erasures.h"
#include "akkoord/vault/token.h"

/* Given the moment of the erasure and when the term of what stays began (0: nothing stays), writes the report as JSON;
 * in the arena. */
typedef const char *erasure_report_writer(struct arena *arena, enum language language, int64_t erased_us,
                                          int64_t last_step_us, bool is_oss);

/*
 * Erases, in one transaction, and keeps the report under a receipt. STATUS_CONFLICT: `order_open` while money is under
 * way, `legal_hold` while the customer's data are held. STATUS_NOT_FOUND when there is no such customer (any more).
 * Failures of the ledger as store_erasure_record().
 */
enum status store_customer_erase(struct store *store, struct arena *arena, struct erasure_ledger *ledger,
                                 const struct uuid *customer_id, erasure_report_writer *write_report,
                                 char receipt[TOKEN_TEXT_BYTES], struct error *error) AKKOORD_MUST_CHECK;

/* The report that a receipt stands for; STATUS_NOT_FOUND. */
enum status store_erasure_report_find(struct store *store, struct arena *arena, const char *receipt,
                                      const char **report, struct error *error) AKKOORD_MUST_CHECK;
