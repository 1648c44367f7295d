"""How the tests under Wine tell of promises: one line for each that was kept, and the last line for one that was not."""

import subprocess
import sys


class Unexpected(Exception):
    """A promise was not kept."""


def expect(holds, what):
    if not holds:
        raise Unexpected(what)


def exit_code(play, kept):
    """Has `play` look at all promises. 0 and `kept` at the end if all were kept, else 1."""
    sys.stdout.reconfigure(line_buffering=True)
    try:
        play()
    except (Unexpected, OSError, ValueError, subprocess.SubprocessError) as error:
        print(f"unexpected: {type(error).__name__}: {error}")
        return 1
    print(kept)
    return 0
