# What every target is built with, and what a module is.

add_library(akkoord_options INTERFACE)
target_compile_definitions(akkoord_options INTERFACE _GNU_SOURCE)
target_compile_options(akkoord_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Werror
  -fno-common -fstack-protector-strong
  -include ${CMAKE_SOURCE_DIR}/include/akkoord/base/banned.h)
target_include_directories(akkoord_options INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_link_options(akkoord_options INTERFACE -Wl,-z,relro,-z,now)
if(AKKOORD_SANITIZE)
  target_compile_options(akkoord_options INTERFACE -fsanitize=${AKKOORD_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(akkoord_options INTERFACE -fsanitize=${AKKOORD_SANITIZE})
else()
  target_compile_definitions(akkoord_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()

# akkoord_module(NAME SOURCES a.c b.c DEPENDS base domain LIBRARIES PkgConfig::X)
# One static library a module. DEPENDS are the modules whose headers it may include (and theirs):
# tests/check_includes.py holds the sources against exactly these lines.
function(akkoord_module NAME)
  cmake_parse_arguments(MODULE "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(akkoord_${NAME} STATIC ${MODULE_SOURCES})
  list(TRANSFORM MODULE_DEPENDS PREPEND akkoord_)
  target_link_libraries(akkoord_${NAME} PUBLIC akkoord_options ${MODULE_DEPENDS} PRIVATE ${MODULE_LIBRARIES})
endfunction()

# akkoord_unit_test(NAME SOURCES x.c MODULES base vault)
# A cmocka program under ctest.
function(akkoord_unit_test NAME)
  cmake_parse_arguments(TEST "" "" "SOURCES;MODULES;LIBRARIES" ${ARGN})
  add_executable(test_${NAME} ${TEST_SOURCES})
  list(TRANSFORM TEST_MODULES PREPEND akkoord_)
  target_link_libraries(test_${NAME} PRIVATE akkoord_options ${TEST_MODULES} ${TEST_LIBRARIES} PkgConfig::CMOCKA
    Threads::Threads)
  target_include_directories(test_${NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/unit)
  target_compile_definitions(test_${NAME} PRIVATE AKKOORD_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${NAME} COMMAND test_${NAME})
  set_tests_properties(${NAME} PROPERTIES TIMEOUT 120)
endfunction()

# akkoord_fuzz_target(NAME SOURCES x.c MODULES http)
function(akkoord_fuzz_target NAME)
  cmake_parse_arguments(FUZZ "" "" "SOURCES;MODULES" ${ARGN})
  add_executable(fuzz_${NAME} ${FUZZ_SOURCES})
  list(TRANSFORM FUZZ_MODULES PREPEND akkoord_)
  target_link_libraries(fuzz_${NAME} PRIVATE akkoord_options ${FUZZ_MODULES})
  target_compile_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
  target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
endfunction()
