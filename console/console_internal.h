/* console/console_internal.h - the parts of the console. */
#ifndef CONSOLE_CONSOLE_INTERNAL_H
#define CONSOLE_CONSOLE_INTERNAL_H

#include "console/console.h"
#include "console/panel/panel.h"
#include "console/server.h"
#include "console/words/words.h"
#include "core/event.h"
#include "core/json_writer.h"

struct console;
struct follow;

/* The answer to an order, as lines in c->text. */
typedef void console_render(struct console *c,
                            const struct console_answer *answer);

/* An order that the server has not answered yet. */
struct console_asked {
    char *line;             /* as it was typed; NULL: none */
    const char *command;    /* its name */
    console_render *render; /* NULL: its output is printed */
    /* Of the command itself, for who renders. */
    char *text; /* a path, a pattern; or NULL */
    uint64_t from, lines;
    bool strict, raw, stats, page;
    bool sums, each;    /* of tests: sums alone; each of them */
    char *gate;         /* tests of this one only; or NULL */
    bool stays;         /* of a batch: what it begins is waited for */
    char *kind;         /* or NULL */
    char *meant;        /* where there is no such text: which one may have been
                           meant; or NULL */
    const char *failed; /* who rendered found that it came to nothing good:
                           how; or NULL */
    enum td_code failed_by; /* then; TD_OK: TD_FAILED */
};

/* What the specification asks, as far as the dialogue has got. */
struct console_talk {
    bool asking;    /* the prompt is that of a question */
    char *category; /* of the question; or NULL */
    char *choices;  /* of its answer, parted by | ; or NULL */
    char *missing;  /* names of what is required and not answered */
    unsigned count; /* of them */
};

struct console {
    struct console_options options;
    struct seen *seen;
    uint64_t now_ns;                   /* by the clock of the events */
    uint64_t start_wall_ns;            /* of the tape's time 0 */
    struct td_buf text;                /* of the answer that is made */
    struct console_server *server;     /* NULL: none */
    struct console_terminal *terminal; /* NULL: none */
    struct td_buf *above; /* on a terminal: facts and answers are lines for its
                             scrollback */
    /* On a terminal: an event of a tape has come. Else NULL. */
    void (*played)(struct console_terminal *terminal);
    /* On a terminal: a pager shows the text. False: it is not long, or there is
     * none. Else NULL. */
    bool (*pages)(struct console *c, struct td_bytes text);
    enum panel_mode mode;
    char *url;        /* of the server, without secrets; NULL: there is none */
    uint64_t lost_ns; /* when it was lost; by the real clock */
    struct console_asked asked;
    struct console_talk talk;
    struct panel_logs follow; /* lines that are shown as they come */
    char *follow_task, *follow_query;
    bool following;
    uint64_t logged; /* lines of the log that were told, or need not be */
    struct console_log_file *log_file; /* NULL: none, or it could not be written
                                          any more */
    char *replayed;  /* the tape that replay has named; or NULL */
    char *workspace; /* of the server, where its files are near; or NULL */
    struct console_keep *keep; /* NULL: nothing is kept (console/keep.h) */
    /* With a server: join it again, in the session that is kept now; else NULL.
     * Lines of a batch that are not done yet wait for it. */
    enum td_code (*rejoin)(struct console *c, struct td_error *err);
    struct follow *batch; /* whose lines they are; or NULL */
    size_t told;          /* lines of facts above since second_ns */
    size_t hidden;        /* that were too many, and not counted aloud yet */
    uint64_t second_ns;
    bool slow; /* the terminal has not taken the last frame yet */
};

/* Nothing has been seen yet. */
struct seen *console_fresh(const struct console *c);

/* What views need to know now. */
struct panel console_view(const struct console *c);

/* Take one event of the source. told: say what it says, as options want it. */
enum td_code console_take(struct console *c, const struct td_event *ev,
                          bool told, struct td_error *err);

/* At the end of a tape: TD_FORMAT, or TD_LOSSY of one that is torn, if nothing
 * of it was for a console. */
enum td_code console_has_seen(const struct console *c,
                              const struct tape_state *state,
                              struct td_error *err);

/* On a terminal, at each frame: a flood of facts is not scrolled through, but
 * counted aloud, once a second. */
void console_tell_hidden(struct console *c, uint64_t now_ns);

/* The same of an answer, which a pager may show. */
enum td_code console_print_answer(struct console *c, struct td_error *err);
/* Print what stands in c->text. */
enum td_code console_print(struct console *c, struct td_error *err);

/* ---- commands: the answer goes to c->text ---- */

/* TD_AGAIN: it was sent to the server, whose answer comes later. */
typedef enum td_code (*console_action)(struct console *c,
                                       const struct words_call *call,
                                       struct td_error *err);
/* TD_FAILED: nothing has come yet that a view could show. */
enum td_code console_need_run(const struct console *c,
                              const struct words_call *call,
                              struct td_error *err);
/* plan.c */
enum td_code console_plan(struct console *c, const struct words_call *call,
                          struct td_error *err);
enum td_code console_show(struct console *c, const struct words_call *call,
                          struct td_error *err);
/* The view that the options of plan ask for: without --view a filter decides.
 * NULL: an option is of another view or verb, and *err says of which
 * (TD_USAGE). */
const char *console_plan_view(const struct words_call *call,
                              struct td_error *err);
enum td_code console_logs(struct console *c, const struct words_call *call,
                          struct td_error *err);

/* Which wait, and what one asks, is local; an answer is an order. */
enum td_code console_approve(struct console *c, const struct words_call *call,
                             struct td_error *err);
/* replay.c */
enum td_code console_replay(struct console *c, const struct words_call *call,
                            struct td_error *err);

/* Completions of things that the console knows: ctx is the console. */
void console_things(void *ctx, const char *thing, struct words_menu *menu);

/* log_file.c: the log of what comes, in a file. Nothing is written of what was
 * come to by a move in a tape. */
struct console_log_file;
TD_MUST_CHECK enum td_code console_log_file_open(struct console_log_file **out,
                                                 const char *path,
                                                 struct td_error *err);
/* Lines behind the first `told` of all. */
TD_MUST_CHECK enum td_code console_log_file_write(struct console_log_file *file,
                                                  const struct seen *s,
                                                  uint64_t told,
                                                  struct td_error *err);
void console_log_file_close(struct console_log_file *file);

/* Lines of the log are not told any more as they come. */
void console_unfollow(struct console *c);

/* What a server says of the plan of the run. */
void console_planned(struct console *c, const struct td_json_doc *doc,
                     uint32_t data);

/* Sessions of this user's consoles. */
enum td_code console_session(struct console *c, const struct words_call *call,
                             struct td_error *err);
/* What the models of the run were told and have said, in tokens. */
enum td_code console_context(struct console *c, const struct words_call *call,
                             struct td_error *err);

/* Settings, and where they come from. */
enum td_code console_config(struct console *c, const struct words_call *call,
                            struct td_error *err);

/* ---- lines that are kept; without a session that is kept nothing is ---- */

/* A line begins; args is its call as JSON. */
void console_keep_began(struct console *c, struct td_bytes line,
                        const char *args);
/* It has ended with this output; TD_AGAIN: the server will end it. */
void console_keep_ended(struct console *c, enum td_code done,
                        struct td_bytes output);
void console_keep_close(struct console *c);

/* A command that a live run does. */
enum td_code console_order(struct console *c, const struct words_call *call,
                           struct td_error *err);

/* The server has answered: as lines in c->text, or as an object with json.
 * TD_FAILED: it could not be done; err says why. */
TD_MUST_CHECK enum td_code console_answered(struct console *c,
                                            const struct console_answer *answer,
                                            struct td_error *err);
/* Of an object of --json that tells of a failure. */
void console_put_failure(struct td_json_writer *w, const char *error,
                         enum td_code code);
void console_asked_clear(struct console_asked *asked);

/* ---- answers (answer_*.c) ---- */

console_render console_render_spec;
console_render console_render_ready;
console_render console_render_made;
console_render console_render_snapshots;
console_render console_render_verdict;
console_render console_render_tests;
console_render console_render_text;
console_render console_render_executions;
console_render console_render_lint;

/* The command that answers the question with what was typed. */
void console_talk_line(struct console *c, struct td_bytes text,
                       struct td_buf *line);
/* The dialogue ends, and can be gone on with: c->text says so. */
void console_talk_leave(struct console *c);
void console_talk_end(struct console_talk *talk);

/* Its output, each line cleaned. */
void console_put_output(struct console *c, const struct console_answer *answer);
/* A string member of an object of an answer, read; "" if there is none. */
void console_member(const struct td_json_doc *doc, uint32_t object,
                    const char *name, struct td_buf *out);
/* The member's place if it is a list or an object; 0: it is not. */
uint32_t console_inner(const struct td_json_doc *doc, uint32_t object,
                       const char *name);

#endif
