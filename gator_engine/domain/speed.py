"""How a picture model is made quick, decided from the device alone and overridable one by one.

Each switch says whether it changes the picture. Those that do are off unless somebody turns them
on: quality is not sold silently. What each gains on a GPU is measured by `generation_gpu`; a switch
is on by default only where the documentation of diffusers 0.42 reports a gain on that device.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum

from gator_engine.errors import ConfigError

ON = frozenset({"on", "1", "yes", "true"})
OFF = frozenset({"off", "0", "no", "false"})


class StepCache(StrEnum):
    """Reusing what a denoiser computed in earlier steps; every one changes the picture a little."""

    NONE = "none"
    FIRST_BLOCK = "first_block"
    TAYLOR = "taylor"


@dataclass(frozen=True)
class SpeedPlan:
    """What is done to a pipeline when it is loaded.

    `compile_blocks` compiles the repeated block of the denoiser once (regional compilation: the
    gain of compiling everything at an eighth of the wait; diffusers, optimization/fp16).
    `fixed_shapes` keeps one pass size, so that compiled kernels and graphs are used again.
    `channels_last` suits convolutions. `attention` names a backend of diffusers, "" for its own
    choice. `cache_threshold` is how much the first block may change before the rest is computed.
    """

    channels_last: bool = False
    fuse_projections: bool = False
    compile_blocks: bool = False
    fixed_shapes: bool = False
    attention: str = ""
    step_cache: StepCache = StepCache.NONE
    cache_threshold: float = 0.08

    @property
    def changes_picture(self) -> bool:
        """Whether pictures may differ by more than rounding."""
        return self.step_cache is not StepCache.NONE

    @property
    def names(self) -> tuple[str, ...]:
        """The switches that are on, as `overridden` reads them."""
        return tuple(
            f"{field.name}={value}" if isinstance(value, str) else field.name
            for field in fields(self)
            if field.name != "cache_threshold"
            if (value := getattr(self, field.name)) not in (False, "", StepCache.NONE)
        )


_BY_DEVICE = {
    "cuda": SpeedPlan(channels_last=True, compile_blocks=False),
    "mps": SpeedPlan(),
    "cpu": SpeedPlan(),
}


def speed_plan(device: str, overrides: str = "") -> SpeedPlan:
    """The plan of a device, with overrides such as "compile_blocks=on,step_cache=first_block".

    Raises ConfigError naming the switch that is unknown or the value that does not fit.
    """
    plan = _BY_DEVICE.get(device.partition(":")[0], SpeedPlan())
    given = [part.strip() for part in overrides.split(",") if part.strip()]
    values = {field.name: getattr(plan, field.name) for field in fields(plan)}
    for part in given:
        name, _, text = part.partition("=")
        if name not in values:
            raise _wrong(f"{name!r} is no switch.", ", ".join(values))
        values[name] = _value(name, values[name], text.strip().casefold())
    return SpeedPlan(**values)


def _value(name: str, default: object, text: str) -> object:
    if isinstance(default, bool):
        if text not in ON | OFF:
            raise _wrong(f"{name} is {text!r}.", "on or off")
        return text in ON
    if isinstance(default, StepCache):
        if text not in set(StepCache):
            raise _wrong(f"{name} is {text!r}.", ", ".join(StepCache))
        return StepCache(text)
    if isinstance(default, float):
        try:
            return float(text)
        except ValueError:
            raise _wrong(f"{name} is {text!r}.", "a number such as 0.08") from None
    return text


def _wrong(problem: str, allowed: str) -> ConfigError:
    return ConfigError("GATOR_SPEED", problem, f"Allowed: {allowed}.")
