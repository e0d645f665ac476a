"""The library pictures that a brief works on: their bytes, and the lineage of what comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.capabilities import GeneratorCapabilities, OptionKind
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.services.library import Library


@dataclass(frozen=True)
class Sources:
    """What a generator is given, and `parents` as (asset id, relation) for each of its results.

    `size` is (width, height) in pixels of the first picture, None without pictures.
    """

    pictures: Mapping[str, bytes] = field(default_factory=dict)
    references: tuple[bytes, ...] = ()
    parents: tuple[tuple[str, str], ...] = ()
    size: tuple[int, int] | None = None


def sources_of(
    library: Library, capabilities: GeneratorCapabilities, settings: Mapping[str, object]
) -> Sources:
    """The pictures that the settings name.

    Raises InvalidInput naming the option for an id that is no picture of the library.
    """
    pictures: dict[str, bytes] = {}
    references: list[bytes] = []
    parents: list[tuple[str, str]] = []
    size: tuple[int, int] | None = None
    for option in capabilities.options:
        for asset_id in _ids(option.kind, settings.get(option.name)):
            asset = _picture(library, option.name, asset_id)
            data = library.read(asset.id)
            parents.append((asset.id, capabilities.relation(option)))
            if option.kind is OptionKind.REFERENCES:
                references.append(data)
                continue
            pictures[option.name] = data
            size = size or (asset.facts.width or 0, asset.facts.height or 0)
    return Sources(pictures, tuple(references), tuple(dict.fromkeys(parents)), size)


def _ids(kind: OptionKind, value: object) -> Sequence[str]:
    if kind is OptionKind.PICTURE:
        return [str(value)] if value else []
    if kind is OptionKind.REFERENCES and isinstance(value, list | tuple):
        return [str(one) for one in value]
    return []


def _picture(library: Library, option: str, asset_id: str) -> Asset:
    try:
        asset = library.get(asset_id)
    except NotFound:
        problem = f"{asset_id!r} is not in the library (any more)"
        raise InvalidInput(f"settings.{option}", problem, "a picture of the library") from None
    if asset.facts.kind is not AssetKind.IMAGE:
        raise InvalidInput(f"settings.{option}", f"is {asset.facts.mime}", "a picture")
    return asset
