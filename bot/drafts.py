"""Which letters there are, which of them nobody has to release, and how the values of a draft are kept. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from bot.phrases import named

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
_DAY, _MOMENT = "$day", "$moment"


def name(letter: str) -> str:
    """What people of the team call this letter."""
    return named("draft", letter).replace("_", " ")


def word(letter: str) -> str:
    """The same inside a sentence: the identity code did not arrive."""
    return named("letter_kind", letter).replace("_", " ")


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
