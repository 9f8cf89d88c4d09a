# Preset: AddressSanitizer (with leak check) and UndefinedBehaviorSanitizer.
#   cmake -C server/cmake/asan.cmake -B build-asan -G Ninja
set(CMAKE_C_COMPILER clang CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g" CACHE STRING "")
set(AKKOORD_SANITIZE "address,undefined" CACHE STRING "")
