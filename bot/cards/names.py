"""What the team calls rights, those who act, languages: as buttons and cards say it."""

from bot.cards.views import NextActor
from bot.law import Right
from bot.phrases import Phrases
from bot.tickets import Identity

VERB = Phrases(
    {
        Right.ACCESS: "card.access",
        Right.CORRECTION: "card.correct",
        Right.DELETION: "card.delete",
        Right.RESTRICTION: "card.restrict",
        Right.PORTABILITY: "card.hand_over_data",
        Right.OBJECTION: "card.stop_marketing",
    }
)
SILENT = Phrases(
    {  # channel -> why there is a ticket that nobody wrote
        "watch": "card.silent_watch",
        "review": "card.silent_review",
    }
)
NEXT = Phrases(
    {
        NextActor.HANDLER: "card.next_handler",
        NextActor.APPROVER: "card.next_approver",
        NextActor.PERSON: "card.next_person",
        NextActor.COLLEAGUE: "card.next_colleague",
        NextActor.BOT: "frame.the_bot",
        NextActor.NOBODY: "card.next_nobody",
    }
)
IDENTITY = Phrases(
    {
        Identity.UNKNOWN: "card.identity_unknown",
        Identity.ASKED: "card.identity_asked",
        Identity.VOUCHED: "card.identity_vouched",
        Identity.CONFIRMED: "card.identity_confirmed",
        Identity.NOBODY: "card.identity_nobody",
    }
)
LANGUAGE = Phrases(
    {"de": "card.german", "en": "card.english", "es": "card.spanish", "fr": "card.french", "it": "card.italian"}
)
