"""What a painter hands to the compositor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Layer:
    """A picture to lay over the frame: its place in pixels, and RGBA (h, w, 4), straight alpha."""

    x: int
    y: int
    rgba: NDArray[np.uint8]
