"""Pictures of results as SVG: the same bytes for the same numbers, and no text of a user is ever markup."""

from __future__ import annotations

import io
import logging
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Picture", "draw", "inline_svg", "printable"]

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: colours that people with a colour vision deficiency tell apart (Okabe and Ito)
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crosscheck-r",
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#5b6673",
    "axes.labelcolor": "#1d2733",
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "xtick.color": "#3d4855",
    "ytick.color": "#3d4855",
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
}


@dataclass(frozen=True)
class Picture:
    """One figure of the report."""

    name: str
    svg: bytes
    alternative: str
    caption: str


@contextmanager
def _drawing() -> Iterator[None]:
    """Our style, without Matplotlib's warnings about glyphs and layouts, which the page's own fonts settle."""
    import matplotlib
    from cycler import cycler

    logger = logging.getLogger("matplotlib")
    level = logger.level
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**_STYLE, "axes.prop_cycle": cycler(color=_COLOURS)})
        warnings.simplefilter("ignore")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def draw(paint: Callable[[Axes], Any], width: float = 6.2, height: float = 4.6) -> bytes:
    """SVG of what `paint` draws on the axes that it is given."""
    from matplotlib.figure import Figure

    with _drawing():
        figure = Figure(figsize=(width, height), layout="constrained")
        paint(figure.subplots())
        _make_plain(figure)
        target = io.BytesIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    # XML has no place for control characters, whoever put them into a name
    return printable(target.getvalue().decode("utf-8")).encode("utf-8")


def printable(text: str) -> str:
    """Text with a mark in place of each character that neither XML nor HTML can hold."""
    return _CONTROL.sub("\ufffd", text)


def _make_plain(figure: Any) -> None:
    """No text is read as a formula; logarithmic axes have plain numbers."""
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter, NullFormatter

    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if axis.get_scale() == "log" and type(axis.get_major_formatter()).__name__.startswith("Log"):
                axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
                axis.set_minor_formatter(NullFormatter())
    for text in figure.findobj(Text):
        text.set_parse_math(False)


def inline_svg(svg: bytes, prefix: str, alternative: str) -> str:
    """The picture as an element of a page: its ids made unique, with its alternative text, without style sheet."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)
    for parent in root.iter():
        for child in [c for c in parent if c.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style")]:
            parent.remove(child)
    known = {element.get("id"): f"{prefix}-{i}" for i, element in enumerate(root.iter()) if element.get("id")}
    for element in root.iter():
        _rename(element, known)
    for name in ("width", "height"):
        root.attrib.pop(name, None)
    root.attrib |= {"role": "img", "aria-label": printable(alternative)}
    return ElementTree.tostring(root, encoding="unicode")


def _rename(element: ElementTree.Element, known: dict[str | None, str]) -> None:
    for name, value in element.attrib.items():
        if name == "id":
            element.attrib[name] = known[value]
        elif name == f"{{{_XLINK}}}href" and value[1:] in known:
            element.attrib[name] = f"#{known[value[1:]]}"
        elif value.startswith("url(#") and value[5:-1] in known:
            element.attrib[name] = f"url(#{known[value[5:-1]]})"
