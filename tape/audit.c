#include "tape/audit.h"

#include "core/clock.h"
#include "core/json.h"
#include "core/mem.h"
#include "tape/index.h"
#include "tape/name_counts.h"
#include "tape/state.h"

#include <stdlib.h>

#define LEVELS      (TAPE_INDEX_LEVELS + 1)
#define PENDING_MAX (2 * TAPE_ENTRIES_MAX) /* entries that no node has yet */
#define LIST_HEAD   ((size_t)4)
#define WRONG_ZERO  "a field that a member does not have is not 0"

/* What the lines of the member at hand say. */
struct tally {
    uint64_t first_seq;
    uint64_t count;
    uint64_t first_ns;
    uint64_t last_ns;
    struct tape_names names;
    uint8_t flags;
    bool header;
    bool end;
};

struct tape_audit {
    struct tape_audited found;
    bool any;       /* a member of ours was there */
    uint64_t parts; /* stretches of text in no member */
    uint64_t part_at;

    bool within; /* a member is at hand */
    bool right;  /* its fields are */
    uint64_t at;
    struct tape_member m;
    struct tally tally;

    /* The segment. */
    uint64_t base;                 /* where in the file it begins */
    uint64_t start_wall_ns;        /* as its header line says */
    struct td_buf pending[LEVELS]; /* packed entries */
    uint64_t back[LEVELS];         /* the last node of each level */
    uint64_t end_at;               /* of the end line's member, in it */
    uint64_t lost;                 /* as the end line says */
    uint64_t text;                 /* bytes of its lines */
    uint64_t events;
    uint64_t first_ns;
    uint64_t last_ns;
    struct tape_counts names;
    struct tape_counts kinds;
};

struct tape_audit *tape_audit_new(void)
{
    return (struct tape_audit *)td_calloc(1, sizeof(struct tape_audit));
}

static void forget_segment(struct tape_audit *a)
{
    for (size_t i = 0; i < LEVELS; i++) {
        td_buf_clear(&a->pending[i]);
        a->back[i] = 0;
    }
    tape_counts_release(&a->names);
    tape_counts_release(&a->kinds);
    a->kinds.kinds = true;
    a->end_at = a->lost = a->text = 0;
    a->events = a->first_ns = a->last_ns = 0;
}

void tape_audit_free(struct tape_audit *a)
{
    if (!a)
        return;
    forget_segment(a);
    for (size_t i = 0; i < LEVELS; i++)
        td_buf_release(&a->pending[i]);
    free(a);
}

static void find(struct tape_audit *a, uint64_t *counter, uint64_t at,
                 const char *what)
{
    ++*counter;
    if (a->found.first && a->found.first_at <= at)
        return;
    a->found.first = what;
    a->found.first_at = at;
}

static bool is_damaged(const struct tape_state *s)
{
    return s->torn || s->headless || s->bad_members || s->bad_lines ||
           s->missing || s->repeated || s->foreign || s->strays;
}

static void push(struct tape_audit *a, size_t level,
                 const struct tape_entry *entry)
{
    uint8_t packed[TAPE_ENTRY_LEN];

    if (a->pending[level].len >= PENDING_MAX * TAPE_ENTRY_LEN)
        return;
    tape_entry_pack(packed, entry);
    (void)td_buf_add(&a->pending[level], packed, sizeof(packed));
}

static bool names_are_among(const struct tape_names *some,
                            const struct tape_names *all)
{
    for (size_t i = 0; i < sizeof(some->bits); i++)
        if (some->bits[i] & ~all->bits[i])
            return false;
    return true;
}

/* Fields that members of a kind do not have are 0, so that a later version may
 * use them.
 */
static bool is_zero_elsewhere(const struct tape_member *m)
{
    static const struct tape_names none;
    bool index = m->kind == TAPE_MEMBER_INDEX;
    bool footer = m->kind == TAPE_MEMBER_FOOTER;

    return m->zero == 0 && (m->flags & ~TAPE_FLAGS) == 0 &&
           (index || (m->level == 0 && m->list_crc == 0)) &&
           (index || footer || m->back == 0) && (footer || m->end == 0) &&
           (!index || m->lost == 0) &&
           (!(index || footer) || m->text_len == 0) &&
           (!footer ||
            (m->flags == 0 && !memcmp(&m->names, &none, sizeof(none))));
}

/* The head of a closed member against its lines. */
static const char *wrong_head(const struct tape_member *m,
                              const struct tally *t)
{
    if (m->count != t->count || (t->count && m->first_seq != t->first_seq))
        return "the head of a member numbers other events than it holds";
    if (t->count && (m->first_ns != t->first_ns || m->last_ns != t->last_ns))
        return "the head of a member gives other times than its events have";
    if (!names_are_among(&t->names, &m->names))
        return "the head of a member leaves out names that it holds";
    if ((t->flags & ~m->flags) ||
        t->header != ((m->flags & TAPE_FLAG_HEADER) != 0) ||
        t->end != ((m->flags & TAPE_FLAG_END) != 0))
        return "the flags of a member are not what it holds";
    return is_zero_elsewhere(m) ? NULL : WRONG_ZERO;
}

/* Of an open member the head knows less; the index was written later. */
static struct tape_entry entry_of(const struct tape_audit *a, uint64_t end)
{
    struct tape_member m = a->m;

    if (m.length > 0)
        return tape_member_entry(&m);
    m.first_seq = a->tally.first_seq;
    m.count = a->tally.count;
    m.first_ns = a->tally.first_ns;
    m.last_ns = a->tally.last_ns;
    m.names = a->tally.names;
    m.flags |= a->tally.flags;
    m.length = (uint32_t)(end - a->at);
    return tape_member_entry(&m);
}

/* The member at hand ends at an offset of the file. */
static void end_member(struct tape_audit *a, uint64_t end)
{
    const char *wrong;
    struct tape_entry entry;

    if (!a->within)
        return;
    a->within = false;
    if (!a->right) {
        find(a, &a->found.heads, a->at, "the fields of a member are damaged");
        return;
    }
    wrong = a->m.length ? wrong_head(&a->m, &a->tally) : NULL;
    if (wrong)
        find(a, &a->found.heads, a->at, wrong);
    if (a->m.flags & TAPE_FLAG_END)
        a->end_at = a->m.self;
    entry = entry_of(a, end);
    if (entry.count > 0)
        push(a, 0, &entry);
}

void tape_audit_data(struct tape_audit *a, uint64_t at,
                     const struct tape_member *m)
{
    end_member(a, at);
    a->within = true;
    a->any = true;
    a->right = m != NULL;
    a->at = at;
    a->m = m ? *m : (struct tape_member){0};
    if (a->m.flags & TAPE_FLAG_HEADER)
        a->base = at - a->m.self;
    a->tally = (struct tally){0};
}

void tape_audit_stream(struct tape_audit *a, uint64_t at)
{
    end_member(a, at);
    if (a->parts++ == 0)
        a->part_at = at;
}

/* The entries of a node, added up as its own entry. */
static struct tape_entry sum_of(struct td_bytes list,
                                const struct tape_member *m)
{
    struct tape_entry sum;

    tape_entry_unpack(&sum, list.ptr);
    for (size_t at = TAPE_ENTRY_LEN; at < list.len; at += TAPE_ENTRY_LEN) {
        struct tape_entry e;

        tape_entry_unpack(&e, list.ptr + at);
        sum.count += e.count;
        sum.last_ns = e.last_ns;
        sum.flags |= e.flags;
        tape_names_join(&sum.names, &e.names);
    }
    sum.offset = m->self;
    sum.length = m->length;
    return sum;
}

static bool node_is_sum(const struct tape_member *m, struct tape_entry sum)
{
    return m->first_seq == sum.first_seq && m->count == sum.count &&
           m->first_ns == sum.first_ns && m->last_ns == sum.last_ns &&
           m->wall_ns == sum.wall_ns && m->flags == (uint8_t)sum.flags &&
           !memcmp(&m->names, &sum.names, sizeof(m->names));
}

static bool list_of(const struct tape_member *m, struct td_bytes data,
                    struct td_bytes *list)
{
    size_t frame =
        TAPE_HEAD_LEN + LIST_HEAD + TAPE_EMPTY_BODY_LEN + TAPE_TRAILER_LEN;
    const uint8_t *head = data.ptr + TAPE_HEAD_LEN;

    if (m->length < frame + TAPE_ENTRY_LEN || data.len < m->length)
        return false;
    *list = td_bytes(head + LIST_HEAD, m->length - frame);
    return head[0] == 'T' && head[1] == 'I' &&
           tape_get16(head + 2) == list->len &&
           list->len % TAPE_ENTRY_LEN == 0 &&
           tape_crc(0, *list) == m->list_crc && m->level < TAPE_INDEX_LEVELS;
}

/* A node against the members, or nodes, that it has to list next. */
static const char *wrong_node(struct tape_audit *a, const struct tape_member *m,
                              struct td_bytes list)
{
    struct td_buf *pending = &a->pending[m->level];
    struct tape_entry sum = sum_of(list, m);
    bool same =
        list.len <= pending->len && !memcmp(list.ptr, pending->ptr, list.len);

    td_buf_drop(pending, list.len < pending->len ? list.len : pending->len);
    push(a, m->level + 1u, &sum);
    if (!same)
        return "an index member lists other members than stand before it";
    if (!node_is_sum(m, sum))
        return "the head of an index member is not the sum of its entries";
    return m->back == a->back[m->level]
               ? NULL
               : "an index member follows another than it says";
}

/* All entries have come together in the root. */
static bool is_root(struct tape_audit *a, uint64_t root)
{
    size_t left = 0;
    struct tape_entry e = {0};

    for (size_t i = 0; i < LEVELS; i++) {
        left += a->pending[i].len;
        if (a->pending[i].len > 0)
            tape_entry_unpack(&e, a->pending[i].ptr);
    }
    if (a->events == 0)
        return left == 0 && root == 0;
    return a->pending[0].len == 0 && left == TAPE_ENTRY_LEN && e.offset == root;
}

static const char *wrong_footer(struct tape_audit *a, uint64_t at,
                                const struct tape_member *m)
{
    if (at - m->self != a->base)
        return "the footer gives another beginning of its segment";
    if (m->wall_ns != a->start_wall_ns || m->first_seq != 1)
        return "the footer gives another start than the header line";
    if (m->length != TAPE_FOOTER_LEN || m->count != a->events ||
        m->lost != a->lost)
        return "the footer gives other totals than the members";
    if (a->events && (m->first_ns != a->first_ns || m->last_ns != a->last_ns))
        return "the footer gives other times than the events have";
    if (m->end != a->end_at)
        return "the footer points at another place than the end line's";
    return is_root(a, m->back) ? NULL
                               : "the index leaves members of the tape out";
}

void tape_audit_empty(struct tape_audit *a, const struct tape_state *state,
                      uint64_t at, const struct tape_member *m,
                      struct td_bytes data)
{
    const char *wrong = NULL;
    struct td_bytes list;

    end_member(a, at);
    a->any = true;
    if (is_damaged(state))
        return;
    if (m->kind == TAPE_MEMBER_FOOTER)
        wrong = wrong_footer(a, at, m);
    else if (m->kind != TAPE_MEMBER_INDEX)
        wrong = "a member is of a kind that no recorder writes";
    else if (!list_of(m, data, &list))
        wrong = "the list of an index member is damaged";
    else
        wrong = wrong_node(a, m, list);
    if (!wrong && !is_zero_elsewhere(m))
        wrong = WRONG_ZERO;
    if (m->kind == TAPE_MEMBER_INDEX && m->level < TAPE_INDEX_LEVELS)
        a->back[m->level] = m->self;
    if (wrong)
        find(a, &a->found.index, at, wrong);
}

static void count_names(struct tape_audit *a, const struct td_event *ev)
{
    struct tally *t = &a->tally;

    if (ev->kind.len == 0) {
        tape_names_set(&t->names, tape_counts_add(&a->names, ev->name));
        return;
    }
    tape_names_set(&t->names, tape_counts_add(&a->kinds, ev->kind));
    if (ev->name.len > 0)
        tape_names_set(&t->names, tape_name_bit(ev->name));
    if (td_bytes_is(ev->kind, TD_KIND_MARKER))
        t->flags |= TAPE_FLAG_MARKER;
    if (td_bytes_is(ev->kind, TD_KIND_LOST))
        t->flags |= TAPE_FLAG_LOST;
}

void tape_audit_event(struct tape_audit *a, const struct td_event *ev,
                      struct td_bytes line)
{
    struct tally *t = &a->tally;

    a->text += line.len + 1;
    if (a->events++ == 0)
        a->first_ns = ev->at_ns;
    a->last_ns = ev->at_ns;
    if (t->count++ == 0) {
        t->first_seq = ev->seq;
        t->first_ns = ev->at_ns;
    }
    t->last_ns = ev->at_ns;
    count_names(a, ev);
}

static uint64_t number(const struct td_json_doc *doc, uint32_t object,
                       const char *key, uint64_t otherwise)
{
    uint32_t i = td_json_member(doc, object, td_text(key));
    struct td_bytes raw;
    uint64_t n = 0;

    if (!i || doc->values[i].kind != TD_JSON_NUMBER)
        return otherwise;
    raw = td_json_raw(doc, i);
    for (size_t k = 0; k < raw.len && raw.ptr[k] >= '0' && raw.ptr[k] <= '9' &&
                       n < UINT64_MAX / 16;
         k++)
        n = n * 10 + (uint64_t)(raw.ptr[k] - '0');
    return n;
}

/* Names are counted in the order in which they came, as the writer did; an
 * object of another program may have another order, so each is looked up.
 */
static bool counts_agree(const struct td_json_doc *doc, uint32_t end,
                         const char *key, const struct tape_counts *counts)
{
    uint32_t object = td_json_member(doc, end, td_text(key));

    if (!object || doc->values[object].kind != TD_JSON_OBJECT)
        return true;
    for (size_t i = 0; i < counts->len; i++)
        if (tape_counts_said(counts, i, doc, object) != counts->list[i].count)
            return false;
    return true;
}

/* The wall clock in a header line; 0: it says none. */
static uint64_t start_of(struct td_bytes line)
{
    struct td_json_doc doc = {0};
    uint64_t wall_ns = 0;
    uint32_t at = 0;

    if (!td_json_parse(&doc, line, TD_JSON_DEPTH, NULL))
        at = td_json_member(&doc, 0, td_text("start"));
    if (at && doc.values[at].kind == TD_JSON_STRING &&
        td_time_parse(td_json_inner(&doc, at), &wall_ns))
        wall_ns = 0;
    td_json_release(&doc);
    return wall_ns;
}

static bool end_agrees(const struct tape_audit *a,
                       const struct td_json_doc *doc, uint32_t end)
{
    return number(doc, end, "events", a->events) == a->events &&
           number(doc, end, "last", a->last_ns) == a->last_ns &&
           number(doc, end, "text", a->text) == a->text &&
           counts_agree(doc, end, "names", &a->names) &&
           counts_agree(doc, end, "kinds", &a->kinds);
}

static void take_end(struct tape_audit *a, const struct tape_state *state,
                     struct td_bytes line)
{
    struct td_json_doc doc = {0};
    uint32_t end;

    a->tally.end = true;
    if (td_json_parse(&doc, line, TD_JSON_DEPTH, NULL)) {
        td_json_release(&doc);
        return;
    }
    end = td_json_member(&doc, 0, td_text("end"));
    a->lost = number(&doc, end, "lost", 0);
    if (a->any && !is_damaged(state) && !end_agrees(a, &doc, end))
        find(a, &a->found.totals, a->at,
             "the end line gives other totals than the events");
    td_json_release(&doc);
}

void tape_audit_other(struct tape_audit *a, const struct tape_state *state,
                      enum tape_line_kind kind, struct td_bytes line)
{
    if (kind == TAPE_LINE_HEADER) {
        forget_segment(a);
        a->tally.header = line.len > 0;
        a->start_wall_ns = start_of(line);
    }
    if (kind == TAPE_LINE_END)
        take_end(a, state, line);
    a->text += line.len + (line.len > 0);
}

struct tape_audited tape_audit_finish(struct tape_audit *a)
{
    a->within = a->within && (!a->right || a->m.length > 0);
    end_member(a, UINT64_MAX);
    if (a->parts > 0 && a->any)
        find(a, &a->found.heads, a->part_at,
             "gzip without the fields of a tape stands between its members");
    return a->found;
}
