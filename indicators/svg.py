"""SVG text that every picture is made of: paints, safe words, and the outer element.

No styles and no scripts (strict CSP), few paths and start-anchored labels (quick in PDF). The colours are those of the
Government Analysis Function palette.
"""

from accounts.xml_text import escape
from indicators.drawing import Text, cross, diamond, short, triangle

CLEAR = 'fill="#FFFFFF"'
GRID = 'fill="none" stroke="#CECECE"'
AXIS = 'fill="none" stroke="#3D3D3D" stroke-width="1.5"'
BREAK = 'fill="none" stroke="#3D3D3D" stroke-width="1.5" stroke-dasharray="6 5"'
MEAN = 'fill="none" stroke="#3D3D3D" stroke-width="1.5"'
LIMIT = 'fill="none" stroke="#3D3D3D" stroke-width="2" stroke-dasharray="2 4"'
LINE = 'fill="none" stroke="#12436D" stroke-width="3" stroke-linecap="round"'
THIN_LINE = 'fill="none" stroke="#12436D" stroke-width="2" stroke-linecap="round"'
FILLED = 'fill="#12436D" stroke="#12436D" stroke-width="2.5"'
HOLLOW = 'fill="#FFFFFF" stroke="#12436D" stroke-width="2.5"'
SQUARE = 'fill="#FFFFFF" stroke="#801650" stroke-width="2.5"'
BAR = 'fill="#12436D"'

# A signal's colour; its shape is signal_shape's.
SIGNAL_COLOURS = {"improvement": "#28A197", "concern": "#F46A25", "neither": "#A285D1"}

_TEXT = 'font-family="Arial, Liberation Sans, Helvetica, sans-serif" fill="#0B0C0C"'


def picture(ident: str, title: str, description: str, *, width: int, height: int, font: int, drawn: str) -> str:
    """One ``<svg>`` element with its title and description; ``ident`` must be unique in the page."""
    ident = escape(ident)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{ident}-title" '
        f'aria-describedby="{ident}-desc" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-size="{font}" {_TEXT}>'
        f'<title id="{ident}-title">{escape(title)}</title>'
        f'<desc id="{ident}-desc">{escape(description)}</desc>'
        f"{drawn}</svg>"
    )


def layers(*pairs: tuple[str, list[str]]) -> str:
    """One path for each (paint, steps), from the back to the front; without steps, none."""
    return "".join([f'<path d="{"".join(steps)}" {paint}/>' for paint, steps in pairs if steps])


def written(text: Text) -> str:
    return f'<text x="{short(text.x)}" y="{short(text.y)}">{escape(text.words)}</text>'


def signal_paint(signal: str, *, provisional: bool) -> str:
    colour = SIGNAL_COLOURS[signal]
    if provisional:
        return f'fill="#FFFFFF" stroke="{colour}" stroke-width="2.5"'
    return f'fill="{colour}" stroke="#3D3D3D" stroke-width="1.5"'


def signal_shape(signal: str, x: float, y: float, r: float, *, above: bool) -> str:
    """A diamond for concern, a triangle for improvement (pointing away from the average), a cross for neither."""
    if signal == "concern":
        return diamond(x, y, 1.6 * r)
    if signal == "improvement":
        return triangle(x, y, 1.5 * r if above else -1.5 * r)
    return cross(x, y, 1.5 * r)
