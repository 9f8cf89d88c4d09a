/* Composing a mail: headers, parts, boundaries. Pure; any thread. */
#include "akkoord/mail/message.h"

#include <string.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "encode.h"

#define FILE_NAME_BYTES 64

/* No line of a part can be one: in quoted-printable a "=" is followed by a digit, a capital or the line's end, and in
 * base64 by a "=" or the line's end. */
#define OUTER_BOUNDARY "=_akkoord_mixed"
#define INNER_BOUNDARY "=_akkoord_alternative"

/* ---- headers ---- */

static bool stays_in_brackets(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7F || *at == '<' || *at == '>')
            return false;
    return text[0] != '\0';
}

static void append_address(struct buffer *out, const char *field, const struct mail_address *address)
{
    buffer_append_format(out, "%s: ", field);
    if (address->name != NULL && address->name[0] != '\0') {
        encode_header_text(out, address->name);
        buffer_append_text(out, "\r\n ");
    }
    buffer_append_format(out, "<%s>\r\n", address->address);
}

/* Auto-Submitted (RFC 3834) keeps automatic answers from coming back. */
static void append_headers(struct buffer *out, const struct mail_message *message)
{
    char date[CLOCK_INTERNET_BYTES];
    append_address(out, "From", &message->from);
    append_address(out, "To", &message->to);
    buffer_append_text(out, "Subject: ");
    encode_header_text(out, message->letter.subject);
    buffer_append_text(out, "\r\n");
    clock_format_internet(message->date_us, date);
    buffer_append_format(out,
                         "Date: %s +0000\r\n"
                         "Message-ID: <%s>\r\n"
                         "Auto-Submitted: auto-generated\r\n"
                         "Content-Language: %s\r\n"
                         "MIME-Version: 1.0\r\n",
                         date, message->id, language_name(message->language));
}

/* ---- parts ---- */

static void append_text_part(struct buffer *out, const char *subtype, const char *text)
{
    buffer_append_format(out,
                         "--" INNER_BOUNDARY "\r\n"
                         "Content-Type: text/%s; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
                         subtype);
    encode_quoted_printable(out, text);
    buffer_append_text(out, "\r\n");
}

static void append_letter(struct buffer *out, const struct mail_letter *letter)
{
    buffer_append_text(out, "Content-Type: multipart/alternative; boundary=\"" INNER_BOUNDARY "\"\r\n\r\n");
    append_text_part(out, "plain", letter->text);
    append_text_part(out, "html", letter->html);
    buffer_append_text(out, "--" INNER_BOUNDARY "--\r\n");
}

static bool may_stand_in_file_name(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z') || character == '.';
}

static void append_attachment(struct buffer *out, const struct mail_attachment *attachment)
{
    char name[FILE_NAME_BYTES];
    size_t length = 0;
    for (; length < sizeof(name) - 1 && attachment->file_name[length] != '\0'; length++)
        name[length] =
            (char)(may_stand_in_file_name(attachment->file_name[length]) ? attachment->file_name[length] : '-');
    name[length] = '\0';
    buffer_append_format(out,
                         "--" OUTER_BOUNDARY "\r\n"
                         "Content-Type: %s; name=\"%s\"\r\n"
                         "Content-Disposition: attachment; filename=\"%s\"\r\n"
                         "Content-Transfer-Encoding: base64\r\n\r\n",
                         attachment->media_type, name, name);
    encode_base64_lines(out, attachment->bytes, attachment->length);
}

enum status mail_compose(struct arena *arena, const struct mail_message *message, const char **bytes, size_t *length,
                         struct error *error)
{
    if (!stays_in_brackets(message->from.address) || !stays_in_brackets(message->to.address) ||
        !stays_in_brackets(message->id))
        return error_set(error, STATUS_INVALID, "mail_address", "an address of a mail holds a forbidden character");
    struct buffer out;
    buffer_init(&out, MAIL_BYTES_MAX);
    append_headers(&out, message);
    if (message->attachments_count > 0)
        buffer_append_text(&out, "Content-Type: multipart/mixed; boundary=\"" OUTER_BOUNDARY "\"\r\n\r\n"
                                 "--" OUTER_BOUNDARY "\r\n");
    append_letter(&out, &message->letter);
    for (size_t i = 0; i < message->attachments_count; i++)
        append_attachment(&out, &message->attachments[i]);
    if (message->attachments_count > 0)
        buffer_append_text(&out, "--" OUTER_BOUNDARY "--\r\n");
    enum status status = STATUS_OK;
    if (out.overflowed)
        status = error_set(error, STATUS_TOO_LARGE, "mail_too_large", "this mail is too large");
    else
        *bytes = arena_copy_bytes(arena, buffer_text(&out), out.length);
    *length = out.length;
    buffer_release(&out);
    return status;
}
