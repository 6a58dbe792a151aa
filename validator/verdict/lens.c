#include "validator/verdict/lens.h"

#include "core/mem.h"
#include "validator/verdict/waves.h"

#include <stdlib.h>

struct verdict_lens {
    struct verdict_timeline_maker *timeline;
    struct verdict_fields *fields;
    struct verdict_around *around;
    struct verdict_waves waves;
};

struct verdict_lens *verdict_lens_new(void)
{
    struct verdict_lens *lens = td_calloc(1, sizeof(*lens));

    lens->timeline = verdict_timeline_new();
    lens->fields = verdict_fields_new();
    lens->around = verdict_around_new();
    return lens;
}

void verdict_lens_free(struct verdict_lens *lens)
{
    if (!lens)
        return;
    verdict_timeline_free(lens->timeline);
    verdict_fields_free(lens->fields);
    verdict_around_free(lens->around);
    free(lens);
}

void verdict_lens_put(struct verdict_lens *lens,
                      const struct verdict_around_event *event,
                      const struct td_json_doc *doc, uint32_t at)
{
    struct td_bytes name = event->name;

    if (name.len == 0)
        name = td_text("(no name)");
    if (event->has_t) {
        verdict_timeline_put(lens->timeline, event->t_ns, name);
        verdict_waves_put(&lens->waves, event->t_ns, name, doc, at);
    }
    verdict_fields_put(lens->fields, name, doc, at);
    verdict_around_put(lens->around, event);
}

void verdict_lens_want(struct verdict_lens *lens,
                       const struct check_finding *finding)
{
    verdict_around_want(lens->around, finding->seq, finding->has_t,
                        finding->t_ns);
}

void verdict_lens_expect(struct verdict_lens *lens, struct td_bytes name,
                         const char *path, unsigned kinds)
{
    verdict_fields_expect(lens->fields, name, path, kinds);
}

void verdict_lens_tell(struct verdict_lens *lens, struct verdict_document *doc,
                       struct verdict_gate *gate, struct verdict_finding *first)
{
    gate->timeline = verdict_timeline_make(lens->timeline, &doc->arena);
    if (gate->timeline)
        verdict_waves_tell(&lens->waves, gate->timeline, &doc->arena);
    gate->names = verdict_fields_make(lens->fields, &doc->arena);
    verdict_around_tell(lens->around, doc, first);
}
