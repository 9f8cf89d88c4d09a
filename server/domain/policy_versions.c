/*
 * Every version of the policy that has ever decided, so that what is on record can be decided again. Pure.
 *
 * A new version takes the name policy_decide(); the one before keeps its source under a name and a file of its own, and
 * its line here for ever.
 */
#include "akkoord/domain/decision.h"

const struct policy_revision *policy_find(const char *name, const char *version)
{
    static const struct policy_revision revisions[] = {
        {policy_name, policy_version, policy_hash, policy_decide},
    };
    for (size_t i = 0; i < sizeof(revisions) / sizeof(revisions[0]); i++) {
        if (strcmp(revisions[i].name, name) == 0 && strcmp(revisions[i].version, version) == 0)
            return &revisions[i];
    }
    return NULL;
}
