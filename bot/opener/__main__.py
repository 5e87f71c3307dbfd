"""The child: reads frames of raw mail from its input, writes readings to its output, dies of what is too much."""

from collections.abc import Callable
from typing import Any

from inscriptis import get_text
from inscriptis.model.config import ParserConfig

from bot.cell import serve
from bot.intake import Limits, Reading, Rules, from_headers, read, without_tags

_HTML = ParserConfig()


def main() -> None:
    """Answers until the input ends."""
    serve(_prepare)


def _prepare(setup: dict[str, Any]) -> Callable[[bytes], bytes]:
    rules, limits = Rules.from_plain(setup["rules"]), Limits(**setup["limits"])
    return lambda raw: _read(raw, rules, limits, scanned=setup["scanned"]).to_json().encode()


def _read(raw: bytes, rules: Rules, limits: Limits, *, scanned: bool) -> Reading:
    try:
        return read(raw, rules, limits, _to_text, scanned=scanned)
    except MemoryError:
        raise
    except Exception as fault:  # noqa: BLE001 - the door: a fault of ours must not lose a mail
        return from_headers(raw, rules, f"Reading it failed ({type(fault).__name__}).", limits)


def _to_text(html: str) -> str:
    try:
        return get_text(html, _HTML)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - lxml and inscriptis name no family of errors
        return without_tags(html)


if __name__ == "__main__":
    main()
