#pragma once
/*
 * Functions that may not be used here, put in front of every source file by the build: each is unbounded, locale-bound,
 * not reentrant, or swallows errors. (The idea is git's banned.h.)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat stpcpy sprintf vsprintf gets
#pragma GCC poison atoi atol atoll atof strtok
#pragma GCC poison gmtime localtime asctime ctime mktime
#pragma GCC poison tmpnam tempnam mktemp
