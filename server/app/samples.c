/* The samples: plainly nobody, plainly nothing. The IBAN is the one that its register shows as an example. */
#include "samples.h"

const char sample_seller[] = "{\"name\": \"Sample Studio\",\n"
                             " \"address\": {\"street\": \"Voorbeeldstraat 1\", \"postal_code\": \"1000 AA\",\n"
                             "             \"city\": \"Amsterdam\", \"country\": \"NL\"},\n"
                             " \"kvk_number\": \"12345678\", \"vat_number\": \"NL123456789B01\",\n"
                             " \"iban\": \"NL91ABNA0417164300\", \"email\": \"studio@example.com\"}\n";

/* clang-format off */
#define SERVICE(sku, nl, en, cents, rate)                                                                              \
    "{\"sku\": \"" sku "\", \"name\": {\"nl\": \"" nl "\", \"en\": \"" en "\"},\n"                                     \
    " \"unit_price\": {\"amount\": " cents ", \"currency\": \"EUR\"}, \"price_includes_vat\": false,\n"                \
    " \"vat_category\": \"S\", \"vat_rate\": \"" rate "\"}"

const char sample_price_list[] = "{\"services\": [\n"
    SERVICE("logo-design", "Logo-ontwerp", "Logo design", "45000", "21.00") ",\n"
    SERVICE("house-style", "Huisstijl", "Brand identity", "185000", "21.00") ",\n"
    SERVICE("website", "Website van vijf pagina's", "Website of five pages", "240000", "21.00") ",\n"
    SERVICE("photo-day", "Fotodag", "Day of photography", "95000", "21.00") ",\n"
    SERVICE("copywriting-hour", "Tekstschrijven, per uur", "Copywriting, by the hour", "9500", "21.00") ",\n"
    SERVICE("booklet", "Gedrukt boekje", "Printed booklet", "2750", "9.00") "\n]}\n";
/* clang-format on */
