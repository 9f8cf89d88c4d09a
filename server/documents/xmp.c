/*
 * Writes XMP. Owns nothing; any thread. It won't check its texts: they were cleaned, and are only escaped here.
 */
#include "xmp.h"

#include <cairo.h>

#include "akkoord/base/clock.h"

/* The packet's id is a constant of the specification. (ISO 16684-1, 7.3.2) */
static const char head[] = "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
                           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
                           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
                           "<rdf:Description rdf:about=\"\"\n"
                           " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"\n"
                           " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
                           " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
                           " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n"
                           " xmlns:fx=\"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\"\n"
                           " xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"\n"
                           " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\"\n"
                           " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"
                           "<pdfaid:part>3</pdfaid:part>\n"
                           "<pdfaid:conformance>B</pdfaid:conformance>\n"
                           "<fx:DocumentType>INVOICE</fx:DocumentType>\n"
                           "<fx:DocumentFileName>" PDFA_ATTACHMENT "</fx:DocumentFileName>\n"
                           "<fx:Version>1.0</fx:Version>\n"
                           "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>\n";

/* A schema that PDF/A does not know has to be described. (ISO 19005-3, 6.6.2.3.3) */
#define PROPERTY(name, meaning)                                                                                        \
    "<rdf:li rdf:parseType=\"Resource\">\n<pdfaProperty:name>" name "</pdfaProperty:name>\n"                           \
    "<pdfaProperty:valueType>Text</pdfaProperty:valueType>\n"                                                          \
    "<pdfaProperty:category>external</pdfaProperty:category>\n"                                                        \
    "<pdfaProperty:description>" meaning "</pdfaProperty:description>\n</rdf:li>\n"

static const char schema[] =
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">\n"
    "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>\n"
    "<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>\n"
    "<pdfaSchema:prefix>fx</pdfaSchema:prefix>\n"
    "<pdfaSchema:property><rdf:Seq>\n"
    /* */
    PROPERTY("DocumentFileName", "The name of the embedded XML document")
    /* */
    PROPERTY("DocumentType", "The type of the hybrid document, INVOICE or ORDER")
    /* */
    PROPERTY("Version", "The version of the standard that the embedded XML document follows")
    /* */
    PROPERTY("ConformanceLevel", "The conformance level of the embedded XML document") "</rdf:Seq></"
                                                                                       "pdfaSchema:property>\n"
                                                                                       "</rdf:li></rdf:Bag></"
                                                                                       "pdfaExtension:schemas>\n";

static const char tail[] = "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>";

static const char *escape(struct arena *arena, const char *text)
{
    static const char longest[] = "&quot;";
    char *escaped = (char *)arena_alloc(arena, strlen(text) * strlen(longest) + 1);
    size_t length = 0;
    for (; *text != '\0'; text++) {
        const char *entity = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        if (entity == NULL) {
            escaped[length++] = *text;
            continue;
        }
        memcpy(escaped + length, entity, strlen(entity));
        length += strlen(entity);
    }
    escaped[length] = '\0';
    return escaped;
}

const char *xmp_producer(struct arena *arena)
{
    return arena_format(arena, "cairo %s", cairo_version_string());
}

struct xmp_packet xmp_write(struct arena *arena, const struct pdfa_parts *parts)
{
    struct xmp_packet packet;
    int year;
    int month;
    int day;
    clock_date_from_days(parts->created_day, &year, &month, &day);
    snprintf(packet.created_xmp, sizeof(packet.created_xmp), "%04d-%02d-%02dT00:00:00Z", year, month, day);
    snprintf(packet.created_pdf, sizeof(packet.created_pdf), "D:%04d%02d%02d000000Z", year, month, day);
    packet.text = arena_format(arena,
                               "%s<dc:format>application/pdf</dc:format>\n"
                               "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%s</rdf:li></rdf:Alt></dc:title>\n"
                               "<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>\n"
                               "<dc:language><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:language>\n"
                               "<xmp:CreatorTool>" XMP_CREATOR_TOOL "</xmp:CreatorTool>\n"
                               "<xmp:CreateDate>%s</xmp:CreateDate>\n<xmp:ModifyDate>%s</xmp:ModifyDate>\n"
                               "<pdf:Producer>%s</pdf:Producer>\n%s%s",
                               head, escape(arena, parts->title), escape(arena, parts->author), parts->language,
                               packet.created_xmp, packet.created_xmp, xmp_producer(arena), schema, tail);
    packet.length = strlen(packet.text);
    return packet;
}
