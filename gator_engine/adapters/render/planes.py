"""The form in which pictures travel through the renderer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class Planes:
    """A picture in BT.709 limited-range Y'CbCr 4:2:0, uint8.

    y (h, w), u and v (h/2, w/2); h and w even.
    """

    y: np.ndarray
    u: np.ndarray
    v: np.ndarray
