"""A first alt text for a card: what it is and every word on it."""

from __future__ import annotations

from gator_engine.adapters.generators._cards.spec import CardSpec


def describe(spec: CardSpec) -> str:
    """Plain words for people who cannot see the card; a person may improve them."""
    who = spec.display_name or spec.handle
    texts = [text for text in (spec.kicker, spec.title, spec.body) if text]
    if spec.kind == "quote":
        said = f" — {spec.attribution}" if spec.attribution else ""
        opening = f"{spec.kicker}. " if spec.kicker else ""
        return f"Designed text card by {who}: {opening}“{spec.body}”{said}"
    if spec.items:
        rows = "; ".join(f"{place}. {item}" for place, item in enumerate(spec.items, start=1))
        texts.append(rows)
    text = " — ".join(" ".join(part.split()) for part in texts)
    if spec.slide_count > 1:
        number = f"slide {spec.slide_index} of {spec.slide_count}"
        return f"Designed text card by {who}, {number}: {text}"
    return f"Designed text card by {who}: {text}"
