"""One file over HTTP: from where it stopped, with its hash checked before it gets its name.

huggingface_hub starts a broken download of another process from nothing and compares sizes only;
models are tens of gigabytes, so files of weights come this way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import httpx2

from gator_engine.adapters.web.wire import retry_after
from gator_engine.errors import ExternalError, InvalidInput, RateLimited, Rejected, Transient

PROVIDER = "download"
CHUNK = 1024 * 1024
TRIES, REDIRECTS = 4, 6
Told = Callable[[int], None]


@dataclass(frozen=True)
class Remote:
    """A file to fetch. `size` and `sha256` are checked when known (0 and "" when not).

    `check` sees every address before it is asked, redirects too, and raises to refuse it.
    """

    url: str
    size: int = 0
    sha256: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[str], None] = lambda url: None


def fetch(client: httpx2.Client, remote: Remote, part: Path, told: Told) -> str:
    """Complete `part` and leave it whole and checked; returns the name the server gave the file.

    `told` hears how many bytes are there, may raise to stop, and the next call goes on from there.
    Raises Rejected for refusals and wrong hashes (the file is dropped), Transient when the line
    broke several times without a byte gained.
    """
    part.parent.mkdir(parents=True, exist_ok=True)
    name, left = "", TRIES
    while True:
        before = _size(part)
        try:
            name = _continue(client, remote, part, told) or name
            break
        except httpx2.TransportError as error:
            left = TRIES if _size(part) > before else left - 1
            if left <= 0:
                raise Transient(PROVIDER, "read", _reason(error)) from error
    _verify(remote, part, told)
    return name


def _continue(client: httpx2.Client, remote: Remote, part: Path, told: Told) -> str:
    """One request for what is missing. Raises httpx2.TransportError when the line breaks."""
    have, tag = _size(part), _tag(part)
    if remote.size and have >= remote.size:
        return ""
    asked = {"Accept-Encoding": "identity", **remote.headers}
    if have:
        asked["Range"] = f"bytes={have}-"
        # Without a tag to compare, the hash at the end tells whether the halves belong together.
        asked |= {"If-Range": tag} if tag else {}
    with _answer(client, remote, asked) as response:
        if response.status_code == 416:
            part.unlink()
            raise httpx2.ReadError("the server has another file now")
        goes_on = response.status_code == 206
        if goes_on and not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            raise Rejected(PROVIDER, "read", "the server sent another range than asked for")
        _keep_tag(part, response.headers.get("etag", ""))
        start = have if goes_on else 0
        _write(response, part, "ab" if goes_on else "wb", start, told)
        return _name(response)


def _write(response: httpx2.Response, part: Path, mode: str, have: int, told: Told) -> None:
    length = response.headers.get("content-length", "")
    end = have + int(length) if length.isdecimal() else None
    with part.open(mode) as file:
        for chunk in response.iter_raw():  # As it comes: what a broken line brought is kept.
            file.write(chunk)
            have += len(chunk)
            told(have)
    if end is not None and have < end:
        raise httpx2.ReadError(f"the connection ended at {have} of {end} bytes")


@contextmanager
def _answer(
    client: httpx2.Client, remote: Remote, headers: Mapping[str, str]
) -> Iterator[httpx2.Response]:
    """Follow redirects by hand, so that each address is checked and no key leaves its server."""
    url, sent = remote.url, dict(headers)
    for _ in range(REDIRECTS):
        remote.check(url)
        with client.stream("GET", url, headers=sent) as response:
            if not response.is_redirect:
                _refuse(response)
                yield response
                return
            target = urljoin(url, response.headers.get("location", ""))
        if httpx2.URL(target).host != httpx2.URL(url).host:
            sent.pop("Authorization", None)
        url = target
    raise Rejected(PROVIDER, "read", "the address redirects without end")


def _refuse(response: httpx2.Response) -> None:
    status = response.status_code
    if status in (200, 206, 416):
        return
    code, kind = str(status), Rejected
    if status == 429:
        wait = retry_after(response.headers, ())
        raise RateLimited(PROVIDER, "read", "too many requests", retry_after=wait, code=code)
    if status in (401, 403):
        said = (
            "the server wants a login; for the hub, accept the terms there and run `hf auth login`"
        )
        raise kind(PROVIDER, "read", said, code=code)
    if status >= 500 or status == 408:
        raise Transient(PROVIDER, "read", f"the server answers {status}", code=code)
    raise kind(PROVIDER, "read", f"the server answers {status}", code=code)


def _verify(remote: Remote, part: Path, told: Told) -> None:
    size = _size(part)
    problem: ExternalError | None = None
    if remote.size and size != remote.size:
        problem = Rejected(PROVIDER, "check", f"{size} bytes came instead of {remote.size}")
    elif remote.sha256 and (found := _sha256(part, told)) != remote.sha256.lower():
        said = f"its SHA-256 is {found}, not {remote.sha256}; what came was thrown away"
        problem = Rejected(PROVIDER, "check", said)
    tag = _tag_path(part)
    tag.unlink(missing_ok=True)
    if problem is not None:
        part.unlink()
        raise problem


def _sha256(path: Path, told: Told) -> str:
    digest, size = hashlib.sha256(), _size(path)
    with path.open("rb") as file:
        while chunk := file.read(8 * CHUNK):
            digest.update(chunk)
            told(size)  # So that a stop is heard here too.
    return digest.hexdigest()


def _name(response: httpx2.Response) -> str:
    """The file name of Content-Disposition (RFC 6266, the plain form); "" without."""
    from email.message import Message

    message = Message()
    message["content-disposition"] = response.headers.get("content-disposition", "")
    return str(message.get_filename() or "")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _tag_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _tag(part: Path) -> str:
    path = _tag_path(part)
    return path.read_text("utf-8") if path.exists() else ""


def _keep_tag(part: Path, tag: str) -> None:
    # A weak tag may not be used to join ranges (RFC 9110 §13.1.5).
    if tag and not tag.startswith("W/"):
        _tag_path(part).write_text(tag, "utf-8")


def _reason(error: Exception) -> str:
    return f"the line broke ({type(error).__name__}: {str(error)[:200]}); it goes on from there"


def allowed_address(url: str, *, allow_private: bool) -> None:
    """Raises InvalidInput for anything but an https address without a login in it."""
    parts = httpx2.URL(url)
    schemes = ("https", "http") if allow_private else ("https",)
    if parts.scheme not in schemes or not parts.host or parts.userinfo:
        raise InvalidInput("source", f"{url[:200]} cannot be downloaded", "an https:// address")
