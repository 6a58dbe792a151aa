# Who may read must be said where others reach the port, and said so that it can
# be meant. No tape is opened before.
try() { "$TAPEDECK" replay no.tape.gz "$@" 2>&1 || echo "exit $?"; }
printf 'a b\n' > words
printf '' > empty
printf '\303\251\n' > accent
head -c 2000 /dev/zero | tr '\0' x > long
try --serve 0.0.0.0:0
try --serve '[::]:0'
try --serve 192.168.0.1:0 --origin '*'
try --serve :0 --public
try --serve unix:/tmp/s --public
try --serve 0.0.0.0:0 --public --token-file words
for file in words empty accent long missing; do
    try --serve :0 --token-file "$file"
done
try --serve :0 --origin https://a.example/path
try --serve :0 --origin a.example
try --serve :0 --admit chat
try --serve :0 --ping-interval 0
try --serve :0 --join-timeout 999us
try --serve :0 --ping-timeout 13d
try --to ws://127.0.0.1:1 --origin '*' --token-file words
try --public -
