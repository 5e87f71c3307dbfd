"""People who walk an enquiry from the mail to the letter: who asks, a handler, an approver. They see what people see.

They press a button until the card shows that it was taken, look up what became of an act whose answer was lost, and do
not mind when the bot is killed on the way. The rights they walk are in `journeys.py`.
"""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from bot.sandbox.world import Letter, World

T = TypeVar("T")
SUBJECTS = {  # how a letter's subject begins: what a person looks for in the outbox
    "acknowledgement": "We have received",
    "identity_code": "Please confirm",
    "access_answer": "Your data:",
    "download_code": "Your code to get your data",
    "portability_answer": "Your data, to take with you",
    "correction_done": "Your data are corrected",
    "restriction_done": "Your data are restricted",
    "lifting_notice": "The restriction of your data ends",
    "restriction_lifted": "The restriction of your data has ended",
    "marketing_stop": "No more advertising",
    "erasure_notice": "Your data will be deleted",
    "erasure_done": "Your data are deleted",
    "nothing_held": ("We hold no data", "There is nothing"),
    "extension_notice": "We need more time",
    "recipient_notice": ("Bitte", "Die Einschränkung der Daten"),
}


class LostError(AssertionError):
    """The walk came to a place where nothing went on."""


@dataclass
class Walk:
    """`tend` is called while waiting (the harness restarts a dead bot there); `say` tells what happened."""

    world: World
    handler: str
    approver: str
    tend: Callable[[], None] = lambda: None
    say: Callable[[str], None] = lambda _: None
    patience_s: float = 30.0
    mails: int = 0  # that reached the mailbox: what the bot must account for
    repeated: int = 0  # times somebody said “send again”
    taken: set[str] = field(default_factory=set)
    pressed: dict[tuple[str, ...], float] = field(default_factory=dict)  # by whom, what, when
    names: set[str] = field(
        default_factory=set
    )  # of people and their addresses: to be searched for where they must not be

    # -- waiting ----------------------------------------------------------------------------------------------------

    def until(self, what: str, look: Callable[[], T | None]) -> T:
        """What `look` finds as soon as it finds something. Lost, when nothing goes on."""
        ends = time.monotonic() + self.patience_s
        while time.monotonic() < ends:
            self.tend()
            self._settle()
            self._look_through()
            self._release()
            found = look()
            if found:
                return found
            with self.world.slack.workspace.changed:
                self.world.slack.workspace.changed.wait(0.05)
        raise LostError(f"waited {self.patience_s:g} s in vain: {what}")

    def _settle(self) -> None:
        """Questions on cards are answered by looking: is the letter in the person's mail or not?"""
        for message in self.world.slack.messages():
            for element in buttons(message):
                if element["action_id"].startswith("settle:seen"):
                    arrived = self._arrived(element["value"])
                    self.repeated += not arrived
                    tail = element["action_id"].removeprefix("settle:seen")
                    self._click(
                        self.handler, message, f"settle:{'seen' if arrived else 'again'}{tail}", element["value"]
                    )

    def _release(self) -> None:
        """What waits for its release is released, by one press where there are several letters."""
        for message in self.world.slack.messages():
            found = {each["action_id"]: each for each in buttons(message)}
            button = found.get("release_all") or found.get("release:1")
            if button:
                self._press_slowly(self.handler, message, button)

    def _look_through(self) -> None:
        """What a copy says of others is read and let out as it is: they are invented, and nobody is harmed."""
        for message in self.world.slack.messages():
            for button in buttons(message):
                if button["action_id"].startswith("looks:"):
                    self._let_out(self.handler, message, button)

    def _let_out(self, user: str, message: dict[str, Any], button: dict[str, Any]) -> None:
        """The form is sent with every piece let out, or opened first."""
        view = self.world.slack.workspace.top(user) or {}
        if view.get("callback_id") != "looks" or view.get("private_metadata") != button["value"]:
            self._press_slowly(user, message, button)
            return
        fields = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        with suppress(LookupError, ValueError):  # the form was replaced in this very moment
            self.world.slack.submit(user, values={name: "keep" for name in fields if name.startswith("piece_")})
            self.say("a colleague looked through what may be about others")

    def _arrived(self, key: str) -> bool:
        """`letter:<ticket or request>:<letter>:<number>`: whether as many of these letters arrived."""
        _, _, kind, number = key.split(":")
        return sum(letter.subject.startswith(SUBJECTS[kind]) for letter in self.world.letters()) >= int(number)

    # -- Slack ------------------------------------------------------------------------------------------------------

    def card(self, ref: str) -> dict[str, Any] | None:
        """The message whose heading names this reference."""
        found = [each for each in self.world.slack.messages() if ref in json.dumps(each.get("blocks", [])[:1])]
        return found[0] if found else None

    def new_card(self) -> str:
        """The reference of a card nobody has walked yet."""

        def look() -> str | None:
            for each in self.world.slack.messages():
                found = re.search(r"DPE-\d{4}-\d{4,}", json.dumps(each.get("blocks", [])[:1]))
                if found and found[0] not in self.taken:
                    return found[0]
            return None

        ref = self.until("a card for the enquiry", look)
        self.taken.add(ref)
        return ref

    def press(self, user: str, ref: str, action: str) -> None:
        """The button was pressed, again where Slack showed an error, until the card has no such button any more."""
        self.until(f"the button {action} on {ref}", lambda: self._has(ref, action))
        pressed = 0.0

        def gone() -> bool:
            nonlocal pressed
            if not self._has(ref, action):
                return True
            if time.monotonic() - pressed > 2:
                pressed = time.monotonic()
                self._click(user, self.card(ref) or {}, action)
            return False

        self.until(f"{action} on {ref} to be taken", gone)

    def send(self, user: str, ref: str, action: str, form: str, values: Mapping[str, Any]) -> None:
        """The form behind the button was filled in and sent, again where Slack showed an error, until it was taken."""
        self.until(f"the button {action} on {ref}", lambda: self._has(ref, action))
        slack, tried = self.world.slack, 0.0

        def taken() -> bool:
            nonlocal tried
            view = slack.workspace.top(user) or {}
            with suppress(LookupError, ValueError):  # the form was replaced in this very moment
                if view.get("callback_id") == form:
                    slack.submit(user, values=values)
                elif self._has(ref, action) and time.monotonic() - tried > 2:
                    tried = time.monotonic()
                    self._click(user, self.card(ref) or {}, action)
            return not self._has(ref, action)

        self.until(f"{action} on {ref} to be taken", taken)
        slack.workspace.close(user)

    def refused(self, user: str, ref: str, action: str) -> str:
        """What Slack tells this user, and nobody else, who presses what they may not."""
        self.until(f"the button {action} on {ref}", lambda: self._has(ref, action))
        before = len(self.world.slack.workspace.ephemerals)
        self._click(user, self.card(ref) or {}, action)
        notes = self.world.slack.workspace.ephemerals
        note = self.until("a word to whoever pressed", lambda: notes[-1] if len(notes) > before else None)
        return f"{note.get('text', '')} {json.dumps(note.get('blocks', ''))}"

    def _has(self, ref: str, action: str) -> bool:
        card = self.card(ref)
        return card is not None and any(each["action_id"] == action for each in buttons(card))

    def _click(self, user: str, message: dict[str, Any], action: str, value: str | None = None) -> None:
        try:
            self.world.slack.click(user, message.get("ts", ""), action, value=value)
        except LookupError:
            return  # the card was redrawn in this very moment

    # -- mail -------------------------------------------------------------------------------------------------------

    def write(self, person: tuple[str, str], subject: str, text: str, *, answers: Letter | None = None) -> None:
        """A mail of this person has reached the mailbox."""
        name, address = person
        self.names |= {address, *name.split()}
        if answers:
            self.world.reply(answers, text, name)
        else:
            self.world.write(address, name, subject, text)
        self.mails += 1

    def letter(self, person: tuple[str, str], kind: str, after: int = 0) -> Letter:
        """The next letter of this kind to this person."""
        return self.until(f"the letter {kind}", lambda: self.found(person, kind, after))

    def letters(self, person: tuple[str, str], kind: str) -> int:
        """How many letters of this kind this person has got."""
        return len(self._mine(person, kind))

    def found(self, person: tuple[str, str], kind: str, after: int) -> Letter | None:
        """The letter of this kind that came after so many others; None before it came."""
        mine = self._mine(person, kind)
        return mine[after] if len(mine) > after else None

    def _mine(self, person: tuple[str, str], kind: str) -> list[Letter]:
        mine = [each for each in self.world.letters() if each.to == person[1].strip().lower()]
        return [each for each in mine if each.subject.startswith(SUBJECTS[kind])]

    def confirm(self, person: tuple[str, str], after: int = 0) -> None:
        """The person answers with the code that came to the address on file."""
        letter = self.letter(person, "identity_code", after)
        if letter.code is None:
            raise LostError("the letter holds no code")
        self.say("the person replies with the code")
        self.write(person, "", f"That was me. The code is {letter.code}.", answers=letter)

    def quarantine(self) -> None:
        """A mail with two senders nobody can tell apart is looked at, and settled, by a person."""
        self.world.write(
            "one@example.com, two@example.com", "", "Data Protection Enquiry", "Which data do you hold about me?"
        )
        self.mails += 1
        self.names |= {"one@example.com", "two@example.com"}
        user = self.handler

        def waiting() -> dict[str, Any] | None:
            messages = self.world.slack.messages()
            found = [each for each in messages if any(one["action_id"] == "quarantine" for one in buttons(each))]
            return found[0] if found else None

        self.until("a message about the quarantine", waiting)
        self.say("a mail nobody can read is in the quarantine")

        pressed = 0.0

        def settled() -> bool:
            nonlocal pressed
            message = waiting()
            if message is None:
                return True
            if time.monotonic() - pressed > 0.3:
                pressed = time.monotonic()
                if not any(self._in_view(user, action) for action in ("settle_mail", "quarantined:1")):
                    self._click(user, message, "quarantine")
            return False

        self.until("the quarantined mail to be settled", settled)
        self.world.slack.workspace.close(user)
        self.say("a person has looked at it")

    def _in_view(self, user: str, action: str) -> bool:
        view = self.world.slack.workspace.top(user)
        if view is None or not any(element.get("action_id") == action for element in elements(view)):
            return False
        self.world.slack.click_view(user, action)
        return True

    # -- time goes by -------------------------------------------------------------------------------------------------

    def told(self, user: str) -> list[dict[str, Any]]:
        """The direct messages of this person."""
        with self.world.slack.workspace.lock:
            return [dict(each) for each in self.world.slack.workspace.direct(user).messages]

    def overdue(self, person: tuple[str, str], days: int = 40) -> None:
        """Nobody answers until the last day is over: the thread, the channel, a second person, the team hear of it."""
        self.write(person, "Data Protection Enquiry", "Dear team, which data do you hold about me? Kind regards")
        ref = self.new_card()
        self.letter(person, "acknowledgement")
        self.say(f"{ref}: the card is in the channel, and nobody begins")
        self.world.clock.forward(days=days)
        self.until("the word in the thread", lambda: self._thread(ref, "Overdue"))
        self.until("the second person to be told", lambda: self.told(self.approver) or self.told(self.handler))
        for words in ("Enquiries ·", "The week until"):
            self.until(f"“{words}” in the channel", lambda words=words: self._in_channel(words))
        self.say(f"{ref}: overdue, and everybody knows")
        self.press(self.handler, ref, "withdraw:access")
        self.press(self.handler, ref, "close")

    def _thread(self, ref: str, words: str) -> bool:
        card = self.card(ref)
        messages = self.world.slack.messages()
        return any(each.get("thread_ts") == (card or {}).get("ts") and words in each["text"] for each in messages)

    # -- by hand ------------------------------------------------------------------------------------------------------

    def by_hand(self, ref: str, hands: Callable[[], object]) -> None:
        """The next step of what the card's thread asks people to do: it is done, somebody says so, another looks."""
        thread = (self.card(ref) or {}).get("ts")
        for message in self.world.slack.messages():
            for button in buttons(message) if message.get("thread_ts") == thread else ():
                if button["action_id"].startswith("task_done:"):
                    hands()
                    self._fill_in(self.handler, message, button)
                elif button["action_id"].startswith("task_look:") and button["text"]["text"] == "Look …":
                    self._look_at(self.approver, message, button)

    def _fill_in(self, user: str, message: dict[str, Any], button: dict[str, Any]) -> None:
        """The form of the task is sent, or opened first."""
        view = self.world.slack.workspace.top(user) or {}
        if view.get("callback_id") != "task_done" or view.get("private_metadata") != button["value"]:
            self._press_slowly(user, message, button)
            return
        names = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
        may = [each["value"] for block in view["blocks"] if block.get("block_id") == "outcome"
               for each in block["element"]["options"]]  # fmt: skip
        said = {"outcome": "nothing" if "found" in names or "done" not in may else "done"}  # a copy needs no more
        said["evidence"] = "Done, and looked at again."
        with suppress(LookupError, ValueError):  # the form was replaced in this very moment
            self.world.slack.submit(user, values=said)
            self.say("a colleague said what was done by hand")

    def _look_at(self, user: str, message: dict[str, Any], button: dict[str, Any]) -> None:
        """The evidence of the task is read, and seen; or opened first."""
        found = elements(self.world.slack.workspace.top(user) or {"blocks": []})
        if not any((each.get("action_id"), each.get("value")) == ("task_seen", button["value"]) for each in found):
            self._press_slowly(user, message, button)
            return
        key = (user, "task_seen", button["value"])
        if time.monotonic() - self.pressed.get(key, 0.0) < 1.5:
            return
        self.pressed[key] = time.monotonic()
        with suppress(LookupError, ValueError):
            self.world.slack.click_view(user, "task_seen")
            self.say("a second person looked at how that is known")

    def _press_slowly(self, user: str, message: dict[str, Any], button: dict[str, Any]) -> None:
        """Pressed again only if nothing has opened for a while."""
        key = (user, button["action_id"], button["value"])
        if time.monotonic() - self.pressed.get(key, 0.0) > 1.5:
            self.pressed[key] = time.monotonic()
            self._click(user, message, button["action_id"], button["value"])

    def _in_channel(self, words: str) -> bool:
        messages = self.world.slack.messages()
        return any(words in json.dumps(each.get("blocks", []), ensure_ascii=False) for each in messages)

    def extend(self, ref: str, days: int, why: str) -> None:
        """The person is told that it takes so many days from today: by the card's menu and its form."""
        until = (self.world.clock() + timedelta(days=days)).date().isoformat()
        values = {"until": until, "reason": "complexity of the request", "words": why}
        tried = 0.0

        def told() -> bool:
            nonlocal tried
            card = self.card(ref) or {}
            taken = "Extended by the notice" in json.dumps(card)
            if not taken and time.monotonic() - tried > 1:
                tried = time.monotonic()
                self._send_or_open(card, values)
            return taken and any(each.get("thread_ts") == card["ts"] for each in self.world.slack.messages())

        self.until(f"{ref} to be extended", told)
        self.world.slack.workspace.close(self.handler)
        self.say(f"{ref}: the handler extended it to {until}, and the person is told why")

    def _send_or_open(self, card: dict[str, Any], values: dict[str, str]) -> None:
        """The form before the handler is sent; where there is none, the card's menu opens it."""
        slack, view = self.world.slack, self.world.slack.workspace.top(self.handler)
        with suppress(LookupError, ValueError):  # the card was redrawn, or the form replaced, in this very moment
            if view and view.get("callback_id") == "clock_extension":
                slack.submit(self.handler, values=values)
                return
            menus = [each["accessory"] for each in card["blocks"] if "accessory" in each]
            (move,) = [each["value"] for each in menus[0]["options"] if each["value"].startswith("extension:")]
            slack.click(self.handler, card["ts"], menus[0]["action_id"], chosen=move)


def elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    """Every element of a modal a person can press."""
    rows = [each for block in view["blocks"] for each in block.get("elements", [])]
    return rows + [block["accessory"] for block in view["blocks"] if "accessory" in block]


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Every element of a message a person can press."""
    blocks = message.get("blocks", [])
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
