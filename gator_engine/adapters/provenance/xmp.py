"""XMP that says how a picture came to be, in the words of the IPTC.

Vocabulary: http://cv.iptc.org/newscodes/digitalsourcetype/ (read by Instagram, Pinterest and
others to label AI content).
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MADE_BY_AI = f"{_VOCABULARY}trainedAlgorithmicMedia"
COMPOSITE_WITH_AI = f"{_VOCABULARY}compositeWithTrainedAlgorithmicMedia"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_META = "adobe:ns:meta/"
_SOURCE_TYPE = f"{{{_IPTC}}}DigitalSourceType"
_BEGIN = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = '<?xpacket end="w"?>'

for _prefix, _uri in (("rdf", _RDF), ("Iptc4xmpExt", _IPTC), ("xmp", _XMP), ("x", _META)):
    register_namespace(_prefix, _uri)


def xmp_packet(digital_source_type: str, creator_tool: str) -> bytes:
    """A UTF-8 XMP packet with the source type and the tool that made the file."""
    meta = Element(f"{{{_META}}}xmpmeta")
    description = SubElement(
        SubElement(meta, f"{{{_RDF}}}RDF"), f"{{{_RDF}}}Description", {f"{{{_RDF}}}about": ""}
    )
    SubElement(description, f"{{{_XMP}}}CreatorTool").text = creator_tool
    SubElement(description, _SOURCE_TYPE).text = digital_source_type
    return f"{_BEGIN}{tostring(meta, encoding='unicode')}{_END}".encode()


def source_type(xmp: bytes) -> str:
    """The IPTC source type that an XMP packet declares, or "" when it declares none."""
    try:
        root = fromstring(xmp.strip(b"\x00"))
    except (ParseError, DefusedXmlException):
        return ""
    for element in root.iter():
        found = element.get(_SOURCE_TYPE) or (element.text if element.tag == _SOURCE_TYPE else "")
        if found and found.strip():
            return str(found.strip())
    return ""
