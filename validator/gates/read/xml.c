#include "validator/gates/read/xml.h"

#include "core/mem.h"
#include "core/utf8.h"
#include "validator/gates/read/number.h"
#include "validator/gates/read/read.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

#define PIECE         (64 * 1024)
#define REFERENCE_MAX 10 /* bytes of &#x10FFFF; */
#define CONTROL_FAULT                                                          \
    "a control character, which XML cannot hold; if it is of colors, "         \
    "NO_COLOR=1 turns most of them off"

struct read_xml {
    XML_Parser parser;
    const struct read_xml_way *way;
    void *self;
    unsigned depth;
    size_t silent;                /* bytes since something was understood */
    bool moved;                   /* something was, in this piece */
    bool left;                    /* by read_xml_leave() */
    bool ampersands;              /* bare ones are allowed */
    char held[REFERENCE_MAX + 1]; /* a reference whose end is to come */
    size_t held_len;
    const char *refused; /* why, or NULL */
    char why[160];
};

static void refuse(struct read_xml *xml, const char *why)
{
    if (!xml->refused)
        xml->refused = why;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

static void XMLCALL on_open(void *self, const XML_Char *name,
                            const XML_Char **attributes)
{
    struct read_xml *xml = self;

    xml->moved = true;
    if (xml->left || xml->refused)
        return;
    if (++xml->depth > READ_DEPTH_MAX) {
        refuse(xml, "elements are nested deeper than 64 levels");
        return;
    }
    xml->way->open(xml->self, local_name(name), attributes);
}

static void XMLCALL on_close(void *self, const XML_Char *name)
{
    struct read_xml *xml = self;

    xml->moved = true;
    if (xml->left || xml->refused)
        return;
    xml->way->close(xml->self, local_name(name));
    xml->depth--;
}

static void XMLCALL on_text(void *self, const XML_Char *text, int len)
{
    struct read_xml *xml = self;

    xml->moved = true;
    if (!xml->left && !xml->refused && xml->way->text)
        xml->way->text(xml->self, td_bytes(text, (size_t)len));
}

static void XMLCALL on_other(void *self, const XML_Char *text, int len)
{
    struct read_xml *xml = self;

    (void)text;
    (void)len;
    xml->moved = true;
}

/* Entities can be declared within the document itself only, since nothing else
 * is read.
 */
static void XMLCALL on_doctype(void *self, const XML_Char *name,
                               const XML_Char *system, const XML_Char *public,
                               int has_declarations)
{
    struct read_xml *xml = self;

    (void)name;
    (void)system;
    (void)public;
    xml->moved = true;
    if (has_declarations)
        refuse(xml, "it has declarations of its own, which are refused");
}

static void XMLCALL on_skipped(void *self, const XML_Char *name, int parameter)
{
    (void)name;
    (void)parameter;
    refuse(self, "it refers to an entity that is not of XML itself");
}

static int XMLCALL on_external(XML_Parser parser, const XML_Char *context,
                               const XML_Char *base, const XML_Char *system,
                               const XML_Char *public)
{
    (void)context;
    (void)base;
    (void)system;
    (void)public;
    refuse(XML_GetUserData(parser), "it refers to another file");
    return XML_STATUS_ERROR;
}

struct read_xml *read_xml_new(const struct read_xml_way *way, void *self,
                              bool bare_ampersands)
{
    struct read_xml *xml = td_calloc(1, sizeof(*xml));

    xml->way = way;
    xml->self = self;
    xml->ampersands = bare_ampersands;
    xml->parser = XML_ParserCreate(NULL);
    if (!xml->parser)
        abort();
    XML_SetUserData(xml->parser, xml);
    XML_SetElementHandler(xml->parser, on_open, on_close);
    XML_SetCharacterDataHandler(xml->parser, on_text);
    XML_SetDefaultHandler(xml->parser, on_other);
    XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
    XML_SetSkippedEntityHandler(xml->parser, on_skipped);
    XML_SetExternalEntityRefHandler(xml->parser, on_external);
    (void)XML_SetParamEntityParsing(xml->parser,
                                    XML_PARAM_ENTITY_PARSING_NEVER);
    return xml;
}

/* What is wrong with the byte at which the parser stopped; NULL if that is not
 * known. Reports that are declared to be of another encoding have no such byte.
 */
static const char *token_fault(struct read_xml *xml)
{
    int at = 0;
    int len = 0;
    const char *text = XML_GetInputContext(xml->parser, &at, &len);
    const uint8_t *bytes = (const uint8_t *)text;

    if (!text || at < 0 || at >= len)
        return NULL;
    if (bytes[at] < ' ')
        return CONTROL_FAULT;
    if (bytes[at] >= 0x80 && td_utf8_step(bytes + at, bytes + len) == 0)
        return "bytes that are no UTF-8; if they are of another encoding, its "
               "first line has to name it";
    return NULL;
}

static void say_why(struct read_xml *xml)
{
    enum XML_Error code = XML_GetErrorCode(xml->parser);
    const char *why = xml->refused;

    if (xml->why[0] != '\0')
        return;
    if (!why && code == XML_ERROR_INVALID_TOKEN)
        why = token_fault(xml);
    if (!why && code == XML_ERROR_BAD_CHAR_REF)
        why = CONTROL_FAULT;
    (void)snprintf(xml->why, sizeof(xml->why), "%s",
                   why ? why : XML_ErrorString(code));
}

/* One piece of at most PIECE bytes. */
static bool parse(struct read_xml *xml, const void *ptr, size_t len, bool last)
{
    enum XML_Status status;

    if (xml->left)
        return true;
    if (xml->why[0] != '\0')
        return false;
    xml->moved = false;
    status = XML_Parse(xml->parser, ptr, (int)len, last);
    xml->silent = xml->moved ? 0 : xml->silent + len;
    if (status == XML_STATUS_OK && !xml->refused && xml->silent <= READ_TAG_MAX)
        return true;
    if (xml->silent > READ_TAG_MAX)
        refuse(xml, "a tag is longer than 4 MiB");
    say_why(xml);
    return false;
}

static bool parse_all(struct read_xml *xml, struct td_bytes piece)
{
    while (piece.len > 0) {
        size_t len = piece.len < PIECE ? piece.len : PIECE;

        if (!parse(xml, piece.ptr, len, false))
            return false;
        piece = td_bytes(piece.ptr + len, piece.len - len);
    }
    return true;
}

/* Whether these bytes may be, or begin, a reference: &name; &#1; &#x1; */
static bool may_refer(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        char c = text[i];

        if (c == ';')
            return i > 1 && i + 1 == len;
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9') || (c == '#' && i == 1)))
            return false;
    }
    return len <= REFERENCE_MAX;
}

/* Hand on what is held: as it is, or its & as a reference. */
static bool let_go(struct read_xml *xml, bool is_reference)
{
    size_t len = xml->held_len;

    xml->held_len = 0;
    if (len == 0)
        return true;
    if (is_reference)
        return parse(xml, xml->held, len, false);
    return parse(xml, "&amp;", 5, false) &&
           (len == 1 || parse(xml, xml->held + 1, len - 1, false));
}

/* The bytes up to a & or behind what is held; how many, or 0 on failure. It
 * calls itself when nothing is held any more, once.
 */
/* NOLINTNEXTLINE(misc-no-recursion) */
static size_t put_some(struct read_xml *xml, struct td_bytes piece)
{
    const uint8_t *found;
    size_t len;

    if (xml->held_len == 0) {
        found = memchr(piece.ptr, '&', piece.len);
        len = found ? (size_t)(found - piece.ptr) : piece.len;
        if (!parse_all(xml, td_bytes(piece.ptr, len)))
            return 0;
        if (found)
            xml->held[xml->held_len++] = '&';
        return len + (found != NULL);
    }
    xml->held[xml->held_len] = (char)piece.ptr[0];
    if (!may_refer(xml->held, xml->held_len + 1))
        return let_go(xml, false) ? put_some(xml, piece) : 0;
    xml->held_len++;
    if (piece.ptr[0] == ';')
        return let_go(xml, true) ? 1 : 0;
    return 1;
}

bool read_xml_put(struct read_xml *xml, struct td_bytes piece)
{
    if (!xml->ampersands)
        return parse_all(xml, piece);
    while (piece.len > 0) {
        size_t len = put_some(xml, piece);

        if (len == 0)
            return false;
        piece = td_bytes(piece.ptr + len, piece.len - len);
    }
    return true;
}

bool read_xml_end(struct read_xml *xml)
{
    return let_go(xml, false) && parse(xml, "", 0, true);
}

void read_xml_leave(struct read_xml *xml)
{
    xml->left = true;
    (void)XML_StopParser(xml->parser, XML_FALSE);
}

const char *read_xml_why(const struct read_xml *xml)
{
    return xml->why;
}

uint64_t read_xml_line(const struct read_xml *xml)
{
    return XML_GetCurrentLineNumber(xml->parser);
}

unsigned read_xml_depth(const struct read_xml *xml)
{
    return xml->depth;
}

void read_xml_free(struct read_xml *xml)
{
    if (!xml)
        return;
    XML_ParserFree(xml->parser);
    free(xml);
}

const char *read_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2) {
        if (!strcmp(attributes[0], name))
            return attributes[1];
    }
    return NULL;
}

struct td_bytes read_attribute_text(const char **attributes, const char *name)
{
    const char *value = read_attribute(attributes, name);

    return td_text(value ? value : "");
}

uint64_t read_attribute_count(const char **attributes, const char *name)
{
    uint64_t value = 0;

    return read_uint(read_attribute_text(attributes, name), &value) ? value : 0;
}
