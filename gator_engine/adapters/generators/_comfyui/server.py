"""A ComfyUI server's HTTP side: what it has, what it is given, what it made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlsplit

from gator_engine.adapters.web.guard import Network
from gator_engine.adapters.web.wire import Errors, Wire, connected
from gator_engine.config import Settings
from gator_engine.errors import Rejected

MOST_BYTES = 128 * 1024 * 1024
_FOLDERS: Mapping[str, str] = {
    "ckpt_name": "models/checkpoints",
    "lora_name": "models/loras",
    "vae_name": "models/vae",
    "unet_name": "models/diffusion_models",
    "clip_name": "models/text_encoders",
    "clip_name1": "models/text_encoders",
    "clip_name2": "models/text_encoders",
    "control_net_name": "models/controlnet",
    "model_name": "models/upscale_models",
}
"""Where ComfyUI looks for the file behind an input (its folder_paths, read 2026-11-22)."""
_UPLOADED = ("image", "mask")


def _said(body: Any) -> tuple[str, str]:
    """Type and words of a refused workflow, with what each node objects to."""
    if not isinstance(body, dict):
        return "", ""
    error, nodes = body.get("error"), body.get("node_errors")
    message = error.get("message", "") if isinstance(error, dict) else str(error or "")
    details = [
        " ".join(str(part) for part in (node.get("class_type", number), *_objection(problem)))
        for number, node in (nodes.items() if isinstance(nodes, dict) else ())
        for problem in node.get("errors", ())[:2]
    ]
    code = str(error.get("type", "")) if isinstance(error, dict) else ""
    return code, " ".join(" ".join([message, *details]).split())[:600]


def _objection(problem: Mapping[str, Any]) -> tuple[str, str]:
    return str(problem.get("message", "")), str(problem.get("details", ""))


_ERRORS = Errors(read=_said)


class ComfyServer:
    """One server for the length of one request; use `opened`."""

    def __init__(self, wire: Wire, name: str, base_url: str) -> None:
        self._wire, self.name, self.base_url = wire, name, base_url
        self._known: dict[str, Mapping[str, Any]] = {}

    def inputs_of(self, node_class: str) -> Mapping[str, Any]:
        """The inputs that a node class declares; Rejected names the class when it is not there."""
        if node_class not in self._known:
            path = f"object_info/{quote(node_class, safe='')}"
            answer = self._wire.call("look for a node", "GET", path)
            found = answer.data.get(node_class) if isinstance(answer.data, dict) else None
            if not isinstance(found, dict):
                raise Rejected(
                    self.name,
                    "look for a node",
                    f"This server lacks the node {node_class}, which the workflow uses. Install"
                    " the custom nodes it belongs to (ComfyUI Manager: “Install missing custom"
                    " nodes”) and restart the server.",
                    code="missing_node",
                )
            groups = found.get("input") or {}
            self._known[node_class] = {
                **(groups.get("required") or {}),
                **(groups.get("optional") or {}),
            }
        return self._known[node_class]

    def first_model(self) -> str:
        """The first checkpoint it has. Raises Rejected when it has none."""
        offered = _offered(self.inputs_of("CheckpointLoaderSimple").get("ckpt_name"))
        if not offered:
            raise Rejected(
                self.name,
                "look for a model",
                "This server has no model yet. Put a checkpoint into models/checkpoints there.",
                code="missing_model",
            )
        return offered[0]

    def check(self, graph: Mapping[str, Any]) -> None:
        """Raises Rejected naming the first node or file that the server lacks."""
        for node in graph.values():
            declared = self.inputs_of(node["class_type"])
            for name, value in node["inputs"].items():
                offered = _offered(declared.get(name))
                # A file just uploaded is newer than the server's list of them.
                if offered is None or not isinstance(value, str) or name in _UPLOADED:
                    continue
                if value not in offered:
                    raise self._lacks(node["class_type"], name, value, offered)

    def _lacks(self, node: str, name: str, value: str, offered: Sequence[str]) -> Rejected:
        has = ", ".join(offered[:8]) + (" …" if len(offered) > 8 else "") if offered else "nothing"
        folder = _FOLDERS.get(name)
        fix = f" Put it into {folder} there." if folder else ""
        return Rejected(
            self.name,
            "look for a model",
            f"This server does not have {value!r} as {name} of {node}.{fix} It has: {has}.",
            code="missing_model" if folder else "bad_value",
        )

    def upload(self, data: bytes) -> str:
        """Hand a picture over; the name under which a LoadImage node finds it."""
        name = f"gator-{hashlib.sha256(data).hexdigest()[:24]}.png"
        answer = self._wire.call(
            "hand a picture over",
            "POST",
            "upload/image",
            files={"image": (name, data, "image/png")},
            data={"overwrite": "true", "type": "input"},
        )
        folder, kept = str(answer.data.get("subfolder") or ""), str(answer.need("name"))
        return f"{folder}/{kept}" if folder else kept

    def submit(self, graph: Mapping[str, Any], client_id: str) -> str:
        """Queue a workflow there; its id. Raises Rejected with the server's objections."""
        body = {"prompt": graph, "client_id": client_id}
        answer = self._wire.call("hand the workflow over", "POST", "prompt", json=body)
        return str(answer.need("prompt_id"))

    def history(self, prompt_id: str) -> Mapping[str, Any] | None:
        """What became of a workflow; None while it waits or runs."""
        path = f"history/{quote(prompt_id, safe='')}"
        found = self._wire.call("ask what became of it", "GET", path).data.get(prompt_id)
        return found if isinstance(found, dict) else None

    def standing(self, prompt_id: str) -> str:
        """ "running", "waiting" or "" when the server's queue does not know it."""
        queue = self._wire.call("look at the queue", "GET", "queue").data
        for name, word in (("queue_running", "running"), ("queue_pending", "waiting")):
            if any(len(row) > 1 and row[1] == prompt_id for row in queue.get(name) or ()):
                return word
        return ""

    def stop(self, prompt_id: str) -> None:
        """Take it out of the queue, or interrupt it, but nobody else's work."""
        self._wire.call(
            "stop it", "POST", "queue", json={"delete": [prompt_id]}, json_expected=False
        )
        if self.standing(prompt_id) == "running":
            # Older servers ignore the id and interrupt what runs, which is this.
            self._wire.call(
                "stop it", "POST", "interrupt", json={"prompt_id": prompt_id}, json_expected=False
            )

    def view(self, image: Mapping[str, Any]) -> bytes:
        """The file of an output."""
        params = {name: str(image.get(name, "")) for name in ("filename", "subfolder", "type")}
        return self._wire.fetch("fetch the picture", "view", params=params)


@contextmanager
def opened(settings: Settings) -> Iterator[ComfyServer]:
    """A connection to the server of the settings, which may well stand in a private network."""
    url = settings.comfyui_url.rstrip("/")
    name = f"ComfyUI at {urlsplit(url).netloc}"
    network = Network(timeout_s=settings.image_timeout_s, allow_private=True)
    token = settings.comfyui_key.get_secret_value()
    with connected(name, f"{url}/", network, _ERRORS, token, most_bytes=MOST_BYTES) as wire:
        yield ComfyServer(wire, name, url)


def _offered(declared: Any) -> list[str] | None:
    """The values of a choice input, old form `[[…], {…}]` or new `["COMBO", {"options": […]}]`."""
    if not isinstance(declared, list) or not declared:
        return None
    if isinstance(declared[0], list):
        return [str(value) for value in declared[0]]
    more = declared[1] if len(declared) > 1 and isinstance(declared[1], dict) else {}
    options = more.get("options") if declared[0] == "COMBO" else None
    return [str(value) for value in options] if isinstance(options, list) else None
