"""Which files of a hub repository are worth downloading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fnmatch import fnmatch

from gator_engine.errors import InvalidInput

_TEXT = ("*.json", "*.txt", "*.model", "*.md", "*.jinja", "LICENSE*", "NOTICE*")
_PICKLED = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".msgpack", ".h5", ".onnx", ".onnx_data")


def worth_having(names: Sequence[str], wanted: Sequence[str], index: bytes | None) -> list[str]:
    """The files to download, in order.

    `wanted` names exactly what to take. Otherwise of a pipeline (`index` is its model_index.json,
    or the modular one) its parts in full precision, without the single-file copies beside them; of
    anything else its safetensors. Pickled weights are never taken. Raises InvalidInput when nothing
    is left.
    """
    if wanted:
        return _named(names, wanted)
    top = [name for name in names if "/" not in name and _is_text(name)]
    if index is not None:
        parts = _parts(index)
        inside = [name for name in names if name.split("/", 1)[0] in parts and "/" in name]
        chosen = [name for name in inside if _is_text(name)] + _full_weights(inside)
    else:
        chosen = [name for name in names if "/" in name and _is_text(name)]
        chosen += [name for name in names if name.endswith(".safetensors")]
    if not any(name.endswith(".safetensors") for name in chosen):
        pickled = any(name.endswith(_PICKLED) for name in names)
        why = "has only pickled weights, which are refused" if pickled else "has no weights"
        raise InvalidInput("source", why, "a repository with .safetensors files")
    return sorted({*top, *chosen}, key=lambda name: (name.endswith(".safetensors"), name))


def _named(names: Sequence[str], wanted: Sequence[str]) -> list[str]:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InvalidInput("files", f"{missing[0]} is not in the repository")
    pickled = [name for name in wanted if name.endswith(_PICKLED)]
    if pickled:
        raise InvalidInput("files", f"{pickled[0]} is pickled, which is refused", ".safetensors")
    return list(wanted)


def _is_text(name: str) -> bool:
    return any(fnmatch(name.rsplit("/", 1)[-1], pattern) for pattern in _TEXT)


def _parts(index: bytes) -> set[str]:
    try:
        listed = json.loads(index)
        return {name for name, made_of in listed.items() if isinstance(made_of, list)}
    except (ValueError, AttributeError) as error:
        raise InvalidInput("source", "has a model_index.json that cannot be read") from error


def _full_weights(names: Sequence[str]) -> list[str]:
    """Safetensors without a variant ("model.fp16.safetensors"), unless a part has nothing else."""
    weights = [name for name in names if name.endswith(".safetensors")]
    full = [name for name in weights if name.rsplit("/", 1)[-1].count(".") == 1]
    have = {name.rsplit("/", 1)[0] for name in full}
    return full + [name for name in weights if name.rsplit("/", 1)[0] not in have]
