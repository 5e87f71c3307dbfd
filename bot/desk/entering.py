"""An enquiry that came by letter or by telephone becomes a ticket by hand, with the day on which it came.

A letter counts from the day it was delivered, a call from the day it was made: whoever enters it says which. Oral
enquiries are valid under the GDPR and in the United Kingdom; in Switzerland where the controller agrees (DPO art. 16).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import law
from bot.desk.opening import Enquiry, Opening
from bot.desk.recorded import REGIME
from bot.errors import NotAllowed
from bot.intake import asked, normal_address
from bot.intake.words import folded, language
from bot.law import Right
from bot.phrases import say
from bot.store import Unit
from bot.tickets import SILENT, Correspondent, Role, Ticket, check_role

CHANNELS = ("post", "phone")
SPOKEN = ("en", "de", "fr", "it")
LONGEST_AGO = timedelta(days=366)  # whoever names an earlier day has mistyped
WORDS = 20_000  # characters
LINES = 6  # what a window shows
LINE = 50  # characters


@dataclass(frozen=True)
class Entry:
    """What a team member knows of it. Only channel and day are needed; an address can be added later."""

    channel: str  # post, phone
    received_on: date  # delivered, or called
    at: time | None = None  # of a call
    rights: tuple[Right, ...] = ()  # none: as the words have it
    words: str = field(default="", repr=False)  # what it says, or what was said
    name: str = field(default="", repr=False)
    address: str = field(default="", repr=False)  # e-mail; without one the bot can neither look nor write
    language: str = ""  # en, de, fr, it; none: as the words have it
    postal: str = field(default="", repr=False)  # name and address as on an envelope: letters go on paper then
    country: str = ""  # ISO 3166, as far as it is known: which laws apply
    elsewhere_on: date | None = None  # when a distributor or processor had it, if it came that way


class Entering(Opening):
    """The verbs for what did not come by mail."""

    def enter(self, user: str, event: str, entry: Entry) -> Ticket | None:
        """A ticket with its clock, its card and its record; None for a second delivery of the same form.

        Nothing is sent to the person by itself. NotAllowed, naming the field, where what was entered cannot be.
        """
        check_role(self.actor(user), Role.HANDLER)
        today = self._today(self.clock())
        check(entry, today)
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return None
            (ticket,) = self._open(unit, [self._entered(user, entry, unit.now)])
            self._resident(unit, ticket, user, entry.country)
            return unit.tickets.get(ticket.id)

    def _entered(self, user: str, entry: Entry, now: datetime) -> Enquiry:
        address = normal_address(entry.address) or ""
        text = folded(entry.words)
        moment = datetime.combine(entry.received_on, entry.at or time(12), ZoneInfo(self.house.zone))
        elsewhere = {"elsewhere_on": entry.elsewhere_on.isoformat()} if entry.elsewhere_on else {}
        return Enquiry(
            channel=entry.channel,
            received_at=min(moment, now),
            received_on=entry.received_on,
            language=entry.language or (language(text) if entry.words.strip() else SPOKEN[0]),
            rights=entry.rights or asked("", entry.words),
            who=Correspondent(
                address=address, name=entry.name.strip(), subject="", words=entry.words, message_id="", references=(),
                postal=lines(entry.postal),
            ),
            sender=address,
            silent=True,
            by=user,
            detail=elsewhere,
        )

    def _resident(self, unit: Unit, ticket: Ticket, user: str, country: str) -> None:
        """Where it is known in which country the person lives, its law applies; the record says so."""
        laws = law.applicable(self.house.regimes, country)
        if laws != self.house.regimes:
            detail = {"regimes": list(laws), "how": say("forms.basis_person")}
            self._record(unit, unit.tickets.lock(ticket.id), user, REGIME, ticket.received_on, detail)

    def address(self, user: str, event: str, ticket_id: str, address: str) -> None:
        """The ticket that had no e-mail address has one. One that is there is never replaced (T01)."""
        check_role(self.actor(user), Role.HANDLER)
        found = normal_address(address)
        if found is None:
            raise NotAllowed(say("errors.no_address"), field="address")
        with self.store.begin() as unit:
            if not unit.events.first(event):
                return
            ticket = self._open_ticket(unit, ticket_id)
            if ticket.channel in SILENT:
                raise NotAllowed(say("errors.silent_no_address", ref=ticket.ref))
            wrote = unit.tickets.correspondent(ticket.id)
            if wrote.address:
                raise NotAllowed(say("errors.has_address", ref=ticket.ref))
            blind = self.store.keys.blind("address", found)
            unit.tickets.set_correspondent(ticket.id, replace(wrote, address=found), blind)
            unit.audit(user, "address", ticket.id)
            self._redraw(unit, ticket.id)


def check(entry: Entry, today: date) -> None:
    """Nothing, if this can be so; NotAllowed with the field that is wrong otherwise."""
    if entry.channel not in CHANNELS:
        raise NotAllowed(say("errors.came_by", channels=" / ".join(CHANNELS)), field="channel")
    if entry.received_on > today:
        raise NotAllowed(say("errors.future_arrival"), field="received")
    if entry.received_on < today - LONGEST_AGO:
        raise NotAllowed(say("errors.year_ago"), field="received")
    if entry.elsewhere_on and not entry.received_on - LONGEST_AGO <= entry.elsewhere_on <= entry.received_on:
        raise NotAllowed(say("errors.passed_on"), field="elsewhere")
    if entry.address and normal_address(entry.address) is None:
        raise NotAllowed(say("errors.no_address"), field="address")
    if entry.language and entry.language not in SPOKEN:
        raise NotAllowed(say("errors.letter_languages", languages=", ".join(SPOKEN)), field="language")
    if max(len(entry.words), len(entry.name) * 100) > WORDS:
        raise NotAllowed(say("errors.words_too_long", words=WORDS, name=WORDS // 100), field="words")
    if entry.postal and not 2 <= len(lines(entry.postal)) <= LINES:
        raise NotAllowed(say("errors.envelope", lines=LINES), field="postal")
    country = entry.country.partition("-")[0]
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise NotAllowed(say("errors.country"), field="country")


def lines(postal: str) -> tuple[str, ...]:
    """The lines of an envelope, without what no envelope shows."""
    found = (" ".join("".join(sign for sign in each if sign.isprintable()).split()) for each in postal.splitlines())
    return tuple(each[:LINE] for each in found if each)
