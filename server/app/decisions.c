/*
 * `akkoord decisions replay`: whether each version of the policy still gives every decision that it is on record for.
 * Main thread; changes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "akkoord/app/cli.h"
#include "akkoord/app/installation.h"
#include "akkoord/base/arena.h"
#include "akkoord/domain/decision.h"
#include "akkoord/store/decisions.h"

struct replay {
    long long replayed;
    long long differ;
    long long unknown;      /* made by a version that this program does not have */
    long long other_source; /* of those replayed: by another text of the same version */
};

static bool is_same_verdict(const struct verdict *left, const struct verdict *right)
{
    if (left->outcome != right->outcome || left->reasons_count != right->reasons_count)
        return false;
    for (size_t i = 0; i < left->reasons_count; i++) {
        if (left->reasons[i] != right->reasons[i])
            return false;
    }
    return true;
}

/* What can't be decided again is told, never passed over. */
static void replay_decision(const struct stored_decision *stored, struct replay *replay)
{
    char id[UUID_TEXT_BYTES];
    const struct decision *decision = &stored->decision;
    const struct policy_revision *revision = policy_find(stored->policy_name, stored->policy_version);
    (void)uuid_format(&decision->id, id);
    if (revision == NULL) {
        replay->unknown++;
        (void)fprintf(stderr, "akkoord: decision %s: made by %s version %s, which this program does not have\n", id,
                      stored->policy_name, stored->policy_version);
        return;
    }
    struct verdict verdict = revision->decide(&decision->input);
    replay->replayed++;
    replay->other_source += strcmp(revision->hash, stored->policy_hash) != 0;
    if (is_same_verdict(&verdict, &decision->verdict))
        return;
    replay->differ++;
    (void)fprintf(stderr, "akkoord: decision %s: recorded %s, the policy now says %s\n", id,
                  decision_outcome_name(decision->verdict.outcome), decision_outcome_name(verdict.outcome));
}

static enum status replay_all(struct store *store, struct replay *replay, struct error *error)
{
    struct arena *arena = arena_new();
    struct uuid last = {{0}};
    size_t count = DECISIONS_PAGE;
    enum status status = STATUS_OK;
    while (status == STATUS_OK && count == DECISIONS_PAGE) {
        struct stored_decision *decisions = NULL;
        arena_reset(arena);
        status = store_decisions_by_policy(store, arena, &last, &decisions, &count, error);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            replay_decision(&decisions[i], replay);
        if (status == STATUS_OK && count > 0)
            last = decisions[count - 1].decision.id;
    }
    arena_free(arena);
    return status;
}

static int run(int argc, char **argv)
{
    struct installation installation;
    struct replay replay = {0};
    struct error error;
    if (argc != 2 || strcmp(argv[1], "replay") != 0)
        return command_misused(&command_decisions);
    enum status status = installation_open(&installation, &error);
    if (status == STATUS_OK)
        status = replay_all(installation.store, &replay, &error);
    installation_close(&installation);
    if (status != STATUS_OK)
        return command_fail(&error);
    (void)printf("%lld replayed, %lld differ\n", replay.replayed, replay.differ);
    if (replay.unknown > 0)
        (void)printf("%lld not replayed: made by a version of the policy that is not known here\n", replay.unknown);
    if (replay.other_source > 0)
        (void)printf("%lld made by another text of the same version of the policy\n", replay.other_source);
    return replay.differ == 0 && replay.unknown == 0 ? EXIT_DONE : EXIT_FAILED;
}

const struct subcommand command_decisions = {
    .name = "decisions",
    .summary = "replay the decisions on record",
    .usage = "Usage: akkoord decisions replay\n"
             "\n"
             "Gives the recorded inputs of every decision to the version of the policy that made it and compares\n"
             "outcome and reasons. Prints \"N replayed, N differ\"; exit status 1 when any differs, or was made by\n"
             "a version that this program does not have.\n",
    .run = run,
};
