"""A small stand-in for a model hub and for any web server with files, on loopback."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c" * 40


class HubServer:
    """Serves repositories and loose files; `cuts` breaks that many answers off half-way,
    `pause_s` waits before each 16 KiB.

    `asked` holds (method, path, Range) of every request. Files of 1000 bytes and more are "large":
    the hub names their SHA-256.
    """

    def __init__(self) -> None:
        self.repos: dict[str, dict[str, bytes]] = {}
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.cuts, self.cut_at = 0, 0
        self.status: dict[str, int] = {}
        self.lies: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.pause_s = 0.0
        self.url = ""

    def ranges(self, path: str) -> list[str]:
        """The Range headers of the GETs of a path, in order."""
        return [span for method, asked, span in self.asked if (method, asked) == ("GET", path)]

    def content(self, path: str) -> bytes | None:
        """What lies at a path, before any lie about it."""
        found = re.fullmatch(rf"/(\w+/[\w-]+)/resolve/(?:main|{COMMIT})/(.+)", path)
        if found:
            return self.repos.get(found[1], {}).get(found[2])
        return self.files.get(path)

    def listing(self, repo_id: str) -> dict[str, Any]:
        """As /api/models/… answers with blobs=true."""
        siblings = []
        for name, data in self.repos[repo_id].items():
            one: dict[str, Any] = {"rfilename": name, "size": len(data), "blobId": "b" * 40}
            if len(data) >= 1000:
                sha = hashlib.sha256(data).hexdigest()
                one["lfs"] = {"sha256": sha, "size": len(data), "pointerSize": 130}
            siblings.append(one)
        return {"id": repo_id, "sha": COMMIT, "siblings": siblings, "private": False}


@contextmanager
def serving() -> Iterator[HubServer]:
    """The server, until the block ends."""
    hub = HubServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: HubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Tests need no log."""

        def do_HEAD(self) -> None:
            self._answer(send=False)

        def do_GET(self) -> None:
            self._answer(send=True)

        def _answer(self, *, send: bool) -> None:
            path, span = self.path.split("?")[0], self.headers.get("Range", "")
            hub.asked.append((self.command, path, span))
            if path in hub.status:
                return self._plain(hub.status[path], b"{}")
            if path in hub.redirects:
                self.send_response(302)
                self.send_header("Location", hub.redirects[path])
                self.send_header("Content-Length", "0")
                return self.end_headers()
            api = re.fullmatch(r"/api/models/(\w+/[\w-]+)(/revision/main)?", path)
            if api and api[1] in hub.repos:
                return self._plain(200, json.dumps(hub.listing(api[1])).encode())
            data = hub.content(path)
            if data is None:
                return self._plain(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            return self._file(path, data, span, send=send)

        def _plain(self, status: int, body: bytes, more: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in (more or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def _file(self, path: str, data: bytes, span: str, *, send: bool) -> None:
            tag = hashlib.sha256(data).hexdigest()
            body, start = hub.lies.get(path, data), 0
            joined = self.headers.get("If-Range", f'"{tag}"') == f'"{tag}"'
            if span and joined:
                start = int(span.removeprefix("bytes=").rstrip("-"))
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            self.send_header("Content-Length", str(len(body) - start))
            self.send_header("ETag", f'"{tag}"')
            self.send_header("X-Repo-Commit", COMMIT)
            if path in hub.names:
                said = f'attachment; filename="{hub.names[path]}"'
                self.send_header("Content-Disposition", said)
            self.end_headers()
            if not send:
                return
            if hub.cuts > 0:
                hub.cuts -= 1
                self.wfile.write(body[start : start + hub.cut_at])
                self.wfile.flush()
                self.connection.close()
                return
            for at in range(start, len(body), 16384):
                time.sleep(hub.pause_s)
                self.wfile.write(body[at : at + 16384])

    return Handler
