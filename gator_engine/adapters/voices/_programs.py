"""Speech programs that are run once for each sentence: text in, a WAV file out."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from gator_engine.errors import Rejected, Transient

LONGEST_WAIT_S = 120


def spoken_by(engine: str, command: Callable[[Path, Path], Sequence[str]], text: str) -> bytes:
    """The WAV that a program writes; `command` gets the files of the text and of the sound.

    The text is never part of the command line, where it could be read as an option.
    Raises Transient when the program cannot run or takes too long, Rejected when it refuses.
    """
    with tempfile.TemporaryDirectory(prefix="gator-voice-") as folder:
        words, sound = Path(folder, "text.txt"), Path(folder, "sound.wav")
        words.write_text(text + "\n", encoding="utf-8")
        try:
            done = subprocess.run(
                list(command(words, sound)), capture_output=True, timeout=LONGEST_WAIT_S
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Transient(engine, "speak", "the program did not answer") from error
        if done.returncode != 0 or not sound.exists():
            said = done.stderr.decode(errors="replace").strip()[-300:]
            raise Rejected(engine, "speak", said or f"it ended with code {done.returncode}")
        return sound.read_bytes()
