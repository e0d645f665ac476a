"""Where requests may go: addresses people give must not lead into private networks (SSRF)."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import httpx2

from gator_engine.domain.accounts import Account
from gator_engine.errors import InvalidInput


@dataclass(frozen=True)
class Network:
    """How adapters reach the world; the studio makes it from the settings.

    `sandbox_url` is the origin of our own sandbox network, the one private address that is always
    allowed; `allow_private` lets every address through, and plain http too.
    """

    timeout_s: float = 20.0
    allow_private: bool = False
    sandbox_url: str = ""

    def is_sandbox(self, url: str) -> bool:
        """Whether the URL is of our sandbox network."""
        return bool(self.sandbox_url) and origin(url) == origin(self.sandbox_url)

    def base_url(self, account: Account) -> str:
        """Address of the account's server; a sandbox account follows the sandbox's port."""
        if not (account.sandbox and self.sandbox_url):
            return account.base_url
        here = urlsplit(self.sandbox_url)
        return urlunsplit((here.scheme, here.netloc, urlsplit(account.base_url).path, "", ""))

    def given_url(self, url: str, field: str) -> str:
        """A server address as a person typed it, made whole.

        Raises InvalidInput naming the field for anything but an https address of a public host.
        """
        text = url.strip().rstrip("/")
        text = text if "://" in text else f"https://{text}"
        parts = urlsplit(text)
        if parts.scheme not in ("https", "http") or not parts.hostname or " " in text:
            raise InvalidInput(field, "is not a web address", "such as https://example.social")
        if parts.username or parts.query or parts.fragment:
            raise InvalidInput(field, "must be the plain address of a server")
        if parts.scheme == "http" and not (self.allow_private or self.is_sandbox(text)):
            raise InvalidInput(field, "must start with https://")
        return text


@cache
def trust() -> ssl.SSLContext:
    """The certificates to trust; reading them takes a tenth of a second, so once per process."""
    return httpx2.create_ssl_context()


def origin(url: str) -> tuple[str, str]:
    """Scheme and host with port, in small letters."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


class GuardedTransport(httpx2.BaseTransport):
    """Resolves each host itself, refuses private addresses, and connects to what it resolved.

    Connecting to the checked address (not to the name again) leaves no gap for a name that
    resolves differently the second time.
    """

    def __init__(self, network: Network, field: str) -> None:
        self._network, self._field = network, field
        self._inner = httpx2.HTTPTransport(verify=trust())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Raises InvalidInput for a private address, httpx2.ConnectError for an unknown host."""
        if self._network.allow_private or self._network.is_sandbox(str(request.url)):
            return self._inner.handle_request(request)
        name, url = request.url.host, request.url
        failure: httpx2.ConnectError | None = None
        for address in public_addresses(name, url.port or 443, self._field):
            request.url = url.copy_with(host=address)
            request.extensions = {**request.extensions, "sni_hostname": name}
            try:
                return self._inner.handle_request(request)
            except httpx2.ConnectError as error:
                failure = error
        raise failure or httpx2.ConnectError(f"no address for {name}")

    def close(self) -> None:
        self._inner.close()


def public_addresses(host: str, port: int, field: str) -> list[str]:
    """Every address of a host. Raises InvalidInput naming the field if one is not public."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx2.ConnectError(f"{host} cannot be resolved") from error
    addresses = list(dict.fromkeys(str(answer[4][0]) for answer in answers))
    for address in addresses:
        if not is_public(address):
            problem = f"{host} leads into a private network"
            raise InvalidInput(field, problem, "servers on the public internet")
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    seen = mapped or parsed
    return seen.is_global and not seen.is_multicast
