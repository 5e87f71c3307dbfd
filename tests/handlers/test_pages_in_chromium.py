"""What people see, in a real browser: letters and the person's page, narrow and wide, light and dark.

Pictures are left in tests/shots for whoever wants to look.
"""

import os
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from bot.letters import Writer
from bot.sandbox.loopback import Loopback
from handlers import doorstep
from handlers.web import web
from tests.bot.test_letters import ROOT, VALUES, write
from tests.handlers.test_pages import MINE, STOP, Desk
from tests.handlers.test_web import ANN, CODE, SETTINGS, TOKEN

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
SHOTS = Path(__file__).parents[1] / "shots"
WIDTHS, SCHEMES = (320, 600, 1200), ("light", "dark")

pytestmark = [
    pytest.mark.browser,
    # a developer may have no browser; on CI a skip fails: tests/fixtures/ci.py
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium (CHROMIUM)"),
]


@pytest.fixture(scope="module")
def chromium():
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site():
    """All tests are one visitor to it, in whatever order they come."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(doorstep, "PER_CLIENT", 1000)
        patch.setattr(doorstep, "IN_ALL", 1000)
        server = Loopback(web(Desk(), SETTINGS))
        server.start()
        yield server.url
        server.stop()


@pytest.fixture
def view(chromium):
    """Opens a window of this width and scheme; every address it fetches is noted."""
    windows = []

    def _view(width=600, scheme="light", **more):
        page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme, **more)
        windows.append(page)
        page.fetched = []
        page.on("request", lambda request: page.fetched.append(request.url))
        page.on("dialog", lambda dialog: pytest.fail("a dialog opened"))
        return page

    yield _view
    for page in windows:
        page.close()


@pytest.fixture(scope="module")
def _sheet(chromium):
    return chromium.new_page()


@pytest.fixture
def sheet(_sheet):
    """One window for all letters, which leave nothing behind in it: what it fetches for this one is noted."""
    fetched = _sheet.fetched = []

    def note(request):
        fetched.append(request.url)

    def _show(html, width, scheme):
        _sheet.set_viewport_size({"width": width, "height": 800})
        _sheet.emulate_media(color_scheme=scheme)
        _sheet.set_content(html)
        return _sheet

    _sheet.on("request", note)
    yield _show
    _sheet.remove_listener("request", note)


def fits(page):
    """Nothing sticks out to the right."""
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def every_width(page, name):
    """It fits all of them; a picture of each is left."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        assert fits(page), width
        page.screenshot(path=SHOTS / f"{name}-{width}.png", full_page=True)


def faults(page):
    """What axe finds against WCAG 2.2 AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found.response["violations"]]


LOOKED_AT = (  # every kind of block, every language
    ("access_answer", "de"), ("acknowledgement", "fr"), ("clarification_question", "it"), ("correction_done", "en"),
    ("erasure_done", "fr"), ("extension_notice", "it"), ("identity_code", "en"), ("identity_question", "de"),
    ("refusal", "en"),
)  # fmt: skip


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("letter", "language"), LOOKED_AT)
def test_a_letter_reads_well_everywhere(sheet, letter, language, scheme):
    """Fits 320, 600 and 1200 px, asks the network for nothing, and axe has nothing to say."""
    page = sheet(write(Writer(ROOT / "templates"), letter, language).html, 600, scheme)
    assert faults(page) == []
    every_width(page, f"letter-{letter}-{scheme}")
    assert page.fetched == []


@pytest.mark.parametrize("letter", VALUES)
def test_a_letter_reads_well_where_its_style_block_is_removed(sheet, letter):
    """Many mail programs throw the style block away: everything that matters is inlined."""
    html = write(Writer(ROOT / "templates"), letter).html
    page = sheet(html[: html.index("<style>")] + html[html.index("</style>") :], 320, "light")
    assert fits(page)
    page.screenshot(path=SHOTS / f"letter-{letter}-320-bare.png", full_page=True)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_reads_well_everywhere(view, site, scheme):
    """Fits, also at 200 % text, loads itself and nothing else, and axe has nothing to say, before and after a mistake."""
    page = view(600, scheme)
    page.goto(f"{site}/p/unknown")
    assert faults(page) == []
    every_width(page, f"page-{scheme}")
    page.get_by_label("Your e-mail address").fill("eve@example.org")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_role("alert").wait_for()
    assert "did not work" in page.get_by_role("alert").inner_text()
    assert faults(page) == []
    every_width(page, f"page-{scheme}-refused")
    assert {address.split("/p/")[0] for address in page.fetched} == {site}
    page.goto(f"{site}/p/{TOKEN}")
    page.get_by_label("Your e-mail address").fill(ANN)
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("The code").wait_for()
    assert faults(page) == []
    page.screenshot(path=SHOTS / f"page-code-{scheme}.png", full_page=True)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)


def test_the_page_works_by_keyboard_and_without_script(view, site, monkeypatch):
    """Tab, type, Enter; the code, Enter: the file comes."""
    monkeypatch.setattr(doorstep, "REFUSED_S", 0.0)
    page = view(java_script_enabled=False)
    page.goto(f"{site}/p/{TOKEN}")
    page.keyboard.press("Tab")
    page.keyboard.type(ANN)
    page.keyboard.press("Enter")
    page.get_by_label("The code").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type(CODE)
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "DPE-2026-0001-1.zip"
    assert Path(download.value.path()).read_bytes() == b"PK zip"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_pages_of_an_enquiry_read_well_everywhere(view, site, scheme, monkeypatch):
    """Stop, see, answer, ask: each fits 320 px, and 600 px at 200 % text, loads itself only, and axe has nothing to say."""
    monkeypatch.setattr(doorstep, "REFUSED_S", 0.0)
    page = view(600, scheme, locale="de-CH" if scheme == "dark" else "en")

    def looked_at(name):
        assert faults(page) == []
        for width, size in ((320, ""), (600, "200%")) if scheme == "light" else ():
            page.set_viewport_size({"width": width, "height": 800})
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            assert fits(page), (name, width)
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.screenshot(path=SHOTS / f"page-{name}-{scheme}.png", full_page=True)

    def press(name):
        page.locator("button").filter(visible=True).nth(name).click()

    page.goto(f"{site}/stop/{STOP}")
    looked_at("stop")
    press(0)
    looked_at("stopped")
    page.goto(f"{site}/enquiry/{MINE}")
    looked_at("enquiry")
    page.locator("#address").fill(ANN)
    press(0)
    for each in page.locator("summary").all():
        each.click()
    looked_at("bulletin")
    page.locator("#words").fill("The one in Bern.")
    press(0)
    looked_at("answered")
    page.goto(f"{site}/enquiry")
    page.locator("#address").fill(ANN)
    press(0)
    looked_at("form")
    page.locator("input[type=checkbox]").first.check()
    press(0)
    looked_at("sent")
    assert {address.removeprefix(site).split("/")[1] for address in page.fetched} == {"stop", "enquiry"}


def test_the_pages_of_an_enquiry_work_by_keyboard_and_without_script(view, site):
    """Tab, type, space, Enter: an enquiry is made, seen and taken back."""
    page = view(java_script_enabled=False)
    page.goto(f"{site}/enquiry")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Ann Example")
    page.keyboard.press("Tab")
    page.keyboard.type(ANN)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="We have got it").wait_for()
    page.goto(f"{site}/enquiry/{MINE}")
    page.keyboard.press("Tab")
    page.keyboard.type(ANN)
    page.keyboard.press("Enter")
    page.get_by_text("DPE-2026-0042").wait_for()
    for _ in range(4):  # code, words, send, the first of what opens
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("status").filter(has_text="taken back").wait_for()
