/*
 * `akkoord keys rotate`: begins an epoch of key-encryption keys, wraps every data key anew, and destroys the keys whose
 * time is over. Main thread, beside servers that run.
 *
 * It keeps no state of its own. What was begun and not finished is seen from the keyring and the database (a retired
 * key that still wraps something, or that the database does not know as retired), and is finished in place of beginning
 * another epoch. So it may be killed anywhere and run again; of several at once one works, and the others finish what
 * that one may have left.
 */
#include "keys_rotate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/clock.h"
#include "akkoord/store/keys.h"
#include "akkoord/store/rotation.h"
#include "progress.h"

#define LOCK_PAUSE_MS  200
#define RETRY_PAUSE_MS 300
#define PATIENCE_US    (30 * CLOCK_US_PER_SECOND) /* with a database that is away, or busy, and no step done */
#define DAY_US         (INT64_C(86400) * CLOCK_US_PER_SECOND)

struct rotation {
    const struct rotate_options *options;
    struct installation installation;
    struct store *store;
    struct arena *arena;
    struct rotation_key *keys; /* as last looked at */
    size_t count;
    bool waited; /* for another rotation */
    bool begun;
    int64_t rewrapped;
    int64_t left;
    int64_t faults;
    size_t destroyed;
};

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
    (void)nanosleep(&pause, NULL);
}

static void tell_fault(void *context, const char *text)
{
    (void)context;
    (void)fprintf(stderr, "akkoord: %s\n", text);
}

static enum status look(struct rotation *rotation, struct error *error)
{
    return store_rotation_look(rotation->store, rotation->arena, &rotation->keys, &rotation->count, error);
}

/* ---- beginning ---- */

static enum status take_lock(struct rotation *rotation, struct error *error)
{
    bool taken = false;
    for (;;) {
        enum status status = store_rotation_lock(rotation->store, &taken, error);
        if (status != STATUS_OK || taken)
            return status;
        if (!rotation->waited)
            (void)fprintf(stderr, "akkoord: another rotation is under way; waiting for it\n");
        rotation->waited = true;
        pause_ms(LOCK_PAUSE_MS);
    }
}

/* A retired key that is the newest of its purpose waits to be used: somebody put it into the file. */
static bool is_past(const struct rotation_key *key)
{
    return key->entry.state == KEY_STATE_RETIRED && key->entry.retired_us != 0;
}

static bool is_unfinished(const struct rotation *rotation)
{
    for (size_t i = 0; i < rotation->count; i++) {
        const struct rotation_key *key = &rotation->keys[i];
        if (is_past(key) && key_purpose_wraps(key->entry.purpose) && (key->data_keys > 0 || !key->is_noted_retired))
            return true;
    }
    return false;
}

static int64_t epoch_us(const struct rotation *rotation)
{
    return rotation->installation.settings.key_epoch_days * DAY_US;
}

/* Whether an active key has served its epoch. */
static bool is_due(const struct rotation *rotation)
{
    for (size_t i = 0; i < rotation->count; i++) {
        const struct keyring_entry *entry = &rotation->keys[i].entry;
        if (entry->state == KEY_STATE_ACTIVE && key_purpose_wraps(entry->purpose) &&
            entry->created_us + epoch_us(rotation) <= clock_now_us())
            return true;
    }
    return false;
}

/* The keyring is that of this database, or nothing is done. */
static enum status begin(struct rotation *rotation, struct error *error)
{
    enum status status = take_lock(rotation, error);
    /* Whoever had the lock may have changed the file. */
    if (status == STATUS_OK)
        status = keyring_reload(rotation->installation.keyring, error);
    if (status == STATUS_OK)
        status = store_keys_register(rotation->store, rotation->arena, error);
    if (status == STATUS_OK)
        status = look(rotation, error);
    if (status != STATUS_OK)
        return status;
    if (rotation->waited || is_unfinished(rotation) || (rotation->options->due_only && !is_due(rotation)))
        return STATUS_OK;
    status = keyring_begin_epoch(rotation->installation.keyring, error);
    if (status == STATUS_OK) {
        rotation->begun = true;
        status = store_keys_register(rotation->store, rotation->arena, error);
    }
    return status == STATUS_OK ? look(rotation, error) : status;
}

/* ---- wrapping anew ---- */

static enum status retire(struct rotation *rotation, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(rotation->arena, struct uuid, rotation->count);
    size_t count = 0;
    for (size_t i = 0; i < rotation->count; i++) {
        if (is_past(&rotation->keys[i]) && !rotation->keys[i].is_noted_retired)
            ids[count++] = rotation->keys[i].entry.id;
    }
    if (count == 0)
        return STATUS_OK;
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    for (;;) {
        enum status status = store_rotation_retire(rotation->store, rotation->arena, ids, count, error);
        if (status != STATUS_UNAVAILABLE || clock_monotonic_us() > deadline_us)
            return status;
        pause_ms(RETRY_PAUSE_MS);
    }
}

static enum status rewrap_key(struct rotation *rotation, const struct uuid *id, struct progress *progress,
                              struct error *error)
{
    struct arena *arena = arena_new();
    struct rotation_page page = {.rows = 1};
    enum status status = STATUS_OK;
    int64_t deadline_us = clock_monotonic_us() + PATIENCE_US;
    while (status == STATUS_OK && page.rows > 0) {
        arena_reset(arena);
        status = store_rotation_rewrap_page(rotation->store, arena, id, &page, tell_fault, NULL, error);
        if (status == STATUS_OK) {
            rotation->rewrapped += page.rewrapped;
            rotation->faults += page.faults;
            progress_add(progress, (int64_t)page.rows);
            deadline_us = clock_monotonic_us() + PATIENCE_US;
        } else if (status == STATUS_UNAVAILABLE && clock_monotonic_us() < deadline_us) {
            pause_ms(RETRY_PAUSE_MS);
            status = STATUS_OK;
        }
    }
    arena_free(arena);
    return status;
}

static int64_t count_left(const struct rotation *rotation)
{
    int64_t left = 0;
    for (size_t i = 0; i < rotation->count; i++) {
        if (is_past(&rotation->keys[i]))
            left += rotation->keys[i].data_keys;
    }
    return left;
}

static enum status rewrap_all(struct rotation *rotation, struct error *error)
{
    /* Counted again: servers stored data keys under the old keys until they were retired. */
    enum status status = look(rotation, error);
    if (status != STATUS_OK)
        return status;
    struct progress progress;
    progress_begin(&progress, "rewrap", "wrapping data keys anew", count_left(rotation));
    for (size_t i = 0; status == STATUS_OK && i < rotation->count; i++) {
        if (is_past(&rotation->keys[i]) && rotation->keys[i].data_keys > 0)
            status = rewrap_key(rotation, &rotation->keys[i].entry.id, &progress, error);
    }
    progress_end(&progress);
    if (status == STATUS_OK)
        status = look(rotation, error);
    if (status == STATUS_OK)
        rotation->left = count_left(rotation);
    return status;
}

/* ---- destroying ---- */

static bool is_over(const struct rotation *rotation, const struct rotation_key *key)
{
    return is_past(key) && key_purpose_wraps(key->entry.purpose) && key->is_noted_retired && key->data_keys == 0 &&
           (rotation->options->destroy_now || key->entry.retired_us + epoch_us(rotation) <= clock_now_us());
}

/* Leaves in ids[] what is not in used[]. */
static size_t without(struct uuid *ids, size_t count, const struct uuid *used, size_t used_count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_used = false;
        for (size_t j = 0; j < used_count; j++)
            is_used = is_used || uuid_equal(&ids[i], &used[j]);
        if (!is_used)
            ids[kept++] = ids[i];
    }
    return kept;
}

static enum status destroy_old(struct rotation *rotation, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(rotation->arena, struct uuid, rotation->count);
    struct uuid *used;
    size_t count = 0, used_count = 0;
    for (size_t i = 0; i < rotation->count; i++) {
        if (is_over(rotation, &rotation->keys[i]))
            ids[count++] = rotation->keys[i].entry.id;
    }
    if (count == 0)
        return STATUS_OK;
    enum status status =
        store_rotation_find_used(rotation->store, rotation->arena, ids, count, &used, &used_count, error);
    if (status != STATUS_OK)
        return status;
    count = without(ids, count, used, used_count);
    status = keyring_destroy_keys(rotation->installation.keyring, ids, count, error);
    if (status == STATUS_OK) {
        rotation->destroyed = count;
        status = look(rotation, error);
    }
    return status;
}

/* Also those whose end an earlier rotation was killed before noting. */
static enum status note_destroyed(struct rotation *rotation, struct error *error)
{
    struct uuid *ids = ARENA_ARRAY(rotation->arena, struct uuid, rotation->count);
    size_t count = 0;
    for (size_t i = 0; i < rotation->count; i++) {
        if (rotation->keys[i].entry.state == KEY_STATE_DESTROYED && !rotation->keys[i].is_noted_destroyed)
            ids[count++] = rotation->keys[i].entry.id;
    }
    return count > 0 ? store_rotation_note_destroyed(rotation->store, rotation->arena, ids, count, error) : STATUS_OK;
}

/* ---- all of it ---- */

static enum status rotate(struct rotation *rotation, struct error *error)
{
    enum status status = installation_open(&rotation->installation, error);
    if (status != STATUS_OK)
        return status;
    rotation->store = rotation->installation.store;
    status = begin(rotation, error);
    if (status == STATUS_OK)
        status = retire(rotation, error);
    if (status == STATUS_OK)
        status = rewrap_all(rotation, error);
    if (status == STATUS_OK)
        status = destroy_old(rotation, error);
    if (status == STATUS_OK)
        status = note_destroyed(rotation, error);
    if (status == STATUS_OK)
        status = store_rotation_unlock(rotation->store, error);
    return status;
}

int keys_rotate(const struct rotate_options *options)
{
    struct rotation rotation = {.options = options, .arena = arena_new()};
    struct error error;
    enum status status = rotate(&rotation, &error);
    installation_close(&rotation.installation);
    arena_free(rotation.arena);
    if (status != STATUS_OK)
        return command_fail(&error);
    (void)printf("begun=%s rewrapped=%" PRId64 " left=%" PRId64 " destroyed=%zu faults=%" PRId64 "\n",
                 rotation.begun ? "yes" : "no", rotation.rewrapped, rotation.left, rotation.destroyed, rotation.faults);
    return rotation.faults == 0 && rotation.left == 0 ? EXIT_DONE : EXIT_FAILED;
}
