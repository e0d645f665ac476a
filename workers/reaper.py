"""Ends what a supervisor leaves behind when it is killed outright.

Runs beside the supervisor in a session of its own and holds the reading end of a pipe. A good
supervisor says goodbye through it; a killed one just closes it, and then its parts must not go on.
"""

from __future__ import annotations

import signal
import sys

from workers.processes import kill_family

GOODBYE = b"goodbye"
GRACE_S = 3.0


def main(mark: str) -> None:
    """Wait for the pipe to close; without a goodbye, end every process carrying `mark`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.stdin.buffer.read() != GOODBYE:
        kill_family(mark, grace_s=GRACE_S)


if __name__ == "__main__":
    main(sys.argv[1])
