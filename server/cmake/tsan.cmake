# Preset: ThreadSanitizer.
#   cmake -C server/cmake/tsan.cmake -B build-tsan -G Ninja
set(CMAKE_C_COMPILER clang CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g" CACHE STRING "")
set(AKKOORD_SANITIZE "thread" CACHE STRING "")
