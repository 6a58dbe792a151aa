"""What programs write to a terminal of their own."""
import os
import select
import time


def pieces(process, ours, theirs, seconds):
    """Each piece that the process writes, up to its last one, and b"" now and
    then while none comes. Both ends are closed behind the last.

    Its end of the terminal is held open here until it has ended: a reader that
    waits while the last words are written and the last holder closes may be told
    of the close (EIO) before it is given the words.
    """
    end = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > end:
            raise AssertionError("it does not end")
        ready = select.select([ours], [], [], 0.02)[0]
        yield os.read(ours, 65536) if ready else b""
    os.close(theirs)
    while True:
        try:
            yield os.read(ours, 65536)
        except OSError:  # all is read
            break
    os.close(ours)
