#pragma once
/* The encodings of a mail. Pure; any thread. Internal to mail. */
#include "akkoord/base/buffer.h"

/* Text of a header: as it is when that is safe, else as encoded words, RFC 2047. */
void encode_header_text(struct buffer *out, const char *text);
/* RFC 2045, 6.7; LF becomes CRLF, and other control characters but tabs become spaces. */
void encode_quoted_printable(struct buffer *out, const char *text);
/* RFC 2045, 6.8: lines of 76 characters. */
void encode_base64_lines(struct buffer *out, const void *bytes, size_t length);
