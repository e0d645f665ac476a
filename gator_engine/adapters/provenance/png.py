"""A picture as PNG bytes that carry their provenance."""

from __future__ import annotations

from io import BytesIO

from PIL.Image import Image
from PIL.PngImagePlugin import PngInfo

PARAMETERS_KEY = "parameters"


def png_bytes(image: Image, *, parameters: str, xmp: bytes) -> bytes:
    """PNG with the text chunk `parameters` and the XMP packet (iTXt `XML:com.adobe.xmp`).

    The same pixels and texts always give the same bytes.
    """
    info = PngInfo()
    info.add_text(PARAMETERS_KEY, parameters)
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    out = BytesIO()
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()
