"""Following a workflow through the server's websocket, and through its silence and absences.

Messages as ComfyUI's server sends them (server.py and comfy_execution/progress.py, read
2026-11-22): JSON events with a type, and binary frames that start with a big-endian event number.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.sync.client import ClientConnection, connect

from gator_engine.adapters.generators._comfyui.server import ComfyServer
from gator_engine.errors import Cancelled, ExternalError, Rejected, Transient
from gator_engine.ports import Run

LOOK_EVERY_S = 0.25
PREVIEW_EVERY_S = 0.25
ASK_AFTER_SILENCE_S = 5.0
_LARGEST_FRAME = 16 * 1024 * 1024
_PREVIEW, _PREVIEW_WITH_METADATA = 1, 4
_DRAWING_SHARE = 0.95
OPERATION = "run the workflow"


@dataclass
class Follower:
    """One workflow on its way; `fraction` and `share` place it among the pictures of a request."""

    server: ComfyServer
    run: Run
    client_id: str
    stage: str
    fraction: float
    share: float
    token: str = ""
    patience_s: float = 20.0
    _part: float = 0.0
    _told: str = ""
    _previewed: float = 0.0
    _news: list[bytes] = field(default_factory=list)

    def until_done(self, submit: Callable[[], str]) -> Mapping[str, Any]:
        """Listen first, then submit, so that no message is missed; the finished history.

        Raises Cancelled (after taking the work back), Rejected with what failed in which node, or
        Transient when the server went away and forgot the work.
        """
        prompt_id = ""
        with ExitStack() as line:
            socket: ClientConnection | None = self._listen(line)
            try:
                prompt_id = submit()
                while True:
                    self.run.check()
                    if socket is None:
                        line.close()
                        socket = self._again(line, prompt_id)
                    unbroken = self._turn(socket, prompt_id)
                    found = self.server.history(prompt_id)
                    if found is not None:
                        return self._verdict(found)
                    socket = socket if unbroken else None
            except Cancelled:
                if prompt_id:
                    self._take_back(prompt_id)
                raise

    def _turn(self, socket: ClientConnection, prompt_id: str) -> bool:
        """Read until the history is worth a look; False when the line broke."""
        silent_since = time.monotonic()
        while True:
            try:
                message = socket.recv(timeout=LOOK_EVERY_S)
            except TimeoutError:
                self.run.check()
                if time.monotonic() - silent_since > ASK_AFTER_SILENCE_S:
                    return True
                continue
            except (WebSocketException, OSError):
                return False
            silent_since = time.monotonic()
            if isinstance(message, bytes):
                self._frame(message)
            elif self._event(message, prompt_id):
                return True
            self.run.check()

    def _frame(self, message: bytes) -> None:
        preview, now = preview_in(message), time.monotonic()
        if preview is not None and now - self._previewed >= PREVIEW_EVERY_S:
            self._previewed = now
            self._tell(self._part, self._told or self.stage, preview)

    def _event(self, message: str, prompt_id: str) -> bool:
        """Take note of an event; whether the workflow is over by it."""
        try:
            event = json.loads(message)
            kind, data = event["type"], event["data"]
        except (ValueError, KeyError, TypeError):
            return False  # Custom nodes send messages of their own making.
        if not isinstance(data, dict) or data.get("prompt_id", prompt_id) != prompt_id:
            return False
        if kind == "progress":
            self._step(data.get("value"), data.get("max"))
        elif kind == "execution_start":
            self._tell(self._part, f"{self.stage}: started")
        ended = ("execution_success", "execution_error", "execution_interrupted")
        return kind in ended or (kind == "executing" and data.get("node") is None)

    def _step(self, value: Any, most: Any) -> None:
        if not isinstance(value, int | float) or not isinstance(most, int | float) or most <= 0:
            return
        # A workflow may have several samplers: the bar never runs backwards.
        self._part = max(self._part, min(1.0, value / most) * _DRAWING_SHARE)
        self._tell(self._part, f"{self.stage}: step {value:g} of {most:g}")

    def _tell(self, part: float, stage: str, preview: bytes | None = None) -> None:
        self._told = stage
        self.run.progress(self.fraction + self.share * part, stage, preview)

    def _listen(self, line: ExitStack) -> ClientConnection:
        """Raises Transient when the server cannot be reached."""
        address = self.server.base_url.replace("http", "ws", 1)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else None
        try:
            return line.enter_context(
                connect(
                    f"{address}/ws?clientId={quote(self.client_id)}",
                    additional_headers=headers,
                    open_timeout=self.patience_s,
                    close_timeout=1,
                    max_size=_LARGEST_FRAME,
                    proxy=None,
                )
            )
        except (InvalidHandshake, InvalidURI, WebSocketException, OSError) as error:
            problem = f"not reached ({type(error).__name__})"
            raise Transient(self.server.name, "listen to its progress", problem) from error

    def _again(self, line: ExitStack, prompt_id: str) -> ClientConnection:
        """Listen again after the line broke. Raises Transient when the work is lost."""
        ends_at, wait = time.monotonic() + self.patience_s, 0.1
        self._tell(self._part, f"{self.stage}: connecting again")
        while True:
            try:
                socket = self._listen(line)
                break
            except Transient:
                if time.monotonic() + wait > ends_at:
                    raise
            self._pause(wait)
            wait = min(2.0, wait * 2)
        if not self.server.standing(prompt_id) and self.server.history(prompt_id) is None:
            lost = "It was restarted meanwhile and knows nothing of the workflow any more."
            raise Transient(self.server.name, OPERATION, lost, code="lost")
        return socket

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.run.check()
            time.sleep(min(left, LOOK_EVERY_S))

    def _take_back(self, prompt_id: str) -> None:
        try:
            self.server.stop(prompt_id)
        except ExternalError:
            return  # It cannot be told to stop; our side stops all the same.

    def _verdict(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        status = found.get("status") or {}
        for name, data in reversed(status.get("messages") or ()):
            if name == "execution_error":
                node, why = data.get("node_type", "a node"), data.get("exception_message", "")
                said = " ".join(str(why).split())[:400]
                raise Rejected(self.server.name, OPERATION, f"{node} failed: {said}", code="node")
            if name == "execution_interrupted":
                problem = "Somebody stopped it on the server."
                raise Rejected(self.server.name, OPERATION, problem, code="interrupted")
        return found


def preview_in(frame: bytes) -> bytes | None:
    """The picture of a binary frame, if it is a preview.

    Event 1: four bytes of format, then the picture. Event 4: the length of a JSON text, that text,
    then the picture.
    """
    if len(frame) < 9:
        return None
    event, second = struct.unpack(">II", frame[:8])
    if event == _PREVIEW:
        return frame[8:]
    if event == _PREVIEW_WITH_METADATA and 8 + second < len(frame):
        return frame[8 + second :]
    return None
