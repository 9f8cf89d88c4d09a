#pragma once
/*
 * SANITIZED: 1 in a program that was built with a sanitizer. Its allocator keeps what was freed, mlock() does nothing
 * there, and the leak check needs a process that can be attached to.
 */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif
