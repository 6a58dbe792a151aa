#include "cli/shared/show_command.h"

#include "core/buf.h"

#define PLAIN                                                                  \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%"

void cli_shell_word(struct td_buf *out, const char *path)
{
    if (path[0] == '-')
        (void)td_buf_add_text(out, "./");
    if (path[0] && path[strspn(path, PLAIN)] == '\0') {
        (void)td_buf_add_text(out, path);
        return;
    }
    (void)td_buf_add_byte(out, '\'');
    for (; *path; path++) {
        if (*path == '\'')
            (void)td_buf_add_text(out, "'\\''");
        else
            (void)td_buf_add_byte(out, (uint8_t)*path);
    }
    (void)td_buf_add_byte(out, '\'');
}

void cli_show_command(struct check *check, const char *path, enum cli_form form)
{
    struct td_buf before = {0};
    struct td_buf after = {0};

    if (!strcmp(path, "-"))
        return;
    if (form == CLI_FORM_TAPE) {
        (void)td_buf_add_text(&before, "tapedeck cat --seq ");
        (void)td_buf_add_byte(&after, ' ');
        cli_shell_word(&after, path);
    } else if (form == CLI_FORM_LINES) {
        (void)td_buf_add_text(&before, "sed -n ");
        (void)td_buf_add_text(&after, "p ");
        cli_shell_word(&after, path);
    } else {
        (void)td_buf_add_text(&before, "gzip -dc ");
        cli_shell_word(&before, path);
        (void)td_buf_add_text(&before, " | sed -n ");
        (void)td_buf_add_byte(&after, 'p');
    }
    check_show(check, td_buf_str(&before), td_buf_str(&after));
    td_buf_release(&before);
    td_buf_release(&after);
}
