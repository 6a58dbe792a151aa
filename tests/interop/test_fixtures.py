#!/usr/bin/python3
"""Each fixture served and recorded again: the same events, byte by byte."""
import glob
import os

import rig

TAPES = os.path.join(rig.HERE, "..", "..", "fixtures", "tapes")


def each(scene, scheme):
    """What was recorded, and what is recorded from its replay."""
    paths = sorted(glob.glob(os.path.join(TAPES, "*.tape.gz")))
    rig.true(paths, "there are fixtures")
    for path in paths:
        server = scene.serving("replay", path, "--serve", "127.0.0.1:0",
                               "--speed", "max")
        name = "%s.%s.tape.gz" % (os.path.basename(path), scheme)
        scene.tapedeck("record", server.url(scheme), "-o", name,
                       *(["--ack"] if scheme == "sio" else [])).finish(0)
        server.finish(0)
        yield ([event for event in rig.plain(rig.read_tape(path))
                if event["d"] == "out" and "ack" not in event],
               [event for event in rig.plain(scene.tape(name))
                if event["d"] == "out"])


def check_ws(scene):
    for recorded, again in each(scene, "ws"):
        rig.same([rig.raw_message(event) for event in again],
                 [rig.as_ws(event) for event in rig.asked(recorded)])


def check_socket_io(scene):
    for recorded, again in each(scene, "sio"):
        rig.same([rig.as_packet(event) for event in again],
                 [rig.as_packet(event) for event in rig.asked(recorded)])


def check_sse(scene):
    for recorded, again in each(scene, "http"):
        rig.same([(event.get("ev", ""), event.get("id"),
                   rig.raw_message(event)["text"]) for event in again],
                 [(event.get("ev", ""), None, rig.as_source(event)["data"])
                  for event in recorded])


def check_once_more(scene):
    """From Socket.IO, a replay of the replay is what the first one was."""
    source = os.path.join(TAPES, "socketio-build.tape.gz")
    wanted = None
    for n in range(3):
        server = scene.serving("replay", source, "--serve", "127.0.0.1:0",
                               "--speed", "max")
        name = "%d.tape.gz" % n
        scene.tapedeck("record", server.url("sio"), "--ack", "-o",
                       name).finish(0)
        got = [{key: event.get(key)
                for key in ("d", "id", "name", "raw", "att")}
               for event in rig.plain(scene.tape(name))]
        rig.same(got, wanted or got)
        wanted = got
        source = scene.path(name)


if __name__ == "__main__":
    rig.main(globals())
