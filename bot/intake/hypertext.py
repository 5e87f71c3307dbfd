"""HTML without a library: how deep it nests, and its words where nothing better may be tried."""

import html

from bot.intake.patterns import pattern

# Elements whose end may be left out or that have none do not nest.
_FLAT = frozenset({
    "area", "base", "br", "col", "colgroup", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup",
    "body", "html", "head",
})  # fmt: skip
_HIDDEN = frozenset({"script", "style", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "hr"})


def _tag(piece: str) -> str:
    """The name of the element that begins or, with its slash, ends here; `!--` of a comment; empty for no tag."""
    name = piece[:40].replace(">", " ").partition(" ")[0].strip().lower()
    if name.startswith("!--"):
        return "!--"
    first = name[1:2] if name.startswith("/") else name[:1]
    return name if first.isalpha() or first in {"!", "?"} else ""


def depth(text: str) -> int:
    """How deep the elements nest, by counting."""
    now = deepest = 0
    for piece in text.split("<")[1:]:
        name = _tag(piece)
        if name.startswith("/"):
            now -= now > 0 and name[1:] not in _FLAT
        elif name and name not in _FLAT:
            now += 1
            deepest = max(deepest, now)
    return deepest


def without_tags(text: str) -> str:
    """The words of the HTML in linear time and little memory: not pretty, always possible."""
    first, *pieces = text.split("<")
    shown = [first]
    hidden = ""  # what ends it
    for piece in pieces:
        name = _tag(piece)
        if hidden == "-->" or (not hidden and name == "!--"):
            _, ended, rest = piece.partition("-->")
            hidden = "" if ended else "-->"
            shown.append(rest)
        elif hidden:
            if name == hidden:
                hidden = ""
                shown.append(piece.partition(">")[2])
        elif name in _HIDDEN:
            hidden = f"/{name}"
        elif name:
            shown.append("\n" if name.strip("/") in _BREAKS else "")
            shown.append(piece.partition(">")[2])
        else:
            shown.append(f"<{piece}")
    # html.unescape raises on numbers past 4,300 digits.
    lines = (" ".join(each.split()) for each in html.unescape(_LONG.sub(" ", "".join(shown))).split("\n"))
    return "\n".join(each for each in lines if each)


_LONG = pattern(r"&#[xX]?[0-9a-fA-F]{8,};?")
