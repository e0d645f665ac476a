"""ComfyUI's `prompt`: the graph that was run, as its API takes it.

A JSON object, node id → {"class_type", "inputs"}; an input is a value or a link [node id, output].
The walk starts at the sampler and follows links upstream: `positive` and `negative` to a text
encoder, `model` over LoRA loaders to a checkpoint, `latent_image` to the size. Unknown nodes on the
way are passed through by their input of the same meaning, so that custom nodes do no harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gator_engine.adapters.provenance.recipes.reading import (
    LONGEST_PROMPT,
    decimal,
    loaded,
    whole,
    words,
)
from gator_engine.domain.recall import RecalledLora, Recipe

MOST_NODES = 2_000
_LONGEST_WALK = 200
_TEXTS = ("text", "text_g", "t5xxl", "prompt", "text_l", "clip_l", "string", "value", "string_a")
_MODELS = ("ckpt_name", "unet_name", "model_name")
_CONDITIONING = ("conditioning", "conditioning_1", "conditioning_to", "positive")
_DAMAGED = "ComfyUI's graph in this file is damaged."
_NO_SAMPLER = "No sampler was found in ComfyUI's graph."

Node = Mapping[str, Any]


def from_graph(text: str) -> Recipe:
    """The recipe of a ComfyUI picture; what cannot be read is named in `problems`."""
    found = loaded(text)
    if not isinstance(found, dict):
        return Recipe("ComfyUI", problems=(_DAMAGED,))
    graph = _Graph(found)
    sampler = graph.sampler()
    if sampler is None:
        return Recipe("ComfyUI", problems=(_NO_SAMPLER,))
    return graph.recipe(sampler)


class _Graph:
    """The nodes of one graph, and how to walk them."""

    def __init__(self, found: Mapping[str, Any]) -> None:
        nodes = list(found.items())[:MOST_NODES]
        self._nodes: dict[str, Node] = {
            str(key): node
            for key, node in nodes
            if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
        }

    def sampler(self) -> Node | None:
        """The sampler whose picture was saved; of several, the one nearest to the saving node."""
        saving = [n for n in self._nodes.values() if "Save" in _kind(n) or "Preview" in _kind(n)]
        looked_at = self._upstream(saving) if saving else iter(self._nodes.values())
        return next((node for node in looked_at if _is_sampler(node)), None)

    def recipe(self, sampler: Node) -> Recipe:
        """What the sampler was told, by itself and by the nodes it is linked to."""
        guider, noise = self._linked(sampler, "guider"), self._linked(sampler, "noise")
        sigmas, chosen = self._linked(sampler, "sigmas"), self._linked(sampler, "sampler")
        told = [sampler, noise or {}, sigmas or {}, guider or {}, chosen or {}]
        source = guider if guider is not None else sampler
        positive = "positive" if "positive" in source["inputs"] else "conditioning"
        size = self._size(sampler)
        name = self._value(told, "sampler_name")
        schedule = self._value(told, "scheduler")
        model, loras = self._model(source, sampler)
        prompt, guidance = self._prompt(source, positive)
        cfg = decimal(self._value(told, "cfg"))
        return Recipe(
            tool="ComfyUI",
            prompt=prompt,
            negative_prompt=self._prompt(source, "negative")[0],
            seed=whole(self._value(told, "seed", "noise_seed")),
            steps=whole(self._value(told, "steps")),
            sampler=" ".join(part for part in (words(name), words(schedule)) if part),
            guidance=cfg if guidance is None else guidance,
            width=size[0],
            height=size[1],
            model=model,
            loras=loras,
            others=self._others(told),
            problems=() if prompt else ("The prompt could not be followed to a text.",),
        )

    def _others(self, told: list[Node]) -> dict[str, str]:
        strength = decimal(self._value(told, "denoise"))
        return {"Denoise": f"{strength:g}"} if strength is not None and strength < 1 else {}

    def _value(self, told: list[Node], *names: str) -> object:
        """The first value of one of the names; a link is followed to a node with a plain value."""
        for node in told:
            for name in names:
                value = node.get("inputs", {}).get(name)
                if value is not None:
                    return self._plain(value)
        return None

    def _plain(self, value: object) -> object:
        for _ in range(_LONGEST_WALK):
            node = self._target(value)
            if node is None:
                return None if isinstance(value, list | dict) else value
            inputs = node["inputs"]
            value = next((inputs[n] for n in ("value", "seed", *_TEXTS) if n in inputs), None)
        return None

    def _prompt(self, node: Node, name: str) -> tuple[str, float | None]:
        """(text, guidance on the way) of what is linked to an input."""
        guidance: float | None = None
        link, seen = node["inputs"].get(name), set[int]()
        while (found := self._target(link)) is not None and id(found) not in seen:
            seen.add(id(found))
            inputs = found["inputs"]
            if "guidance" in inputs and guidance is None:
                guidance = decimal(self._plain(inputs["guidance"]))
            if text := self._text(inputs):
                return text[:LONGEST_PROMPT], guidance
            ways = (name, *_CONDITIONING)
            link = next((inputs[way] for way in ways if _is_link(inputs.get(way))), None)
        return "", guidance

    def _text(self, inputs: Mapping[str, Any]) -> str:
        for name in _TEXTS:
            if name in inputs and (text := words(self._plain(inputs[name]), LONGEST_PROMPT)):
                return text
        return ""

    def _model(self, *starts: Node) -> tuple[str, tuple[RecalledLora, ...]]:
        loras: list[RecalledLora] = []
        for start in starts:
            for node in self._along(start, "model"):
                inputs = node["inputs"]
                if name := words(inputs.get("lora_name")):
                    weight = decimal(inputs.get("strength_model"))
                    loras.append(RecalledLora(name, 1.0 if weight is None else weight))
                model = next((words(inputs[key]) for key in _MODELS if key in inputs), "")
                if model:
                    return model, tuple(loras)
        return "", tuple(loras)

    def _size(self, sampler: Node) -> tuple[int | None, int | None]:
        for name in ("latent_image", "latent"):
            for node in self._along(sampler, name, "samples", "latent", "latent_image", "pixels"):
                inputs = node["inputs"]
                if "width" in inputs and "height" in inputs:
                    width, height = (self._plain(inputs[edge]) for edge in ("width", "height"))
                    return whole(width), whole(height)
        return None, None

    def _along(self, start: Node, first: str, *further: str) -> Iterator[Node]:
        """Nodes upstream over one sort of input."""
        link, seen = start["inputs"].get(first), set[int]()
        while (node := self._target(link)) is not None and id(node) not in seen:
            seen.add(id(node))
            yield node
            names = further or (first,)
            link = next((node["inputs"][n] for n in names if _is_link(node["inputs"].get(n))), None)

    def _upstream(self, starts: Sequence[Node]) -> Iterator[Node]:
        """Every node that feeds these, the nearest first, each once."""
        waiting, seen = deque(starts), set(map(id, starts))
        while waiting:
            node = waiting.popleft()
            yield node
            for value in node["inputs"].values():
                found = self._target(value)
                if found is not None and id(found) not in seen:
                    seen.add(id(found))
                    waiting.append(found)

    def _linked(self, node: Node, name: str) -> Node | None:
        return self._target(node["inputs"].get(name))

    def _target(self, value: object) -> Node | None:
        return self._nodes.get(str(value[0])) if _is_link(value) else None  # type: ignore[index]


def _kind(node: Node) -> str:
    return words(node.get("class_type"))


def _is_sampler(node: Node) -> bool:
    inputs = node["inputs"]
    return ("latent_image" in inputs or "latent" in inputs) and (
        "sampler_name" in inputs or "sampler" in inputs
    )


def _is_link(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int)
