#pragma once
/*
 * Comma-separated values, RFC 4180: UTF-8 without a mark in front, lines end in CR LF. Pure; any thread.
 *
 * A spreadsheet takes a cell that begins with = + - @ for a formula, whoever wrote it. So a text that begins with one
 * of these, or with a tab, a carriage return or a line feed, gets an apostrophe in front. Numbers are ours and get
 * none.
 */
#include <stdbool.h>
#include <stdint.h>

#include "akkoord/base/buffer.h"

struct csv {
    struct buffer *out; /* not owned; look at its `overflowed` at the end */
    bool in_row;
};

void csv_init(struct csv *csv, struct buffer *out);
/* NULL is an empty cell. */
void csv_text(struct csv *csv, const char *text);
/* In minor units of the currency: "-121.00". */
void csv_amount(struct csv *csv, int64_t amount_minor, const char *currency);
/* "21.00" for 2100 */
void csv_rate(struct csv *csv, int64_t rate_basis_points);
void csv_count(struct csv *csv, int64_t count);
/* "2026-11-27"; 0 is an empty cell. */
void csv_date(struct csv *csv, int64_t day);
void csv_end_row(struct csv *csv);
