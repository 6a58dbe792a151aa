/* wire/net/tls_options.h - what TLS is told. */
#ifndef WIRE_NET_TLS_OPTIONS_H
#define WIRE_NET_TLS_OPTIONS_H

#include <stdbool.h>

struct wire_tls_options {
    const char *ca_file;     /* NULL = the system's */
    const char *server_name; /* SNI and host check; NULL or "" = the dialled
                                host: an empty name would check nothing */
    const char *cert_file;   /* servers: PEM chain */
    const char *key_file;    /* servers: PEM key */
    bool insecure;           /* do not check the certificate (said aloud) */
};

#endif
