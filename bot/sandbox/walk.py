"""People who walk an enquiry from the mail to the letter: who asks, a handler, an approver. They see what people see.

They press a button until the card shows that it was taken, look up what became of an act whose answer was lost, and do
not mind when the bot is killed on the way: `make demo-once` and the crash harness share them.
"""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from bot.sandbox.world import Letter, World

T = TypeVar("T")
SUBJECTS = {  # how a letter's subject begins: what a person looks for in the outbox
    "acknowledgement": "We have received",
    "identity_code": "Please confirm",
    "access_answer": "Your data:",
    "erasure_done": "Your data are deleted",
    "nothing_held": ("We hold no data", "There is nothing"),
    "extension_notice": "We need more time",
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

        def look() -> Letter | None:
            mine = [each for each in self.world.letters() if each.to == person[1].strip().lower()]
            found = [each for each in mine if each.subject.startswith(SUBJECTS[kind])]
            return found[after] if len(found) > after else None

        return self.until(f"the letter {kind}", look)

    def confirm(self, person: tuple[str, str]) -> None:
        """The person answers with the code that came to the address on file."""
        letter = self.letter(person, "identity_code")
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
            found = [each for each in self.world.slack.messages() if "Quarantine" in each["text"] and buttons(each)]
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

    # -- the walks --------------------------------------------------------------------------------------------------

    def access(self, person: tuple[str, str], *, extended: bool = False) -> zipfile.ZipFile:
        """From the mail to the package. The zip as the person downloads it; the ticket is closed."""
        self.write(person, "Data Protection Enquiry", "Dear team, which data do you hold about me? Kind regards")
        self.say("an enquiry reaches the mailbox: access")
        ref = self.new_card()
        self.say(f"{ref}: the card is in the channel")
        if extended:
            self.extend(ref, 45, "Your data are spread over several systems.")
        self.press(self.handler, ref, "choose:access")
        self.say(f"{ref}: the handler chose access")
        self.confirm(person)
        letter = self.letter(person, "access_answer")
        self.say(f"{ref}: the answer has arrived, with a link and no data in it")
        package = self.download(letter, person[1])
        self.press(self.handler, ref, "close")
        self.say(f"{ref}: closed")
        return package

    def download(self, letter: Letter, address: str) -> zipfile.ZipFile:
        """The person presses the button of the letter and types the address it was sent to."""
        link = next((each for each in letter.links if "/p/" in each), None)
        if link is None:
            raise LostError("the letter holds no link")

        def look() -> httpx.Response | None:
            try:
                answer = httpx.post(link, data={"address": address}, timeout=10)
            except httpx.TransportError:
                return None
            return answer if answer.status_code == httpx.codes.OK and answer.content[:2] == b"PK" else None

        answer = self.until("the package to be downloaded", look)
        self.say(f"the person downloads the package: {len(answer.content):,} bytes")
        return zipfile.ZipFile(io.BytesIO(answer.content))

    def deletion(
        self, person: tuple[str, str], cooling: timedelta = timedelta(hours=48), *, by_hand: bool = False
    ) -> Letter:
        """From the mail to the letter that says what was deleted; the ticket is closed. `by_hand`: people do a part."""
        self.write(person, "AW: data protection  enquiry", "Please delete all data you hold about me. Thank you")
        self.say("an enquiry reaches the mailbox: deletion")
        ref = self.new_card()
        self.press(self.handler, ref, "choose:deletion")
        self.say(f"{ref}: the handler chose deletion")
        self.confirm(person)
        told = self.refused(self.handler, ref, "approve:deletion")
        if "second person" not in told:
            raise LostError("the handler could approve the plan alone")
        self.say(f"{ref}: the handler cannot approve the plan alone")
        self.press(self.approver, ref, "approve:deletion")
        self.say(f"{ref}: a second person approved exactly this plan; cooling for {cooling}")
        self.until("the cooling time on the card", lambda: self._has(ref, "stop:deletion") or cooling == timedelta())
        self.world.clock.forward(seconds=cooling.total_seconds() + 1)
        if by_hand:
            self.press(self.handler, ref, "resume:deletion")
            self.say(f"{ref}: the handler has done by hand what the plan names")
        letter = self.letter(person, "erasure_done")
        self.say(f"{ref}: deleted, proved by asking again, and told")
        self.press(self.handler, ref, "close")
        self.say(f"{ref}: closed")
        return letter


def elements(view: dict[str, Any]) -> list[dict[str, Any]]:
    """Every element of a modal a person can press."""
    rows = [each for block in view["blocks"] for each in block.get("elements", [])]
    return rows + [block["accessory"] for block in view["blocks"] if "accessory" in block]


def buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Every element of a message a person can press."""
    blocks = message.get("blocks", [])
    return [each for block in blocks if block["type"] == "actions" for each in block["elements"]]
