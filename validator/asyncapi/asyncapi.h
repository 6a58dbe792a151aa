/* validator/asyncapi/asyncapi.h - an AsyncAPI 2.x or 3.x document, read as a
 * contract.
 *
 * Every message of a channel, and each of components.messages that no channel
 * has, is an event with its payload as the schema. The event's name is
 *
 *   3.x  the message's `name`, else the key it is listed under;
 *   2.x  the message's `name`, else `messageId`, else its key among
 *        components.messages, else its `title`, else the name of its channel.
 *
 * Traits are merged as each version says. Messages of one name make one event,
 * which meets the schema of any of them. Payloads are JSON Schema, draft 7 as
 * AsyncAPI has it or what `schemaFormat` says; Avro, OpenAPI and others are
 * refused. References lead into the same file, to files beside it and to what
 * the map names. `x-tapedeck` at the root holds all else that a contract has:
 * rules, stream, unknown, complete, tests.
 *
 * Unless x-tapedeck says in `stream.name` where a message has its name, an
 * event with a payload also has a `match`, by which a message is it whose name
 * says nothing. The examples of messages, and those of their payloads' schemas,
 * are tests of names and schemas. An operation gives its messages a `dir`, and
 * one with a reply is a rule `response`.
 */
#ifndef VALIDATOR_ASYNCAPI_ASYNCAPI_H
#define VALIDATOR_ASYNCAPI_ASYNCAPI_H

#include "core/jsonx.h"
#include "schema/schema.h"

#define CHECK_ASYNCAPI_FILES    64    /* that references lead to */
#define CHECK_ASYNCAPI_MESSAGES 10000 /* in all of them */

/* The dialect of payloads. */
#define CHECK_ASYNCAPI_DIALECT "http://json-schema.org/draft-07/schema#"

/* Whether a document is AsyncAPI, of any version, and not a contract that names
 * one.
 */
bool check_asyncapi_is(const struct td_jsonx *doc);

/* Read *doc, which was loaded from doc->name. *contract (empty) becomes a
 * contract whose values are placed in doc; its schemas refer to *schemas
 * (empty), which must be added to the set before them (schema_set_add(), at
 * 0). TD_USAGE (`where` is FILE:LINE:COLUMN), TD_LIMIT, TD_IO.
 */
TD_MUST_CHECK enum td_code check_asyncapi_read(const struct td_jsonx *doc,
                                               const struct schema_options *how,
                                               struct td_jsonx *contract,
                                               struct td_jsonx *schemas,
                                               struct td_error *err);

/* The same for a file whose path is seen from the folder of the file `base`;
 * TD_IO if there is none to read.
 */
TD_MUST_CHECK enum td_code
check_asyncapi_load(const char *base, struct td_bytes path,
                    const struct schema_options *how, struct td_jsonx *contract,
                    struct td_jsonx *schemas, struct td_error *err);

#endif
