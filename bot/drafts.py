"""Which letters there are, which of them nobody has to release, and how the values of a draft are kept. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

ACKNOWLEDGEMENT, CODE = "acknowledgement", "identity_code"
ANSWERS = (  # each ends a request
    "access_answer", "portability_answer", "correction_done", "erasure_done", "restriction_done", "restriction_lifted",
    "marketing_stop", "nothing_held",
)  # fmt: skip
QUESTIONS = ("identity_question", "clarification_question")
LETTERS = (
    ACKNOWLEDGEMENT, CODE, *QUESTIONS, "extension_notice", *ANSWERS, "lifting_notice", "refusal", "not_an_enquiry",
    "answer_reminder", "closing", "complaint_acknowledged", "recipient_notice", "recipient_reminder", "erasure_notice",
    "download_code",
)  # fmt: skip
AT_ONCE = (  # unless the configuration says otherwise; the notice before a deletion goes with its approval
    ACKNOWLEDGEMENT, CODE, "answer_reminder", "recipient_reminder", "erasure_notice", "download_code",
)  # fmt: skip
TO_RECIPIENTS = frozenset({"recipient_notice", "recipient_reminder"})
NAMES = {  # as people of the team read it; the others by their own words
    "access_answer": "copy of the data",
    "portability_answer": "data to hand over",
    "correction_done": "answer: corrected",
    "erasure_done": "answer: deleted",
    "restriction_done": "answer: restricted",
    "restriction_lifted": "answer: restriction ended",
    "marketing_stop": "answer: no more advertising",
    "nothing_held": "answer: nothing held",
    "lifting_notice": "notice that a restriction ends",
    "not_an_enquiry": "letter that it was no enquiry",
    "answer_reminder": "reminder of a question without an answer",
    "closing": "closing letter",
    "complaint_acknowledged": "acknowledgement of a complaint",
    "recipient_notice": "notice to a recipient",
    "recipient_reminder": "second letter to a recipient",
}
_DAY, _MOMENT = "$day", "$moment"


def name(letter: str) -> str:
    """What people of the team call this letter."""
    return NAMES.get(letter, letter.replace("_", " "))


def stored(value: Any) -> Any:
    """A letter's values as JSON has room for them; `restored` gives them back (tuples as lists)."""
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Mapping):
        return {key: stored(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [stored(each) for each in value]
    return value


def restored(value: Any) -> Any:
    """What `stored` was given."""
    if isinstance(value, Mapping):
        if value.keys() == {_MOMENT}:
            return datetime.fromisoformat(value[_MOMENT])
        if value.keys() == {_DAY}:
            return date.fromisoformat(value[_DAY])
        return {key: restored(each) for key, each in value.items()}
    if isinstance(value, list):
        return [restored(each) for each in value]
    return value
