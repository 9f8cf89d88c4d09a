/*
 * `akkoord decisions replay`: whether the policy still gives every decision that it is on record for. Main thread;
 * changes nothing.
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

static void replay_decision(const struct decision *decision, struct replay *replay)
{
    char id[UUID_TEXT_BYTES];
    struct verdict verdict = policy_decide(&decision->input);
    replay->replayed++;
    if (is_same_verdict(&verdict, &decision->verdict))
        return;
    replay->differ++;
    (void)fprintf(stderr, "akkoord: decision %s: recorded %s, the policy now says %s\n", uuid_format(&decision->id, id),
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
        status = store_decisions_of_policy(store, arena, policy_name, policy_version, &last, &decisions, &count, error);
        for (size_t i = 0; status == STATUS_OK && i < count; i++)
            replay_decision(&decisions[i].decision, replay);
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
    return replay.differ == 0 ? EXIT_DONE : EXIT_FAILED;
}

const struct subcommand command_decisions = {
    .name = "decisions",
    .summary = "replay the decisions on record",
    .usage = "Usage: akkoord decisions replay\n"
             "\n"
             "Gives the recorded inputs of every decision of the present policy version to the policy again and\n"
             "compares outcome and reasons. Prints \"N replayed, N differ\"; exit status 1 when any differs.\n",
    .run = run,
};
