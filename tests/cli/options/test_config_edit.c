/* One setting of a file that people write. */
#include "cli/options/config_edit.h"

#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void a_setting_is_put_in_its_place(void)
{
    static const struct {
        const char *before, *option, *value, *after;
    } rows[] = {
        {"", "theme", "dark", "console:\n  theme: dark\n"},
        {"# mine\n", "theme", "dark", "# mine\nconsole:\n  theme: dark\n"},
        {"color: never", "theme", "dark",
         "color: never\nconsole:\n  theme: dark\n"},
        {"console:\n", "theme", "dark", "console:\n  theme: dark\n"},
        {"console:", "theme", "dark", "console:\n  theme: dark\n"},
        {"console:\n    fps: 3 # slow\n", "theme", "dark",
         "console:\n    theme: dark\n    fps: 3 # slow\n"},
        {"console:\n  theme: light # day\n  fps: 3\n", "theme", "dark",
         "console:\n  theme: dark # day\n  fps: 3\n"},
        {"console:\n  theme: 'li''ght'  # day\nquiet: true\n", "theme", "dark",
         "console:\n  theme: dark  # day\nquiet: true\n"},
        {"console:\n  theme: \"li\\\"ght\"\n", "theme", "dark",
         "console:\n  theme: dark\n"},
        {"console: {fps: 3}\n", "theme", "dark",
         "console: {theme: dark, fps: 3}\n"},
        {"console: {}\n", "theme", "dark", "console: {theme: dark}\n"},
        {"console: {theme: light, fps: 3}\n", "theme", "dark",
         "console: {theme: dark, fps: 3}\n"},
        {"{\"color\": \"never\"}", "theme", "dark",
         "{console: {theme: dark}, \"color\": \"never\"}"},
        {"{console: {theme: light}}", "theme", "dark",
         "{console: {theme: dark}}"},
        {"\xc3\xbc: 1\nconsole: {\xc3\xa4: \"\xc3\xb6\", theme: light}\n",
         "theme", "dark",
         "\xc3\xbc: 1\nconsole: {\xc3\xa4: \"\xc3\xb6\", theme: dark}\n"},
        {"console:\n  fps: 3\n", "fps", "12", "console:\n  fps: 12\n"},
        {"console:\n  fps: 3\n", "autosave", "1.5h",
         "console:\n  autosave: \"1.5h\"\n  fps: 3\n"},
        {"", "connect", "sio://h:1/ #a\n",
         "console:\n  connect: \"sio://h:1/ #a\\n\"\n"},
        {"", "theme", "null", "console:\n  theme: \"null\"\n"},
        {"", "fps", "007", "console:\n  fps: \"007\"\n"},
        {"", "tips", "true", "console:\n  tips: true\n"},
        {"record:\n  a: |\n    text\n  b: [1,\n   2]\n", "theme", "dark",
         "record:\n  a: |\n    text\n  b: [1,\n   2]\nconsole:\n"
         "  theme: dark\n"},
        {"", "connect", "a\xe2\x80\xa8", "console:\n  connect: \"a\\u2028\"\n"},
        /* Not from here. */
        {"- a\n", "theme", "dark", NULL},
        {"console: 3\n", "theme", "dark", NULL},
        {"console:\n  theme: |\n    light\n", "theme", "dark", NULL},
        {"a: &x {theme: light}\nconsole: *x\n", "theme", "dark", NULL},
        {"color: never\n...\n", "theme", "dark", NULL},
        {"a: [", "theme", "dark", NULL},
        {" \r\ronsole: \n", "theme", "dark", NULL},
        {"a: \xe2\x80\xa8 1\nconsole:\n  theme: a\n", "theme", "dark", NULL},
        {"a: 1\r\nconsole:\r\n  theme: a\r\n", "theme", "dark",
         "a: 1\r\nconsole:\r\n  theme: dark\r\n"},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct cli_config_change change = {"console", rows[i].option,
                                                 rows[i].value};
        struct td_buf out = {0};
        struct td_error err = {0};
        enum td_code code = cli_config_edit(
            &out, "f.yaml", td_text(rows[i].before), &change, &err);

        if (rows[i].after ? strcmp(td_buf_str(&out), rows[i].after) : !code)
            printf("\n    row %zu: %s\n%s", i, err.text, td_buf_str(&out));
        CU_ASSERT_EQUAL(code, rows[i].after ? TD_OK : TD_USAGE);
        CU_ASSERT_STRING_EQUAL(td_buf_str(&out),
                               rows[i].after ? rows[i].after : "");
        td_buf_release(&out);
    }
}

CU_TestInfo cli_options_config_edit_tests[] = {
    {"a setting is put in its place", a_setting_is_put_in_its_place},
    CU_TEST_INFO_NULL,
};
