# A tape that is replaced stays as private as it was, and where it was.
seq 3 | $TAPEDECK record -q - -o run.tape.gz
ln -s run.tape.gz link.tape.gz
for verb in squeeze reindex recover; do
    chmod 600 run.tape.gz
    $TAPEDECK $verb -q link.tape.gz
    stat -c '%F %a' run.tape.gz
    stat -c %F link.tape.gz
done
$TAPEDECK squeeze -q run.tape.gz -o link.tape.gz --overwrite
stat -c '%F %a' run.tape.gz
ls
# What is no file is not replaced by one.
mkfifo pipe
$TAPEDECK squeeze run.tape.gz -o pipe --overwrite || echo $?
stat -c %F pipe
# Nor removed, when nothing came of the recording.
ln -s /dev/null null
$TAPEDECK record ws://127.0.0.1:1/ -o null --overwrite || echo $?
stat -c %F null
