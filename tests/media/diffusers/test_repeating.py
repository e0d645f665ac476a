"""A picture of a real (tiny) model: recorded so that it can be made again, and read elsewhere."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import BriefDraft, BriefKind, Generation, Studio, open_studio
from gator_engine.domain.assets import Asset
from gator_engine.domain.provenance import CredentialState
from gator_engine.studio import run_jobs


@pytest.fixture
def studio(tiny_model: Callable[[str], Path], tmp_path: Path) -> Iterator[Studio]:
    model = str(tiny_model("sd15"))
    with open_studio(
        home=tmp_path / "home", queue="inline", image_model=model, device="cpu"
    ) as opened:
        yield opened


def made(studio: Studio, **settings: object) -> Generation:
    persona = studio.personas.create(studio.personas.templates()[0].profile)
    chosen = {"steps": 2, "width": 64, "height": 64, "negative_prompt": "blurry", **settings}
    draft = BriefDraft(
        persona.id, BriefKind.IMAGE, "diffusers", prompt="a red chair", seed=7, settings=chosen
    )
    generation = studio.generation.request(draft)
    run_jobs(studio)
    return studio.generation.get(generation.id)


def asset_of(studio: Studio, generation: Generation) -> Asset:
    assert generation.asset_ids, generation.error
    return studio.library.get(generation.asset_ids[0])


def by_the_grammar(text: str) -> tuple[str, str, dict[str, str]]:
    """An A1111 reader of our own, from the documented grammar: `infotext_utils.py` of the web UI.

    Prompt lines, "Negative prompt: " lines, and a last line of pairs matched by its expression.
    """
    *lines, last = text.strip().split("\n")
    pairs = re.findall(r'\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)', last)
    assert len(pairs) >= 3, "the web UI takes a last line with fewer pairs for a prompt"
    prompt, negative, done = "", "", False
    for line in lines:
        if line.startswith("Negative prompt:"):
            done, line = True, line[16:].strip()
        if done:
            negative += ("\n" if negative else "") + line
        else:
            prompt += ("\n" if prompt else "") + line
    unquoted = {k: json.loads(v) if v.startswith('"') else v for k, v in pairs}
    return prompt, negative, unquoted


def weights_hash(folder: Path) -> str:
    """The rule of the model hash, said once more."""
    lines = "".join(
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in sorted(folder.rglob("*.safetensors"))
    )
    return hashlib.sha256(lines.encode()).hexdigest()


def test_it_opens_in_an_a1111_reader_and_validates(studio: Studio) -> None:
    asset = asset_of(studio, made(studio))
    data = studio.library.read(asset.id)
    prompt, negative, pairs = by_the_grammar(Image.open(io.BytesIO(data)).info["parameters"])
    assert "a red chair" in prompt
    assert negative.endswith("blurry")
    folder = Path(studio.settings.image_model)
    assert pairs["Model hash"] == weights_hash(folder)[:10]
    assert (pairs["Steps"], pairs["Seed"], pairs["Size"]) == ("2", "7", "64x64")
    assert pairs["Model"] == folder.name
    assert pairs["Version"].startswith("Gator")
    assert str(folder.parent).encode() not in data  # where it lies is nobody's business
    assert studio.provenance.inspect(data).credentials.state is CredentialState.TRUSTED
    assert asset.provenance.parameters["model_hash"] == weights_hash(folder)


def test_its_own_settings_come_back(studio: Studio) -> None:
    asset = asset_of(studio, made(studio, scheduler="Euler", guidance=6.0))
    found = studio.provenance.recall(studio.library.read(asset.id))
    assert found.recipe.tool == "Gator"
    assert found.prompt == asset.provenance.prompt
    assert found.seed == 7
    wanted = {"steps": 2, "guidance": 6.0, "scheduler": "EulerDiscrete", "width": 64, "height": 64}
    assert wanted.items() <= found.settings.items()


def test_again_on_the_same_device_is_the_same_picture(studio: Studio) -> None:
    first = made(studio)
    assert studio.provenance.differences(first.id) == []
    again = studio.generation.again(first.id)
    run_jobs(studio)
    second = studio.generation.get(again.id)
    # One asset: its pixels and parameters are equal, whatever time and chance are in signatures.
    assert second.asset_ids == first.asset_ids != ()


def test_what_is_not_as_it_was_is_named(
    studio: Studio, tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    first = made(studio)
    persona = studio.personas.get(first.persona_id)
    model = str(tiny_model("sd15"))
    home = studio.settings.home
    with open_studio(home=home, queue="inline", image_model=model, device="cuda") as later:
        said = [str(one) for one in later.provenance.differences(first.id)]
    assert said == ["Device: was cpu, is cuda"]
    # A persona that moved on changes nothing: the brief keeps the revision it was made for.
    plainer = replace(persona.profile, appearance=type(persona.profile.appearance)())
    studio.personas.revise(persona.id, plainer, "plainer", persona.version)
    assert studio.provenance.differences(first.id) == []


def test_other_weights_under_the_same_name_are_told(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_model("sd15"), model)
    with open_studio(
        home=tmp_path / "home", queue="inline", image_model=str(model), device="cpu"
    ) as studio:
        first = made(studio)
        weights = model / "unet" / "diffusion_pytorch_model.safetensors"
        weights.write_bytes(weights.read_bytes() + b"\0")
        [told] = studio.provenance.differences(first.id)
        assert told.what == f"Model {model}" and told.then != told.now
