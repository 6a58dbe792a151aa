/* Rules and a payload from outside: what comes out still fits on a tape line,
 * and holds nothing that a key rule names.
 */
#include "core/json.h"
#include "recorder/event_name.h"
#include "recorder/redact.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rec_redact *redact;
static struct rec_namer namer;

static void open_once(void)
{
    static const char rules[] = "key secret\npointer /a/0\nregex [0-9]{3}\n"
                                "regex n\nregex x*$\n";
    char path[] = "/tmp/fuzz_redact_XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, rules, sizeof(rules) - 1) < 0 ||
        rec_redact_open(&redact, path, NULL) ||
        rec_namer_init(&namer, "/type", NULL))
        abort();
    (void)close(fd);
    (void)unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct td_event ev = {.form = TD_FORM_TEXT,
                          .payload = td_bytes(data, size)};

    if (!redact)
        open_once();
    if (size && data[0] == '!') {
        ev.kind = td_text(TD_KIND_OPEN);
        ev.payload = td_bytes(data + 1, size - 1);
    }
    rec_namer_look(&namer, &ev);
    if (ev.name.len > REC_NAME_MAX)
        abort();
    rec_redact_event(redact, &ev);
    if (ev.form == TD_FORM_JSON && !td_json_fits_line(ev.payload))
        abort();
    return 0;
}
