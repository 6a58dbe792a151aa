/* converter/convert.h - the events of a tape in the format of another tool.
 *
 *     csv   RFC 4180, a row an event, for spreadsheets and plots
 *     otel  OpenTelemetry log records, OTLP/JSON, some hundred in a line as
 *           the collector's file exporter writes them
 *     mcap  MCAP with the indexes of its chunks; a message is the line of the
 *           tape (tape/line.h), its topic the name of the event
 *     har   HAR 1.2, an entry an exchange, with _webSocketMessages
 *     html  a page that plays the tape and needs nothing else
 *
 * Source: docs/convert.md.
 */
#ifndef CONVERTER_CONVERT_H
#define CONVERTER_CONVERT_H

#include "converter/options.h"
#include "core/event.h"

struct conv_writer;

/* The format that the name of a file asks for by its suffix; NULL if none. */
const char *conv_format_of(const char *path);

/* Of --to. */
#define CONV_FORMATS "csv|otel|mcap|har|html"

/* Begin the file path ("-" = stdout), which appears when it is whole. TD_IO. */
TD_MUST_CHECK enum td_code conv_open(struct conv_writer **out, const char *path,
                                     const struct conv_options *options,
                                     struct td_error *err);

/* TD_IO, or TD_LIMIT: too long for the format. */
TD_MUST_CHECK enum td_code conv_put(struct conv_writer *writer,
                                    const struct td_event *ev,
                                    struct td_error *err);

/* Write what ends the format and give the file its name. */
TD_MUST_CHECK enum td_code conv_end(struct conv_writer *writer,
                                    struct td_error *err);

/* What was left out or changed; list has room for CONV_LEFT_MAX. Their number.
 */
size_t conv_left_out(const struct conv_writer *writer, struct conv_left *list);

/* Without conv_end() nothing is left of the file. NULL is fine. */
void conv_close(struct conv_writer *writer);

#endif
