"""The log file of one supervised part: its output line by line, with time and name, rotating."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 5_000_000
KEPT_FILES = 3


class PartLog:
    """Writes what a part prints to `folder`/`name`.log and remembers the last lines."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.log"
        self._last: deque[str] = deque(maxlen=5)
        handler = RotatingFileHandler(
            self.path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )
        formatter = logging.Formatter("%(asctime)sZ %(name)s | %(message)s", "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        self._handler = handler
        self._logger = logging.Logger(name)
        self._logger.addHandler(handler)

    def write(self, line: str) -> None:
        """Append one line."""
        self._last.append(line)
        self._logger.info("%s", line)

    def follow(self, process: subprocess.Popen[bytes]) -> None:
        """Copy the output of `process` from a thread, until nobody holds its pipe any more."""
        threading.Thread(target=self._copy, args=(process,), daemon=True).start()

    def _copy(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as stream:
            for raw in stream:
                self.write(raw.decode("utf-8", "replace").rstrip())

    def tail(self) -> str:
        """The last lines, for a message to a person."""
        return " / ".join(line for line in self._last if line) or "it printed nothing"

    def close(self) -> None:
        """Release the file."""
        self._handler.close()
