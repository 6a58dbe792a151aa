/* tests/support/certs.h - certificates made by the openssl command, once a
 * process, in a directory that is removed at exit. For the name "localhost"
 * and the address 127.0.0.1 unless said otherwise.
 */
#ifndef TESTS_SUPPORT_CERTS_H
#define TESTS_SUPPORT_CERTS_H

/* Path of one of them:
 *     "ca.pem"           the issuer
 *     "good.pem"         by that issuer; key "good.key"
 *     "expired.pem"      the same key, its last day has passed
 *     "other.pem"        for "other.example"; key "other.key"
 *     "selfsigned.pem"   by nobody; key "selfsigned.key"
 * Valid for the next three calls. Ends the process if openssl fails.
 */
const char *certs_path(const char *name);

#endif
