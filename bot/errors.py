"""The whole family of errors, in one place.

    SubjectlineError
    ├── NotAllowed      told, in these words, to whoever asked
    │   └── TooLate     the state has moved on since
    ├── Temporary       had no effect; tried again by itself
    │   └── ShutOut     the far side does not let us in until a person mends it there
    ├── Unclear         may have had its effect; settled by looking, never by repeating
    ├── Refused         the far side said no and will not change its mind
    │   └── PlanChanged what is there is not what was planned; nothing was done
    ├── Unsupported     this system cannot do it; becomes a person's task
    └── Misconfigured   every fault of the configuration at once

No message of these errors carries personal data: they end up in logs, in rows and on cards.
"""


class SubjectlineError(Exception):
    """Something this project knows how to speak about."""


class NotAllowed(SubjectlineError):
    """The move is not open to this person or not open now. The text is shown to whoever asked.

    `field`: of a form, the one that is wrong.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class TooLate(NotAllowed):
    """Somebody, or the bot, was faster: the move was open and is no longer."""


class Temporary(SubjectlineError):
    """The act had no effect and may be tried again, after `retry_after` seconds where the far side named them."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ShutOut(Temporary):
    """The far side does not let us in: nothing happened, and nothing will before a person has mended it there.

    Its words begin alike wherever they are kept, so that whoever tells people finds them.
    """

    BEGINS = "Not let in: "

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(f"{self.BEGINS}{why}", retry_after)


class Unclear(SubjectlineError):
    """The answer was lost: the act may have happened. Only looking settles it."""


class Refused(SubjectlineError):
    """The far side understood and said no. A person has to look."""


class PlanChanged(Refused):
    """The recount inside the act differs from the plan. Nothing was changed."""


class Unsupported(SubjectlineError):
    """The system has no means for this act. It becomes a person's task."""


class Misconfigured(SubjectlineError):
    """The configuration cannot be used. `faults` holds one sentence each, all of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
