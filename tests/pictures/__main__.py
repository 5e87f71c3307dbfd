"""`make pictures`: every card, message, window and App Home in docs/pictures, as the sandbox's page draws them.

What is drawn is what the tests hold against Slack's own schema: no picture shows a state that no test knows.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from tests.bot import cards as tests_of_cards
from tests.pictures import more

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TO = ROOT / "docs" / "pictures"
WIDTHS = {"desktop": (680, 3), "phone": (375, 5)}  # of one picture, and how many stand side by side
A_SHEET = {"desktop": 12, "phone": 20}  # pictures on one sheet
CROWDED = ("huge", "flooded", "full", "many", "from a message", "loading")  # drawn for Slack's limits, not for people
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


def found() -> dict[str, list[dict[str, Any]]]:
    """Family → its pictures, from the functions the tests of the cards draw from."""
    families: dict[str, list[dict[str, Any]]] = {"cards": [], "messages": [], "windows": [], "home": []}
    for module in sorted(each.name for each in iter_modules(tests_of_cards.__path__)):
        for name in ("everything", "drawn", "views"):
            draws = getattr(import_module(f"tests.bot.cards.{module}"), name, None)
            for title, shown in _pairs(draws()) if callable(draws) else ():
                if not any(word in title for word in CROWDED):
                    families[_family(module, shown)].append(_picture(title, shown))
    families["messages"] += [_picture(*each) for each in more.messages()]
    families["windows"] += [_picture(*each) for each in more.windows()]
    return families


def _pairs(drawn: Any) -> Iterable[tuple[str, Any]]:
    found = drawn.items() if isinstance(drawn, Mapping) else drawn
    return [each for each in found if isinstance(each, tuple)]


def _family(module: str, shown: Any) -> str:
    if isinstance(shown, Mapping):
        return "home" if shown["type"] == "home" else "windows"
    return "cards" if module == "test_card" else "messages"


def _picture(title: str, shown: Any) -> dict[str, Any]:
    title = title.replace("_", " ")
    return {"name": title, "view": shown} if isinstance(shown, Mapping) else {"name": title, "blocks": shown}


def main() -> int:
    """The sheets stand in docs/pictures; what stood there before is gone."""
    TO.mkdir(exist_ok=True)
    for old in TO.glob("*.*"):
        old.unlink()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for surface, (wide, across) in WIDTHS.items():
            page = browser.new_page(viewport={"width": across * (wide + 20) + 20, "height": 900})
            page.route("**/*", _answer)
            page.goto("http://pictures.invalid/show.html")
            page.wait_for_function("window.ready")
            for family, pictures in found().items():
                _sheets(page, f"{family}-{surface}", wide, pictures, A_SHEET[surface])
            page.close()
        browser.close()
    return 0


def _sheets(page: Page, name: str, wide: int, pictures: Sequence[dict[str, Any]], most: int) -> None:
    for number, start in enumerate(range(0, len(pictures), most), start=1):
        page.evaluate("([wide, pictures]) => window.show(wide, pictures)", [wide, pictures[start : start + most]])
        tail = f"-{number}" if len(pictures) > most else ""
        page.screenshot(path=TO / f"{name}{tail}.jpg", full_page=True, type="jpeg", quality=45)


def _answer(route: Route) -> None:
    """The sandbox's own drawing, from its folder; no server and no network."""
    name = route.request.url.rpartition("/")[2]
    folder = HERE if name == "show.html" else ROOT / "templates" / "sandbox"
    file = folder / name
    if not file.is_file():
        route.fulfill(status=404)
        return
    route.fulfill(body=file.read_text(encoding="utf-8"), content_type=TYPES[file.suffix])


if __name__ == "__main__":
    sys.exit(main())
