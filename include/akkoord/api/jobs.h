#pragma once
/* Dead letters, for staff: work that follows from a commit and was given up after its last attempt. Handlers; see
 * call.h. */
#include "akkoord/api/call.h"

/* GET /v1/staff/jobs?state=dead, of manager and auditor: newest first. `state` may be left out; no other is listed. */
api_function api_staff_jobs_list;
/* POST /v1/staff/jobs/{id}/retry, of the manager: 204, due at once. 409 `job_not_dead` when it was not given up. */
api_function api_staff_job_retry;
