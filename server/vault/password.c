/*
 * Password hashing with libargon2 and the PHC string that is stored. Runs on the slow workers. Keeps nothing: the 19
 * MiB of a call are mapped and unmapped by themselves, since malloc() would raise its threshold after the first free
 * and keep such blocks for good.
 */
#include "akkoord/vault/password.h"

#include <argon2.h>
#include <stdint.h>
#include <sys/mman.h>

#include "akkoord/base/crypto.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"

#define ARGON2_MEMORY_KIB     19456 /* with 2 passes: an OWASP recommendation for Argon2id */
#define ARGON2_PASSES         2
#define ARGON2_LANES          1
#define ARGON2_MEMORY_KIB_MIN 8
#define ARGON2_MEMORY_KIB_MAX (1 << 20)
#define ARGON2_PASSES_MAX     16
#define ARGON2_LANES_MAX      16
#define SALT_BYTES            16
#define DIGEST_BYTES          32

struct phc {
    uint32_t memory_kib;
    uint32_t passes;
    uint32_t lanes;
    uint8_t salt[SALT_BYTES];
    uint8_t digest[DIGEST_BYTES];
};

static int map_memory(uint8_t **memory, size_t bytes)
{
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        return ARGON2_MEMORY_ALLOCATION_ERROR;
    *memory = mapped;
    return ARGON2_OK;
}

static void unmap_memory(uint8_t *memory, size_t bytes)
{
    munmap(memory, bytes);
}

static void argon2id(const char *password, size_t length, const struct phc *phc, uint8_t digest[DIGEST_BYTES])
{
    uint8_t salt[SALT_BYTES];
    memcpy(salt, phc->salt, sizeof(salt));
    argon2_context context = {
        .outlen = DIGEST_BYTES,
        .pwd = (uint8_t *)password, /* not written to without ARGON2_FLAG_CLEAR_PASSWORD */
        .pwdlen = (uint32_t)length,
        .salt = salt,
        .saltlen = SALT_BYTES,
        .t_cost = phc->passes,
        .m_cost = phc->memory_kib,
        .lanes = phc->lanes,
        .threads = 1,
        .version = ARGON2_VERSION_13,
        .allocate_cbk = map_memory,
        .free_cbk = unmap_memory,
        .flags = ARGON2_DEFAULT_FLAGS,
    };
    context.out = digest;
    int result = argon2_ctx(&context, Argon2_id);
    if (result != ARGON2_OK) {
        /* The lengths and parameters are checked: what is left is memory. */
        log_event(LOG_ERROR, "vault.argon2_failed", log_int("code", result));
        abort();
    }
}

/* base64 without its padding, as a PHC string has it. Returns the end of what was written. */
static char *write_base64(char *out, const uint8_t *bytes, size_t length)
{
    char padded[BASE64_BYTES(DIGEST_BYTES)];
    base64_encode(bytes, length, padded);
    size_t kept = strcspn(padded, "=");
    memcpy(out, padded, kept);
    memory_cleanse(padded, sizeof(padded));
    return out + kept;
}

_Static_assert(sizeof("$argon2id$v=19$m=1048576,t=16,p=16$$") + BASE64_BYTES(SALT_BYTES) + BASE64_BYTES(DIGEST_BYTES) <=
                   PASSWORD_HASH_BYTES,
               "the longest PHC string fits");

static void write_phc(const struct phc *phc, char out[PASSWORD_HASH_BYTES])
{
    int head = snprintf(out, PASSWORD_HASH_BYTES, "$argon2id$v=%d$m=%u,t=%u,p=%u$", ARGON2_VERSION_13, phc->memory_kib,
                        phc->passes, phc->lanes);
    char *end = write_base64(out + head, phc->salt, sizeof(phc->salt));
    *end++ = '$';
    end = write_base64(end, phc->digest, sizeof(phc->digest));
    *end = '\0';
}

/* Each reader moves *text past what it took, and is false, leaving the rest unread, when something else stands there.
 */
static bool take_literal(const char **text, const char *literal)
{
    size_t length = strlen(literal);
    if (strncmp(*text, literal, length) != 0)
        return false;
    *text += length;
    return true;
}

static bool take_number(const char **text, uint32_t minimum, uint32_t maximum, uint32_t *number)
{
    const char *digit = *text;
    uint32_t value = 0;
    while (*digit >= '0' && *digit <= '9' && value <= maximum)
        value = value * 10 + (uint32_t)(*digit++ - '0');
    if (digit == *text || **text == '0' || value < minimum || value > maximum)
        return false;
    *text = digit;
    *number = value;
    return true;
}

static bool take_base64(const char **text, uint8_t *out, size_t out_length)
{
    char padded[BASE64_BYTES(DIGEST_BYTES)];
    size_t length = strcspn(*text, "$"), decoded;
    if (length >= sizeof(padded) - 1 || memchr(*text, '=', length) != NULL)
        return false;
    memcpy(padded, *text, length);
    *text += length;
    while (length % 4 != 0)
        padded[length++] = '=';
    bool good = base64_decode(padded, length, out, out_length, &decoded) == STATUS_OK && decoded == out_length;
    memory_cleanse(padded, sizeof(padded));
    return good;
}

static bool read_phc(const char *text, struct phc *phc)
{
    return take_literal(&text, "$argon2id$v=19$m=") &&
           take_number(&text, ARGON2_MEMORY_KIB_MIN, ARGON2_MEMORY_KIB_MAX, &phc->memory_kib) &&
           take_literal(&text, ",t=") && take_number(&text, 1, ARGON2_PASSES_MAX, &phc->passes) &&
           take_literal(&text, ",p=") && take_number(&text, 1, ARGON2_LANES_MAX, &phc->lanes) &&
           phc->memory_kib >= ARGON2_MEMORY_KIB_MIN * phc->lanes && take_literal(&text, "$") &&
           take_base64(&text, phc->salt, sizeof(phc->salt)) && take_literal(&text, "$") &&
           take_base64(&text, phc->digest, sizeof(phc->digest)) && *text == '\0';
}

static size_t characters(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            count++;
    }
    return count;
}

enum status password_check_rules(const char *password, size_t length, struct error *error)
{
    size_t count = characters(password, length);
    if (count > PASSWORD_CHARACTERS_MAX || length > PASSWORD_LENGTH_MAX)
        return error_set_field(error, STATUS_INVALID, "length", "password", "a password has at most %d characters",
                               PASSWORD_CHARACTERS_MAX);
    if (count < PASSWORD_CHARACTERS_MIN)
        return error_set_field(error, STATUS_INVALID, "length", "password", "a password has at least %d characters",
                               PASSWORD_CHARACTERS_MIN);
    return STATUS_OK;
}

enum status password_hash(const char *password, size_t length, char hash[PASSWORD_HASH_BYTES], struct error *error)
{
    enum status status = password_check_rules(password, length, error);
    if (status != STATUS_OK)
        return status;
    struct phc phc = {.memory_kib = ARGON2_MEMORY_KIB, .passes = ARGON2_PASSES, .lanes = ARGON2_LANES};
    crypto_random(phc.salt, sizeof(phc.salt));
    argon2id(password, length, &phc, phc.digest);
    write_phc(&phc, hash);
    memory_cleanse(&phc, sizeof(phc));
    return STATUS_OK;
}

static enum status wrong_password(struct error *error)
{
    return error_set(error, STATUS_UNAUTHENTICATED, "wrong_password", "the e-mail address or the password is wrong");
}

enum status password_verify(const char *password, size_t length, const char *hash, struct error *error)
{
    struct phc phc;
    if (!read_phc(hash, &phc))
        return error_set(error, STATUS_INTERNAL, "password_hash_malformed", "a stored password hash can't be read");
    uint8_t digest[DIGEST_BYTES];
    bool too_long = length > PASSWORD_LENGTH_MAX; /* can't be right, but must not answer sooner */
    argon2id(password, too_long ? PASSWORD_LENGTH_MAX : length, &phc, digest);
    bool right = crypto_equal(digest, sizeof(digest), phc.digest, sizeof(phc.digest)) && !too_long;
    memory_cleanse(digest, sizeof(digest));
    memory_cleanse(&phc, sizeof(phc));
    return right ? STATUS_OK : wrong_password(error);
}

enum status password_verify_nobody(const char *password, size_t length, struct error *error)
{
    const struct phc nobody = {.memory_kib = ARGON2_MEMORY_KIB, .passes = ARGON2_PASSES, .lanes = ARGON2_LANES};
    uint8_t digest[DIGEST_BYTES];
    argon2id(password, length > PASSWORD_LENGTH_MAX ? PASSWORD_LENGTH_MAX : length, &nobody, digest);
    memory_cleanse(digest, sizeof(digest));
    return wrong_password(error);
}

bool password_needs_rehash(const char *hash)
{
    struct phc phc;
    bool current = read_phc(hash, &phc) && phc.memory_kib == ARGON2_MEMORY_KIB && phc.passes == ARGON2_PASSES &&
                   phc.lanes == ARGON2_LANES;
    memory_cleanse(&phc, sizeof(phc));
    return !current;
}
