"""Whether a picture can be made again as it was: what the record says against what is there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from gator_engine.domain.assets import Provenance
from gator_engine.domain.provenance import Difference
from gator_engine.ports import Weights

_SHORT = 12


def differences(made: Provenance, weights: Weights, device: str) -> Iterator[Difference]:
    """Libraries, weights and device that are not as they were."""
    for name, then in made.software.items():
        now = _installed(name)
        if now != then:
            yield Difference(name, then, now or "not installed")
    about = made.parameters
    yield from _weights("Model", about.get("model"), about.get("model_hash"), weights)
    hashes = about.get("lora_hashes")
    for path, then in hashes.items() if isinstance(hashes, Mapping) else ():
        yield from _weights("LoRA", path, then, weights)
    before = str(about.get("device", ""))
    if before and device != "auto" and before.partition(":")[0] != device.partition(":")[0]:
        yield Difference("Device", before, device)


def _weights(what: str, name: object, then: object, weights: Weights) -> Iterator[Difference]:
    if not name or not then:
        return
    found = weights.fingerprint(str(name))
    now = found.sha256 if found else ""
    if now != then:
        yield Difference(
            f"{what} {name}", str(then)[:_SHORT], now[:_SHORT] or "not on this machine"
        )


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
