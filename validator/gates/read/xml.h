/* validator/gates/read/xml.h - XML in pieces, as elements, attributes and text.
 *
 * A document type is passed over; declarations within the document, a reference
 * to one that is not of XML itself, an external one, more than READ_DEPTH_MAX
 * levels or a tag of more than READ_TAG_MAX bytes end the reading. Nothing is
 * ever fetched.
 */
#ifndef VALIDATOR_GATES_READ_XML_H
#define VALIDATOR_GATES_READ_XML_H

#include "core/event.h"

#include <stdbool.h>

#define READ_TAG_MAX (4 << 20)

struct read_xml;

/* Names of elements without the prefix of a namespace. Attributes: name, value,
 * ..., NULL. Text comes in pieces. NULL: not wanted.
 */
struct read_xml_way {
    void (*open)(void *self, const char *name, const char **attributes);
    void (*close)(void *self, const char *name);
    void (*text)(void *self, struct td_bytes text);
};

/* With bare_ampersands, "&" that begins no reference stands for itself. */
struct read_xml *read_xml_new(const struct read_xml_way *way, void *self,
                              bool bare_ampersands);
/* Both false if the document is ill-formed or was refused: read_xml_why(). */
bool read_xml_put(struct read_xml *xml, struct td_bytes piece);
bool read_xml_end(struct read_xml *xml);

/* Show no more, from within a handler; put and end are then true. */
void read_xml_leave(struct read_xml *xml);

/* One line; the document's line. */
const char *read_xml_why(const struct read_xml *xml);
uint64_t read_xml_line(const struct read_xml *xml);
/* Levels that are open: 1 within the root. */
unsigned read_xml_depth(const struct read_xml *xml);

/* Frees the parser and all it holds; NULL is nothing. */
void read_xml_free(struct read_xml *xml);

/* Value of an attribute, or NULL; as bytes, "" if absent. */
const char *read_attribute(const char **attributes, const char *name);
struct td_bytes read_attribute_text(const char **attributes, const char *name);
/* 0 if it is absent or no number. */
uint64_t read_attribute_count(const char **attributes, const char *name);

#endif
