"""The page of the demo world: the office at a glance, for a visitor.

Serves one page and a small JSON interface under /api/. It shows what lies in the world and lets the visitor write
mails, click in Slack as several people and move the clock; of the bot it knows its record and what it will say next.
"""

import copy
import hashlib
import json
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import distributor, enquiries, held
from bot.sandbox.delivery import Delivery
from bot.sandbox.letters import Letter
from bot.sandbox.loopback import Loopback
from bot.sandbox.workspace import BOT_USER
from bot.slack.manifest import SHORTCUT

if TYPE_CHECKING:
    from bot.sandbox.world import World

TEMPLATES = Path(__file__).parents[2] / "templates" / "sandbox"
STATIC = {
    "page.css": "text/css",
    "slack.css": "text/css",
    "page.js": "text/javascript",
    "blocks.js": "text/javascript",
    "chart.js": "text/javascript",
    "slack.js": "text/javascript",
    "office.js": "text/javascript",
    "systems.js": "text/javascript",
    "dom.js": "text/javascript",
}
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A letter is somebody's HTML: no script, no remote resource; its links open in a tab of their own.
_LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
Row = Mapping[str, Any]
LATER_S = 5.0  # the page goes a little beyond the moment it looks for


class Page:
    """Served from `start` to `stop`. `audit` gives the bot's record: rows of `at`, `who`, `did`, `ticket` and more;
    `coming` when the bot says something next; `moved` is called after the clock was moved.
    """

    def __init__(self, world: "World", port: int = 0) -> None:
        self.audit: Callable[[], Sequence[Row]] = list
        self.coming: Callable[[], datetime | None] = lambda: None
        self.moved: Callable[[], object] = lambda: None
        self._world = world
        self._written: list[dict[str, Any]] = []
        self._roles = _roles(world.folder / "subjectline.toml")
        acts = {
            "enquiry": self._enquiry,
            "reply": self._reply,
            "click": self._click,
            "submit": self._submit,
            "dismiss": self._dismiss,
            "command": self._command,
            "shortcut": self._shortcut,
            "home": self._home,
            "clock": self._clock,
            "hands": self._hands,
            "answer": self._answer,
        }
        app = Starlette(
            routes=[
                Route("/", self._index),
                Route("/static/{name}", self._static),
                Route("/letter/{number:int}", self._letter),
                Route("/api/state", self._state),
                Route("/api/systems", self._systems),
                *(Route(f"/api/{name}", _posted(act), methods=["POST"]) for name, act in acts.items()),
            ]
        )
        self._server = Loopback(app, port)
        self.url = f"{self._server.url}/"

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    # --- what is shown

    def _index(self, _request: Request) -> Response:
        return FileResponse(TEMPLATES / "page.html", media_type="text/html", headers=_headers(_PAGE_POLICY))

    def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in STATIC:
            return Response(status_code=404)
        return FileResponse(TEMPLATES / name, media_type=STATIC[name], headers=_headers(_PAGE_POLICY))

    def _letter(self, request: Request) -> Response:
        letters = self._world.letters()
        number = request.path_params["number"]
        if number >= len(letters):
            return Response(status_code=404)
        html = letters[number].html.replace("<head>", '<head><base target="_blank">', 1)
        return HTMLResponse(html, headers=_headers(_LETTER_POLICY))

    def _state(self, request: Request) -> Response:
        state = self.state()
        text = json.dumps(state, default=_plain, sort_keys=True)
        stamp = hashlib.sha256(text.encode()).hexdigest()[:16]
        clock = {"now": self._world.clock().isoformat(), "ahead_s": round(self._world.clock.offset_s)}
        if request.query_params.get("seen") == stamp:
            return JSONResponse({"stamp": stamp, "clock": clock}, headers=_headers(_PAGE_POLICY))
        return Response(
            json.dumps({"stamp": stamp, "clock": clock, "state": json.loads(text)}),
            media_type="application/json",
            headers=_headers(_PAGE_POLICY),
        )

    def state(self) -> dict[str, Any]:
        """Everything on the page but the clock and what the systems hold."""
        audit = list(self.audit())
        return {
            **self._slack(),
            "letters": [_shown(letter) for letter in self._world.letters()],
            "written": list(self._written),
            "enquiries": enquiries.PREPARED,
            "distributor": distributor.ADDRESS,
            "audit": audit,
            "systems": self._stamp(audit),
        }

    def _slack(self) -> dict[str, Any]:
        slack = self._world.slack
        space = slack.workspace
        with space.lock:
            channel = space.conversations[slack.channel]
            people = [each for each in space.users.values() if not each.bot]
            return copy.deepcopy(
                {
                    "people": [
                        {"id": each.id, "name": each.real_name, "roles": self._roles.get(each.id, [])}
                        for each in people
                    ],
                    "bot": BOT_USER,
                    "channel": {"id": channel.id, "name": channel.name, "members": len(channel.members)},
                    "messages": channel.messages,
                    "directs": {each.partner: each.messages for each in space.conversations.values() if each.partner},
                    "ephemerals": space.ephemerals,
                    "modals": {user: stack for user, stack in space.modals.items() if stack},
                    "homes": space.homes,
                    "connected": len(slack.sockets.open),
                }
            )

    def _stamp(self, audit: Sequence[Row]) -> str:
        """Changes whenever a system may have: the bot writes down what it did, people and mails are counted."""
        path, world = self._world.company_path, self._world
        files = (path, path.with_name(f"{path.name}-wal"))
        seen = [each.stat().st_mtime_ns for each in files if each.exists()]
        told = json.dumps([seen, audit, len(world.smtp.received), world.hands], default=_plain)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def _systems(self, _request: Request) -> Response:
        return Response(
            json.dumps({"systems": held.shown(self._world)}, default=_plain),
            media_type="application/json",
            headers=_headers(_PAGE_POLICY),
        )

    # --- what the visitor does

    def _enquiry(self, asked: Row) -> dict[str, Any]:
        address, name = str(asked["address"]).strip(), str(asked.get("name", "")).strip()
        subject, text = str(asked["subject"]).strip(), str(asked["text"]).strip()
        if address.count("@") != 1 or any(sign.isspace() for sign in address):
            raise ValueError("This is not an e-mail address.")
        self._world.write(address, name, subject, text)
        self._keep_written(address, name, subject, text)
        return {}

    def _reply(self, asked: Row) -> dict[str, Any]:
        letter = self._world.letters()[int(asked["letter"])]
        names = {each["address"]: each["name"] for each in self._written}
        text = str(asked["text"]).strip()
        self._world.reply(letter, text, names.get(letter.to, ""))
        self._keep_written(letter.to, names.get(letter.to, ""), f"Re: {letter.subject}", text)
        return {}

    def _keep_written(self, address: str, name: str, subject: str, text: str) -> None:
        at = self._world.clock().isoformat()
        self._written.append({"address": address, "name": name, "subject": subject, "text": text, "at": at})

    def _click(self, asked: Row) -> dict[str, Any]:
        how: dict[str, Any] = {"value": asked.get("value"), "chosen": asked.get("chosen")}
        if asked.get("view"):
            return _told(self._world.slack.click_view(asked["user"], asked["action"], **how))
        return _told(self._world.slack.click(asked["user"], asked["ts"], asked["action"], **how))

    def _submit(self, asked: Row) -> dict[str, Any]:
        return _told(self._world.slack.submit(asked["user"], asked["view"], asked["values"]))

    def _dismiss(self, asked: Row) -> dict[str, Any]:
        return _told(self._world.slack.dismiss(asked["user"]))

    def _command(self, asked: Row) -> dict[str, Any]:
        command, _, text = str(asked["text"]).strip().partition(" ")
        if not command.startswith("/"):  # words of a colleague: the bot hears none of it, until somebody takes the menu
            self._world.slack.say(asked["user"], str(asked["text"]).strip())
            return _told(None)
        return _told(self._world.slack.command(asked["user"], text.strip(), command=command))

    def _shortcut(self, asked: Row) -> dict[str, Any]:
        return _told(self._world.slack.shortcut(asked["user"], asked["ts"], SHORTCUT))

    def _home(self, asked: Row) -> dict[str, Any]:
        return _told(self._world.slack.open_home(asked["user"]))

    def _clock(self, asked: Row) -> dict[str, Any]:
        clock = self._world.clock
        if asked.get("to") == "reminder":
            coming = self.coming()
            if coming is None:
                raise ValueError("The bot has nothing to remind anybody of: send a mail first.")
            clock.forward(seconds=max(0.0, (coming - clock()).total_seconds()) + LATER_S)
        else:
            clock.forward(hours=float(asked["hours"]))
        self.moved()
        return {"now": clock().isoformat()}

    def _answer(self, asked: Row) -> dict[str, Any]:
        letter = self._world.letters()[int(asked["letter"])]
        self._world.answer(letter)
        self._keep_written(letter.to, distributor.NAME, f"Re: {letter.subject}", "")
        return {}

    def _hands(self, asked: Row) -> dict[str, Any]:
        self._world.by_hand(str(asked["address"]).strip().lower())
        return {}


def _posted(act: Callable[[Row], dict[str, Any]]) -> Callable[[Request], Awaitable[Response]]:
    """A POST with JSON from this very page becomes one call; what is not possible is said in words."""

    async def endpoint(request: Request) -> Response:
        if request.headers.get("origin") != f"http://{request.headers.get('host')}":
            return JSONResponse({"error": "Only the sandbox's own page may do this."}, status_code=403)
        try:
            asked = await request.json()
            return JSONResponse(await run_in_threadpool(act, asked), headers=_headers(_PAGE_POLICY))
        except (LookupError, ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=409, headers=_headers(_PAGE_POLICY))

    return endpoint


def _told(delivery: Delivery | None) -> dict[str, Any]:
    return {"failure": delivery.failure} if delivery and delivery.failure else {}


def _shown(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "to": letter.to,
        "subject": letter.subject,
        "text": letter.text,
        "at": letter.at.isoformat(),
        "code": letter.code,
        "answers": letter.in_reply_to,
    }


def _roles(configuration: Path) -> dict[str, list[str]]:
    lists = tomllib.loads(configuration.read_text(encoding="utf-8")).get("roles", {})
    words = {"viewers": "viewer", "handlers": "handler", "approvers": "approver", "admins": "admin"}
    users = dict.fromkeys(user for names in lists.values() for user in names)
    return {user: [words[role] for role, names in lists.items() if user in names] for user in users}


def _headers(policy: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
