#pragma once
/* The JSON that `akkoord invoices` writes. Pure; any thread. */
#include "akkoord/base/arena.h"
#include "akkoord/base/buffer.h"
#include "akkoord/domain/vat_summary.h"
#include "books.h"

#define BOOKS_MANIFEST_BYTES_MAX ((size_t)1 << 30)
#define SHA256_TEXT_BYTES        65

/* The manifest of an archive, filled while it is written: {"format","from","to","documents":[...],"unreadable":n,
 * "totals":[...]}. A document: {"file","sha256","number","kind","issue_date","net","vat","total"}, amounts as the API
 * has them, negative on a credit note. */
void books_manifest_begin(struct buffer *manifest, const struct books_range *range);
void books_manifest_add(struct buffer *manifest, struct arena *arena, const struct book_entry *entry, const char *file,
                        const char *sha256);
void books_manifest_end(struct buffer *manifest, struct arena *arena, const struct books *books);

/* {"from","to","by","periods":[{"period","rows":[...],"boxes":[...],"net","vat"}],
 * "unreadable":n,"net","vat"}; the text lives in the arena. */
char *books_vat_write(struct arena *arena, const struct vat_summary *summary, const struct books *books,
                      size_t *length);
