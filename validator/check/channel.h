/* validator/check/channel.h - the channels that the events of a contract come
 * on, and the connections of a tape.
 *
 * What a connection is at says its URL, and the target of a request: the path,
 * each value of the query and, of Socket.IO, the namespace, each of which may
 * be the address of a channel. An address is written with parameters:
 *
 *     /rooms/{room}/events    a parameter is some bytes without a slash
 *
 * and is that of a path which ends with it, since servers may stand behind
 * others. A connection that is at no address of the contract may have all
 * events.
 */
#ifndef VALIDATOR_CHECK_CHANNEL_H
#define VALIDATOR_CHECK_CHANNEL_H

#include "core/event.h"
#include "validator/contract/contract.h"

#define CHECK_CHANNEL_CONNECTIONS 65536 /* that are told apart at once */

struct check_channels;

/* What a connection is at. */
struct check_channel;

/* Whether there is an event that may come on one channel and not on another, or
 * that has in its data what the address says.
 */
bool check_channels_tell(const struct check_contract *contract);

/* NULL if no event of the contract has one. contract is borrowed. */
struct check_channels *
check_channels_new(const struct check_contract *contract);
/* NULL is fine. */
void check_channels_free(struct check_channels *channels);

/* An event of a tape, in order: a connection opens, asks or closes. */
void check_channels_see(struct check_channels *channels,
                        const struct td_event *ev);

/* The channel of an event, until the next one is seen; NULL: not known. */
const struct check_channel *check_channels_of(struct check_channels *channels,
                                              const struct td_event *ev);

/* Whether an event of the contract may come on it. */
bool check_channel_takes(const struct check_channel *channel, uint32_t event);

/* Whether it is at an address, as one of the contract's channels has it. */
bool check_channel_is_at(const struct check_channel *channel,
                         const char *address);

/* What it has in the place of {name} of an address that it is at; false: it is
 * not, or nothing.
 */
bool check_channel_value(const struct check_channel *channel,
                         const char *address, const char *name,
                         struct td_buf *value);

/* What was seen of where it is: "/rooms/7/events". */
const char *check_channel_place(const struct check_channel *channel);

#endif
