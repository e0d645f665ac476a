"""Dynamic prompts: one text that stands for many.

    {a|b|c}          one of them
    {2$$a|b|c}       two of them, in the order written, with ", " between
    {1-3$$ and $$a|b|c}   one to three, with " and " between
    {0.5::a|b}       a half as often as b
    __colours__      a line of the list `colours`; lines may be dynamic themselves
    \\{ \\} \\| \\_      the signs themselves

Chance comes from the seed alone, so that the same text, lists and seed give the same prompt
everywhere. Everything is bounded, and what goes too far is named.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations, islice

from gator_engine.errors import InvalidInput

FIELD = "prompt"
LONGEST_TEXT = 4000
MOST_PARTS = 64
DEEPEST = 6
MOST_LISTED = 1000
_SIGNS = re.compile(
    r"\\\\|\\[{}|_]|[{}|]|__(?P<name>[A-Za-z0-9](?:[A-Za-z0-9 /-]|_(?!_))*)__|[^\\{}|_]+|.",
    re.DOTALL,
)
_COUNT = re.compile(r"\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\$\$(?:([^$]*)\$\$)?")
_WEIGHT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?|\.\d{1,6})::")

Lists = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Choice:
    """One thing that chance decided: where (a list's name, or the variant as written), and what."""

    where: str
    taken: str


@dataclass(frozen=True)
class Expansion:
    """A prompt that came out, and how; `template`, lists and `seed` give it again."""

    text: str
    template: str
    seed: int | None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Listing:
    """The first prompts of a text in order; `ways` counts all it can become, equal ones too."""

    texts: tuple[str, ...]
    ways: int


@dataclass(frozen=True)
class _List:
    name: str


@dataclass(frozen=True)
class _Variant:
    written: str
    options: tuple[tuple[float, tuple[_Node, ...]], ...]
    low: int = 1
    high: int = 1
    joint: str = ", "


_Node = str | _List | _Variant


def is_dynamic(text: str) -> bool:
    """Whether expanding the text would change it or fail."""
    return any(match[0] in "{}" or match["name"] for match in _SIGNS.finditer(text))


def check_name(name: str, field: str = "name") -> str:
    """The name of a list, trimmed. Raises InvalidInput naming `field`."""
    bare = name.strip()
    match = _SIGNS.fullmatch(f"__{bare}__")
    if match is None or match["name"] != bare or len(bare) > 60:
        allowed = "1–60 letters, digits, blanks, - / and single _"
        raise InvalidInput(field, f"{name!r} cannot be written as __name__", allowed)
    return bare


def expand(text: str, lists: Lists, seed: int) -> Expansion:
    """The prompt that a seed gives. Raises InvalidInput naming `prompt` and the limit."""
    # `random()` is the one call whose sequence Python promises to keep for a seed.
    chance = _Chance(lists, random.Random(seed))
    made = _tidy(chance.written(_parse(text), 0))
    return Expansion(made, text, seed, tuple(chance.choices))


def list_all(text: str, lists: Lists, limit: int = MOST_LISTED) -> Listing:
    """The first `limit` different prompts, the last choice changing fastest.

    Raises InvalidInput naming `prompt` or `limit`.
    """
    if not 1 <= limit <= MOST_LISTED:
        raise InvalidInput("limit", f"is {limit}", f"1–{MOST_LISTED}")
    every, nodes = _Every(lists), _parse(text)
    ways = every.ways(nodes, 0)
    seen: dict[str, None] = {}
    # Equal texts are passed over, but not without end.
    for made in islice(every.written(nodes, 0), 20 * limit):
        seen[_tidy(made)] = None
        if len(seen) == limit:
            break
    return Listing(tuple(seen), ways)


def _parse(text: str) -> tuple[_Node, ...]:
    if len(text) > LONGEST_TEXT:
        raise _refused(f"has {len(text)} characters", f"{LONGEST_TEXT} characters")
    signs = [(match[0], match["name"], match.start()) for match in _SIGNS.finditer(text)]
    reader = _Reader(text, signs)
    return reader.sequence(0)


class _Reader:
    """Reads a text once from left to right."""

    def __init__(self, text: str, signs: Sequence[tuple[str, str | None, int]]) -> None:
        self._text, self._signs = text, signs
        self._at = self._parts = 0

    def sequence(self, depth: int) -> tuple[_Node, ...]:
        """Up to the end of the text, or of the option when inside braces."""
        nodes: list[_Node] = []
        while self._at < len(self._signs):
            sign, name, start = self._signs[self._at]
            if depth and sign in "|}":
                break
            self._at += 1
            if name:
                nodes.append(self._counted(_List(name)))
            elif sign == "{":
                nodes.append(self._counted(self._variant(start, depth + 1)))
            elif sign == "}":
                raise _refused(f"has a }} without {{ at character {start + 1}", "write \\} for it")
            else:
                plain = sign[1] if sign[0] == "\\" and len(sign) == 2 and sign[1] != "\\" else sign
                if nodes and isinstance(nodes[-1], str):
                    nodes[-1] += plain
                else:
                    nodes.append(plain)
        return tuple(nodes)

    def _counted(self, node: _Node) -> _Node:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise _refused("has too many choices", f"{MOST_PARTS} variants and lists")
        return node

    def _variant(self, start: int, depth: int) -> _Variant:
        if depth > DEEPEST:
            raise _refused("nests too deep", f"{DEEPEST} levels")
        options = []
        while True:
            nodes = self.sequence(depth)
            options.append(nodes)
            if self._at >= len(self._signs):
                raise _refused(f"has a {{ without }} at character {start + 1}", "write \\{ for it")
            sign, _, end = self._signs[self._at]
            self._at += 1
            if sign == "}":
                return _variant(self._text[start : end + 1], options)


def _variant(written: str, options: list[tuple[_Node, ...]]) -> _Variant:
    low, high, joint = 1, 1, ", "
    first = options[0]
    if first and isinstance(first[0], str) and (count := _COUNT.match(first[0])):
        low = int(count[1])
        high = int(count[2]) if count[2] else low
        joint = joint if count[3] is None else count[3]
        options[0] = (first[0][count.end() :], *first[1:])
        if not low <= high <= len(options):
            raise _refused(
                f"asks for {low}–{high} in {written[:80]}", f"0–{len(options)}, in order"
            )
    return _Variant(written, tuple(_weighed(nodes) for nodes in options), low, high, joint)


def _weighed(nodes: tuple[_Node, ...]) -> tuple[float, tuple[_Node, ...]]:
    if nodes and isinstance(nodes[0], str) and (weight := _WEIGHT.match(nodes[0])):
        return float(weight[1]), (nodes[0][weight.end() :], *nodes[1:])
    return 1.0, nodes


class _Walk:
    """Goes through a text and the lists it names."""

    def __init__(self, lists: Lists) -> None:
        self._lists = {name.casefold(): lines for name, lines in lists.items()}
        self._parsed: dict[str, tuple[_Node, ...]] = {}

    def lines(self, named: _List, depth: int) -> Sequence[str]:
        """The lines of a list. Raises InvalidInput for an unknown, empty or circular one."""
        if depth > DEEPEST:
            raise _refused(f"__{named.name}__ leads into itself or too deep", f"{DEEPEST} levels")
        found = self._lists.get(named.name.casefold())
        if not found:
            known = ", ".join(sorted(self._lists)) or "none yet"
            raise _refused(f"there is no list __{named.name}__", f"has: {known}")
        return found

    def parsed(self, line: str) -> tuple[_Node, ...]:
        """The nodes of a line."""
        if line not in self._parsed:
            self._parsed[line] = _parse(line)
        return self._parsed[line]


class _Chance(_Walk):
    """One prompt, by chance."""

    def __init__(self, lists: Lists, source: random.Random) -> None:
        super().__init__(lists)
        self._source = source
        self.choices: list[Choice] = []
        self._steps = 0

    def written(self, nodes: Sequence[_Node], depth: int) -> str:
        """The text of the nodes."""
        made = ""
        for node in nodes:
            made += node if isinstance(node, str) else self._chosen(node, depth)
            if len(made) > LONGEST_TEXT:
                raise _refused("becomes too long", f"{LONGEST_TEXT} characters")
        return made

    def _chosen(self, node: _List | _Variant, depth: int) -> str:
        self._steps += 1
        if self._steps > 16 * MOST_PARTS:
            raise _refused("has too many choices in its lists", f"{16 * MOST_PARTS} choices")
        if isinstance(node, _List):
            lines = self.lines(node, depth)
            line = lines[int(self._source.random() * len(lines))]
            taken = self.written(self.parsed(line), depth + 1)
            self.choices.append(Choice(node.name, taken))
            return taken
        count = node.low + int(self._source.random() * (node.high - node.low + 1))
        numbers = sorted(self._drawn(node, count))
        taken = node.joint.join(self.written(node.options[n][1], depth + 1) for n in numbers)
        self.choices.append(Choice(node.written, taken))
        return taken

    def _drawn(self, node: _Variant, count: int) -> list[int]:
        """Numbers of different options, each by its weight among those that are left."""
        left = {number: weight for number, (weight, _) in enumerate(node.options)}
        drawn: list[int] = []
        for _ in range(count):
            point = self._source.random() * sum(left.values())
            reached = accumulate(left.values())
            passed = (number for number, sum_ in zip(left, reached, strict=True) if point < sum_)
            # With weights of 0 only, the last one is as good as any.
            drawn.append(next(passed, list(left)[-1]))
            del left[drawn[-1]]
        return drawn


class _Every(_Walk):
    """Every prompt, in order; made one at a time, whatever their number."""

    def __init__(self, lists: Lists) -> None:
        super().__init__(lists)
        self._ways: dict[tuple[str, int], int] = {}

    def ways(self, nodes: Sequence[_Node], depth: int) -> int:
        """How many there are."""
        total = 1
        for node in nodes:
            if isinstance(node, _List):
                lines = self.lines(node, depth)
                total *= sum(self._ways_of(line, depth + 1) for line in lines)
            elif isinstance(node, _Variant):
                total *= self._subsets(node, depth)
        return total

    def _ways_of(self, line: str, depth: int) -> int:
        """Counted once: long lists that name long lists would take for ever otherwise."""
        if (line, depth) not in self._ways:
            self._ways[line, depth] = self.ways(self.parsed(line), depth)
        return self._ways[line, depth]

    def _subsets(self, node: _Variant, depth: int) -> int:
        """Elementary symmetric sums: the ways of each subset are the product of its options'."""
        sums = [1] + [0] * node.high
        for _, nodes in node.options:
            ways = self.ways(nodes, depth + 1)
            for size in range(node.high, 0, -1):
                sums[size] += sums[size - 1] * ways
        return sum(sums[node.low :])

    def written(self, nodes: Sequence[_Node], depth: int) -> Iterator[str]:
        """The texts of the nodes."""
        if not nodes:
            yield ""
            return
        for head in self._one(nodes[0], depth):
            for tail in self.written(nodes[1:], depth):
                if len(head) + len(tail) > LONGEST_TEXT:
                    raise _refused("becomes too long", f"{LONGEST_TEXT} characters")
                yield head + tail

    def _one(self, node: _Node, depth: int) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        elif isinstance(node, _List):
            for line in self.lines(node, depth):
                yield from self.written(self.parsed(line), depth + 1)
        else:
            for count in range(node.low, node.high + 1):
                for chosen in combinations(node.options, count):
                    yield from self._joined([nodes for _, nodes in chosen], node.joint, depth + 1)

    def _joined(self, chosen: Sequence[tuple[_Node, ...]], joint: str, depth: int) -> Iterator[str]:
        if not chosen:
            yield ""
            return
        for head in self.written(chosen[0], depth):
            if len(chosen) == 1:
                yield head
            else:
                for tail in self._joined(chosen[1:], joint, depth):
                    yield head + joint + tail


def _tidy(text: str) -> str:
    """Without the double blanks and lone commas that empty options leave."""
    bare = re.sub(r"[ \t]{2,}", " ", text)
    return re.sub(r"(?:\s*,){2,}", ",", bare).strip(" ,\t")


def _refused(problem: str, limit: str) -> InvalidInput:
    return InvalidInput(FIELD, problem, limit)
