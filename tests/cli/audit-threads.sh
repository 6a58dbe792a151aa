# A large tape is read by several threads; what is said is what one would say.
python3 - > run.ndjson <<'EOF'
import random
rng = random.Random(7)
before = []
for i in range(60000):
    line = ('{"type":"e%d","data":{"id":"%016x","n":%d,"s":"v%d"%s}}' % (
        i % 3, rng.getrandbits(64), rng.getrandbits(10), i % 40,
        ',"late":true' if i > 50000 else ""))
    before = (before + [line])[-8:]
    print(line)
    # Wherever the tape is cut, a message comes again behind that.
    if 20000 < i < 40000 and i % 4 == 0:
        print(before[0])
EOF
"$TAPEDECK" record - -o run.tape.gz --quiet < run.ndjson
[ "$(wc -c < run.tape.gz)" -gt 1048576 ] && echo "large enough"
same() {
  "$TAPEDECK" audit run.ndjson -v 2>&1 | sed 's/; see run\..*//' > one.txt
  "$TAPEDECK" audit "$1" -v 2> err.txt | sed 's/; see run\..*//' > two.txt
  cmp one.txt two.txt && echo "as one thread says it"
}
same run.tape.gz
sed -n 1p two.txt
echo "a member is damaged"
cp run.tape.gz hurt.tape.gz
printf 'XXXXXXXX' | dd of=hurt.tape.gz bs=1 seek=600000 conv=notrunc 2> dd.txt
"$TAPEDECK" audit hurt.tape.gz > page.txt 2> err.txt || echo "exit $?"
sed 's/byte [0-9]*/byte N/; s/[0-9]* missing/N missing/' err.txt
"$TAPEDECK" cat hurt.tape.gz 2> cat.txt | grep -c '"type":"e[0-2]"' > seen.txt
sed -n 's/.* \([0-9]*\) messages;.*/\1/p' page.txt | cmp - seen.txt && echo "all that is there"
echo "twice in a file, and torn"
cat run.tape.gz run.tape.gz > twice.tape.gz
"$TAPEDECK" audit twice.tape.gz 2> err.txt | sed -n 1p
head -c 900000 run.tape.gz > torn.tape.gz
"$TAPEDECK" audit torn.tape.gz > page.txt 2> err.txt || echo "exit $?"
