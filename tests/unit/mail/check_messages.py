#!/usr/bin/env python3
"""Mails as we write them, read by a parser of another make (Python's email): whatever stands in a mail comes back as it
was given, and nothing that is given can add a header, a part, or a line that the other side would take for something
else.

    check_messages.py COMPOSE_MESSAGES [SEED]
"""

import email
import email.policy
import random
import re
import subprocess
import sys
from email.header import decode_header, make_header

PIECES = [
    "Zoë", "Ærøskøbing", "Łódź", "日本語", "🎨", "a", " ", "  ", "\t", "=", "=?UTF-8?B?", "?=", "=20", "--", ".", "..",
    "From ", "\r", "\n", "\r\n", "\r\n\r\n", "Bcc: evil@example.com", "\r\nBcc: evil@example.com\r\n", "<", ">",
    '"', "\\", ",", ";", ":", "@", "(", ")", "\x01", "\x0b", "\x7f", "\u2028", "--=_akkoord_mixed",
    "\n--=_akkoord_alternative--\n", "=_akkoord_mixed--", "x" * 90, "word " * 30, "é" * 61,
]
HEADERS = ["from", "to", "subject", "date", "message-id", "auto-submitted", "content-language",
           "mime-version", "content-type"]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def random_text(chance):
    return "".join(chance.choice(PIECES) for _ in range(chance.randrange(0, 12)))


def random_record(chance):
    attachment = "".join(chr(chance.randrange(1, 128)) for _ in range(chance.choice([0, 0, 1, 56, 57, 58, 500])))
    return [random_text(chance), "studio@example.com", random_text(chance), "zoë@example.com", random_text(chance),
            random_text(chance), "<p>" + random_text(chance) + "</p>", attachment]


def compose(program, records):
    data = b"".join(field.encode() + b"\0" for record in records for field in record)
    out = subprocess.run([program], input=data, stdout=subprocess.PIPE, check=True).stdout
    mails = []
    while out:
        length, out = out.split(b"\n", 1)
        size = int(length)
        mails.append(None if size < 0 else out[:size])
        out = out[max(size, 0):]
    assert len(mails) == len(records), (len(mails), len(records))
    return mails


def as_header(text):
    """Control characters are spaces in a header."""
    return CONTROL.sub(" ", text)


def as_body(text):
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)


def squeeze(text):
    """The parser unfolds by its own taste: white space counts as one space."""
    return re.sub(r"\s+", " ", text).strip()


def check_bytes(mail):
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail), "a bare CR or LF"
    assert all(len(line) <= 998 for line in mail.split(b"\r\n")), "a line over 998 bytes"
    head, body = mail.split(b"\r\n\r\n", 1)
    names = [line.split(b":")[0].decode().lower() for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names == HEADERS, names
    assert all(byte < 128 for byte in body), "a body that is not ASCII"
    assert all(len(line) <= 76 or line.startswith(b"Content-") for line in body.split(b"\r\n")), "a body line over 76"


def check_record(record, mail):
    check_bytes(mail)
    from_name, _, to_name, to_address, subject, text, html, attachment = record
    parsed = email.message_from_bytes(mail, policy=email.policy.SMTPUTF8)
    raw = email.message_from_bytes(mail)
    assert not parsed.defects, parsed.defects
    assert squeeze(str(parsed["subject"])) == squeeze(as_header(subject)), (str(parsed["subject"]), subject)
    for field, name, address in (("from", from_name, "studio@example.com"), ("to", to_name, to_address)):
        addresses = parsed[field].addresses
        # The parser takes raw UTF-8 (RFC 6532) for bytes that it can't name.
        spec = addresses[0].addr_spec.encode("utf-8", "surrogateescape").decode("utf-8")
        assert len(addresses) == 1 and spec == address, (field, addresses)
        # Its names keep the white space between encoded words, which RFC 2047, 6.2 takes out: the older decoder does.
        phrase = str(make_header(decode_header(str(raw[field]).rsplit("<", 1)[0].strip())))
        assert squeeze(phrase) == squeeze(as_header(name)), (phrase, name)
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    kinds = ["text/plain", "text/html"] + (["application/pdf"] if attachment else [])
    assert [part.get_content_type() for part in parts] == kinds
    for part, given in zip(parts, (text, html)):
        read = part.get_payload(decode=True).decode("utf-8").replace("\r\n", "\n")
        assert read == as_body(given), (read, given)
    if attachment:
        assert parts[2].get_payload(decode=True) == attachment.encode()
        assert parts[2].get_filename() == "2026-000001.pdf"


def main(arguments):
    program, seed = arguments[0], int(arguments[1]) if len(arguments) > 1 else random.randrange(1 << 30)
    chance = random.Random(seed)
    records = [random_record(chance) for _ in range(2000)]
    for record, mail in zip(records, compose(program, records)):
        try:
            check_record(record, mail)
        except Exception:
            print(f"again: check_messages.py {program} {seed}\n{record!r}\n{mail!r}", file=sys.stderr)
            raise
    # An address that would end its brackets, or the line, is no address.
    for address in ("", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "a@example.com>, <b@example.com",
                    "a\t@example.com"):
        for place in (1, 3):
            record = ["S", "studio@example.com", "T", "t@example.com", "s", "t", "h", ""]
            record[place] = address
            assert compose(program, [record]) == [None], address
    print(f"{len(records)} mails, seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
