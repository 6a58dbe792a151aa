#include "cli/shared/check_options.h"

#include "core/digest.h"
#include "core/suggest.h"
#include "validator/contract/contract.h"
#include "validator/shelf/shelf.h"

#include <inttypes.h>
#include <stdlib.h>

#define WORDS_MAX 20 /* unknown words in schemas that are told */

/* Offer the names that rules have; true if name is among them. */
static bool offer(const struct check_names *names, const char *name,
                  struct td_suggestion *suggest)
{
    bool found = false;

    for (uint32_t i = 0; i < names->len; i++) {
        td_suggest(suggest, names->list[i]);
        found = found || !strcmp(names->list[i], name);
    }
    return found;
}

/* A profile that no rule has would change nothing, without a word. */
static enum td_code check_profile(const struct check_contract *contract,
                                  const char *name, struct td_error *err)
{
    struct td_suggestion suggest = {.word = name};

    for (uint32_t i = 0; contract && i < contract->set.rules_len; i++) {
        if (offer(&contract->set.rules[i].profiles, name, &suggest))
            return TD_OK;
    }
    (void)td_error_set(err, TD_USAGE, "--profile", 0,
                       contract ? "no rule of the contract has the profile "
                                  "\"%.80s\""
                                : "\"%.80s\" needs a contract",
                       name);
    if (suggest.best)
        return td_error_hint(err, "did you mean %s?", suggest.best);
    return TD_USAGE;
}

static enum td_code check_profiles(struct cli_check *check,
                                   const struct cli_args *args,
                                   struct td_error *err)
{
    const char *const *names = cli_list(args, "profile");
    enum td_code code = TD_OK;

    for (size_t i = 0; names[i] && code == TD_OK; i++)
        code = check_profile(check->contract, names[i], err);
    check->how.profiles = names;
    return code;
}

static enum td_code check_dialect(const struct cli_check *check,
                                  struct td_error *err)
{
    const char *name = check->how.dialect;

    if (check->contract)
        return check_contract_dialect(check->contract, name, err);
    return td_error_set(err, TD_USAGE, "--dialect", 0,
                        "\"%.80s\" needs a contract", name);
}

/* What schema_set_doubts() says. */
struct words {
    const struct cli_args *args;
    uint64_t count;
    struct td_error first;
};

static void on_word(void *self, const struct td_error *what)
{
    struct words *words = self;

    if (words->count++ == 0)
        words->first = *what;
    if (words->count > WORDS_MAX || cli_flag(words->args, "strict"))
        return;
    cli_say(words->args, "%s: warning: %s%s%s", what->where, what->text,
            what->hint[0] ? "; " : "", what->hint);
}

/* A slip of the pen in a schema would let everything pass; with --strict it is
 * an error.
 */
static enum td_code check_words(const struct cli_check *check,
                                const struct cli_args *args,
                                struct td_error *err)
{
    struct words words = {.args = args};

    if (check->schemas)
        schema_set_doubts(check->schemas, on_word, &words);
    if (check->contract)
        schema_set_doubts(check->contract->set.schemas, on_word, &words);
    if (words.count > 0 && cli_flag(args, "strict")) {
        *err = words.first;
        return TD_USAGE;
    }
    if (words.count > WORDS_MAX)
        cli_say(args, "%" PRIu64 " more such words", words.count - WORDS_MAX);
    return TD_OK;
}

enum td_code cli_check_read(struct cli_check *check,
                            const struct cli_args *args, const char *schema,
                            const char *contract, struct td_error *err)
{
    enum td_code code = cli_schema_read(&check->reading, args, err);

    check->reading.files = &check->files;
    if (code == TD_OK && schema && check_shelf_is(schema)) {
        (void)td_error_set(err, TD_USAGE, schema, 0,
                           "is a contract, and no JSON Schema");
        code = td_error_hint(err, "give it with --contract");
    }
    if (code == TD_OK && schema) {
        check->schemas = schema_set_new(&check->reading);
        code =
            schema_set_add_file(check->schemas, schema, &check->how.root, err);
    }
    if (code == TD_OK && contract)
        code = check_contract_load(&check->contract, contract, &check->reading,
                                   err);
    if (code == TD_OK)
        code = check_words(check, args, err);
    check->how.schemas = check->schemas;
    check->how.contract = check->contract;
    check->how.max_findings = cli_number(args, "max-findings");
    check->how.fail_fast = cli_flag(args, "fail-fast");
    check->how.strict = cli_flag(args, "strict");
    check->how.dialect = cli_text(args, "dialect");
    if (code == TD_OK && check->how.dialect)
        code = check_dialect(check, err);
    return code ? code : check_profiles(check, args, err);
}

void cli_check_release(struct cli_check *check)
{
    schema_set_free(check->schemas);
    check_contract_free(check->contract);
    cli_schema_release(&check->reading);
    td_buf_release(&check->files);
}

static enum td_code hash_file(char hex[TD_SHA256_HEX], const char *path,
                              struct td_error *err)
{
    struct td_buf file = {0};
    enum td_code code = check_shelf_read(&file, path, err);

    if (code == TD_OK)
        td_sha256_hex(hex, td_buf_bytes(&file));
    td_buf_release(&file);
    return code;
}

static int compare_hex(const void *a, const void *b)
{
    return memcmp(a, b, TD_SHA256_HEX);
}

/* Add the digests of the other files that were read, sorted. */
static enum td_code hash_others(struct td_buf *hashes, const char first[],
                                const struct cli_check *check,
                                struct td_error *err)
{
    const char *at = (const char *)check->files.ptr;
    const char *end = at + check->files.len;
    struct td_buf list = {0};
    char hex[TD_SHA256_HEX];
    enum td_code code = TD_OK;

    for (; at < end && code == TD_OK; at += strlen(at) + 1) {
        code = hash_file(hex, at, err);
        if (code == TD_OK && strcmp(hex, first) != 0)
            (void)td_buf_add(&list, hex, sizeof(hex));
    }
    if (list.len > 0)
        qsort(list.ptr, list.len / sizeof(hex), sizeof(hex), compare_hex);
    for (size_t i = 0; i < list.len; i += sizeof(hex)) {
        if (i == 0 ||
            memcmp(list.ptr + i, list.ptr + i - sizeof(hex), sizeof(hex)) != 0)
            (void)td_buf_addf(hashes, "%s\n", (const char *)list.ptr + i);
    }
    td_buf_release(&list);
    return code;
}

enum td_code cli_check_hash(struct td_buf *out, const struct cli_check *check,
                            const char *path, struct td_error *err)
{
    char hex[TD_SHA256_HEX];
    struct td_buf hashes = {0};
    enum td_code code = hash_file(hex, path, err);
    size_t one;

    if (code)
        return code;
    (void)td_buf_addf(&hashes, "%s\n", hex);
    one = hashes.len;
    code = hash_others(&hashes, hex, check, err);
    if (hashes.len > one)
        td_sha256_hex(hex, td_buf_bytes(&hashes));
    if (code == TD_OK)
        (void)td_buf_addf(out, "sha256:%s", hex);
    td_buf_release(&hashes);
    return code;
}

static uint32_t count_outcome(const struct check_verdict *v,
                              enum check_outcome outcome)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        count += v->rules[i].outcome == outcome;
    return count;
}

static void add_share(struct td_buf *out, uint32_t count, const char *what)
{
    if (count > 0)
        (void)td_buf_addf(out, "%s%u %s", out->len ? ", " : "", count, what);
}

/* It would pass but for --strict. */
static void say_strict(const struct check_verdict *v, const char *path,
                       struct td_error *err)
{
    struct td_buf why = {0};
    uint32_t vacuous = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        vacuous +=
            v->rules[i].outcome == CHECK_VACUOUS && !v->rules[i].optional;
    add_share(&why, count_outcome(v, CHECK_FAIL), "warned");
    add_share(&why, vacuous, "had nothing to judge");
    add_share(&why, count_outcome(v, CHECK_OPEN), "could not be decided");
    add_share(&why, count_outcome(v, CHECK_SKIPPED), "did not run");
    (void)td_error_set(err, TD_FAILED, path, 0,
                       "fails because of --strict: of %u rules %s",
                       v->rules_len, td_buf_str(&why));
    td_buf_release(&why);
}

/* Nothing is wrong so far, and the rest is still to come. */
static void say_under_way(const struct check_verdict *v, enum td_code code,
                          const char *path, struct td_error *err)
{
    (void)td_error_set(
        err, code, path, 0, "%s: it is being recorded by process %ld",
        v->outcome == CHECK_OPEN ? "undecided so far" : "passes so far",
        v->writer);
    (void)td_error_hint(err, "wait for its end, as `validate --follow` does");
}

void cli_check_say(const struct check_verdict *v, enum td_code code,
                   const char *path, struct td_error *err)
{
    const char *lossy = v->writer  ? ", and it is still being recorded"
                        : v->lossy ? ", and the input is lossy"
                                   : "";
    uint32_t failed = 0;

    for (uint32_t i = 0; i < v->rules_len; i++)
        failed += v->rules[i].outcome == CHECK_FAIL &&
                  v->rules[i].level == CHECK_LEVEL_ERROR;
    if (code == TD_FAILED && failed == 0)
        say_strict(v, path, err);
    else if (code == TD_FAILED)
        (void)td_error_set(err, code, path, 0, "fails %u of %u rules%s", failed,
                           v->rules_len, lossy);
    else if (code == TD_TOOL)
        (void)td_error_set(err, code, path, 0,
                           "undecided: a limit was reached%s", lossy);
    else if (v->writer)
        say_under_way(v, code, path, err);
    else if (v->outcome == CHECK_OPEN)
        (void)td_error_set(err, code, path, 0,
                           "undecided: the input was cut off before the end");
    else
        (void)td_error_set(err, code, path, 0,
                           "passes what is there, but the input is lossy");
}

static int weight(enum td_code code)
{
    static const int weights[] = {
        [0] = 0, [3] = 1, [6] = 2, [8] = 3, [7] = 4, [1] = 5};
    int status = td_code_exit_status(code);

    if (status < 2 || status == 3 || (status >= 6 && status <= 8))
        return weights[status];
    return 6;
}

enum td_code cli_check_worse(enum td_code one, struct td_error *err,
                             enum td_code other, const struct td_error *why)
{
    if (weight(other) <= weight(one)) {
        if (other && why->text[0])
            cli_complain(why);
        return one;
    }
    if (one && err->text[0])
        cli_complain(err);
    *err = *why;
    return other;
}
