/* MCAP: chunks of messages without compression, each with its CRC and the index
 * of its messages, and a summary with channels, chunks and counts at the end.
 * Numbers have their least byte first. Source: the MCAP specification, version
 * 0 of the format.
 */
#include "converter/format.h"
#include "core/json.h"
#include "core/mem.h"
#include "tape/line.h"
#include "tape/name_counts.h"

#include <stdlib.h>
#include <zlib.h>

#define MAGIC      "\x89MCAP0\r\n"
#define CHUNK      ((size_t)1 << 20) /* bytes of messages in one */
#define SCHEMA     1                 /* the only one's id */
#define NO_NAME    "(no name)"
#define OTHER_NAME "(other names)"

enum op {
    OP_HEADER = 1,
    OP_FOOTER,
    OP_SCHEMA,
    OP_CHANNEL,
    OP_MESSAGE,
    OP_CHUNK,
    OP_MESSAGE_INDEX,
    OP_CHUNK_INDEX,
    OP_STATISTICS = 0x0b,
    OP_METADATA,
    OP_METADATA_INDEX,
    OP_SUMMARY_OFFSET,
    OP_DATA_END,
};

static const char schema[] =
    "{\"title\":\"an event as it stands on a tape\",\"type\":\"object\","
    "\"properties\":{\"s\":{\"type\":\"integer\"},\"t\":{\"type\":\"integer\"},"
    "\"d\":{\"enum\":[\"in\",\"out\"]},\"c\":{\"type\":\"integer\"},"
    "\"k\":{\"type\":\"string\"},\"ns\":{\"type\":\"string\"},\"id\":{},"
    "\"ack\":{\"type\":\"integer\"},\"ev\":{\"type\":\"string\"},"
    "\"att\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"cut\":{\"type\":\"integer\"},\"json\":{},\"text\":{\"type\":\"string\"},"
    "\"b64\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}}}";

/* A topic, and where its messages of the chunk at hand are. */
struct channel {
    char *topic;
    uint64_t count;
    struct td_buf index; /* pairs of time and offset */
};

struct mcap {
    uint64_t start_wall_ns;
    struct tape_counts names;
    struct tape_counts kinds;
    struct channel *channels; /* id: place + 1 */
    size_t channel_count;
    size_t other; /* id of those that found no room; 0: none yet */
    struct td_buf chunk;
    uint64_t chunk_first; /* times of its messages */
    uint64_t chunk_last;
    struct td_buf chunk_index; /* records for the summary */
    uint32_t chunks;
    uint64_t messages;
    uint64_t first;
    uint64_t last;
    uint64_t metadata_at;
    uint64_t metadata_len;
    struct td_buf line;
    struct td_buf scratch;
};

static void add_uint(struct td_buf *out, uint64_t n, unsigned bytes)
{
    uint8_t le[8];

    for (unsigned i = 0; i < bytes; i++)
        le[i] = (uint8_t)(n >> (8 * i));
    (void)td_buf_add(out, le, bytes);
}

static void add_string(struct td_buf *out, const char *text)
{
    add_uint(out, strlen(text), 4);
    (void)td_buf_add_text(out, text);
}

static void add_record(struct td_buf *out, enum op op, struct td_bytes content)
{
    add_uint(out, op, 1);
    add_uint(out, content.len, 8);
    (void)td_buf_add_bytes(out, content);
}

/* The content that was built in scratch, as a record. */
static void add_built(struct td_buf *out, enum op op, struct td_buf *content)
{
    add_record(out, op, td_buf_bytes(content));
    td_buf_clear(content);
}

static void add_schema(struct td_buf *out, struct td_buf *scratch)
{
    add_uint(scratch, SCHEMA, 2);
    add_string(scratch, "tapedeck.event");
    add_string(scratch, "jsonschema");
    add_string(scratch, schema);
    add_built(out, OP_SCHEMA, scratch);
}

static void add_channel(struct td_buf *out, struct td_buf *scratch, size_t id,
                        const char *topic)
{
    add_uint(scratch, id, 2);
    add_uint(scratch, SCHEMA, 2);
    add_string(scratch, topic);
    add_string(scratch, "json");
    add_uint(scratch, 0, 4); /* no metadata */
    add_built(out, OP_CHANNEL, scratch);
}

/* The header of the tape, whole. */
static void add_metadata(struct mcap *mcap, struct conv_out *out,
                         struct td_bytes header)
{
    struct td_buf *b = &mcap->scratch;

    add_string(b, "tapedeck.tape");
    add_uint(b, 4 + sizeof("header") - 1 + 4 + header.len, 4);
    add_string(b, "header");
    add_uint(b, header.len, 4);
    (void)td_buf_add_bytes(b, header);
    mcap->metadata_at = conv_out_at(out);
    add_built(&out->bytes, OP_METADATA, b);
    mcap->metadata_len = conv_out_at(out) - mcap->metadata_at;
}

static void *open_mcap(struct conv_out *out, const struct conv_options *options)
{
    struct mcap *mcap = td_calloc(1, sizeof(*mcap));

    mcap->start_wall_ns = options->start_wall_ns;
    (void)td_buf_add(&out->bytes, MAGIC, sizeof(MAGIC) - 1);
    add_string(&mcap->scratch, ""); /* no profile */
    add_string(&mcap->scratch, options->program);
    add_built(&out->bytes, OP_HEADER, &mcap->scratch);
    add_schema(&out->bytes, &mcap->scratch);
    if (options->header.len)
        add_metadata(mcap, out, options->header);
    return mcap;
}

static size_t make_channel(struct mcap *mcap, const char *topic)
{
    mcap->channels = td_list_room(mcap->channels, mcap->channel_count,
                                  sizeof(*mcap->channels));
    mcap->channels[mcap->channel_count++] =
        (struct channel){.topic = td_strdup(topic)};
    add_channel(&mcap->chunk, &mcap->scratch, mcap->channel_count, topic);
    return mcap->channel_count;
}

/* What the event's messages are filed under. */
static void topic_of(struct td_buf *out, const struct td_event *ev)
{
    td_buf_clear(out);
    if (!td_event_is_plain(ev)) {
        (void)td_buf_add_text(out, "kind:");
        (void)!td_json_unescape(out, ev->kind);
    } else if (ev->name.len) {
        (void)!td_json_unescape(out, ev->name);
    } else {
        (void)td_buf_add_text(out, NO_NAME);
    }
}

/* The id of its channel. */
static size_t channel_of(struct mcap *mcap, const struct td_event *ev)
{
    bool plain = td_event_is_plain(ev);
    struct tape_name *name = tape_counts_name(
        plain ? &mcap->names : &mcap->kinds, plain ? ev->name : ev->kind);
    struct td_buf topic = {0};

    if (!name) {
        if (!mcap->other)
            mcap->other = make_channel(mcap, OTHER_NAME);
        return mcap->other;
    }
    if (!name->row) {
        topic_of(&topic, ev);
        name->row = make_channel(mcap, td_buf_str(&topic));
        td_buf_release(&topic);
    }
    return name->row;
}

/* MessageIndex records behind a chunk; what the ChunkIndex says of them is
 * added to `offsets`. */
static void add_message_indexes(struct mcap *mcap, struct conv_out *out,
                                struct td_buf *offsets)
{
    for (size_t i = 0; i < mcap->channel_count; i++) {
        struct channel *c = &mcap->channels[i];

        if (!c->index.len)
            continue;
        add_uint(offsets, i + 1, 2);
        add_uint(offsets, conv_out_at(out), 8);
        add_uint(&mcap->scratch, i + 1, 2);
        add_uint(&mcap->scratch, c->index.len, 4);
        (void)td_buf_add_bytes(&mcap->scratch, td_buf_bytes(&c->index));
        add_built(&out->bytes, OP_MESSAGE_INDEX, &mcap->scratch);
        td_buf_clear(&c->index);
    }
}

static void end_chunk(struct mcap *mcap, struct conv_out *out)
{
    struct td_buf *b = &mcap->scratch;
    struct td_buf offsets = {0};
    uint64_t size = mcap->chunk.len;
    uint64_t at = conv_out_at(out);
    uint64_t behind;

    if (!size)
        return;
    add_uint(b, mcap->chunk_first, 8);
    add_uint(b, mcap->chunk_last, 8);
    add_uint(b, size, 8);
    add_uint(b, crc32_z(0, mcap->chunk.ptr, size), 4);
    add_string(b, ""); /* not compressed */
    add_uint(b, size, 8);
    (void)td_buf_add_bytes(b, td_buf_bytes(&mcap->chunk));
    add_built(&out->bytes, OP_CHUNK, b);
    td_buf_clear(&mcap->chunk);
    behind = conv_out_at(out);
    add_message_indexes(mcap, out, &offsets);

    add_uint(b, mcap->chunk_first, 8);
    add_uint(b, mcap->chunk_last, 8);
    add_uint(b, at, 8);
    add_uint(b, behind - at, 8);
    add_uint(b, offsets.len, 4);
    (void)td_buf_add_bytes(b, td_buf_bytes(&offsets));
    add_uint(b, conv_out_at(out) - behind, 8);
    add_string(b, "");
    add_uint(b, size, 8);
    add_uint(b, size, 8);
    add_built(&mcap->chunk_index, OP_CHUNK_INDEX, b);
    mcap->chunks++;
    td_buf_release(&offsets);
}

static void note_times(struct mcap *mcap, uint64_t at, bool first_of_chunk)
{
    if (!mcap->messages || at < mcap->first)
        mcap->first = at;
    if (at > mcap->last)
        mcap->last = at;
    if (first_of_chunk || at < mcap->chunk_first)
        mcap->chunk_first = at;
    if (first_of_chunk || at > mcap->chunk_last)
        mcap->chunk_last = at;
    mcap->messages++;
}

static enum td_code put(void *self, struct conv_out *out,
                        const struct td_event *ev, struct td_error *err)
{
    struct mcap *mcap = self;
    uint64_t at = mcap->start_wall_ns + ev->at_ns;
    bool first = mcap->chunk.len == 0;
    struct channel *c;
    size_t id;

    td_buf_clear(&mcap->line);
    if (tape_line_encode(&mcap->line, ev))
        return td_error_set(err, TD_LIMIT, "event", ev->seq,
                            "is longer than a line of a tape");
    id = channel_of(mcap, ev);
    c = &mcap->channels[id - 1];
    note_times(mcap, at, first);
    c->count++;
    add_uint(&c->index, at, 8);
    add_uint(&c->index, mcap->chunk.len, 8);
    add_uint(&mcap->chunk, OP_MESSAGE, 1);
    add_uint(&mcap->chunk, 22 + mcap->line.len - 1, 8);
    add_uint(&mcap->chunk, id, 2);
    add_uint(&mcap->chunk, ev->seq, 4);
    add_uint(&mcap->chunk, at, 8);
    add_uint(&mcap->chunk, at, 8);
    (void)td_buf_add(&mcap->chunk, mcap->line.ptr, mcap->line.len - 1);
    if (mcap->chunk.len >= CHUNK)
        end_chunk(mcap, out);
    return TD_OK;
}

static void add_statistics(struct mcap *mcap, struct td_buf *out)
{
    struct td_buf *b = &mcap->scratch;

    add_uint(b, mcap->messages, 8);
    add_uint(b, 1, 2); /* schemas */
    add_uint(b, mcap->channel_count, 4);
    add_uint(b, 0, 4); /* attachments */
    add_uint(b, mcap->metadata_len > 0, 4);
    add_uint(b, mcap->chunks, 4);
    add_uint(b, mcap->first, 8);
    add_uint(b, mcap->last, 8);
    add_uint(b, 10 * mcap->channel_count, 4);
    for (size_t i = 0; i < mcap->channel_count; i++) {
        add_uint(b, i + 1, 2);
        add_uint(b, mcap->channels[i].count, 8);
    }
    add_built(out, OP_STATISTICS, b);
}

static void add_metadata_index(struct mcap *mcap, struct td_buf *out)
{
    if (!mcap->metadata_len)
        return;
    add_uint(&mcap->scratch, mcap->metadata_at, 8);
    add_uint(&mcap->scratch, mcap->metadata_len, 8);
    add_string(&mcap->scratch, "tapedeck.tape");
    add_built(out, OP_METADATA_INDEX, &mcap->scratch);
}

/* A group of the summary began at `from` of `b`, which stands at `base`. */
static void note_group(struct td_buf *offsets, enum op op, uint64_t base,
                       size_t from, const struct td_buf *b)
{
    if (b->len == from)
        return;
    add_uint(offsets, OP_SUMMARY_OFFSET, 1);
    add_uint(offsets, 17, 8);
    add_uint(offsets, op, 1);
    add_uint(offsets, base + from, 8);
    add_uint(offsets, b->len - from, 8);
}

static void add_summary(struct mcap *mcap, struct td_buf *b, uint64_t base)
{
    struct td_buf offsets = {0};
    size_t at = 0;
    uint64_t offsets_at;

    add_schema(b, &mcap->scratch);
    note_group(&offsets, OP_SCHEMA, base, at, b);
    at = b->len;
    for (size_t i = 0; i < mcap->channel_count; i++)
        add_channel(b, &mcap->scratch, i + 1, mcap->channels[i].topic);
    note_group(&offsets, OP_CHANNEL, base, at, b);
    at = b->len;
    add_statistics(mcap, b);
    note_group(&offsets, OP_STATISTICS, base, at, b);
    at = b->len;
    (void)td_buf_add_bytes(b, td_buf_bytes(&mcap->chunk_index));
    note_group(&offsets, OP_CHUNK_INDEX, base, at, b);
    at = b->len;
    add_metadata_index(mcap, b);
    note_group(&offsets, OP_METADATA_INDEX, base, at, b);
    offsets_at = base + b->len;
    (void)td_buf_add_bytes(b, td_buf_bytes(&offsets));
    td_buf_release(&offsets);

    add_uint(b, OP_FOOTER, 1);
    add_uint(b, 20, 8);
    add_uint(b, base, 8);
    add_uint(b, offsets_at, 8);
    add_uint(b, crc32_z(0, b->ptr, b->len), 4);
}

static void end(void *self, struct conv_out *out)
{
    struct mcap *mcap = self;
    struct td_buf summary = {0};

    end_chunk(mcap, out);
    add_uint(&mcap->scratch, 0, 4); /* no CRC of all chunks: each has its own */
    add_built(&out->bytes, OP_DATA_END, &mcap->scratch);
    add_summary(mcap, &summary, conv_out_at(out));
    (void)td_buf_add_bytes(&out->bytes, td_buf_bytes(&summary));
    (void)td_buf_add(&out->bytes, MAGIC, sizeof(MAGIC) - 1);
    td_buf_release(&summary);
}

static void free_mcap(void *self)
{
    struct mcap *mcap = self;

    for (size_t i = 0; i < mcap->channel_count; i++) {
        free(mcap->channels[i].topic);
        td_buf_release(&mcap->channels[i].index);
    }
    free(mcap->channels);
    tape_counts_release(&mcap->names);
    tape_counts_release(&mcap->kinds);
    td_buf_release(&mcap->chunk);
    td_buf_release(&mcap->chunk_index);
    td_buf_release(&mcap->line);
    td_buf_release(&mcap->scratch);
    free(mcap);
}

const struct conv_format_ops conv_mcap = {
    .name = "mcap",
    .suffix = ".mcap",
    .open = open_mcap,
    .put = put,
    .end = end,
    .free = free_mcap,
};
