"""Charts as pictures for files that cannot hold SVG: what the chart itself draws, in the report's typeface."""

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from reports.rendering.html import FONTS

# Pixels to a unit of the viewBox: sharp on paper.
_SCALE = 1.5

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {"svg", "g", "path", "line", "polyline", "polygon", "rect", "circle", "ellipse", "text", "tspan"}
_NEVER = ("href", "style", "class", "src")


@dataclass(frozen=True)
class Picture:
    """``png`` bytes of ``width`` by ``height`` units of the viewBox; ``words`` say what it shows."""

    png: bytes
    width: float
    height: float
    words: str


def picture_of(svg):
    """The Picture of a chart's SVG text. ValueError where it is not a drawing that stands alone."""
    import resvg_py

    if "<!" in svg:
        raise ValueError("A chart has no document type, entities or comments.")
    try:
        root = ET.fromstring(svg)  # noqa: S314 - no document type, so no entities
        _, _, width, height = map(float, root.get("viewBox", "").split())
    except (ET.ParseError, ValueError) as error:
        raise ValueError(f"A chart cannot be read: {error}.") from error
    words = [root.findtext(f"{_SVG}{part}", "").strip() for part in ("title", "desc")]
    _keep_what_is_drawn(root)
    png = resvg_py.svg_to_bytes(
        svg_string=ET.tostring(root, encoding="unicode"),
        zoom=_SCALE,
        background="#FFFFFF",
        skip_system_fonts=True,
        font_files=[str(path) for path, *_ in FONTS],
        font_family="Liberation Sans",
    )
    return Picture(bytes(png), width, height, " ".join(filter(None, words)))


def _keep_what_is_drawn(element):
    """Take out all elements but shapes and text, and all attributes that could name something outside."""
    for name, value in list(element.attrib.items()):
        if name.rpartition("}")[2].lower() in _NEVER or "url(" in value.lower():
            del element.attrib[name]
    for child in list(element):
        if str(child.tag).removeprefix(_SVG) in _DRAWN:
            _keep_what_is_drawn(child)
        else:
            element.remove(child)
