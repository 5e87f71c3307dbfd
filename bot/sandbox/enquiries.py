"""Enquiries a visitor of the demo may send with one click: who writes, what, and what there is to see."""

from typing import Any

from bot.sandbox.company import COUPLE, JONAS, MARA, NOBODY, READER

SUBJECT = "Data Protection Enquiry"

_ACCESS = """Dear Sir or Madam

I should like to know which data you hold about me. Please send me a copy of all of them (Art. 15 GDPR).

Kind regards
{name}"""
_DELETION = """Hello

I no longer use your programs. Please delete all my data and confirm that it is done.

Kind regards
{name}"""


def _prepared(title: str, about: str, name: str, address: str, text: str, subject: str = SUBJECT) -> dict[str, Any]:
    written = text.format(name=name)
    return {"title": title, "about": about, "name": name, "address": address, "subject": subject, "text": written}


PREPARED = [
    _prepared(
        "Access: Mara wants a copy",
        "A customer with something in every table.",
        "Mara Lindt",
        MARA,
        _ACCESS,
    ),
    _prepared(
        "Deletion: Mara wants to be forgotten",
        "The law keeps some invoices; the rest goes.",
        "Mara Lindt",
        MARA,
        _DELETION,
    ),
    _prepared(
        "Capital letters: Jonas",
        "Stored in capitals, and found all the same.",
        "Jonas Altherr",
        JONAS,
        _DELETION,
        subject="RE: data  protection ENQUIRY",
    ),
    _prepared(
        "No account: Lena reads the newsletter",
        "Known to one table only.",
        "Lena Hofer",
        READER,
        _DELETION,
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
        "The answer is “nothing held”.",
        "Noah Body",
        NOBODY,
        _ACCESS,
    ),
]
