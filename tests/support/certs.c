#include "tests/support/certs.h"

#include "core/clock.h"
#include "core/proc.h"

#include <stdio.h>
#include <stdlib.h>

static char dir[64];

static const char make[] =
    "set -e; cd %s; exec >openssl.log 2>&1\n"
    "new='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'\n"
    "leaf='-CA ca.pem -CAkey ca.key'\n"
    "local='subjectAltName=DNS:localhost,IP:127.0.0.1'\n"
    "openssl req -x509 $new -keyout ca.key -out ca.pem -subj /CN=Test-CA\n"
    "openssl req -x509 $new $leaf -keyout good.key -out good.pem"
    " -subj /CN=localhost -addext $local"
    " -addext basicConstraints=critical,CA:FALSE\n"
    "openssl req -x509 $new $leaf -keyout other.key -out other.pem"
    " -subj /CN=other -addext subjectAltName=DNS:other.example\n"
    "openssl req -x509 $new -keyout selfsigned.key -out selfsigned.pem"
    " -subj /CN=localhost -addext $local\n"
    "openssl req -new -key good.key -out good.csr -subj /CN=localhost\n"
    "openssl x509 -req -in good.csr -days -1 $leaf -CAcreateserial"
    " -out expired.pem\n";

/* 0 if the shell command succeeds. */
static int run(char *command)
{
    char shell[] = "/bin/sh";
    char flag[] = "-c";
    char *const argv[] = {shell, flag, command, NULL};
    const struct td_proc_options options = {.argv = argv};
    struct td_proc proc;

    if (td_proc_spawn(&proc, &options, NULL) != TD_OK ||
        td_proc_wait(&proc, 60 * TD_NS_PER_S, NULL) != TD_OK)
        return -1;
    return td_proc_exit_status(&proc);
}

static void remove_all(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
    (void)run(command);
}

static void make_all(void)
{
    char command[2048];

    (void)snprintf(dir, sizeof(dir), "/tmp/tapedeck-certs-XXXXXX");
    if (!mkdtemp(dir)) {
        perror(dir);
        exit(2);
    }
    (void)snprintf(command, sizeof(command), make, dir);
    if (run(command) != 0) {
        (void)fprintf(stderr, "openssl failed: see %s/openssl.log\n", dir);
        exit(2);
    }
    (void)atexit(remove_all);
}

const char *certs_path(const char *name)
{
    static char path[4][128];
    static unsigned next;
    char *to = path[next++ % 4];

    if (dir[0] == '\0')
        make_all();
    (void)snprintf(to, sizeof(path[0]), "%s/%s", dir, name);
    return to;
}
