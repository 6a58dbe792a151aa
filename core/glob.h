/* core/glob.h - patterns of names and of paths; the one dialect of them.
 *
 *     *         any characters, also none       [abc] [a-z]  one of a set
 *     ?         one character                   [!abc]       one that is not in
 * it \c        c as it is, also in a set       [[:digit:]]  a class, of ASCII
 *
 * and in a path, as a whole part of it:
 *
 *     **        any number of folders, also none; at the end all that is in
 * them dir/      (a last slash) all that is in dir, at any depth
 *
 * A pattern takes in a name as a whole. What is a part of a path is parted by
 * slashes before anything else, so nothing but ** takes in a slash. A set
 * may begin with ], ^ is !, and a [ whose set has no end is a character like
 * others, as is a \ at the end. Classes are those of POSIX: alnum alpha blank
 * cntrl digit graph lower print punct space upper xdigit. Letters are told from
 * capitals. There is no locale: a character is a code point of UTF-8, or a byte
 * where it is none. This is glob(7) but for [.x.] and [=x=], which mean nothing
 * here, and for **, which is that of gitignore(5).
 *
 * A name that begins with a dot is hidden: only a dot in the pattern takes that
 * dot in, and ** passes it over (not so dir/). With TD_GLOB_HIDDEN it is a name
 * like others.
 *
 * The time is at most that of the product of both lengths, whatever they are,
 * and nothing is allocated.
 */
#ifndef CORE_GLOB_H
#define CORE_GLOB_H

#include "core/event.h"

#include <stdbool.h>

enum td_glob_flags {
    TD_GLOB_HIDDEN = 1 /* a leading dot is a character like others */
};

/* Whether the name, which is no path, is taken in. */
bool td_glob_name(struct td_bytes pattern, struct td_bytes name,
                  unsigned flags);

/* Whether the path is. A "./" in front of the pattern is passed over. */
bool td_glob_path(struct td_bytes pattern, struct td_bytes path,
                  unsigned flags);

/* True if the text is a pattern: it has one of * ? [ */
bool td_glob_is(struct td_bytes text);

/* Cut off what stands before the first slash, which goes, too; all if there is
 * none. *more: there was one. */
struct td_bytes td_glob_part(struct td_bytes *path, bool *more);

#endif
