"""The pages people see: a download, stopping a deletion, how far an enquiry is, and a form to make one.

TRUST T26-T27: looking at a link never uses it up and shows nothing about anybody; a wrong address, an unknown, an
expired and a used-up link get the same bytes after the same time. Everything works without a script.
"""

import asyncio
import base64
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.errors import SubjectlineError
from bot.intake import normal_address
from bot.law import Right
from bot.package.words import LANGUAGES, accepted, counted, spoken
from bot.page import Bulletin, Typed
from bot.settings import Settings
from handlers import doorstep
from handlers.doorstep import LONG, SHORT, WINDOW_S, Fields, Tries, first

log = structlog.get_logger("web")

POLICY = "default-src 'none'; style-src '{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


class Content(Protocol):
    """A file that is read as it is sent."""

    @property
    def size(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Desk(Protocol):
    """What the pages need of the desk: of each None, whatever the reason, when there is nothing for whoever asks."""

    def send_code(self, token: str, address: str) -> bool:
        """Whether a code is on its way to this address."""
        ...

    def download(self, token: str, address: str, code: str) -> tuple[str, Content] | None:
        """(file name, content), counted."""
        ...

    def disown(self, token: str) -> str | None:
        """`stopped`, or `begun` where it came too late for some of it."""
        ...

    def enquiry(self, token: str, address: str) -> Bulletin | None: ...
    def withdraw_on_page(self, token: str, address: str) -> Bulletin | None: ...
    def disown_on_page(self, token: str, address: str) -> Bulletin | None: ...
    def write_on_page(self, token: str, address: str, words: str) -> Bulletin | None: ...
    def enquire(self, typed: Typed) -> bool:
        """Whether it is in the house: the address is one."""
        ...


@dataclass(frozen=True)
class Sheet:
    """A page that is to be shown: a template and its values. `said` stands above all else."""

    name: str
    status: int = 200
    values: dict[str, Any] = field(default_factory=dict)
    said: tuple[str, str] | None = None  # part and name of the words
    good: bool = False  # what is said is no mistake


class Pages:
    """Every page of ours. `now` in seconds, for the limits of tries."""

    def __init__(self, desk: Desk, settings: Settings, templates: Path, now: Callable[[], float]) -> None:
        self._desk = desk
        self._tries = Tries(now)
        self._subject = settings.intake.subjects[0]
        css = (templates / "page" / "page.css").read_text(encoding="utf-8")
        self._source = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates / "page"), undefined=StrictUndefined, autoescape=True, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._values = {
            "company": settings.company.model_dump(),
            "days": settings.safety.package_days,
            "downloads": settings.safety.package_downloads,
            "rights": list(Right),
            "counted": counted,
            "css": css,
            "languages": [spoken(each) for each in LANGUAGES],
        }
        digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
        self.policy = POLICY.format(style=f"sha256-{digest}")

    def routes(self) -> list[BaseRoute]:
        """Looking asks nobody and uses nothing up: the same page for every token."""
        return [
            self._looking("/p/{token}", Sheet("package_link")),
            self._asking("/p/{token}", self._download, Sheet("package_link", 404, said=("link", "not_this"))),
            self._looking("/stop/{token}", Sheet("stop")),
            self._asking("/stop/{token}", self._stop, Sheet("stop", 404, said=("stop", "not_this"))),
            self._looking("/enquiry", FORM),
            self._asking("/enquiry", self._enquire, FORM, LONG),
            self._looking("/enquiry/{token}", Sheet("enquiry")),
            self._asking("/enquiry/{token}", self._enquiry, Sheet("enquiry", 404, said=("enquiry", "not_this")), LONG),
        ]

    # -- what is asked ------------------------------------------------------------------------------------------------

    def _download(self, token: str, typed: Fields) -> Response | Sheet | None:
        """First the address, to which a code goes; then the code, for which the file comes."""
        address, code = first(typed, "address"), first(typed, "code")
        if not code:
            return Sheet("package_code", values={"address": address}) if self._desk.send_code(token, address) else None
        found = self._desk.download(token, address, code)
        if found:
            return Download(*found)
        return Sheet("package_code", 404, {"address": address}, ("code", "not_this"))

    def _stop(self, token: str, typed: Fields) -> Response | Sheet | None:
        del typed
        outcome = self._desk.disown(token)
        return Sheet("stopped", values={"outcome": str(outcome)}) if outcome else None

    def _enquiry(self, token: str, typed: Fields) -> Response | Sheet | None:
        address, do = first(typed, "address"), first(typed, "do")
        if do == "write":
            words = "\n\n".join(each for each in (first(typed, "code"), first(typed, "words")) if each)
            found = self._desk.write_on_page(token, address, words)
        elif do == "withdraw":
            found = self._desk.withdraw_on_page(token, address)
        elif do == "disown":
            found = self._desk.disown_on_page(token, address)
        else:
            found = self._desk.enquiry(token, address)
        if found is None:
            return None
        said = ("enquiry", found.answered) if found.answered else None
        return Sheet("bulletin", values={"enquiry": found, "address": address}, said=said, good=found.answered in GOOD)

    def _enquire(self, token: str, typed: Fields) -> Response | Sheet | None:
        """Whatever we know of the address, the answer is the same: it is in the house."""
        del token
        chosen = [Right(each) for each in typed.get("right", ()) if each in set(Right)]
        kept = {name: first(typed, name) for name in ("words", "name", "address")}
        language = first(typed, "language")
        asks = spoken(language).visit["asks"]
        words = "\n\n".join([*(asks[each] for each in chosen), *([kept["words"]] if kept["words"] else [])])
        wrong = "" if words else "words"
        if not normal_address(kept["address"]):
            wrong = "address"
        if wrong:
            values = {"typed": {**kept, "rights": chosen}, "wrong": wrong}
            return Sheet("form", 422, values, said=("form", f"no_{wrong}"))
        self._desk.enquire(Typed(kept["address"], self._subject, words, kept["name"], language))
        return Sheet("sent")

    # -- how it is asked ----------------------------------------------------------------------------------------------

    def _looking(self, path: str, sheet: Sheet) -> Route:
        async def shown(request: Request) -> Response:
            return self._page(request, sheet)

        return Route(path, shown)

    def _asking(
        self, path: str, act: Callable[[str, Fields], Response | Sheet | None], refusal: Sheet, most: int = SHORT
    ) -> Route:
        async def asked(request: Request) -> Response:
            if not self._tries.allow(doorstep.client(request)):
                sheet = Sheet(refusal.name, 429, refusal.values, ("link", "too_often"))
                return self._page(request, sheet, {"retry-after": str(round(WINDOW_S))})
            until = time.monotonic() + doorstep.REFUSED_S
            try:
                typed = {**await doorstep.fields(request, most), "language": [_language(request)]}
                found = await run_in_threadpool(act, request.path_params.get("token", ""), typed)
            except Exception as fault:  # noqa: BLE001  # the door: nothing of the request may reach a log
                if isinstance(fault, ClientDisconnect):
                    return Response(status_code=400)
                log.warning("page_broken", error=type(fault).__name__)
                return self._page(request, Sheet(refusal.name, 503, refusal.values, ("link", "later")))
            if found is None or (isinstance(found, Sheet) and found.status == 404):
                await asyncio.sleep(max(0.0, until - time.monotonic()))
            found = found or refusal
            return self._page(request, found) if isinstance(found, Sheet) else found

        return Route(path, asked, methods=["POST"])

    def _page(self, request: Request, sheet: Sheet, headers: dict[str, str] | None = None) -> HTMLResponse:
        """In the language of the link, else of the browser. Another is offered where nothing was typed yet."""
        chosen = spoken(_language(request))
        words = {"link": chosen.link, **chosen.visit}
        values = {
            **self._values, **sheet.values, "language": chosen.language, "words": words, "shared": chosen.link,
            "day": chosen.day, "moment": chosen.moment, "good": sheet.good, "looking": request.method != "POST",
            "said": words[sheet.said[0]][sheet.said[1]] if sheet.said else "",
        }  # fmt: skip
        page = self._source.get_template(f"{sheet.name}.html.j2").render(values)
        return HTMLResponse(page, sheet.status, {**(headers or {}), "content-language": chosen.language})


FORM = Sheet("form", values={"typed": {"rights": (), "words": "", "name": "", "address": ""}, "wrong": ""})
GOOD = frozenset({"sent", "withdrawn", "disowned"})


def _language(request: Request) -> str:
    """The one our letter was in, which its link ends with (`…?fr`); without it what the browser likes best."""
    named = request.url.query.partition("&")[0]
    return named if named in LANGUAGES else accepted(request.headers.get("accept-language", ""))


class Download(StreamingResponse):
    """A file, piece by piece. Its length is said before: what breaks off on the way is nobody's finished download."""

    def __init__(self, name: str, content: Content) -> None:
        self._content = content
        safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        headers = {"content-disposition": f'attachment; filename="{safe}"', "content-length": str(content.size)}
        super().__init__(content, media_type="application/zip", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except SubjectlineError as fault:
            log.warning("page_broken", error=type(fault).__name__)
            raise BrokenOff from None
        finally:
            self._content.close()


class BrokenOff(Exception):
    """The connection is closed before the length that was said; nothing of the request is in this."""
