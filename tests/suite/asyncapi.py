#!/usr/bin/python3
"""AsyncAPI documents that others wrote are contracts.

usage: asyncapi.py TAPEDECK

Every document of the npm packages is read and has the events it should, or is
refused for the right reason; then messages are held to some of them.
"""
import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = os.path.join(HERE, "node_modules")
EXAMPLES = "@asyncapi/cli/assets/examples/"
SCHEMAS = "asyncapi-validator/test/schemas/"

# How many events each has; what is not here must not be there.
EVENTS = {
    EXAMPLES + "anyof-asyncapi.yml": 1,
    EXAMPLES + "application-headers-asyncapi.yml": 1,
    EXAMPLES + "correlation-id-asyncapi.yml": 2,
    EXAMPLES + "default-example.json": 1,
    EXAMPLES + "default-example.yaml": 1,
    EXAMPLES + "gitter-streaming-asyncapi.yml": 2,
    EXAMPLES + "kraken-websocket-request-reply-message-filter-in-reply-"
    "asyncapi.yml": 8,
    EXAMPLES + "kraken-websocket-request-reply-multiple-channels-"
    "asyncapi.yml": 8,
    EXAMPLES + "mercure-asyncapi.yml": 1,
    EXAMPLES + "not-asyncapi.yml": 1,
    EXAMPLES + "oneof-asyncapi.yml": 5,
    EXAMPLES + "operation-security-asyncapi.yml": 1,
    EXAMPLES + "rpc-client-asyncapi.yml": 2,
    EXAMPLES + "rpc-server-asyncapi.yml": 2,
    EXAMPLES + "simple-asyncapi.yml": 1,
    EXAMPLES + "slack-rtm-asyncapi.yml": 48,
    EXAMPLES + "streetlights-kafka-asyncapi.yml": 3,
    EXAMPLES + "streetlights-mqtt-asyncapi.yml": 3,
    EXAMPLES + "streetlights-operation-security-asyncapi.yml": 3,
    EXAMPLES + "tutorial.yml": 1,
    EXAMPLES + "websocket-gemini-asyncapi.yml": 1,
    SCHEMAS + "invalid.yml": 1,
    SCHEMAS + "jsonSchema.json": 1,
    SCHEMAS + "v2.0.0/deviceMessages.yaml": 2,
    SCHEMAS + "v2.0.0/mqtt.yaml": 13,
    SCHEMAS + "v2.0.0/slack.yml": 47,
    SCHEMAS + "v2.0.0/userMessages.yaml": 1,
    SCHEMAS + "v2.4.0/deviceMessages.yaml": 2,
    SCHEMAS + "v2.4.0/mqtt.yaml": 13,
    SCHEMAS + "v2.4.0/slack.yml": 47,
    SCHEMAS + "v2.4.0/userMessages.yaml": 1,
    SCHEMAS + "v3.0.0/pingPong.yml": 2,
    SCHEMAS + "v3.0.0/streetLights.yml": 3,
    SCHEMAS + "v3.0.0/streetLightsMini.yml": 1,
    SCHEMAS + "v3.0.0/streetLightsMultiMsg.yml": 3,
}
NONE = "no channel of it has a message"
REFUSED = {
    EXAMPLES + "adeo-kafka-request-reply-asyncapi.yml": "172:23: payloads of "
    'the format "application/vnd.apache.avro;version=1.9.0"',
    EXAMPLES + "examples.json": "a contract begins with",
    SCHEMAS + "broken.yml": NONE,
    SCHEMAS + "v2.0.0/DeviceInstallationPublished.yaml": NONE,
    SCHEMAS + "v2.4.0/DeviceInstallationPublished.yaml": NONE,
}

UUID = "bd58d14f-fd3e-449c-b60c-a56548190d68"
TIME = "2017-01-09T08:27:22.222Z"
DEVICE = {"type": "DeviceInstallationPublished", "id": UUID, "key": "k",
          "generated": TIME, "requestId": UUID,
          "data": {"deviceId": UUID, "id": UUID, "received": TIME,
                   "recorded": TIME}}
LIGHT = {"type": "lightMeasured", "lumens": 3, "sentAt": TIME}

GEMINI = {"type": "heartbeat", "socket_sequence": 1656}
KRAKEN = {"event": "subscribe", "pair": ["XBT/USD"],
          "subscription": {"name": "ticker"}}
SLACK = {"type": "hello"}

# A document, a message that meets it, changes that do not, and where. Names
# need not be on the wire, and where they are not a word like one is no fault.
MESSAGES = [
    (EXAMPLES + "websocket-gemini-asyncapi.yml", GEMINI, [
        ({"socket_sequence": "1656"}, "/socket_sequence"),
        ({"type": "update"}, "")]),
    (EXAMPLES + "kraken-websocket-request-reply-message-filter-in-reply-"
     "asyncapi.yml", KRAKEN, [
         ({"pair": "XBT/USD"}, "/pair"), ({"event": "sbuscribe"}, ""),
         ({"subscription": {"name": "tickers"}}, "/subscription/name")]),
    (EXAMPLES + "slack-rtm-asyncapi.yml", SLACK, [({"type": "helo"}, "")]),
    (EXAMPLES + "streetlights-kafka-asyncapi.yml", LIGHT, [
        ({"lumens": -1}, "/lumens"), ({"lumens": 1.5}, "/lumens"),
        ({"sentAt": "2017-02-30T08:27:22Z"}, "/sentAt")]),
    (SCHEMAS + "v2.4.0/deviceMessages.yaml", DEVICE, [
        ({"id": "no uuid"}, "/id"), ({"data": {}}, "/data"),
        ({"data": dict(DEVICE["data"], received="2017-13")},
         "/data/received")]),
    (SCHEMAS + "v3.0.0/streetLightsMini.yml", {"type": "lightMeasured"}, [
        ({"lumens": -1}, "/lumens")]),
]

# The examples that documents show, and how many of them do not meet them.
EXAMPLES_SHOWN = [
    ("websocket-gemini-asyncapi.yml", 2, 0),
    ("kraken-websocket-request-reply-multiple-channels-asyncapi.yml", 2, 2),
    ("kraken-websocket-request-reply-message-filter-in-reply-asyncapi.yml",
     2, 2),
]


# Messages in the shapes that the feeds send, and where the document, which
# others wrote of the feed, says something else: prices are text, an object is
# no list, a status without an error is any of two, names came later.
KRAKEN_FEED = [
    {"connectionID": 8628615390848610000, "event": "systemStatus",
     "status": "online", "version": "1.0.0"},
    {"event": "heartbeat"}, {"event": "ping", "reqid": 42},
    {"event": "pong", "reqid": 42},
    {"event": "subscribe", "pair": ["XBT/USD", "XBT/EUR"],
     "subscription": {"name": "ticker"}},
    {"event": "subscriptionStatus", "channelID": 10001, "pair": "XBT/EUR",
     "channelName": "ticker", "status": "subscribed",
     "subscription": {"name": "ticker"}}]
FEEDS = [
    ("websocket-gemini-asyncapi.yml", [
        {"type": "update", "eventId": 36902233362, "timestamp": 1619769673,
         "timestampms": 1619769673527, "socket_sequence": 661, "events": [
             {"type": "change", "side": "bid", "price": "54350.40",
              "remaining": "0.002", "delta": "0.002", "reason": "place"}]},
        GEMINI],
     [(1, "/events/0/price"), (1, "/events/0/remaining"),
      (1, "/events/0/delta")]),
    ("kraken-websocket-request-reply-message-filter-in-reply-asyncapi.yml",
     KRAKEN_FEED, [(6, "")]),
    ("kraken-websocket-request-reply-multiple-channels-asyncapi.yml",
     KRAKEN_FEED, [(6, "")]),
    ("slack-rtm-asyncapi.yml", [
        SLACK,
        {"type": "message", "channel": "C2147483705", "user": "U2147483697",
         "text": "Hello world", "ts": "1355517523.000005"},
        {"type": "channel_joined", "channel": {
            "id": "C024BE91L", "name": "fun", "created": 1360782804,
            "creator": "U024BE7LH"}},
        {"type": "channel_deleted", "channel": "C024BE91L"},
        {"type": "im_open", "user": "U024BE7LH", "channel": "D024BE91L"},
        {"type": "user_typing", "channel": "C02ELGNBH", "user": "U024BE7LH"}],
     [(6, "")]),
    ("gitter-streaming-asyncapi.yml", [
        {"id": "53316dc47bfc1a000000000f", "text": "Hi @suprememoocow !",
         "html": "Hi !", "sent": "2014-03-25T11:51:32.289Z", "editedAt": None,
         "fromUser": {"id": "53307734c3599d1de448e192", "username": "malditogeek",
                      "displayName": "Mauro Pompilio", "url": "/malditogeek",
                      "avatarUrlSmall": "https://a/b",
                      "avatarUrlMedium": "https://a/c"},
         "unread": False, "readBy": 0, "urls": [], "issues": [], "meta": {},
         "mentions": [{"screenName": "suprememoocow",
                       "userId": "53307831c3599d1de448e19a"}]}],
     [(1, "/meta")]),
]


def run(tapedeck, *words, stdin=""):
    return subprocess.run([tapedeck, *words], input=stdin, cwd=PACKAGES,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          universal_newlines=True, check=False, timeout=240)


def documents():
    found = []
    for folder in (EXAMPLES, SCHEMAS):
        for name in glob.glob(os.path.join(PACKAGES, folder, "**", "*.*"),
                              recursive=True):
            if os.path.isfile(name):
                found.append(os.path.relpath(name, PACKAGES))
    return sorted(found)


def read_all(tapedeck):
    """Each document has its events, or is refused as it should."""
    expected = sorted(list(EVENTS) + list(REFUSED))
    assert documents() == expected, (documents(), expected)
    for name in expected:
        got = run(tapedeck, "contract", "explain", "--json", name)
        if name in REFUSED:
            assert got.returncode == 2, (name, got)
            assert REFUSED[name] in got.stderr, (name, got.stderr)
        else:
            assert got.returncode == 0, (name, got.stderr)
            events = json.loads(got.stdout)["events"]
            assert len(events) == EVENTS[name], (name, events)


def judge(tapedeck, name, message):
    """The paths of what is wrong with a message."""
    got = run(tapedeck, "validate", "--contract", name, "--json", "-",
              stdin=json.dumps(message) + "\n")
    verdict = json.loads(got.stdout)
    assert got.returncode == (verdict["verdict"] == "fail"), (name, got)
    return [finding["path"] for finding in verdict["findings"]
            if finding["rule"] in ("schema", "unknown")]


def run_examples(tapedeck):
    """What documents show are messages that meet them, or they are at odds:
    Kraken's pairs are lists in its schema, and text in its examples.
    """
    for name, tests, failed in EXAMPLES_SHOWN:
        got = run(tapedeck, "contract", "test", "--json", EXAMPLES + name)
        shown = json.loads(got.stdout)["tests"]
        assert len(shown) == tests, (name, shown)
        wrong = [t for t in shown if t["outcome"] != "pass"]
        assert len(wrong) == failed, (name, wrong)
        assert got.returncode == (failed > 0), (name, got)


def answer_requests(tapedeck):
    """A request without its reply is told by the operation's name."""
    name = (EXAMPLES + "kraken-websocket-request-reply-message-filter-in-"
            "reply-asyncapi.yml")
    ping = {"event": "ping", "reqid": 42}
    for answer, failed in (({"event": "pong", "reqid": 42}, []),
                           ({"event": "pong", "reqid": 43}, ["receivePing"])):
        got = run(tapedeck, "validate", "--contract", name, "--json", "-",
                  stdin=json.dumps(ping) + "\n" + json.dumps(answer) + "\n")
        rules = [f["rule"] for f in json.loads(got.stdout)["findings"]]
        assert rules == failed, (rules, failed)


def hold_feeds(tapedeck):
    """Every message of a feed is known, and held to what the document says."""
    for name, messages, wanted in FEEDS:
        got = run(tapedeck, "validate", "--contract", EXAMPLES + name, "--json",
                  "-", stdin="".join(json.dumps(m) + "\n" for m in messages))
        found = [(f["seq"], f["path"]) for f in json.loads(got.stdout)["findings"]
                 if f["rule"] in ("schema", "unknown")]
        assert found == wanted, (name, found)
        assert got.returncode == 1, (name, got)


def hold_messages(tapedeck):
    for name, good, changes in MESSAGES:
        assert judge(tapedeck, name, good) == [], (name, good)
        for change, path in changes:
            paths = judge(tapedeck, name, dict(good, **change))
            assert path in paths, (name, change, paths)


def main():
    if not os.path.isdir(os.path.join(PACKAGES, "asyncapi-validator")):
        print("skipped: script/bootstrap test installs the documents")
        sys.exit(77)
    read_all(sys.argv[1])
    hold_messages(sys.argv[1])
    hold_feeds(sys.argv[1])
    answer_requests(sys.argv[1])
    run_examples(sys.argv[1])
    print(f"{len(EVENTS)} documents are contracts, {len(REFUSED)} are refused")


main()
