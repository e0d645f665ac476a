"""The layout families: each turns a stage into a plan, with its own form on wide formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gator_engine.adapters.generators._cards.blocks import Line, Part, Rule
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.plan import (
    Disc,
    Panel,
    Plan,
    Stage,
    counter,
    fit,
    handle,
    kicker,
    signature,
    single,
    story,
)
from gator_engine.adapters.generators._cards.typeset import (
    advance,
    cap_height,
    ink_extent,
    left_bearing,
)


def quote_mark(stage: Stage, plan: Plan, x: float, top: float, size: float) -> float:
    """An opening quotation mark in the accent colour, its ink at (x, top); returns its height."""
    style = replace(stage.type.numeral, weight=600)
    if stage.spec.typeface == "technical":
        style = replace(stage.type.display, weight=600)
    pixels = round(size)
    above, below = ink_extent("“", style, pixels)
    start = x - left_bearing("“", style, pixels)
    plan.lines.append(Line("", "“", style, pixels, start, top + above, "accent"))
    return above + below


def _foot(stage: Stage, plan: Plan, box: Box) -> float:
    """Signature at the left and slide marks at the right of the foot; returns the height used."""
    probe = counter(stage, Plan(), box, 0)
    used = signature(stage, plan, box.cut(right=probe + (40 * stage.u if probe else 0)))
    counter(stage, plan, box, box.bottom - used / 2)
    return used


def editorial(stage: Stage) -> Plan:
    """Flush left: kicker or quotation mark on top, text standing on the signature."""
    plan, box, u = Plan(), stage.safe, stage.u
    if stage.wide:
        return _editorial_wide(stage, plan, box)
    head = kicker(stage, plan, box)
    if stage.spec.kind == "quote":
        gap = head + (54 * u if head else 0)
        head = gap + quote_mark(stage, plan, box.x, box.y + gap, 400 * u)
    elif stage.spec.kind == "carousel_slide":
        head = _numeral(stage, plan, box, head)
    foot = _foot(stage, plan, box)
    text = box.cut(top=head + 64 * u, bottom=foot + 112 * u)
    low = stage.spec.kind != "carousel_slide" and (stage.spec.seed // 7) % 3 > 0
    plan.add(fit(story(stage), text, valign="bottom" if low else "middle"))
    return plan


def _numeral(stage: Stage, plan: Plan, box: Box, head: float) -> float:
    """The number of a carousel's slide, counted from the one after the cover."""
    u = stage.u
    style, size = stage.type.numeral, round(190 * u)
    number = str(max(1, stage.spec.slide_index - 1))
    top = head + (48 * u if head else 0)
    tall, _ = ink_extent(number, style, size)
    plan.lines.append(Line("", number, style, size, box.x - 6 * u, box.y + top + tall, "accent"))
    return top + tall


def _editorial_wide(stage: Stage, plan: Plan, box: Box) -> Plan:
    """Two columns: what opens the card and who speaks at the left, the text at the right."""
    u, kind = stage.u, stage.spec.kind
    if kind in ("quote", "carousel_slide"):
        left = replace(box, w=box.w * 0.27)
        right = box.cut(left=box.w * 0.31)
        head = kicker(stage, plan, left)
        if kind == "quote":
            quote_mark(stage, plan, left.x, left.y + head + (54 * u if head else 0), 560 * u)
        else:
            _numeral(stage, plan, left, head)
        signature(stage, plan, left)
        counter(stage, plan, box, box.bottom - 8 * u)
        low = 56 * u if stage.spec.slide_count > 1 else 0.0
        plan.add(fit(story(stage, 1.05), right.cut(bottom=low), valign="middle"))
        return plan
    head = kicker(stage, plan, box)
    foot = _foot(stage, plan, box)
    parts = story(stage, 1.2)
    text = box.cut(top=head + 60 * u, bottom=foot + 84 * u)
    title = plan.add(
        fit(parts[:1], replace(text, w=text.w * (0.6 if parts[1:] else 0.82)), valign="bottom")
    )
    if parts[1:]:
        column = text.cut(left=text.w * 0.68)
        stack = fit(parts[1:], column, valign="bottom")
        plan.add(stack)
        plan.rules.append(Rule(Box(text.x + text.w * 0.64, title.top, 2, title.bottom - title.top)))
    return plan


def centred(stage: Stage) -> Plan:
    """Everything on the middle axis."""
    plan, box, u = Plan(), stage.safe, stage.u
    if stage.wide:
        box = box.inset(box.w * 0.06, 0)
    head = kicker(stage, plan, box, "centre")
    if stage.spec.kind == "quote" and not head:
        style, size = replace(stage.type.numeral, weight=600), round(330 * u)
        wide = advance("“", style, size)
        head = quote_mark(stage, plan, box.x + (box.w - wide) / 2, box.y, size)
    foot = signature(stage, plan, box, "centre")
    if stage.spec.slide_count > 1:
        wide = counter(stage, Plan(), box, 0)
        row = Box(box.x + (box.w - wide) / 2, 0, wide, 0)
        counter(stage, plan, row, box.y + head + (52 * u if head else 8 * u))
        head += 60 * u
    text = box.cut(top=head + 56 * u, bottom=foot + 78 * u)
    plan.add(fit(story(stage, 0.94), text, "centre", "middle"))
    return plan


def poster(stage: Stage) -> Plan:
    """Type as large as it goes from the top edge; a ruled line of small print at the bottom."""
    plan, box, u = Plan(), stage.safe, stage.u
    foot = _small_print(stage, plan, box)
    parts = story(stage, 1.75)
    text = box.cut(bottom=foot + 76 * u)
    if len(parts) == 1:
        plan.add(fit(parts, text))
        return plan
    if stage.wide:
        upper = fit(parts[:1], text.cut(bottom=text.h * 0.3))
        column = replace(text, x=text.x + text.w * 0.5, w=text.w * 0.5)
        plan.add(upper)
        plan.add(
            fit(
                parts[1:],
                replace(column, y=upper.bottom + 60 * u, h=text.bottom - upper.bottom - 60 * u),
                valign="bottom",
            )
        )
        return plan
    lower = fit(parts[1:], text.cut(top=text.h * 0.45, right=text.w * 0.1), valign="bottom")
    plan.add(lower)
    plan.add(fit(parts[:1], text.cut(bottom=text.bottom - lower.top + 56 * u)))
    return plan


def _small_print(stage: Stage, plan: Plan, box: Box) -> float:
    """Name, kicker or slide marks, and handle on one line under a rule; returns its height."""
    spec, u = stage.spec, stage.u
    room = box.w * (0.62 if stage.wide else 1.0)
    if spec.kicker and not stage.wide:
        label = single(stage, "kicker", spec.kicker, stage.type.label, (26 * u, 21 * u), box.w)
    else:
        label = None
    disc = 64 * u if spec.avatar else 0.0
    middle = box.bottom - 32 * u
    x = box.x
    if disc:
        plan.discs.append(Disc(x + disc / 2, middle, disc))
        x += disc + 18 * u
    marks = counter(stage, plan, box, middle)
    name = spec.display_name or handle(spec)
    field = "display_name" if spec.display_name else "handle"
    width = room - disc - 18 * u - marks
    line = single(
        stage,
        field,
        name,
        stage.type.strong,
        (31 * u, 23 * u),
        width * (0.55 if not marks else 0.9),
    )
    caps = cap_height(line.style, line.size)
    plan.lines.append(line.moved(x, middle + caps / 2))
    if spec.display_name and spec.handle and not marks:
        other = single(
            stage, "handle", handle(spec), stage.type.text, (29 * u, 23 * u), width * 0.45
        )
        wide = advance(other.text, other.style, other.size)
        plan.lines.append(replace(other, role="muted").moved(box.right - wide, middle + caps / 2))
    if spec.kicker and stage.wide:
        label = single(
            stage, "kicker", spec.kicker, stage.type.label, (26 * u, 21 * u), box.w * 0.3
        )
        plan.lines.append(
            label.moved(box.x + box.w * 0.5, middle + cap_height(label.style, label.size) / 2)
        )
        label = None
    top = box.bottom - 64 * u - 34 * u
    plan.rules.append(Rule(Box(box.x, top, box.w, 3), "ink"))
    if label is None:
        return box.bottom - top
    plan.lines.append(label.moved(box.x, top - 26 * u))
    return box.bottom - top + 26 * u + cap_height(label.style, label.size)


def sheet(stage: Stage) -> Plan:
    """A sheet of paper over the art; on wide formats it leaves the art a side of its own."""
    plan, u = Plan(), stage.u
    whole = Box(0, 0, stage.width, stage.height)
    edge = 0.066 * min(stage.width, stage.height)
    if stage.wide:
        panel = whole.inset(edge)
        keep = panel.w * 0.36
        panel = panel.cut(left=keep) if stage.spec.seed % 2 else panel.cut(right=keep)
    elif stage.tall:
        panel = stage.safe.inset(-0.01 * stage.width, 0)
    else:
        panel = whole.inset(edge, edge)
    round_corners = (stage.spec.seed // 3) % 2 == 0
    plan.panel = Panel(panel, 40 * u if round_corners else 0.0)
    inner = panel.inset(74 * u, 76 * u)
    head = kicker(stage, plan, inner)
    if stage.spec.kind == "quote" and not head:
        head = quote_mark(stage, plan, inner.x, inner.y, 300 * u)
    elif stage.spec.kind == "carousel_slide":
        head = _numeral(stage, plan, inner, head)
    foot = _foot(stage, plan, inner)
    text = inner.cut(top=head + (58 * u if head else 0), bottom=foot + 84 * u)
    plan.add(fit(story(stage, 0.86), text, valign="top" if stage.spec.items else "middle"))
    plan.on_panel()
    return plan


def split(stage: Stage) -> Plan:
    """Art in full colour on one part of the card, text on plain ground on the other."""
    plan, u = Plan(), stage.u
    whole, safe = Box(0, 0, stage.width, stage.height), stage.safe
    first = (stage.spec.seed // 5) % 2 == 0
    if stage.wide:
        share = whole.w * 0.42
        plan.art = replace(whole, w=share) if first else whole.cut(left=whole.w - share)
        lead = share + safe.x * 0.82
        text = safe.cut(left=lead - safe.x) if first else safe.cut(right=lead - safe.x)
    else:
        long = len(stage.spec.body) + sum(map(len, stage.spec.items)) + len(stage.spec.title)
        share = whole.h * (0.4 if long < 90 else 0.34 if long < 200 else 0.26)
        if stage.tall:
            share = whole.h * (0.42 if long < 200 else 0.34)
        if stage.spec.items:
            share = whole.h * (0.28 if len(stage.spec.items) < 5 or stage.tall else 0.2)
        plan.art = replace(whole, h=share)
        text = safe.cut(top=share + 70 * u - safe.y)
    head = kicker(stage, plan, text)
    foot = _foot(stage, plan, text)
    inner = text.cut(top=head + (56 * u if head else 0), bottom=foot + 76 * u)
    wide = stage.wide and stage.spec.kind != "list"
    plan.add(fit(story(stage, 0.9), inner, valign="middle" if wide else "top"))
    return plan


def ledger(stage: Stage) -> Plan:
    """A title and a ruled, numbered list; on wide formats side by side."""
    plan, box, u = Plan(), stage.safe, stage.u
    parts = story(stage, 1.1)
    if not stage.wide:
        head = kicker(stage, plan, box)
        foot = _foot(stage, plan, box)
        text = box.cut(top=head + (58 * u if head else 0), bottom=foot + 84 * u)
        plan.add(fit(parts, text))
        return plan
    left, right = replace(box, w=box.w * 0.4), box.cut(left=box.w * 0.48)
    head = kicker(stage, plan, left)
    foot = signature(stage, plan, left)
    plan.add(fit(parts[:1], left.cut(top=head + (58 * u if head else 0), bottom=foot + 70 * u)))
    plan.add(fit([*_spread(parts[1:], right)], right, valign="middle"))
    return plan


def _spread(parts: list[Part], box: Box) -> list[Part]:
    """List rows with more air, where a column has only rows in it."""
    return [replace(part, gap=min(part.gap * 1.35, box.h / len(parts))) for part in parts]


def end(stage: Stage) -> Plan:
    """The last slide: a large avatar, the call to action, and where to find the persona."""
    spec, u = stage.spec, stage.u
    if not spec.avatar or stage.wide:
        return centred(stage)
    plan, box = Plan(), stage.safe
    head = kicker(stage, plan, box, "centre")
    side = 250 * u
    top = box.y + head + (60 * u if head else 24 * u)
    plan.discs.append(Disc(box.x + box.w / 2, top + side / 2, side))
    foot = signature(replace(stage, spec=replace(spec, avatar=None)), plan, box, "centre")
    wide = counter(stage, Plan(), box, 0)
    row = Box(box.x + (box.w - wide) / 2, 0, wide, 0)
    counter(stage, plan, row, box.bottom - foot - 56 * u)
    text = box.cut(top=top + side + 60 * u - box.y, bottom=foot + 130 * u)
    plan.add(fit(story(stage, 0.9), text, "centre", "middle"))
    return plan


FAMILIES: dict[str, Callable[[Stage], Plan]] = {
    "editorial": editorial,
    "centred": centred,
    "poster": poster,
    "sheet": sheet,
    "split": split,
    "ledger": ledger,
}
