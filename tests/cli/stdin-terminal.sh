# A verb that reads a terminal says what it waits for; of a pipe or with -q it
# does not.
cat > type.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b""
try:
    while b"waiting" not in said:
        said += os.read(fd, 4096)
    os.write(fd, b"\x04")
    while True:
        said += os.read(fd, 4096)
except OSError:
    pass
print(os.path.basename(sys.argv[1]), " ".join(sys.argv[2:]))
for line in said.decode().splitlines():
    if "waiting" in line:
        print("   ", line.strip())
os.waitpid(pid, 0)
END
ask() { python3 type.py "$TAPEDECK" "$@"; }
ask validate
ask cat -
ask info -
ask verify -
ask recover - -o x.tape.gz
ask cut - -o x.tape.gz --start 10%
ask merge - x -o y.tape.gz
ask record - -o y.tape.gz
ask replay - -
$TAPEDECK validate < /dev/null 2>&1 | grep -c waiting || :
