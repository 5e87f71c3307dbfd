"""Enquiries a visitor of the demo may send with one click: who writes, what, and what there is to see."""

from typing import Any

from bot.sandbox.company import COUPLE, JONAS, MARA, NOBODY, READER

SUBJECT = "Data Protection Enquiry"

_ACCESS = """Dear Sir or Madam

I should like to know which data you hold about me. Please send me a copy of all of them (Art. 15 GDPR).

Kind regards
{name}"""
_DELETION = """Hello

I have sold my computer. Please delete all my data and confirm that it is done.

Kind regards
{name}"""
_CORRECTION = """Dear team

I have married, and my family name has changed. Please correct my data:

Family name: Altherr-Frei

Kind regards
{name}"""
_RESTRICTION = """Hello

Please restrict the processing of my data until you have checked them (Art. 18 GDPR).

Kind regards
{name}"""
_OBJECTION = """Hello

I object to direct marketing: please send me no more advertising.

Kind regards
{name}"""
_PORTABILITY = """Hello

I use my right to data portability (Art. 20 GDPR) and am changing to another maker.

Kind regards
{name}"""


def _prepared(title: str, about: str, name: str, address: str, text: str, subject: str = SUBJECT) -> dict[str, Any]:
    written = text.format(name=name)
    return {"title": title, "about": about, "name": name, "address": address, "subject": subject, "text": written}


PREPARED = [
    _prepared("Access: Mara wants a copy", "Something of hers is in every system.", "Mara Lindt", MARA, _ACCESS),
    _prepared(
        "Deletion: Mara wants to be forgotten",
        "The law keeps some invoices; the rest goes, a part of it by hand.",
        "Mara Lindt",
        MARA,
        _DELETION,
    ),
    _prepared(
        "Correction: Jonas has a new name",
        "Stored in capitals, and found all the same.",
        "Jonas Altherr",
        JONAS,
        _CORRECTION,
        subject="RE: data  protection ENQUIRY",
    ),
    _prepared(
        "Restriction: leave Jonas's data alone",
        "Held back everywhere; given free again only after a word to him.",
        "Jonas Altherr",
        JONAS,
        _RESTRICTION,
    ),
    _prepared(
        "Objection: Mara wants no advertising", "Runs at once: nobody may refuse it.", "Mara Lindt", MARA, _OBJECTION
    ),
    _prepared(
        "Portability: Mara takes her data along",
        "What she gave, for the programs of another company.",
        "Mara Lindt",
        MARA,
        _PORTABILITY,
    ),
    _prepared(
        "No account: Lena reads the newsletter", "A reader, not a customer.", "Lena Hofer", READER, _DELETION
    ),
    _prepared(
        "Two on one address: the Brunners",
        "The bot does not guess: a person decides.",
        "Familie Brunner",
        COUPLE,
        _ACCESS,
    ),
    _prepared(
        "Nobody known",
        "“Nothing held”, once somebody has looked into the folder of paper.",
        "Noah Body",
        NOBODY,
        _ACCESS,
    ),
]
