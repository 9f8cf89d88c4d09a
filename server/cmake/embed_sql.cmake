# Writes the files of sql/ as C (see include/akkoord/pg/statement.h).
#   cmake -D SQL_DIR=... -D OUTPUT_DIR=... -P embed_sql.cmake
file(GLOB STATEMENTS RELATIVE ${SQL_DIR} ${SQL_DIR}/*/*.sql)
list(FILTER STATEMENTS EXCLUDE REGEX "^migrations/")
file(GLOB MIGRATIONS RELATIVE ${SQL_DIR} ${SQL_DIR}/migrations/*.sql)
list(SORT STATEMENTS)
list(SORT MIGRATIONS)

# The text of a file as a C string literal, a line of SQL to a line of C.
function(sql_literal FILE RESULT)
  file(READ ${SQL_DIR}/${FILE} TEXT)
  string(REPLACE "\\" "\\\\" TEXT "${TEXT}")
  string(REPLACE "\"" "\\\"" TEXT "${TEXT}")
  string(REPLACE "?" "\\?" TEXT "${TEXT}")
  string(REPLACE "\t" "\\t" TEXT "${TEXT}")
  string(REPLACE "\n" "\\n\"\n    \"" TEXT "${TEXT}")
  set(${RESULT} "\n    \"${TEXT}\"" PARENT_SCOPE)
endfunction()

set(HEADER "#pragma once
/* Made from sql/ by server/cmake/embed_sql.cmake. */
#include \"akkoord/pg/statement.h\"

extern const struct pg_migration sql_migrations[];
extern const size_t sql_migrations_count;

")
set(SOURCE "/* Made from sql/ by server/cmake/embed_sql.cmake. */\n#include \"akkoord/pg/sql.h\"\n")

foreach(FILE IN LISTS STATEMENTS)
  if(NOT FILE MATCHES "^([a-z][a-z0-9_]*)/([a-z][a-z0-9_]*)\\.sql$")
    message(FATAL_ERROR "sql/${FILE}: names are lower_snake_case")
  endif()
  set(SYMBOL "sql_${CMAKE_MATCH_1}_${CMAKE_MATCH_2}")
  set(NAME "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
  sql_literal(${FILE} TEXT)
  string(APPEND HEADER "extern const struct pg_statement ${SYMBOL};\n")
  string(APPEND SOURCE "\nconst struct pg_statement ${SYMBOL} = {\"${NAME}\",${TEXT}};\n")
endforeach()

set(VERSION 0)
string(APPEND SOURCE "\nconst struct pg_migration sql_migrations[] = {")
foreach(FILE IN LISTS MIGRATIONS)
  if(NOT FILE MATCHES "^migrations/0*([1-9][0-9]*)_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "sql/${FILE}: a migration is named NNNN_name.sql")
  endif()
  math(EXPR VERSION "${VERSION} + 1")
  if(NOT CMAKE_MATCH_1 EQUAL VERSION)
    message(FATAL_ERROR "sql/${FILE}: expected number ${VERSION}; numbers have no gaps and none twice")
  endif()
  sql_literal(${FILE} TEXT)
  string(REGEX MATCH "[0-9]_([a-z0-9_]+)\\.sql$" MATCHED "${FILE}")
  string(APPEND SOURCE "\n    {${VERSION}, \"${CMAKE_MATCH_1}\",${TEXT}},")
endforeach()
# C has no empty arrays: the last element ends the list and is not counted.
string(APPEND SOURCE "\n    {0, NULL, NULL},\n};\nconst size_t sql_migrations_count = ${VERSION};\n")

file(WRITE ${OUTPUT_DIR}/include/akkoord/pg/sql.h "${HEADER}")
file(WRITE ${OUTPUT_DIR}/sql.c "${SOURCE}")
