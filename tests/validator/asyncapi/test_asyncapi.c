/* AsyncAPI documents as contracts: which events they have, by which name. */
#include "tests/suites.h"
#include "validator/asyncapi/asyncapi.h"
#include "validator/contract/contract.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

/* What the document says as a contract, or why it says nothing. */
static const char *convert(const char *text, struct td_buf *out)
{
    struct td_jsonx doc = {0};
    struct td_jsonx contract = {0};
    struct td_jsonx schemas = {0};
    struct td_error err = {0};
    enum td_code code =
        td_jsonx_parse(&doc, "a.yaml", TD_JSONX_YAML, td_text(text), &err);

    if (code == TD_OK)
        code = check_asyncapi_read(&doc, NULL, &contract, &schemas, &err);
    if (code == TD_OK)
        (void)td_buf_add_bytes(out, td_buf_bytes(&contract.text));
    else
        (void)td_buf_addf(out, "%s: %s", err.where, err.text);
    td_jsonx_release(&doc);
    td_jsonx_release(&contract);
    td_jsonx_release(&schemas);
    return td_buf_str(out);
}

static void judge(const char *text, const char *wanted)
{
    struct td_buf out = {0};
    const char *got = convert(text, &out);

    if (strcmp(got, wanted) != 0)
        printf("\n%s\n    is  %s\n    not %s\n", text, got, wanted);
    CU_ASSERT_STRING_EQUAL(got, wanted);
    td_buf_release(&out);
}

#define REF(pointer)                                                           \
    "{\"schema\":{\"$ref\":\"file:///a.yaml#" pointer "\"},\"match\":{}}"

#define OUT   "{\"dir\":\"out\"}"
#define OUT_C "{\"dir\":\"out\",\"channel\":[\"c\"]}"

static void messages_become_events(void)
{
    static const struct {
        const char *text;
        const char *events;
    } rows[] = {
        {"asyncapi: 3.0.0\n"
         "channels: {c: {messages: {a: {payload: {}}, b: {name: B}}}}",
         "\"a\":" REF("/channels/c/messages/a/payload") ",\"B\":{}"},
        {"asyncapi: 3.0.0\n"
         "channels: {c: {messages: {a: {$ref: '#/components/messages/x'}}}}\n"
         "components: {messages: {x: {payload: true}, y: {}}}",
         "\"a\":" REF("/components/messages/x/payload") ",\"y\":{}"},
        {"asyncapi: 3.0.0\n"
         "channels: {c: {$ref: '#/components/channels/d'}}\n"
         "components: {channels: {d: {messages: {'a b': {payload: {}}}}}}",
         "\"a b\":" REF("/components/channels/d/messages/a%20b/payload")},
        {"asyncapi: 3.0.0\n"
         "components: {messages: {a: {payload: {$ref: '#/components/schemas/s'"
         "}}},\n schemas: {s: {schemaFormat: "
         "'application/schema+json;version=draft-07', schema: {}}}}",
         "\"a\":" REF("/components/schemas/s/schema")},
        {"asyncapi: 3.0.0\n"
         "components: {messages: {a: {payload: {schemaFormat: "
         "'application/schema+yaml;version=draft/2020-12', schema: "
         "{$schema: x, type: string}}}}}",
         "\"a\":{\"schema\":{\"$schema\":"
         "\"https://json-schema.org/draft/2020-12/schema\","
         "\"type\":\"string\"},\"match\":{}}"},
        {"asyncapi: 3.0.0\n"
         "components: {messages: {a: {name: n, payload: {}}, "
         "b: {name: n, payload: {}}, c: {name: m, payload: {}}, d: {name: m}}}",
         "\"n\":{\"schema\":{\"anyOf\":["
         "{\"$ref\":\"file:///a.yaml#/components/messages/a/payload\"},"
         "{\"$ref\":\"file:///a.yaml#/components/messages/b/payload\"}]},"
         "\"match\":{\"anyOf\":[{},{}]}},"
         "\"m\":{}"},
        {"asyncapi: 2.6.0\n"
         "channels: {'a/b': {publish: {message: {payload: {}}}}}",
         "\"a/b\":{\"schema\":{\"$ref\":"
         "\"file:///a.yaml#/channels/a~1b/publish/message/payload\"},"
         "\"match\":{},\"dir\":\"in\",\"channel\":[\"a/b\"]}"},
        {"asyncapi: '2.0.0'\n"
         "channels: {c: {subscribe: {message: {oneOf: [{name: x}, "
         "{messageId: y, title: z}, {title: z}, "
         "{$ref: '#/components/messages/k'}]}}}}\n"
         "components: {messages: {k: {title: t}}}",
         "\"x\":" OUT_C ",\"y\":" OUT_C ",\"z\":" OUT_C ",\"k\":" OUT_C},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        char wanted[600];

        (void)snprintf(wanted, sizeof(wanted),
                       "{\"contract\":1,\"events\":{%s}}", rows[i].events);
        judge(rows[i].text, wanted);
    }
}

/* Addresses become channels, with the values that parameters have. */
static void addresses_become_channels(void)
{
    static const struct {
        const char *channels;
        const char *events;
    } rows[] = {
        {"c: {address: '/r/{id}', messages: {a: {}}}",
         "\"a\":{\"channel\":[\"/r/{id}\"]}"},
        {"c: {address: '/{k}/{id}', messages: {a: {}}, "
         "parameters: {k: {enum: [x, y]}, id: {}}}",
         "\"a\":{\"channel\":[{\"address\":\"/{k}/{id}\",\"parameters\":"
         "{\"k\":{\"enum\":[\"x\",\"y\"]}}}]}"},
        {"c: {address: '/{k}', messages: {a: {}}, parameters: "
         "{k: {location: '$message.payload#/a/b', enum: [x]}}}",
         "\"a\":{\"channel\":[{\"address\":\"/{k}\",\"parameters\":"
         "{\"k\":{\"enum\":[\"x\"],\"at\":\"/a/b\"}}}]}"},
        {"c: {address: '/{k}', messages: {a: {}}, parameters: "
         "{k: {location: '$message.header#/a'}, l: {enum: [x]}}}",
         "\"a\":{\"channel\":[\"/{k}\"]}"},
        {"c: {address: '/r', messages: {a: {}}, parameters: {k: {enum: [x]}}},"
         " d: {address: '/s', messages: {a: {$ref: '#/channels/c/messages/a'}, "
         "b: {}}}",
         "\"a\":{\"channel\":[\"/r\",\"/s\"]},"
         "\"b\":{\"channel\":[\"/s\"]}"},
        {"c: {address: '/r', messages: {a: {}}}, "
         "d: {address: null, messages: {a: {$ref: '#/channels/c/messages/a'}}},"
         " e: {address: '', messages: {b: {}}}",
         "\"a\":{},\"b\":{}"},
        {"c: {address: '/{k}', messages: {a: {}}, "
         "parameters: {k: {enum: [1]}}}",
         "\"a\":{\"channel\":[\"/{k}\"]}"},
        {"c: {address: '/{k}', messages: {a: {}}, "
         "parameters: {k: {$ref: '#/nowhere'}}}",
         "\"a\":{\"channel\":[\"/{k}\"]}"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[500];
        char wanted[300];

        (void)snprintf(text, sizeof(text), "asyncapi: 3.0.0\nchannels: {%s}",
                       rows[i].channels);
        (void)snprintf(wanted, sizeof(wanted),
                       "{\"contract\":1,\"events\":{%s}}", rows[i].events);
        judge(text, wanted);
    }
}

/* What all operations that name a message agree on. */
static void operations_give_directions(void)
{
    static const struct {
        const char *operations;
        const char *events;
        const char *rules;
    } rows[] = {
        {"o: {action: send, channel: {$ref: '#/channels/c'}}",
         "\"a\":" OUT ",\"b\":" OUT, ""},
        {"o: {action: receive, channel: {$ref: '#/channels/c'}, "
         "messages: [{$ref: '#/channels/c/messages/a'}]}",
         "\"a\":{\"dir\":\"in\"},\"b\":{}", ""},
        {"o: {action: receive, channel: {$ref: '#/channels/c'}, "
         "messages: [{$ref: '#/channels/c/messages/a'}], "
         "reply: {channel: {$ref: '#/channels/c'}, "
         "messages: [{$ref: '#/channels/c/messages/b'}]}}",
         "\"a\":{\"dir\":\"in\"},\"b\":" OUT,
         "\"rules\":[{\"id\":\"o\",\"response\":"
         "{\"trigger\":\"a\",\"expect\":\"b\"}}],"},
        {"o: {action: receive, channel: {$ref: '#/channels/c'}}, "
         "p: {action: send, channel: {$ref: '#/channels/c'}, "
         "messages: [{$ref: '#/channels/c/messages/b'}]}",
         "\"a\":{\"dir\":\"in\"},\"b\":{}", ""},
        {"o: {action: look, channel: {$ref: '#/channels/c'}}",
         "\"a\":{},\"b\":{}", ""},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[600];
        char wanted[300];

        (void)snprintf(text, sizeof(text),
                       "asyncapi: 3.0.0\n"
                       "channels: {c: {messages: {a: {}, b: {}}}}\n"
                       "operations: {%s}",
                       rows[i].operations);
        (void)snprintf(wanted, sizeof(wanted),
                       "{\"contract\":1,%s\"events\":{%s}}", rows[i].rules,
                       rows[i].events);
        judge(text, wanted);
    }
}

/* By members with one value, else by what is required; what is left out says
 * nothing of what a message was meant to be.
 */
static void payloads_become_shapes(void)
{
    static const struct {
        const char *payload;
        const char *shape;
    } rows[] = {
        {"{type: object, required: [k, n], properties: {k: {const: a}, n: "
         "{type: integer}, e: {enum: [x, y]}}}",
         "{\"type\":\"object\",\"properties\":{\"k\":{\"enum\":[\"a\"]},"
         "\"n\":{},\"e\":{}},\"required\":[\"k\"]}"},
        {"{required: [e], properties: {e: {enum: [x, y]}, f: {enum: [1, 2]}}}",
         "{\"properties\":{\"e\":{\"enum\":[\"x\",\"y\"]}},"
         "\"required\":[\"e\"]}"},
        {"{oneOf: [{properties: {k: {enum: [a]}}}, {properties: {k: {const: "
         "b}}}]}",
         "{\"anyOf\":[{\"properties\":{\"k\":{\"enum\":[\"a\"]}},"
         "\"required\":[\"k\"]},{\"properties\":{\"k\":{\"enum\":[\"b\"]}},"
         "\"required\":[\"k\"]}]}"},
        {"{$ref: '#/components/schemas/loop'}",
         "{\"allOf\":[{\"allOf\":[{\"allOf\":[{\"allOf\":[{\"allOf\":"
         "[{\"allOf\":[{\"allOf\":[{\"allOf\":[{}]}]}]}]}]}]}]}]}"},
        {"true", "{}"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct td_buf out = {0};
        char text[600];
        char wanted[400];
        const char *got;

        (void)snprintf(text, sizeof(text),
                       "asyncapi: 3.0.0\n"
                       "components:\n"
                       "  messages: {a: {payload: %s}, b: {}}\n"
                       "  schemas: {loop: {allOf: [{$ref: "
                       "'#/components/schemas/loop'}]}}",
                       rows[i].payload);
        (void)snprintf(wanted, sizeof(wanted), "\"match\":%s}", rows[i].shape);
        got = convert(text, &out);
        if (!strstr(got, wanted))
            printf("\n%s\n    has no %s\n", got, wanted);
        CU_ASSERT_PTR_NOT_NULL(strstr(got, wanted));
        td_buf_release(&out);
    }
}

static void traits_are_merged_as_the_version_says(void)
{
    judge("asyncapi: 2.6.0\n"
          "channels: {c: {publish: {message: {name: own, traits: "
          "[{name: first}, {$ref: '#/components/messageTraits/t'}]}}}}\n"
          "components: {messageTraits: {t: {name: second}}}",
          "{\"contract\":1,\"events\":{\"second\":{\"dir\":\"in\",\"channel\":["
          "\"c\"]}}}");
    judge("asyncapi: 3.0.0\n"
          "components: {messages: {a: {name: own, traits: [{name: first}]}, "
          "b: {traits: [{name: first}, {name: second}]}}}",
          "{\"contract\":1,\"events\":{\"own\":{},\"second\":{}}}");
    judge("asyncapi: 2.6.0\n"
          "components: {messages: {a: {payload: {}, "
          "traits: [{schemaFormat: application/vnd.apache.avro}]}}}",
          "a.yaml:2:66: payloads of the format \"application/vnd.apache.avro\" "
          "cannot be checked: it is no JSON Schema");
}

static void the_extension_is_the_rest_of_the_contract(void)
{
    judge("asyncapi: 3.0.0\n"
          "components: {messages: {a: {}}}\n"
          "x-tapedeck: {unknown: ignore, rules: [{id: A, first: a}]}",
          "{\"contract\":1,\"unknown\":\"ignore\","
          "\"rules\":[{\"id\":\"A\",\"first\":\"a\"}],\"events\":{\"a\":{}}}");
}

static void what_is_wrong_is_said_where_it_is(void)
{
    static const struct {
        const char *text;
        const char *why;
    } rows[] = {
        {"asyncapi: 1.2.0", "a.yaml:1:11: AsyncAPI \"1.2.0\" is not known: 2.x "
                            "and 3.x are"},
        {"asyncapi: 3",
         "a.yaml:1:11: AsyncAPI 3 is not known: 2.x and 3.x are"},
        {"asyncapi: 3.0.0\nchannels: {}",
         "a.yaml:1:1: no channel of it has a message, and "
         "components.messages has none"},
        {"asyncapi: 3.0.0\nchannels: []",
         "a.yaml:2:11: this is no object of names"},
        {"asyncapi: 3.0.0\nchannels: {c: {messages: {a: 1}}}",
         "a.yaml:2:30: a message is an object"},
        {"asyncapi: 3.0.0\nchannels: {c: {messages: {a: {name: 1}}}}",
         "a.yaml:2:37: name is text"},
        {"asyncapi: 3.0.0\nchannels: {c: {messages: {a: {name: ''}}}}",
         "a.yaml:2:30: the message has an empty name"},
        {"asyncapi: 3.0.0\nchannels: {c: {$ref: '#/x'}}",
         "a.yaml:2:22: the reference \"#/x\" leads nowhere"},
        {"asyncapi: 3.0.0\nchannels: {c: {$ref: '#/channels/c'}}",
         "a.yaml:2:22: the references lead in a circle"},
        {"asyncapi: 3.0.0\nchannels: {c: {$ref: 'https://a.example/b#/c'}}",
         "a.yaml:2:22: the reference leads to \"https://a.example/b\", and "
         "nothing is fetched"},
        {"asyncapi: 3.0.0\ncomponents: {messages: {a: {payload: "
         "{schemaFormat: 'application/vnd.oai.openapi;version=3.0.0', "
         "schema: {}}}}}",
         "a.yaml:2:53: payloads of the format "
         "\"application/vnd.oai.openapi;version=3.0.0\" cannot be checked: it "
         "is no JSON Schema"},
        {"asyncapi: 3.0.0\ncomponents: {messages: {a: {payload: {}, "
         "schemaFormat: application/vnd.apache.avro}}}",
         "a.yaml:2:56: payloads of the format \"application/vnd.apache.avro\" "
         "cannot be checked: it is no JSON Schema"},
        {"asyncapi: 3.0.0\ncomponents: {messages: {a: {}}}\n"
         "x-tapedeck: {events: {}}",
         "a.yaml:3:22: x-tapedeck has no events: the messages of the document "
         "are the events"},
        {"asyncapi: 3.0.0\ncomponents: {messages: {a: {}}}\nx-tapedeck: []",
         "a.yaml:3:13: x-tapedeck is an object with rules"},
    };

    for (size_t i = 0; i < ROWS(rows); i++)
        judge(rows[i].text, rows[i].why);
}

/* Errors of schemas and rules have the place in the document, JSON or YAML. */
static void places_survive_the_conversion(void)
{
    static const struct {
        enum td_jsonx_syntax syntax;
        const char *text;
        const char *where;
    } rows[] = {
        {TD_JSONX_YAML,
         "asyncapi: 3.0.0\ncomponents:\n  messages:\n    a:\n      payload:\n"
         "        type: text",
         "a.yaml:6:15"},
        {TD_JSONX_JSON,
         "{\"asyncapi\": \"3.0.0\",\n\"components\": {\"messages\": {\"a\": "
         "{\"payload\":\n {\"type\": \"text\"}}}}}",
         "a.yaml:3:11"},
        {TD_JSONX_JSON,
         "{\"asyncapi\": \"3.0.0\",\n\"components\": {\"messages\": {\"a\": "
         "{}}},"
         "\n\"x-tapedeck\": {\"rules\": [\n  {\"id\": \"A\", \"frist\": "
         "\"a\"}]}}",
         "a.yaml:4:3"},
    };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct check_contract *contract = NULL;
        struct td_jsonx doc = {0};
        struct td_error err = {0};

        CU_ASSERT_EQUAL_FATAL(td_jsonx_parse(&doc, "a.yaml", rows[i].syntax,
                                             td_text(rows[i].text), &err),
                              TD_OK);
        CU_ASSERT_EQUAL(check_contract_compile(&contract, &doc, NULL, &err),
                        TD_USAGE);
        if (strcmp(err.where, rows[i].where) != 0)
            printf("\n    row %zu: %s: %s\n", i, err.where, err.text);
        CU_ASSERT_STRING_EQUAL(err.where, rows[i].where);
    }
}

CU_TestInfo validator_asyncapi_asyncapi_tests[] = {
    {"messages become events", messages_become_events},
    {"addresses become channels", addresses_become_channels},
    {"operations give directions", operations_give_directions},
    {"payloads become shapes", payloads_become_shapes},
    {"traits are merged as the version says",
     traits_are_merged_as_the_version_says},
    {"the extension is the rest of the contract",
     the_extension_is_the_rest_of_the_contract},
    {"what is wrong is said where it is", what_is_wrong_is_said_where_it_is},
    {"places survive the conversion", places_survive_the_conversion},
    CU_TEST_INFO_NULL,
};
