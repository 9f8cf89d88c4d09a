# Writes one text file as C: const char SYMBOL[] and const size_t SYMBOL_length.
#   cmake -D INPUT=... -D OUTPUT=... -D SYMBOL=... -P embed_file.cmake
file(READ ${INPUT} TEXT)
string(REPLACE "\\" "\\\\" TEXT "${TEXT}")
string(REPLACE "\"" "\\\"" TEXT "${TEXT}")
string(REPLACE "?" "\\?" TEXT "${TEXT}")
string(REPLACE "\n" "\\n\"\n    \"" TEXT "${TEXT}")
get_filename_component(NAME ${INPUT} NAME)
file(WRITE ${OUTPUT} "/* Made from ${NAME} by server/cmake/embed_file.cmake. */
#include <stddef.h>

extern const char ${SYMBOL}[];
extern const size_t ${SYMBOL}_length;
const char ${SYMBOL}[] =
    \"${TEXT}\";
const size_t ${SYMBOL}_length = sizeof(${SYMBOL}) - 1;
")
