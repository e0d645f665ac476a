"""How a picture says where it came from: generation parameters and the IPTC source type.

Platforms read different marks, so a file carries both: the `parameters` text that image tools
exchange, and XMP with the IPTC DigitalSourceType.
"""

from __future__ import annotations

from gator_engine.adapters.provenance.parameters import parameters_text
from gator_engine.adapters.provenance.png import PARAMETERS_KEY, png_bytes
from gator_engine.adapters.provenance.xmp import (
    COMPOSITE_WITH_AI,
    MADE_BY_AI,
    source_type,
    xmp_packet,
)

__all__ = [
    "COMPOSITE_WITH_AI",
    "MADE_BY_AI",
    "PARAMETERS_KEY",
    "parameters_text",
    "png_bytes",
    "source_type",
    "xmp_packet",
]
