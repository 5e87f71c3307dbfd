"""The door for Slack: acknowledge at once, read what came in, make one desk call, tell whoever asked.

The only catch-all of the Slack side stands here. A log line holds the verb, the class of the error and a reference
that whoever clicked is told too; never what was in the event.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from http import HTTPStatus
from threading import BoundedSemaphore
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from slack_bolt import Ack, BoltContext

from bot.cards import loading_modal, told, told_home, told_modal
from bot.desk import Desk
from bot.errors import NotAllowed, Refused, SubjectlineError, Temporary
from bot.phrases import say
from bot.slack import Workspace
from bot.slack.calls import call
from handlers.forms import Answer, Fields
from handlers.heard import Heard, Origin, click, filled, origin_of, word_in

log = structlog.get_logger("slack.door")
Body = dict[str, Any]
Window = Callable[[Heard, Desk, datetime], dict[str, Any]]  # what makes a modal

AT_ONCE = 2  # desk calls of buttons
FORM_S = 2.0  # of the three seconds Slack waits for what becomes of a form
STRANGER = "door.stranger"
ELSEWHERE = "door.elsewhere"
LATER = "door.later"
BROKEN = "door.broken"


@dataclass(frozen=True)
class Door:
    """Binds listeners to Bolt. Each answers its kind: nothing, a modal, blocks, a home."""

    desk: Desk
    workspace: Workspace
    after: Callable[..., object]  # takes what follows the acknowledgement: a callable and its arguments
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))

    def now(self) -> datetime:
        """The moment, in the house's time zone."""
        return self.desk.clock().astimezone(ZoneInfo(self.desk.house.zone))

    def button(self, listener: Callable[[Heard, Desk], None]) -> Callable[..., None]:
        """The listener's desk call has happened, or the user reads why not, only visible to them."""

        def pressed(body: Body, context: BoltContext) -> None:
            heard = click(body)

            def tell(text: str) -> None:
                channel = word_in(body, "container", "channel_id")
                if channel:
                    words = {"channel": channel, "user": heard.user, "text": told(text)}
                    call(context.client.chat_postEphemeral, repeatable=True, **words)

            self._guard(heard, origin_of(body), tell, lambda: self._in_turn(listener, heard))

        return self._acknowledged(pressed)

    def _in_turn(self, listener: Callable[[Heard, Desk], None], heard: Heard) -> None:
        with self.turns:
            listener(heard, self.desk)

    def modal(self, title: str, listener: Window) -> Callable[..., None]:
        """A modal is open and shows what the listener made, or why not. `title`: a key of `windows`."""

        def pressed(body: Body, context: BoltContext) -> None:
            self._open(title, listener, click(body), origin_of(body), body, context)

        return self._acknowledged(pressed)

    def shortcut(self, title: str, listener: Window) -> Callable[..., None]:
        """The same for a shortcut on a message, whichever conversation it stands in; its text is the value."""

        def chosen(body: Body, context: BoltContext) -> None:
            heard = Heard(word_in(body, "user", "id"), verb="shortcut", value=word_in(body, "message", "text"))
            self._open(title, listener, heard, origin_of(body), body, context)

        return self._acknowledged(chosen)

    def _open(
        self, title: str, listener: Window, heard: Heard, origin: Origin, body: Body, context: BoltContext
    ) -> None:
        """The modal opens empty first, because Slack allows that for three seconds after the click only."""
        client, opened = context.client, ""
        trigger = {"trigger_id": word_in(body, "trigger_id"), "view": loading_modal(say(title))}

        def show(view: dict[str, Any]) -> None:
            call(client.views_update, repeatable=True, view_id=opened, view=view)

        if not self._ours(origin):
            return
        try:
            opening = client.views_push if word_in(body, "view", "type") == "modal" else client.views_open
            opened = str(call(opening, repeatable=True, **trigger)["view"]["id"])
        except SubjectlineError as error:
            log.warning("slack_modal_did_not_open", kind=heard.verb, reason=str(error))
            return
        self._guard(
            heard,
            origin,
            lambda text: show(told_modal(say(title), text)),
            lambda: show(listener(heard, self.desk, self.now())),
        )

    def inside(self, title: str, listener: Callable[[Heard, Desk], str]) -> Callable[..., None]:
        """A button inside a modal: the same modal shows the listener's words, or why not."""

        def pressed(body: Body, context: BoltContext) -> None:
            heard, view = click(body), word_in(body, "view", "id")

            def show(text: str) -> None:
                call(context.client.views_update, repeatable=True, view_id=view, view=told_modal(say(title), text))

            self._guard(heard, origin_of(body), show, lambda: show(listener(heard, self.desk)))

        return self._acknowledged(pressed)

    def form(self, title: str, listener: Callable[[Heard, Fields, Desk], str]) -> Callable[..., None]:
        """What was filled in is taken, and the modal says so in the listener's words; or the wrong field says why.

        Slack takes a field's error with the acknowledgement only, so the desk is asked before it, for two seconds at
        most: after that the modal says “one moment” first, and the outcome as soon as there is one.
        """

        def sent(ack: Ack, body: Body, context: BoltContext) -> None:
            heard, fields = filled(body)

            def show(view: dict[str, Any]) -> None:
                call(context.client.views_update, repeatable=True, view_id=heard.place, view=view)

            answer = Answer(show)

            def act() -> None:
                try:
                    words = listener(heard, fields, self.desk)
                    answer.give(response_action="update", view=told_modal(say(title), words))
                except NotAllowed as refusal:
                    if refusal.field not in fields.names:
                        raise
                    answer.give(response_action="errors", errors={refusal.field: str(refusal)})

            def tell(text: str) -> None:
                answer.give(response_action="update", view=told_modal(say(title), text))

            def work() -> None:
                self._guard(heard, origin_of(body), tell, act)
                answer.end()

            self.after(work)
            ack(**answer.within(FORM_S, loading_modal(say(title))))

        return sent

    def command(
        self, listener: Callable[[Heard, Desk, datetime], list[dict[str, Any]]],
        windows: Mapping[str, tuple[str, Window]] = MappingProxyType({}),
    ) -> Callable[..., None]:  # fmt: skip
        """Whoever typed the command reads the answer; nobody else does. What names a person is told in a modal.

        `windows`: the first word of a command -> title and listener of the modal it opens.
        """

        def typed(body: Body, context: BoltContext) -> None:
            heard = Heard(word_in(body, "user_id"), verb="command", value=word_in(body, "text"))
            origin = Origin(word_in(body, "team_id"), word_in(body, "api_app_id"), "", word_in(body, "team_id"))
            name, _, rest = heard.value.strip().partition(" ")
            if name.lower() in windows:
                asked = replace(heard, value=rest.strip())
                self._open(*windows[name.lower()], asked, origin, body, context)
                return

            def answer(text: str, blocks: list[dict[str, Any]] | None = None) -> None:
                if context.respond is None:
                    raise Refused("no response address")
                heard_back = context.respond(text=text, blocks=blocks, response_type="ephemeral")
                if heard_back.status_code != HTTPStatus.OK:
                    raise Refused(f"response address: {heard_back.status_code}")

            self._guard(
                heard,
                origin,
                lambda text: answer(told(text)),
                lambda: answer(say("door.answer"), listener(heard, self.desk, self.now())),
            )

        return self._acknowledged(typed)

    def home(self, listener: Callable[[Heard, Desk, datetime], dict[str, Any]]) -> Callable[..., None]:
        """The user's App Home shows what the listener made, or why not."""

        def opened(body: Body, context: BoltContext) -> None:
            heard = Heard(word_in(body, "event", "user"), event=word_in(body, "event_id"), verb="home")
            origin = Origin(word_in(body, "team_id"), word_in(body, "api_app_id"), "", word_in(body, "team_id"))

            def publish(view: dict[str, Any]) -> None:
                call(context.client.views_publish, repeatable=True, user_id=heard.user, view=view)

            self._guard(
                heard,
                origin,
                lambda text: publish(told_home(text)),
                lambda: publish(listener(heard, self.desk, self.now())),
            )

        return self._acknowledged(opened)

    def _acknowledged(self, work: Callable[[Body, BoltContext], None]) -> Callable[..., None]:
        """Slack has its acknowledgement before the work begins."""

        def heard(ack: Ack, body: Body, context: BoltContext) -> None:
            ack()
            self.after(work, body, context)

        return heard

    def _ours(self, origin: Origin) -> bool:
        try:
            if self.workspace.ours(team=origin.team, app_id=origin.app_id, channel=origin.channel):
                return True
        except SubjectlineError as error:
            log.warning("slack_workspace_unknown", reason=str(error))
            return False
        log.warning("slack_from_elsewhere")
        return False

    def _guard(self, heard: Heard, origin: Origin, tell: Callable[[str], None], act: Callable[[], None]) -> None:
        """The catch-all: `act` has happened, or `tell` said why not."""
        try:
            if not self._ours(origin):
                return
            self._check_user(heard, origin)
            act()
        except NotAllowed as refusal:
            _say(tell, str(refusal), heard)
        except Temporary as error:
            log.warning("slack_listener_waits", kind=heard.verb, reason=str(error))
            _say(tell, say(LATER), heard)
        except Exception as error:  # noqa: BLE001 -- the one catch-all of the Slack side
            reference = hashlib.sha256(f"{heard.verb}{heard.event}".encode()).hexdigest()[:8]
            log.error("slack_listener_failed", kind=heard.verb, error=type(error).__name__, key=reference)  # noqa: TRY400 -- a trace may hold what came in
            _say(tell, say(BROKEN, reference=reference), heard)

    def _check_user(self, heard: Heard, origin: Origin) -> None:
        if origin.home and origin.home != self.workspace.team:
            raise NotAllowed(say(ELSEWHERE))
        self.workspace.look_at_roles()
        if not heard.user or heard.user not in self.desk.house.roles:
            raise NotAllowed(say(STRANGER))
        self.workspace.check_member(heard.user)


def _say(tell: Callable[[str], None], text: str, heard: Heard) -> None:
    try:
        tell(text)
    except Exception as error:  # noqa: BLE001 -- Slack is away or the modal is closed: there is nobody to tell
        log.warning("slack_could_not_tell", kind=heard.verb, error=type(error).__name__)
