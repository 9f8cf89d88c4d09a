#pragma once
/*
 * Reads an electronic document back, by XPath: cac and cbc are those of UBL; rsm, ram, udt and qdt those of CII. A
 * document that can't be rendered or read fails the test.
 */
#include <libxml/xpath.h>

#include "akkoord/base/arena.h"
#include "akkoord/domain/invoice.h"

typedef enum status xml_renderer(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                 size_t *length, struct error *error);

struct xml_reading {
    struct arena *arena;
    const uint8_t *bytes;
    size_t length;
    xmlDoc *document;
    xmlXPathContext *xpath;
};

struct xml_reading xml_read(xml_renderer *render, const struct invoice *invoice);
void xml_release(struct xml_reading *reading);

/* The text at a path below the root; "" where there is nothing. */
const char *xml_text_at(const struct xml_reading *reading, const char *path);
/* By an expression of any kind. */
int xml_count_at(const struct xml_reading *reading, const char *path);

struct xml_fact {
    const char *path; /* NULL ends a list */
    const char *text;
};
void xml_assert_facts(const struct xml_reading *reading, const struct xml_fact *facts);
