#pragma once
/* cmocka, and a test listed under the rule that it proves in place of its function's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RULE(title, function)                                                                                          \
    {                                                                                                                  \
        .name = (title), .test_func = (function)                                                                       \
    }
