"""The conversation with the eSpeak NG process: one at a time, started anew when it ended."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from gator_engine.errors import Transient

_CHILD = Path(__file__).with_name("child.py")
LONGEST_WAIT_S = 60.0


class Speaker:
    """A kept process; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.close)

    def ask(self, **asked: Any) -> dict[str, Any]:
        """The answer to one request. Raises Transient when the process ends or hangs."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None and process.stdout is not None
            late = threading.Timer(LONGEST_WAIT_S, process.kill)
            late.start()
            try:
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = ""
            finally:
                late.cancel()
            if not line:
                self.close()
                raise Transient("eSpeak NG", "speak", "its process ended before it answered")
            answer: dict[str, Any] = json.loads(line)
            return answer

    def close(self) -> None:
        """End the process; the next question starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    def _running(self) -> subprocess.Popen[str]:
        # A forked worker inherits the pipe of its parent, where both would talk at once.
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, str(_CHILD)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        return self._process
