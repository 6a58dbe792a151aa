/* reports/xml_writer.h - texts in XML 1.0, of any bytes.
 *
 * What XML 1.0 cannot hold (section 2.2), what is no UTF-8, and marks that turn
 * the direction of writing are shown as td_text_clean() shows them: \u001b.
 */
#ifndef REPORTS_XML_WRITER_H
#define REPORTS_XML_WRITER_H

#include "core/buf.h"

/* Append text for between tags: line ends and tabs stay. */
void report_xml_text(struct td_buf *out, const char *text);

/* Append ` NAME="text"`; nothing if text is NULL. Line ends and tabs are
 * written as references, which a parser does not turn to spaces
 * (section 3.3.3).
 */
void report_xml_attribute(struct td_buf *out, const char *name,
                          const char *text);

#endif
