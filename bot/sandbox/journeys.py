"""Each right walked from the mail to the letter, by people who press the buttons the card shows them.

What no call can do they do by hand in the world, when the bot asks for it, and say so. `make demo-once`, the crash
harness and the bench share these walks.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from bot.sandbox.distributor import ADDRESS
from bot.sandbox.walk import LostError, Walk
from bot.sandbox.world import Letter

Person = tuple[str, str]  # name and address
SUBJECT = "Data Protection Enquiry"
COOLING, NOTICE = timedelta(hours=48), timedelta(days=7)


@dataclass
class Journeys(Walk):
    """`hands` does in the world what a person is asked to do by hand; `right` and address tell what for."""

    hands: Callable[[str, str], object] = lambda _right, _address: None
    heard: set[str] = field(default_factory=set)  # letters the distributor has answered

    # -- steps of several walks --------------------------------------------------------------------------------------

    def ask(self, person: Person, what: str, text: str, subject: str = SUBJECT) -> str:
        """The mail is written, and its card is in the channel. The card's reference."""
        self.write(person, subject, text)
        self.say(f"an enquiry reaches the mailbox: {what}")
        ref = self.new_card()
        self.say(f"{ref}: the card is in the channel")
        return ref

    def choose(self, ref: str, right: str, person: Person, form: Mapping[str, Any] | None = None) -> None:
        """The handler chose the right, filling in its form where it has one; the person has confirmed who they are."""
        before = self.letters(person, "identity_code")
        if form is None:
            self.press(self.handler, ref, f"choose:{right}")
        else:
            self.send(self.handler, ref, f"choose:{right}", f"right_{right}", form)
        self.say(f"{ref}: the handler chose {right}")
        self.confirm(person, before)

    def answered(self, ref: str, right: str, person: Person, kind: str, before: int) -> Letter:
        """The letter that ends the walk. Where the bot asks for hands before, they did their part and said so."""
        once = [lambda: self.hands(right, person[1])]

        def look() -> Letter | None:
            self.hear()
            self.by_hand(ref, lambda: once.pop()() if once else None)
            return self.found(person, kind, before)

        letter = self.until(f"the letter {kind}", look)
        for user in (self.handler, self.approver):
            self.world.slack.workspace.close(user)
        return letter

    def _begins(self, ref: str) -> bool:
        """Whether the card says when an approved run begins: it does once the notices have left."""
        return "until then a handler may stop it" in json.dumps(self.card(ref) or {})

    def close(self, ref: str) -> None:
        """Whoever the data were passed on to has heard of it and answered; then nothing is open any more."""

        def ready() -> bool:
            self.hear()
            return self._has(ref, "close")

        self.until(f"{ref} to be ready", ready)
        self.press(self.handler, ref, "close")
        self.say(f"{ref}: closed")

    def hear(self) -> None:
        """The distributor answers what it has not answered yet."""
        for letter in self.world.letters():
            if letter.to == ADDRESS and letter.message_id not in self.heard:
                self.heard.add(letter.message_id)
                self.world.answer(letter)
                self.mails += 1
                self.say("the distributor has done the same and says so by mail")

    def approved(self, ref: str, right: str) -> None:
        """A second person approved the plan; whoever chose it could not."""
        told = self.refused(self.handler, ref, f"approve:{right}")
        if "second person" not in told:
            raise LostError("the handler could approve the plan alone")
        self.say(f"{ref}: the handler cannot approve the plan alone")
        self.press(self.approver, ref, f"approve:{right}")
        self.say(f"{ref}: a second person approved exactly this plan")

    def download(self, letter: Letter, address: str) -> zipfile.ZipFile:
        """The person presses the button of the letter, types the address, and the code that comes to it."""
        link = next((each for each in letter.links if "/p/" in each), None)
        if link is None:
            raise LostError("the letter holds no link")
        before = len(self._codes(address))
        self.until("a code to be asked for", lambda: self._typed(link, address=address))

        def look() -> httpx.Response | None:
            codes = self._codes(address)[before:]
            answer = self._typed(link, address=address, code=codes[-1]) if codes else None
            return answer if answer is not None and answer.content[:2] == b"PK" else None

        answer = self.until("the package to be downloaded", look)
        self.say(f"the person downloads the package: {len(answer.content):,} bytes")
        return zipfile.ZipFile(io.BytesIO(answer.content))

    def _codes(self, address: str) -> list[str]:
        return [each.code for each in self._mine(("", address), "download_code") if each.code]

    def _typed(self, link: str, **form: str) -> httpx.Response | None:
        """The page that follows; None where it is a refusal, or nobody answers."""
        try:
            answer = httpx.post(link, data=form, timeout=10)
        except httpx.TransportError:
            return None
        return answer if answer.status_code == httpx.codes.OK else None

    # -- the walks ---------------------------------------------------------------------------------------------------

    def access(self, person: Person, *, extended: bool = False) -> zipfile.ZipFile:
        """From the mail to the package. The zip as the person downloads it; the ticket is closed."""
        ref = self.ask(person, "access", "Dear team, which data do you hold about me? Kind regards")
        if extended:
            self.extend(ref, 45, "Your data are spread over several systems.")
        return self._packed(ref, "access", person, "access_answer")

    def portability(self, person: Person) -> zipfile.ZipFile:
        """From the mail to the package of what the person gave; the ticket is closed."""
        text = "I use my right to data portability: I am changing to another maker. Kind regards"
        return self._packed(self.ask(person, "portability", text), "portability", person, "portability_answer")

    def _packed(self, ref: str, right: str, person: Person, kind: str) -> zipfile.ZipFile:
        before = self.letters(person, kind)
        self.choose(ref, right, person)
        letter = self.answered(ref, right, person, kind, before)
        self.say(f"{ref}: the answer has arrived, with a link and no data in it")
        package = self.download(letter, person[1])
        self.close(ref)
        return package

    def correction(self, person: Person, wishes: Mapping[str, str]) -> Letter:
        """From the mail to the letter that says what was corrected; the ticket is closed."""
        lines = "\n".join(f"{word.replace('_', ' ')}: {value}" for word, value in wishes.items())
        ref = self.ask(person, "correction", f"Please correct my data:\n\n{lines}\n\nKind regards")
        before = self.letters(person, "correction_done")
        self.choose(ref, "correction", person, wishes)
        self.approved(ref, "correction")
        letter = self.answered(ref, "correction", person, "correction_done", before)
        self.say(f"{ref}: corrected, proved by asking again, and told")
        self.close(ref)
        return letter

    def restriction(self, person: Person, ground: str = "accuracy") -> str:
        """From the mail to the letter that says what is restricted. The ticket's reference: it stays open."""
        ref = self.ask(person, "restriction", "Please restrict the processing of my data until you have checked them.")
        before = self.letters(person, "restriction_done")
        self.choose(ref, "restriction", person, {"ground": ground})
        self.answered(ref, "restriction", person, "restriction_done", before)
        self.say(f"{ref}: restricted, proved by asking again, and told")
        self.until("the distributor's answer", lambda: self.hear() or self._thread(ref, " answered. "))
        return ref

    def lifting(self, ref: str, person: Person, notice: timedelta = NOTICE) -> Letter:
        """The restriction ends: a second person approves, the person hears of it first. The ticket is closed."""
        before = self.letters(person, "restriction_lifted")
        self.send(self.handler, ref, "lift", "right_lifting", {"why": "The data were checked and are correct now."})
        self.approved(ref, "restriction")
        self.letter(person, "lifting_notice")
        self.say(f"{ref}: the person is told that the restriction ends in {notice.days} days")
        self.until("the days of the notice on the card", lambda: self._begins(ref) or notice == timedelta())
        self.world.clock.forward(seconds=notice.total_seconds() + 1)
        letter = self.answered(ref, "restriction", person, "restriction_lifted", before)
        self.say(f"{ref}: the restriction has ended, and the person is told")
        self.close(ref)
        return letter

    def objection(self, person: Person) -> Letter:
        """From the mail to the letter that says who advertises no more; the ticket is closed."""
        ref = self.ask(person, "objection", "I object to direct marketing (Art. 21 GDPR). No more advertising, please.")
        before = self.letters(person, "marketing_stop")
        self.press(self.handler, ref, "choose:objection")
        self.say(f"{ref}: the handler chose objection; it runs at once, nobody has to approve it")
        letter = self.answered(ref, "objection", person, "marketing_stop", before)
        self.say(f"{ref}: no more advertising, proved by asking again, and told")
        self.close(ref)
        return letter

    def deletion(self, person: Person, cooling: timedelta = COOLING) -> Letter:
        """From the mail to the letter that says what was deleted; the ticket is closed."""
        text = "Please delete all data you hold about me. Thank you"
        ref = self.ask(person, "deletion", text, "AW: data protection  enquiry")
        before = self.letters(person, "erasure_done")
        self.choose(ref, "deletion", person)
        self.approved(ref, "deletion")
        self.until("every address on file to be told", lambda: self._begins(ref) or cooling == timedelta())
        self.say(f"{ref}: cooling for {cooling}")
        self.world.clock.forward(seconds=cooling.total_seconds() + 1)
        letter = self.answered(ref, "deletion", person, "erasure_done", before)
        self.say(f"{ref}: deleted, proved by asking again, and told")
        self.close(ref)
        return letter
