"""A time-stamp authority (RFC 3161) on the loopback: openssl's own, behind a few lines of HTTP."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_CONFIG = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_FOR_TIME = """
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
basicConstraints = CA:false
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def _prepare(folder: Path) -> None:
    """An authority of certificates, and one of time that it vouches for."""
    (folder / "tsa.cnf").write_text(_CONFIG.format(folder=folder))
    (folder / "for_time").write_text(_FOR_TIME)
    (folder / "serial").write_text("01\n")
    new = ("-newkey", "rsa:2048", "-nodes")
    _openssl(folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "9",
             "-subj", "/CN=Root of time")  # fmt: skip
    _openssl(folder, "req", *new, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Time")
    signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "for_time")
    _openssl(folder, "x509", "-req", "-in", "tsa.csr", *signed_by, "-out", "tsa.pem", "-days", "9")


class _Answers(BaseHTTPRequestHandler):
    folder: Path
    asked: list[bytes]

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(query)
        (self.folder / "query").write_bytes(query)
        _openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query",
                 "-out", "reply")  # fmt: skip
        reply = (self.folder / "reply").read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: Any) -> None:
        """Nothing to standard error."""


@contextmanager
def authority(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Its address, and what it has been asked so far."""
    _prepare(folder)
    asked: list[bytes] = []
    kind = type("Answers", (_Answers,), {"folder": folder, "asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
