/* orchestrator/spec/types.h - what a specification is made of. */
#ifndef ORCHESTRATOR_SPEC_TYPES_H
#define ORCHESTRATOR_SPEC_TYPES_H

#include "orchestrator/spec/entities.h"

#define SPEC_DESCRIPTION_MAX 4096  /* bytes */
#define SPEC_ANSWER_MAX      16384 /* bytes */
#define SPEC_ITEMS_MAX       64    /* of one list */

enum spec_type {
    SPEC_WEB_APP,
    SPEC_API_BACKEND,
    SPEC_MOBILE_APP,
    SPEC_SAAS_PLATFORM,
    SPEC_ECOMMERCE,
    SPEC_DASHBOARD,
    SPEC_INTEGRATION,
    SPEC_OTHER,
    SPEC_TYPES
};

/* The first five are required of every type. */
enum spec_category {
    SPEC_USERS,
    SPEC_FEATURES,
    SPEC_AUTHENTICATION,
    SPEC_SCALES,
    SPEC_TIME,
    SPEC_DESIGN,
    SPEC_DATA,
    SPEC_OFFLINE,
    SPEC_SECURITY,
    SPEC_PAYMENTS,
    SPEC_SOURCES,
    SPEC_FAILURES,
    SPEC_CATEGORIES
};

struct spec_list {
    const char **items;
    size_t len;
};

enum spec_auth { SPEC_NONE, SPEC_PASSWORD, SPEC_TOKEN, SPEC_OAUTH };
enum spec_level { SPEC_SMALL, SPEC_MEDIUM, SPEC_LARGE, SPEC_MASSIVE };
/* What matters most, and so is looked at more closely. */
enum spec_focus {
    SPEC_GENERAL,
    SPEC_ON_SECURITY,
    SPEC_ON_PERFORMANCE,
    SPEC_ON_ACCESSIBILITY,
    SPEC_FOCUSES
};
enum spec_when { SPEC_ASAP, SPEC_DURATION, SPEC_DAY };

/* Of each form (orchestrator/spec/bank.h) its members are set. */
struct spec_answer {
    const char *text; /* as it was given; NULL: not answered */
    struct spec_list list;
    enum spec_auth auth;
    enum spec_level level;
    bool per_second; /* amount is of requests or messages a second */
    uint64_t
        amount; /* of users, requests, orders; 0: only the level is known */
    enum spec_when when;
    uint64_t days;    /* SPEC_DURATION */
    const char *date; /* SPEC_DAY: 2026-12-31 */
    struct spec_entities entities;
};

struct spec {
    struct td_arena arena;
    const char *description;
    enum spec_type type;
    enum spec_focus focus;
    bool chosen;              /* the type was given, not found */
    struct spec_list matched; /* what told the type, as it was written */
    struct spec_list also; /* names of other types that words were found of */
    struct spec_answer answers[SPEC_CATEGORIES];
};

/* "token", "small". */
const char *spec_auth_name(enum spec_auth auth);
const char *spec_level_name(enum spec_level level);
const char *spec_focus_name(enum spec_focus focus);
/* SPEC_FOCUSES: no such name. */
enum spec_focus spec_focus_of(const char *name);

#endif
