# Events that differ in the midst of a text are told apart as fast as others:
# compared with each other they would take an hour.
seq -f '{"type":"a","url":"https://x/%07.0f/index.html"}' 100000 > run.ndjson
seq -f '{"type":"a","url":"https://x/%07.0f/index.html"}' 7 7 >> run.ndjson
# So are lists of the same numbers in another order, and members that swap.
python3 -c 'for i in range(8000):
    print("{\"type\":\"a\",\"at\":%s,\"x\":%d,\"y\":%d}" %
          ([int(i % 89 == k) for k in range(89)] + [int(i // 89 == k) for k in range(91)],
           i % 89, i // 89))' >> run.ndjson
printf '{"type":"a","y":8,"x":7}\n{"type":"a","x":8,"y":7}\n{"type":"a","x":7.0,"y":8}\n' >> run.ndjson
printf 'contract: 1\nunknown: ignore\nrules:\n- {id: twice, no_duplicate: a}\n' > c.yaml
"$TAPEDECK" validate --contract c.yaml run.ndjson || echo "exit $?"
