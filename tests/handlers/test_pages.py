"""The person's pages over the web: stopping a deletion, how far an enquiry is, taking it back, and making one."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest

from bot.law import Right
from bot.package.words import LANGUAGES, spoken
from bot.page import Bulletin, Step
from handlers import doorstep
from handlers.web import web
from tests.handlers.test_web import ANN, SETTINGS, Browser
from tests.handlers.test_web import Desk as Downloads

STOP, MINE = "0123abcd.stop", "4567cdef.mine"
BULLETIN = Bulletin(
    ref="DPE-2026-0042",
    language="en",
    received_on=date(2026, 11, 23),
    steps=(
        Step(Right.ACCESS, "done", day=date(2026, 11, 25)),
        Step(Right.DELETION, "cooling", moment=datetime(2026, 11, 27, 9, 30, tzinfo=UTC)),
    ),
    open=True,
    due=date(2026, 12, 23),
    waits_since=None,
    code=True,
    question=date(2026, 11, 24),
)


class Desk(Downloads):
    """One notice, one enquiry, and a letterbox."""

    def __init__(self):
        super().__init__()
        self.late = False
        self.bulletin = BULLETIN
        self.typed = []
        self.did = []

    def disown(self, token):
        self.did.append(("stop", token))
        return ("begun" if self.late else "stopped") if token == STOP else None

    def enquiry(self, token, address, answered=""):
        if address == "broken@example.org":
            raise RuntimeError(address)
        return replace(self.bulletin, answered=answered) if (token, address) == (MINE, ANN) else None

    def withdraw_on_page(self, token, address):
        self.did.append(("withdraw", address))
        return self.enquiry(token, address, "withdrawn")

    def disown_on_page(self, token, address):
        self.did.append(("disown", address))
        return self.enquiry(token, address, "disowned")

    def write_on_page(self, token, address, words):
        self.did.append(("write", words))
        return self.enquiry(token, address, "sent" if words else "empty")

    def enquire(self, typed):
        self.typed.append(typed)
        return True


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def browser(desk, monkeypatch):
    monkeypatch.setattr(doorstep, "REFUSED_S", 0.02)
    return Browser(web(desk, SETTINGS), "192.0.2.1")


def words(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.partition("</style>")[2])).split())


def test_looking_stops_nothing(browser, desk):
    """Previews and scanners of a mail program fetch the link: the page is the same for every link, and nothing happens."""
    looks = [browser.get(f"/stop/{token}") for token in (STOP, "unknown", "x" * 500)]
    assert {each.status_code for each in looks} == {200}
    assert len({each.content for each in looks}) == 1
    assert browser.head(f"/stop/{STOP}").status_code == 200
    assert desk.did == []


def test_one_press_stops_it(browser, desk):
    """No address, no code: whoever holds the letter may stop it, and learns what became of it."""
    stopped = browser.post(f"/stop/{STOP}")
    assert "It is stopped" in words(stopped)
    desk.late = True
    assert "It had begun already" in words(browser.post(f"/stop/{STOP}"))
    unknown = browser.post("/stop/unknown")
    assert (unknown.status_code, "does not work any more" in words(unknown)) == (404, True)


def test_an_enquiry_is_shown_to_whoever_gets_its_letters(browser):
    """Reference, each right in plain words, the next date; the field for the code, the question of that day."""
    page = words(browser.post(f"/enquiry/{MINE}", data={"address": f" {ANN} "}))
    for said in ("DPE-2026-0042", "Done on 25 November 2026", "We begin on 27 November 2026, 09:30, not before",
                 "by 23 December 2026", "Type it here: eight digits", "our letter of 24 November 2026"):  # fmt: skip
        assert said in page.replace("\u00a0", " ")


def test_nothing_is_shown_to_anybody_else(browser):
    """Looking is the same for every link; a wrong address and an unknown link get the same bytes and headers."""
    looks = {browser.get(f"/enquiry/{token}").content for token in (MINE, "unknown", "x" * 500)}
    assert len(looks) == 1
    refused = [
        browser.post(f"/enquiry/{MINE}", data={"address": "eve@example.org"}),
        browser.post("/enquiry/unknown", data={"address": ANN}),
        browser.post(f"/enquiry/{MINE}"),
        *(browser.post("/enquiry/unknown", data={"address": ANN, "do": do}) for do in ("write", "withdraw", "disown", "x")),
    ]
    assert {each.status_code for each in refused} == {404}
    assert len({each.content for each in refused}) == 1
    assert len({tuple(each.headers.items()) for each in refused}) == 1


@pytest.mark.parametrize(
    ("typed", "did", "said"),
    [({"do": "withdraw"}, ("withdraw", ANN), "is taken back"), ({"do": "disown"}, ("disown", ANN), "It is stopped"),
     ({"do": "write", "words": " The one in Bern. ", "code": "1234 5678"}, ("write", "1234 5678\n\nThe one in Bern."), "Thank you"),
     ({"do": "write"}, ("write", ""), "write something first")],
)  # fmt: skip
def test_each_button_does_one_thing(browser, desk, typed, did, said):
    """What was pressed is done, said above the page, and the page shows how it stands now."""
    page = browser.post(f"/enquiry/{MINE}", data={"address": ANN, **typed})
    assert (page.status_code, desk.did) == (200, [did])
    assert said in words(page)
    assert "DPE-2026-0042" in words(page)


def test_an_enquiry_that_is_closed_offers_to_write(browser, desk):
    """Nothing to take back any more."""
    desk.bulletin = replace(BULLETIN, open=False, due=None, code=False, question=None)
    page = words(browser.post(f"/enquiry/{MINE}", data={"address": ANN}))
    assert "This enquiry is closed" in page
    assert "Take my enquiry back" not in page


def test_while_an_answer_is_awaited_the_page_says_so(browser, desk):
    """The clock stands still: there is no date to promise."""
    desk.bulletin = replace(BULLETIN, due=None, waits_since=date(2026, 11, 24))
    page = words(browser.post(f"/enquiry/{MINE}", data={"address": ANN})).replace("\u00a0", " ")
    assert "On 24 November 2026 we asked you something" in page
    assert "at the latest" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_enquiry_is_made_on_a_page(browser, desk, language):
    """What is ticked becomes words of the visitor's language, under the subject intake knows; then a word of thanks."""
    asks, said = spoken(language).visit["asks"], spoken(language).visit["form"]
    data = {"right": ["access", "deletion", "nonsense"], "words": " Since 2019. ", "name": "Ann Example", "address": ANN}
    answer = browser._ask("POST", "/enquiry", data=data, headers={"accept-language": language})
    assert answer.status_code == 200
    assert said["sent_title"] in words(answer)
    (typed,) = desk.typed
    assert typed.words == f"{asks['access']}\n\n{asks['deletion']}\n\nSince 2019."
    assert (typed.address, typed.name, typed.language, typed.subject) == (ANN, "Ann Example", language, SETTINGS.intake.subjects[0])


def test_what_is_missing_is_said_and_nothing_typed_is_lost(browser, desk):
    """No address, or neither tick nor words: the form again, with all of it, escaped."""
    data = {"right": ["access"], "words": "<script>alert(1)</script>", "name": '"><b>', "address": "ann"}
    answer = browser.post("/enquiry", data=data)
    assert (answer.status_code, desk.typed) == (422, [])
    assert "Please type an e-mail address" in words(answer)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert 'value="access" checked' in answer.text
    assert "Please tick" in words(browser.post("/enquiry", data={"address": ANN}))
    assert browser.post("/enquiry", content=b"a" * 300_000).status_code == 422


def test_all_pages_together_are_tried_ten_times_a_minute(browser, desk):
    """T27: whoever guesses at one page does not go on at another."""
    paths = ["/stop/x", "/enquiry/x", "/p/x", "/enquiry"] * 3
    assert [browser.post(each).status_code for each in paths] == [404, 404, 404, 422] * 2 + [404, 404, 429, 429]


def test_what_breaks_tells_nothing(browser):
    """Something is wrong on our side: the visitor is told to try again, the answer names nobody."""
    answer = browser.post(f"/enquiry/{MINE}", data={"address": "broken@example.org"})
    assert answer.status_code == 503
    assert "broken@example.org" not in answer.text
