# Preset: libFuzzer targets under ASan and UBSan.
#   cmake -C server/cmake/fuzz.cmake -B build-fuzz -G Ninja
set(CMAKE_C_COMPILER clang CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fsanitize=fuzzer-no-link" CACHE STRING "")
set(AKKOORD_SANITIZE "address,undefined" CACHE STRING "")
set(AKKOORD_TESTS OFF CACHE BOOL "")
set(AKKOORD_FUZZ ON CACHE BOOL "")
