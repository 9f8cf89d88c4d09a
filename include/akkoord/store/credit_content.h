#pragma once
/*
 * What a credit note with lines of its own shows, sealed in its own row (akkoord.document.content_sealed) under the
 * order's billing key: one line of JSON about the credit, a line feed, and a content as of an order (order_content.h)
 * with the note's own lines and totals.
 *
 *     {"reason":"...","refund":null,"key_sha256":null,"body_sha256":null,"parts":[{"line":1,"quantity":2}]}
 *
 * `reason` is null on a note that takes the rest with the order. Digests are lowercase hex: of the Idempotency-Key it
 * was asked for under, and of what was asked for. Pure; any thread.
 */
#include "akkoord/domain/credit.h"
#include "akkoord/store/order_content.h"

#define CREDIT_REASON_LENGTH_MAX 200 /* characters */
#define CREDIT_REFUND_LENGTH_MAX 255

/* `content` is the order's, with the note's lines and totals in place. The blob lives in the arena. */
enum status credit_content_seal(struct arena *arena, const struct data_key *key, const struct uuid *document_id,
                                const struct uuid *customer_id, const struct order_content *content,
                                const struct credit_note *note, uint8_t **blob, size_t *blob_length,
                                struct error *error) AKKOORD_MUST_CHECK;

/* What is filled in lives in the arena: `content` is as above, `note` is drawn from it, and its request, when it has
 * one, says reason, refund and digests only. STATUS_INTERNAL for whatever does not open or is not in the format. */
enum status credit_content_open(struct arena *arena, const struct data_key *key, const struct uuid *document_id,
                                const struct uuid *customer_id, const void *blob, size_t blob_length,
                                struct order_content *content, struct credit_note *note,
                                struct error *error) AKKOORD_MUST_CHECK;
