"""The tables. One schema for SQLite and PostgreSQL; alembic's migrations build exactly this (a test compares).

Ids are text made by the house's id source, so a row's id is known before the row exists: the sealed columns
(`*_sealed`, AES-256-GCM) are bound to table, column and id and cannot be moved. `owner` of a data key is
`ticket:<id>` or `mail:<id>`; destroying the key is the purge.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.types import Instant

metadata = MetaData(naming_convention={
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
})  # fmt: skip


def _ticket(*, nullable: bool = False) -> Column:
    return Column("ticket_id", String(32), ForeignKey("ticket.id"), nullable=nullable, index=True)


data_key = Table(
    "data_key", metadata,
    Column("owner", String(64), primary_key=True),
    Column("main_key", String(8), nullable=False),  # id of the main key that wraps it
    Column("wrapped", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)  # fmt: skip

counter = Table(
    "counter", metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)  # fmt: skip

WAITING = text("state = 'open' AND (identity = 'asked' OR paused_since IS NOT NULL)")  # for the person who wrote
_LOOKED_AT = text("remind_at IS NOT NULL")  # a closed ticket has no place in it

ticket = Table(
    "ticket", metadata,
    Column("id", String(32), primary_key=True),
    Column("ref", String(24), nullable=False, unique=True),
    Column("channel", String(16), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("language", String(8), nullable=False),
    Column("rights", JSON, nullable=False),
    Column("regimes", JSON, nullable=False),
    Column("unrolled", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("why", JSON, nullable=False),
    Column("identity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("outcome", Text),
    Column("owner", String(32)),
    Column("version", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("card_channel", String(32)),
    Column("card_ts", String(32)),
    Column("card_version", Integer, nullable=False),  # the ticket version the card shows
    Column("sender_blind", LargeBinary, nullable=False),
    Column("correspondent_sealed", LargeBinary, nullable=False),
    Column("extension_notice_by", Date),  # null: no extension, or the clock stands still
    Column("clock", String(16), nullable=False, server_default="running"),  # suspended, not_started: dates are strict
    Column("paused_since", Date),  # the oldest question to the person that has no answer yet
    Column("rules", String(40), nullable=False, server_default=""),  # what the dates were computed with
    Index("ix_ticket_rules", "state", "rules", "id"),
    Column("remind_at", Instant),  # when reminders are looked at next; null: never again
    Column("snoozed_until", Date),  # until then nothing is said of it
    Index("ix_ticket_remind_at", "remind_at", sqlite_where=_LOOKED_AT, postgresql_where=_LOOKED_AT),
    Column("merged_into", String(32)),  # the ticket that goes on with it
    Index("ix_ticket_owner", "owner", "state", "due", "ref"),
    # the state, though the condition names it, in front: else SQLite reads the index of all open tickets instead
    Index("ix_ticket_waiting", "state", "due", "ref", sqlite_where=WAITING, postgresql_where=WAITING),
    Index("ix_ticket_received_on", "received_on"),
    Index("ix_ticket_due", "due", "ref"),
    Index("ix_ticket_state_due", "state", "due", "ref"),
    Index("ix_ticket_sender_state", "sender_blind", "state", "due", "ref"),  # else SQLite reads every open ticket
)  # fmt: skip

reminder = Table(
    "reminder", metadata,  # one thing to be said once: what stands here is not said again
    Column("key", String(120), primary_key=True),  # ticket or request:kind:date
    _ticket(),
    Column("kind", String(24), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("state", String(16), nullable=False),  # planned due said dropped
    Column("message", String(160), index=True),  # key of the work that says it
    Column("made_at", Instant, nullable=False),
    Column("said_at", Instant),
)  # fmt: skip

moment = Table(
    "moment", metadata,  # something that has happened and not been told yet, by name
    Column("name", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
)  # fmt: skip

clock_event = Table(
    "clock_event", metadata,
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("kind", String(16), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("detail", JSON, nullable=False),
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
)  # fmt: skip

request = Table(
    "request", metadata,
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("right", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("back_to", String(16)),
    Column("reason", Text),
    Column("plan_id", String(32)),
    Column("generation", Integer, nullable=False),
    Column("chosen_by", String(32)),
    Column("chosen_at", Instant),
    Column("result", JSON, nullable=False),
    Column("ended_on", Date),  # answered, refused or withdrawn, in the house's zone
    Column("persons_sealed", LargeBinary),  # system -> who it is there, with the addresses on file
    Column("wishes_sealed", LargeBinary),  # of a correction: house word -> wished value
    Column("changes_sealed", LargeBinary),  # of a correction: field by field, old and new
    Column("subject", String(16), nullable=False, server_default=""),  # of several about different accounts, which
    UniqueConstraint("ticket_id", "right", "subject"),
    Index("ix_request_state", "state"),
    Index("ix_request_state_chosen", "state", "chosen_at", "id"),
    Index("ix_request_ended_on", "ended_on"),
)  # fmt: skip

plan = Table(
    "plan", metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("lines", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("void_at", Instant),
    UniqueConstraint("request_id", "number"),
)  # fmt: skip

approval = Table(
    "approval", metadata,
    Column("plan_id", String(32), ForeignKey("plan.id"), primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("decision", String(16)),  # approved, rejected; null while asked
    Column("by", String(32)),
    Column("at", Instant),
)  # fmt: skip

task = Table(
    "task", metadata,  # what a person does by hand for a plan
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False, index=True),
    Column("plan_id", String(32), ForeignKey("plan.id"), nullable=False),
    Column("number", Integer, nullable=False),  # within its ticket, from 1
    Column("system", String(64), nullable=False),
    Column("place", Text, nullable=False),
    Column("words", Text, nullable=False),  # what to do; nothing personal
    Column("category", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("assignee", String(32)),  # Slack user id; null: whoever handles
    Column("looks", Boolean, nullable=False),  # nobody knows yet whether anything is held, nor who asks: only look
    Column("second", Boolean, nullable=False),  # another person looks at what was done
    Column("state", String(16), nullable=False),  # open done void
    Column("outcome", String(16)),  # done nothing held cannot
    Column("reason", String(16)),  # why it cannot be done
    Column("evidence_sealed", LargeBinary),  # what was done and how it is known; what goes into a copy
    Column("digest", String(64)),  # of the evidence, keyed, for the record
    Column("made_at", Instant, nullable=False),
    Column("done_by", String(32)),
    Column("done_at", Instant),
    Column("looked_by", String(32)),
    Column("looked_at", Instant),
    UniqueConstraint("ticket_id", "number"),
)  # fmt: skip

task_file = Table(
    "task_file", metadata,  # a file somebody found by hand, for the person's copy
    Column("id", String(32), primary_key=True),
    Column("task_id", String(32), ForeignKey("task.id"), nullable=False, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", String(32), nullable=False),
)  # fmt: skip

mailbox = Table(
    "mailbox", metadata,
    Column("name", String(200), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("watermark", BigInteger, nullable=False),
    Column("seen_at", Instant, nullable=False),
)  # fmt: skip

_UNMARKED = text("ticket_id IS NOT NULL AND marked_at IS NULL")  # few at any time, asked for after every wake

mail = Table(
    "mail", metadata,
    Column("id", String(32), primary_key=True),
    Column("identity", LargeBinary, nullable=False, unique=True),  # keyed hash of Message-ID and content, never the UID
    Column("message_id_blind", LargeBinary, index=True),
    Column("sender_blind", LargeBinary),
    Column("mailbox", String(200), nullable=False),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False),
    _ticket(nullable=True),
    Column("reasons", JSON, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("marked_at", Instant),  # flagged on the server
    Column("settled_at", Instant),  # a person has dealt with a quarantined mail
    Column("settled_by", String(32)),
    Column("raw_sealed", LargeBinary),
    Column("sender", JSON),  # what is known of who sent it: vouched, answers, doubts, agent; nothing personal
    Index("ix_mail_place", "mailbox", "uidvalidity", "uid"),
    Index("ix_mail_verdict", "verdict", "settled_at"),
    Index("ix_mail_unmarked", "mailbox", "uidvalidity", "uid", sqlite_where=_UNMARKED, postgresql_where=_UNMARKED),
)  # fmt: skip

DRAFT = text("released_at IS NULL AND dropped_at IS NULL")

letter = Table(
    "letter", metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(120), nullable=False, unique=True),  # ticket:letter:number, or request:letter:generation
    _ticket(),
    Column("request_id", String(32)),
    Column("kind", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("content_sealed", LargeBinary, nullable=False),  # sender, to, subject, the bytes on the wire
    Column("digest", String(64), nullable=False),  # SHA-256 of the bytes, for the record
    Column("made_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("returned_at", Instant),  # a mail server says that it did not arrive
    Column("returned_why", String(16)),  # and why: a word of `intake.Cause`
    Column("released_at", Instant),  # it is a draft until this is set, or the last
    Column("released_by", String(32)),  # Slack user id; `bot` where the configuration says at once
    Column("dropped_at", Instant),  # nobody will release it
    Index("ix_letter_draft", "made_at", sqlite_where=DRAFT, postgresql_where=DRAFT),
    Column("medium", String(8), nullable=False, server_default="mail"),  # paper: a person prints and posts it
)  # fmt: skip

_OPEN_CODE = text("used_at IS NULL")

code = Table(
    "code", metadata,
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("digest", LargeBinary, nullable=False),
    Column("sent_to_blind", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("used_at", Instant),  # used, replaced or run out: never good again, whatever the clock says
    Column("rights", JSON),  # that its letter named: it proves nothing about others
    Index("ix_code_open", "expires_at", sqlite_where=_OPEN_CODE, postgresql_where=_OPEN_CODE),
)  # fmt: skip

means = Table(
    "means", metadata,  # how it is known who asks: one row for each thing that was shown, or tried
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("kind", String(16), nullable=False),  # claim code facts document authority agent
    Column("state", String(16), nullable=False),  # open held failed
    Column("detail", JSON, nullable=False),  # rights, counts, words of ours; nothing personal
    Column("secret_sealed", LargeBinary),  # an address on file; facts until they are compared, no longer
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("second_by", String(32)),  # another person, who agreed to an address that is not on file
    Column("second_at", Instant),
)  # fmt: skip

download_code = Table(
    "download_code", metadata,  # the last step before a download: sent to the address the package is for
    Column("id", String(32), primary_key=True),
    Column("package_id", String(32), ForeignKey("package.id"), nullable=False, index=True),
    Column("digest", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("void_at", Instant),  # replaced: never good again, whatever the clock says
)  # fmt: skip

package = Table(
    "package", metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False),
    _ticket(),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("address_blind", LargeBinary, nullable=False),
    Column("name", String(120), nullable=False, unique=True),
    Column("size", BigInteger, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("downloads", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("revoked_at", Instant),
    Column("passphrase_sealed", LargeBinary),  # of one that goes by mail, until somebody has told the person
)  # fmt: skip

holding = Table(
    "holding", metadata,  # one system's export, in an encrypted file until the request is over
    Column("request_id", String(32), ForeignKey("request.id"), primary_key=True),
    Column("system", String(64), primary_key=True),
    Column("file", String(120), nullable=False),
    Column("rows", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes, as they are opened
    Column("digest", String(64), nullable=False),  # SHA-256 of them
    Column("at", Instant),  # when the system answered
)  # fmt: skip

look = Table(
    "look", metadata,  # a piece of a copy that may be about others too, and what a person decided
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False),
    Column("mark", LargeBinary, nullable=False),  # keyed hash of where it stands and what it says
    Column("system", String(64), nullable=False),
    Column("kind", String(8), nullable=False),  # file text
    Column("why", Text, nullable=False),  # in our own words
    Column("piece_sealed", LargeBinary, nullable=False),  # its name, and what it says
    Column("verdict", String(8)),  # keep black out; null: nobody has decided
    Column("words_sealed", LargeBinary),  # to be blacked out in it
    Column("by", String(32)),
    Column("at", Instant),
    UniqueConstraint("request_id", "mark"),
)  # fmt: skip

slack_event = Table(
    "slack_event", metadata,
    Column("key", String(255), primary_key=True),
    Column("at", Instant, nullable=False),
)  # fmt: skip

BEGUN = text("verb = 'cooled'")  # a run that may destroy something began: few, and counted by the hour

audit = Table(
    "audit", metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(32), nullable=False),
    Column("verb", String(40), nullable=False),
    Column("ticket_id", String(32), index=True),
    Column("request_id", String(32)),
    Column("detail", Text, nullable=False),  # canonical JSON; ids, counts, hashes, dates
    Column("previous", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_audit_begun", "at", sqlite_where=BEGUN, postgresql_where=BEGUN),
)  # fmt: skip

audit_head = Table(
    "audit_head", metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),  # keyed hash over seq and hash: a cut tail shows
)  # fmt: skip

work = Table(
    "work", metadata,
    Column("key", String(160), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("args", JSON, nullable=False),  # ids only
    Column("lane", String(64), nullable=False),  # what limits count: a system, `slack`, `mail`
    Column("ticket_id", String(32), index=True),
    Column("state", String(16), nullable=False),  # ready running waiting done unknown dead
    Column("run_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("lease_until", BigInteger),  # milliseconds by the database's clock
    Column("owner", String(80)),
    Column("error", Text),
    Column("made_at", Instant, nullable=False),
    Column("done_at", Instant),
    Index("ix_work_state_run_at", "state", "run_at"),
    Index("ix_work_state_lease", "state", "lease_until"),
)  # fmt: skip

action = Table(
    "action", metadata,
    Column("key", String(160), primary_key=True),  # the work's key
    Column("kind", String(32), nullable=False),
    Column("ticket_id", String(32), index=True),
    Column("state", String(16), nullable=False),  # intent done unknown refused
    Column("fence", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("started", BigInteger, nullable=False),  # milliseconds by the database's clock
    Column("finished", BigInteger),
    Column("result", JSON, nullable=False),  # counts and references, nothing personal
)  # fmt: skip

lane = Table(
    "lane", metadata,
    Column("name", String(64), primary_key=True),
    Column("next_at", BigInteger, nullable=False),  # earliest next claim, ms by the database's clock (calls a second)
)  # fmt: skip

notice = Table(
    "notice", metadata,  # one recipient who is told what was done (GDPR 19)
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False),
    Column("plan_id", String(32), nullable=False),  # what was done; another plan is told anew
    Column("recipient", String(64), nullable=False),  # their name as the record keeps it
    Column("name", Text, nullable=False),  # as the register had it
    Column("kind", String(16), nullable=False),
    Column("language", String(8), nullable=False),
    Column("act", String(16), nullable=False),  # what they are told: correction deletion restriction lifting
    Column("state", String(16), nullable=False),  # to_tell told answered unsure by_hand dropped
    Column("letter_id", String(32), index=True),  # the first letter; null: a person tells them
    Column("message_id", String(200), index=True),
    Column("again_id", String(200), index=True),  # Message-ID of the second letter
    Column("reply_id", String(32)),  # the mail a person has to read, or that was the answer
    Column("verdict", String(16)),  # done no_record refused unclear
    Column("why", String(16)),  # of a refusal or an end: its word
    Column("said_by", String(32)),  # who confirmed the answer, or ended the asking; bot: it was plain
    Column("made_at", Instant, nullable=False),
    Column("told_at", Instant),
    Column("answered_at", Instant),  # or dropped
    Column("asked", Integer, nullable=False),  # how often a person was asked what a reply means
    UniqueConstraint("request_id", "plan_id", "recipient"),
    Index("ix_notice_state", "state"),
)  # fmt: skip

note = Table(
    "note", metadata,  # what the team wrote down beside a ticket
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),
)  # fmt: skip

hold = Table(
    "hold", metadata,  # a legal hold: nothing about this person is destroyed until it is lifted
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("sender_blind", LargeBinary, index=True),  # it holds every ticket of this address; null: of none
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),  # why
    Column("lifted_by", String(32)),
    Column("lifted_at", Instant),
)  # fmt: skip

refusal = Table(
    "refusal", metadata,  # a right refused, in whole or in part
    Column("id", String(32), primary_key=True),
    _ticket(),
    Column("request_id", String(32), ForeignKey("request.id"), nullable=False, index=True),
    Column("ground", String(32), nullable=False),
    Column("systems", JSON, nullable=False),  # what is left out; empty: everything is refused
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),  # the reasons, as the letter says them
)  # fmt: skip

blocked = Table(
    "blocked", metadata,  # senders whose mails are put aside for a person
    Column("sender_blind", LargeBinary, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    _ticket(nullable=True),  # whose sender it was
    Column("by", String(32), nullable=False),
    Column("at", Instant, nullable=False),
)  # fmt: skip

quiet = Table(
    "quiet", metadata,  # hours in which a member of the team wants to hear nothing, as they set them
    Column("user", String(32), primary_key=True),
    Column("begins", String(5), nullable=False),  # 18:00
    Column("ends", String(5), nullable=False),
)  # fmt: skip

shelf = Table(
    "shelf", metadata,  # small secrets of connectors, shared by all processes
    Column("name", String(80), primary_key=True),
    Column("value_sealed", LargeBinary),
    Column("holder", String(32), nullable=False),  # whose turn it is
    Column("held_until", BigInteger, nullable=False),  # milliseconds since 1970
)  # fmt: skip

erased = Table(
    "erased", metadata,  # addresses that must not come back, one row for each run that erased one
    Column("hash", LargeBinary, primary_key=True),  # keyed, of the normal form
    Column("request_id", String(32), primary_key=True),  # no foreign key: this outlives the ticket
    Column("ref", String(24), nullable=False),
    Column("entered_at", Instant, nullable=False, index=True),
    Column("proved_at", Instant),  # from here on it is watched
    Column("lifted_at", Instant),  # there is new consent
    Column("lifted_on", Date),  # the day the person came back
    Column("lifted_by", String(32)),
    Column("why_sealed", LargeBinary),  # where they came back, under the ledger's own key
    Index("ix_erased_request_id", "request_id"),
)  # fmt: skip

sighting = Table(
    "sighting", metadata,  # somebody in a system who has an erased address
    Column("id", String(32), primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("system", String(64), nullable=False),
    Column("who", LargeBinary, nullable=False),  # keyed hash of the system's own reference
    Column("state", String(16), nullable=False),  # known again planned consent gone
    Column("since", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("alarm_id", String(32), index=True),
    Column("ticket_id", String(32)),
    Column("address_sealed", LargeBinary),  # until somebody has decided
    UniqueConstraint("hash", "system", "who"),
    Index("ix_sighting_system_seen", "system", "seen_at"),
)  # fmt: skip

alarm = Table(
    "alarm", metadata,  # one message about sightings
    Column("id", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("counts", JSON, nullable=False),  # system -> addresses
    Column("addresses", Integer, nullable=False),  # different ones
)  # fmt: skip

watched = Table(
    "watched", metadata,  # how the last look over a system ended
    Column("system", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("addresses", Integer),  # compared; null: the system cannot list them
    Column("again", Integer, nullable=False),
    Column("error", Text),  # why it could not be looked over, in words of our own
)  # fmt: skip

review = Table(
    "review", metadata,  # how far the look at accounts nobody uses is
    Column("system", String(64), primary_key=True),
    Column("number", Integer, nullable=False),  # of the next look: rises with each
    Column("state", String(16), nullable=False),  # running over blind
    Column("before", Date, nullable=False),  # accounts without activity since before this day
    Column("after_sealed", LargeBinary),  # the last account looked at, under the review's own key
    Column("at", Instant, nullable=False),
)  # fmt: skip

batch = Table(
    "batch", metadata,  # accounts put before the team by one message
    Column("id", String(32), primary_key=True),
    Column("system", String(64), nullable=False),
    Column("before", Date, nullable=False),
    Column("at", Instant, nullable=False),
    Column("decided_at", Instant),  # of the last of them
    Index("ix_batch_system", "system", "decided_at"),
)  # fmt: skip

account = Table(
    "account", metadata,  # one of them, and what was decided
    Column("id", String(32), primary_key=True),
    Column("batch_id", String(32), ForeignKey("batch.id"), nullable=False, index=True),
    Column("system", String(64), nullable=False),
    Column("who", LargeBinary, nullable=False),  # keyed hash of the system's own reference
    Column("last", Date),  # day of the last activity, if it is known
    Column("state", String(16), nullable=False),  # open kept erase
    Column("until", Date),  # kept: not asked about again before
    Column("by", String(32)),
    Column("at", Instant, nullable=False),
    Column("request_id", String(32)),  # that erases it
    Column("person_sealed", LargeBinary),  # under the batch's key, until all of it is decided
    Column("why_sealed", LargeBinary),  # why it is kept, under the review's own key
    Index("ix_account_who", "system", "who"),
)  # fmt: skip
