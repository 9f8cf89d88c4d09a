/* Reads electronic documents back with libxml2's XPath. */
#include "xml_reading.h"

#include <libxml/parser.h>
#include <libxml/xpathInternals.h>

#include "rule.h"

#define UBL "urn:oasis:names:specification:ubl:schema:xsd:"
#define CII "urn:un:unece:uncefact:data:standard:"

struct xml_reading xml_read(xml_renderer *render, const struct invoice *invoice)
{
    static const char *const namespaces[][2] = {
        {"cac", UBL "CommonAggregateComponents-2"}, {"cbc", UBL "CommonBasicComponents-2"},
        {"rsm", CII "CrossIndustryInvoice:100"},    {"ram", CII "ReusableAggregateBusinessInformationEntity:100"},
        {"udt", CII "UnqualifiedDataType:100"},     {"qdt", CII "QualifiedDataType:100"},
    };
    struct xml_reading reading = {.arena = arena_new()};
    struct error error;
    if (render(invoice, reading.arena, &reading.bytes, &reading.length, &error) != STATUS_OK)
        fail_msg("%s: %s: %s", error.code, error.field, error.detail);
    reading.document = xmlReadMemory((const char *)reading.bytes, (int)reading.length, NULL, NULL, XML_PARSE_NONET);
    assert_non_null(reading.document);
    reading.xpath = xmlXPathNewContext(reading.document);
    assert_non_null(reading.xpath);
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
        xmlXPathRegisterNs(reading.xpath, BAD_CAST namespaces[i][0], BAD_CAST namespaces[i][1]);
    return reading;
}

void xml_release(struct xml_reading *reading)
{
    xmlXPathFreeContext(reading->xpath);
    xmlFreeDoc(reading->document);
    arena_free(reading->arena);
}

const char *xml_text_at(const struct xml_reading *reading, const char *path)
{
    const char *expression = arena_format(reading->arena, "string(/*/%s)", path);
    xmlXPathObject *found = xmlXPathEvalExpression(BAD_CAST expression, reading->xpath);
    assert_non_null(found);
    const char *text = arena_copy_text(reading->arena, (const char *)found->stringval);
    xmlXPathFreeObject(found);
    return text;
}

int xml_count_at(const struct xml_reading *reading, const char *path)
{
    xmlXPathObject *found =
        xmlXPathEvalExpression(BAD_CAST arena_format(reading->arena, "count(%s)", path), reading->xpath);
    assert_non_null(found);
    int count = (int)found->floatval;
    xmlXPathFreeObject(found);
    return count;
}

void xml_assert_facts(const struct xml_reading *reading, const struct xml_fact *facts)
{
    for (; facts->path != NULL; facts++) {
        if (strcmp(xml_text_at(reading, facts->path), facts->text) != 0)
            fail_msg("%s is \"%s\", not \"%s\"", facts->path, xml_text_at(reading, facts->path), facts->text);
    }
}
