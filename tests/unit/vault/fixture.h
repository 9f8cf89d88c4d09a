#pragma once
/*
 * A folder for one test, and a keyring in it whose keys are known: profile 00 01 .. 1f, billing 20 .. 3f, event 40 ..
 * 5f, index 60 .. 7f, staff 80 .. 9f. The known answers of these tests were computed from them with Python's
 * `cryptography` (HKDF, AESGCM) and `hmac`, after the descriptions in the headers and not after this code.
 */
#include <stddef.h>

#include "akkoord/vault/vault.h"
#include "rule.h"

#define PROFILE_KEK_ID "01970000-0000-7000-8000-000000000001"
#define BILLING_KEK_ID "01970000-0000-7000-8000-000000000002"
#define EVENT_KEK_ID   "01970000-0000-7000-8000-000000000003"
#define STAFF_KEK_ID   "01970000-0000-7000-8000-000000000004"
#define INDEX_KEK_ID   "01970000-0000-7000-8000-000000000005"

#define KNOWN_KEY_0 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define KNOWN_KEY_2 "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="
#define KNOWN_KEY_4 "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="
#define KNOWN_KEY_6 "YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8="
#define KNOWN_KEY_8 "gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8="
#define OTHER_KEY   "//////////////////////////////////////////8="

/* One entry of the file, and the file around entries. */
#define KEY_FIELDS(id, purpose, state)                                                                                 \
    "{\"id\":\"" id "\",\"purpose\":\"" purpose "\",\"created\":\"2026-11-23T09:30:00Z\",\"state\":\"" state "\""
#define KEY_ENTRY(id, purpose, state, key) KEY_FIELDS(id, purpose, state) ",\"key\":\"" key "\"}"
#define KEYRING(entries)                   "{\"version\":1,\"keys\":[" entries "]}"

#define PROFILE_ENTRY KEY_ENTRY(PROFILE_KEK_ID, "profile", "active", KNOWN_KEY_0)
#define BILLING_ENTRY KEY_ENTRY(BILLING_KEK_ID, "billing", "active", KNOWN_KEY_2)
#define EVENT_ENTRY   KEY_ENTRY(EVENT_KEK_ID, "event", "active", KNOWN_KEY_4)
#define STAFF_ENTRY   KEY_ENTRY(STAFF_KEK_ID, "staff", "active", KNOWN_KEY_8)
#define INDEX_ENTRY   KEY_ENTRY(INDEX_KEK_ID, "index", "active", KNOWN_KEY_6)

/* All but the billing key, which is what the tests vary. */
#define OTHER_ENTRIES PROFILE_ENTRY "," EVENT_ENTRY "," STAFF_ENTRY "," INDEX_ENTRY
#define KNOWN_KEYRING KEYRING(OTHER_ENTRIES "," BILLING_ENTRY)

/* A group_setup and group_teardown: a new folder with nothing in it, and its removal with all files in it. */
int folder_make(void **state);
int folder_remove(void **state);
/* The path of a file in that folder. One of a few static texts: valid for the next few calls. */
const char *folder_path(const char *name);

/* Writes a file of mode 0600, in place of one that is there. */
void file_write(const char *path, const char *text);
/* The keyring that a text describes; must be good. */
struct keyring *keyring_of(const char *text);
/* Puts another text in the place of a keyring's file and reloads it; must be good. */
void keyring_becomes(struct keyring *keyring, const char *text);
/* The UUID of a text; must be good. */
struct uuid uuid_of(const char *text);
