#pragma once
/* cmocka as the vault's tests use it: a test is listed under the rule that it proves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RULE(title, function)                                                                                          \
    {                                                                                                                  \
        .name = (title), .test_func = (function)                                                                       \
    }
