"""Pictures that say of themselves that a machine made them: IPTC's DigitalSourceType in an XMP packet."""

from __future__ import annotations

from vtuber_studio.core import png

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_KEYWORD = b"XML:com.adobe.xmp"  # XMP specification, part 3, 1.1.5: of the iTXt chunk in a PNG

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmp:CreatorTool="VTuber Studio" Iptc4xmpExt:DigitalSourceType="{SOURCE}"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


def mark_png(data: bytes) -> bytes:
    """The PNG with the packet in it."""
    return png.insert(data, png.chunk(b"iTXt", _KEYWORD + b"\0\0\0\0\0" + XMP))
