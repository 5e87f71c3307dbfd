"""Letters: everything the law asks for is said, nothing a value holds is ever markup, a header or code."""

import json
import re
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from jinja2 import TemplateError, UndefinedError

from bot.errors import Refused
from bot.letters import Rendered, Writer, safe_header
from bot.letters.markup import plain, read
from bot.letters.source import Source
from bot.post.inspection import check_letter
from bot.settings import load

ROOT = Path(__file__).parents[2]
LETTERS = ROOT / "templates" / "letters"
CONFIG = load({"SUBJECTLINE_CONFIG": str(ROOT / "deploy" / "subjectline.toml")}, needs=())
ZURICH = ZoneInfo("Europe/Zurich")
STRICT = ParserConfig(css=CSS_PROFILES["strict"])
LINK = "https://privacy.muster-instruments.example/p/" + "Zq7-" * 11

COMMON = {
    "company": CONFIG.company.model_dump(),
    "policy": CONFIG.policy.model_dump(),
    "ref": "DPE-2026-0001",
    "received_on": date(2026, 11, 22),
    "due": date(2026, 12, 22),
    "rights": ["access", "deletion"],
}
ERASED = [
    {"system": "our internal server", "place": "Customer", "act": "anonymise", "count": 1, "category": "Contact data", "basis": None, "until": None},
    {"system": "our internal server", "place": "Visit", "act": "delete", "count": 3, "category": "", "basis": None, "until": None},
]  # fmt: skip
KEPT = [
    {"system": "our internal server", "place": "Invoice", "act": "keep", "count": 7, "category": "Orders and invoices",
     "basis": "Code of Obligations, art. 958f", "until": date(2035, 12, 31)},
    {"system": "our internal server", "place": "Dispute", "act": "keep", "count": 1, "category": "", "basis": "a claim in court", "until": None},
]  # fmt: skip
STANDS = {"clock": "suspended", "asked_on": date(2026, 11, 25), "due_if_answered": date(2026, 12, 23)}  # of the clock
DOUBT = ["Your mail came from another address than the one we know.", "Two people have your name."]
VALUES = {
    "acknowledgement": {},
    "identity_code": {"code": "4071 9925", "hours": 24, "tries": 5, "channel": "mail",
                      "expires_at": datetime(2026, 11, 23, 10, 15, tzinfo=ZURICH), **STANDS},
    "identity_question": {"words_of_ours": DOUBT, "means": ["address", "facts", "document"], **STANDS},
    "clarification_question": {"words_of_ours": ["Which of our two shops do you mean?"], **STANDS},
    "extension_notice": {"words_of_ours": ["Your data are in five systems."], "part": ["Your invoices come today."],
                         "reason": "complexity of the request", "was_due": date(2026, 12, 15)},
    "access_answer": {"searched": ["our internal server"], "link": LINK, "link_until": date(2026, 12, 6), "downloads": 3},
    "nothing_held": {"right": "access", "searched": ["our internal server"]},
    "download_code": {"code": "4071 9925", "tries": 5, "expires_at": datetime(2026, 11, 23, 11, 15, tzinfo=ZURICH)},
    "erasure_notice": {"channel": "mail", "link": LINK,
                       "begins_at": datetime(2026, 11, 26, 10, 15, tzinfo=ZURICH)},
    "erasure_done": {"searched": ["our internal server"], "erased": ERASED, "kept": KEPT, "erased_on": date(2026, 11, 24)},
    "correction_done": {"searched": ["our internal server"], "done_on": date(2026, 11, 24), "changes": [
        {"system": "our internal server", "word": "city", "field": "City", "old": "Zürich", "new": "Winterthur"}]},
    "restriction_done": {"searched": ["our internal server"], "done_on": date(2026, 11, 24), "ground": "accuracy", "lines": KEPT},
    "restriction_lifted": {"done_on": date(2026, 11, 24), "lines": KEPT},
    "lifting_notice": {"lifted_on": date(2026, 12, 1), "why_lifted": "The data have been checked and are correct."},
    "marketing_stop": {"searched": ["our internal server"], "done_on": date(2026, 11, 24), "lines": ERASED},
    "refusal": {"right": "deletion", "ground": "excessive", "article": "GDPR art. 12(5)", "words_of_ours": DOUBT, "part": True,
                "why_no_fee": ["A fee would change nothing."], "left_out": [{"system": "our internal server"}], "confirmed": False},
    "not_an_enquiry": {"words_of_ours": ["Our shop answers you."]},
    "answer_reminder": {"question": "identity", "first_asked": date(2026, 11, 25), "closes_on": date(2026, 12, 19), **STANDS},
    "closing": {"why": "unanswered", "since": date(2026, 11, 25), "untouched": True},
    "complaint_acknowledged": {"complained_on": date(2026, 11, 27)},
    "portability_answer": {"searched": ["our internal server"], "link": LINK, "link_until": date(2026, 12, 6), "downloads": 3},
}  # fmt: skip
OPTIONAL = {
    "access_answer": {"withheld": ["A letter of another person to us, because it is about them (GDPR art. 15(4))."]},
    "erasure_done": {"made_public": "Your name stood in our list of references; we have asked the portal to take it down.",
                     "told": [{"name": "Mailchimp (Intuit Inc.)", "on": date(2026, 11, 24)}]},
    "correction_done": {"told": [{"name": "Mailchimp (Intuit Inc.)", "on": date(2026, 11, 24)}]},
    "restriction_done": {"told": [{"name": "Mailchimp (Intuit Inc.)", "on": date(2026, 11, 24)}]},
}  # fmt: skip
WITH_SUPPRESSION = {
    **COMMON,
    "policy": {**COMMON["policy"], "suppression": "Your address stays on a do-not-mail list: a coded form of it."},
}

# What the law asks for -> what a reader must find. Letter of letter_requirements.json -> ours, item -> sentences or values.
REQUIRED = {
    "acknowledgement": ("acknowledgement", {
        "reference": ["DPE-2026-0001"],
        "received_on": ["reached us on 22 November 2026"],
        "answer_due_on": ["by 22 December 2026"],
        "rights_understood": ["tell you which data we hold about you and give you a copy", "delete the data we hold about you"],
        "how_identity_is_checked": ["we may send a code to an e-mail address we already have of you"],
        "free_of_charge": ["What it costs", "Nothing."],
        "contact_of_controller": ["Muster Instruments AG", "Technikumstrasse 9", "info@muster-instruments.example", "+41 52 555 01 00"],
    }),
    "identity_request": ("identity_code", {
        "reason_for_doubt": ["Anybody can write any name and any sender into a mail"],
        "least_intrusive_means_offered": ["reply to this mail with this code", "4071 9925", "the mildest way to find out"],
        "alternatives": ["If you cannot reply with the code", "call us at +41 52 555 01 00", "two facts that only you and we know"],
        "use_only_for_check_then_delete": ["We use the code for this check only, and delete it afterwards"],
        "effect_on_the_deadline": ["the time we have for our answer stands still", "you hear from us by 23 December 2026"],
        "what_happens_without_an_answer": ["Without a confirmation we can neither give out nor change anything", "24 hours, until 23 November 2026, 10:15", "you get a new one"],
        "identity_document_may_be_blacked_out": ["Please do not send a copy of your passport or identity card"],  # none is asked for
    }),
    "extension": ("extension_notice", {
        "reasons_for_delay": ["Your data are in five systems."],
        "reason_is_complexity_or_number_of_requests": ["The reason the law allows for this: complexity of the request"],
        "new_date": ["You get our answer by 22 December 2026", "cannot answer it completely by 15 December 2026"],
        "part_that_can_be_answered_now": ["What you get before that", "Your invoices come today."],
        "complaint_and_court": ["right to complain to a data protection authority", "FDPIC", "right to go to court"],
    }),
    "access_response": ("access_answer", {
        "confirmation_whether_data_are_processed": ["Yes, we hold and use personal data about you"],
        "controller_identity_and_contact": ["Who is responsible", "Technikumstrasse 9", "8400 Winterthur", "Switzerland", "info@muster-instruments.example"],
        "the_personal_data_as_such": ["Here is your copy", LINK, "until 6 December 2026, 3 times"],
        "purposes": ["What for: to answer your questions and to deliver what you ordered", "to keep books as the law asks", "to send you news you asked for"],
        "categories_of_data": ["Contact data", "Orders and invoices", "Newsletter"],
        "recipients_by_name": ["Mailchimp (Intuit Inc.)", "Zoho Corporation", "What they get: Contact data"],
        "retention_period_or_criteria": ["How long we keep them: as long as you have an account with us", "ten years from the end of the business year", "until you unsubscribe"],
        "rights_correction_erasure_restriction_objection": ["correct data that are wrong", "to delete data", "to restrict what we do with them", "object to their use"],
        "right_to_complain": ["right to complain to a data protection authority", "FDPIC", "https://www.edoeb.admin.ch", "right to go to court"],
        "source_if_not_from_the_person": ["Where they come from: you"],
        "automated_decisions_or_none": ["Decisions by machines", "None. No machine alone makes a decision about you"],
        "transfers_and_safeguards": ["Country: USA", "How it is protected there: standard contractual clauses"],
        "copy_in_common_electronic_form_downloadable": ["zip file with a common format that you can keep", "tables (CSV)", "exactly as stored (JSON)"],
        "codes_and_raw_data_explained": ["explains each field and each code"],
        "what_was_left_out_and_why": ["What we left out, and why", "because it is about them (GDPR art. 15(4))"],
        "fee_only_for_further_copies": ["This copy is free of charge. For further copies we may ask a fee"],
    }),
    "refusal": ("refusal", {
        "reasons_for_this_case": ["In your case this means", *DOUBT],
        "legal_ground": ["manifestly unfounded or excessive in the sense of the law (GDPR art. 12(5))"],
        "right_to_complain_with_authority_named": ["right to complain to a data protection authority", "FDPIC"],
        "right_to_go_to_court": ["right to go to court"],
        "civil_court_and_report_to_fdpic": ["a civil court where you live or where we are", "https://www.edoeb.admin.ch"],
        "why_unfounded_or_excessive_and_why_no_fee_instead": ["We could have asked a fee instead", "A fee would change nothing."],
        "why_the_person_cannot_be_identified": ["In your case this means"],  # a person's words, under their ground
    }),
    "erasure_done": ("erasure_done", {
        "what_was_erased_where_when": ["Contact data", "Where: our internal server (Customer)", "1 entry made anonymous", "Visit", "3 entries deleted", "When: 24 November 2026"],
        "what_is_kept_basis_and_until_when": ["Orders and invoices", "7 entries", "Why: Code of Obligations, art. 958f", "Until: 31 December 2035", "Why: a claim in court", "Until: the reason ends"],
        "backups_and_their_overwriting_date": ["Copies in our backups are overwritten within 90 days"],
        "suppression_entry_explained": ["Your address stays on a do-not-mail list"],
        "recipients_notified": ["We have told them", "Mailchimp (Intuit Inc.), on 24 November 2026"],
        "other_controllers_informed": ["we have asked the portal to take it down"],
        "minimal_record_of_this_request_kept": ["We keep a short record of this enquiry"],
        "complaint_and_court": ["right to complain to a data protection authority", "right to go to court"],
    }),
}  # fmt: skip
REQUIRED |= {
    "correction_done": ("correction_done", {
        "field_old_new_date": ["City", "Before: Zürich", "Now: Winterthur", "We have done so on 24 November 2026"],
        "systems_changed": ["Where: our internal server", "looked again afterwards: the new values are there"],
        "recipients_notified": ["We have told them", "Mailchimp (Intuit Inc.), on 24 November 2026"],
        "supplementary_statement_or_note_of_dispute": ["add a statement of yours", "we note that you contest the entry"],
        "complaint_and_court": ["right to complain to a data protection authority", "right to go to court"],
    }),
    "restriction_done": ("restriction_done", {
        "what_is_restricted_since_when": ["Orders and invoices", "Where: our internal server (Invoice)", "What: 7 entries", "Since: 24 November 2026"],
        "ground": ["You say that the data are not correct, and we are checking that (GDPR art. 18(1)(a))"],
        "what_may_still_happen": ["except with your consent, for legal claims, to protect the rights of another person"],
        "will_be_told_before_lifting": ["Before we lift the restriction we tell you"],
        "recipients_notified": ["We have told them", "Mailchimp (Intuit Inc.), on 24 November 2026"],
    }),
}  # fmt: skip
BY_A_PERSON = {  # the same requirement, where a person asks and not the bot
    "identity_request": ("identity_question", {
        "reason_for_doubt": ["Why we doubt", *DOUBT],
        "least_intrusive_means_offered": ["One of these is enough", "from the e-mail address we already have of you"],
        "alternatives": ["two facts that only you and we know", "If none of this suits you", "call us at +41 52 555 01 00"],
        "use_only_for_check_then_delete": ["We use it for this check only, and delete it afterwards"],
        "effect_on_the_deadline": ["the time we have for our answer stands still", "If you answer on 25 November 2026"],
        "what_happens_without_an_answer": ["Without an answer we can neither give out nor change anything"],
        "identity_document_may_be_blacked_out": ["Black out everything but your name and address", "keep no copy"],
    }),
}  # fmt: skip
ITEMS = [
    (ours, item, wanted)
    for each in (REQUIRED, BY_A_PERSON)
    for ours, items in each.values()
    for item, wanted in items.items()
]


@pytest.fixture(scope="module")
def writer():
    """The letters that ship."""
    return Writer(ROOT / "templates", name="Müster Instruments, Data Protection")


def write(writer, letter, language="en", **values):
    return writer.write(letter, language, {**WITH_SUPPRESSION, **VALUES[letter], **OPTIONAL.get(letter, {}), **values})


def post(writer, rendered, **changed):
    fields = {
        "sender": "info@muster-instruments.example", "to": "ann@example.org", "message_id": "<l1.0a1b@dpe.muster.example>",
        "in_reply_to": "<first@example.org>", "references": ["<older@example.org>"],
        "sent_at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC), "automatic": False,
    }  # fmt: skip
    return writer.envelope(rendered, **{**fields, **changed})


def words(text):
    return " ".join(text.split())


def seen(html):
    """What a reader of the HTML sees, in one line."""
    return words(get_text(html, STRICT))


# -- what the law asks for ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("letter", "item", "wanted"), ITEMS, ids=[f"{letter}-{item}" for letter, item, _ in ITEMS])
def test_the_letter_says_what_the_law_asks_for(writer, letter, item, wanted):
    """The item's sentences and values stand in the text and in the HTML."""
    rendered = write(writer, letter)
    for sentence in wanted:
        assert sentence in words(rendered.text), item
        assert sentence in seen(rendered.html) or sentence in rendered.html, item


@pytest.mark.shared
def test_every_item_of_the_requirements_is_looked_for(shared):
    """The tests above cover each must and should of the letters we have."""
    listed = json.loads((shared / "law" / "letter_requirements.json").read_text(encoding="utf-8"))["letters"]
    assert set(REQUIRED) == set(listed)
    for name, (_, items) in [*REQUIRED.items(), *BY_A_PERSON.items()]:
        assert set(items) == {each["id"] for each in listed[name]["items"]}


@pytest.mark.parametrize("letter", sorted(VALUES))
def test_no_language_leaves_a_paragraph_out(writer, letter):
    """What the law asks for is looked for in English; every other language has as many paragraphs, lists and headings."""
    said = {each: write(writer, letter, language=each).text.split("\n\n") for each in ("en", "de", "fr", "it")}
    assert {each: len(parts) for each, parts in said.items()} == dict.fromkeys(said, len(said["en"]))


def test_a_question_without_an_answer_is_spoken_of_as_what_it_was(writer):
    """Reminded of who it is, or of what is meant; closed for want of an answer, or because they want it no more."""
    assert "we may close the enquiry" in words(write(writer, "answer_reminder").text)
    clarification = words(write(writer, "answer_reminder", question="clarification").text)
    assert "If you do not answer, we go by what you wrote in the first place." in clarification
    assert "close" not in clarification
    assert "we have no answer" in words(write(writer, "closing").text)
    assert "nothing was changed" in words(write(writer, "closing").text)
    assert "nothing was changed" not in words(write(writer, "closing", untouched=False).text)
    withdrawn = words(write(writer, "closing", why="withdrawn").text)
    assert "On 25 November 2026 you told us that you no longer want it." in withdrawn
    assert "nothing was changed" not in withdrawn
    alone = {**COMMON["company"], "phone": ""}
    assert "call us" not in write(writer, "complaint_acknowledged", company=alone).text


def test_a_refusal_says_no_more_than_is_so(writer):
    """The whole or a part, with or without a fee, and nothing of what is held for whom nobody knows."""
    part, whole = (words(write(writer, "refusal", part=part, why_no_fee=[], confirmed=not part).text) for part in (True, False))
    assert "We do so, but for a part." in part
    assert "- our internal server" in part
    assert "does not say whether we hold data about you" in part
    assert "We do not do this." in whole
    for absent in ("our internal server", "Which part", "fee", "does not say whether"):
        assert absent not in whole


@pytest.mark.parametrize("letter", ["identity_code", "identity_question", "clarification_question"])
@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("running", "The day by which we answer stays 22 December 2026"),
        ("suspended", "Until you answer, the time we have for our answer stands still."),
        ("not_started", "The time we have for our answer starts with your reply."),
    ],
)
def test_a_question_says_what_it_does_to_the_date(writer, letter, clock, said):
    """One of three, and nothing of the others: whatever the clock does, the letter is true."""
    text = words(write(writer, letter, clock=clock).text)
    assert said in text
    assert ("stays" in text) == (clock == "running")
    assert ("by 23 December 2026 at the latest" in text) == (clock != "running")


def test_a_document_is_asked_for_only_where_a_person_chose_it(writer):
    """Else the letter asks not to send one, and speaks of the ways that were chosen only."""
    text = words(write(writer, "identity_question", means=["facts"]).text)
    assert "Please do not send a copy of your passport" in text
    assert "Black out" not in text
    assert "from the e-mail address we already have" not in text
    assert "Please do not send a copy" not in words(write(writer, "identity_question").text)
    alone = {**COMMON["company"], "phone": ""}
    assert "call us" not in write(writer, "identity_question", company=alone).text


def test_the_letters_of_the_clock_know_no_rights_where_none_was_named(writer):
    """An enquiry without a right that intake could read is spoken of all the same."""
    for letter in ("identity_question", "clarification_question"):
        assert "about the data we hold about you" in words(write(writer, letter, rights=[]).text)
    assert "Whatever is ready earlier we send you earlier" in words(write(writer, "extension_notice", part=[]).text)


def test_nothing_is_said_that_is_not_so(writer):
    """Without anything kept, told or withheld the letters do not speak of it."""
    erased = writer.write("erasure_done", "en", {**COMMON, **VALUES["erasure_done"], "kept": []})
    for absent in ("have to keep", "do-not-mail", "made public", "We have told them"):
        assert absent not in erased.text
    assert "Those we pass data on to had none of these." in words(erased.text)
    to_come = {"telling": [{"name": "Nord Vertrieb"}], "untold": [{"name": "Zoho", "because": "we delete there ourselves"}]}
    said = words(writer.write("erasure_done", "en", {**COMMON, **VALUES["erasure_done"], **to_come}).text)
    assert "We are telling them, so that they do the same: - Nord Vertrieb" in said
    assert "We do not write to these: - Zoho: we delete there ourselves" in said
    assert "What we left out" not in writer.write("access_answer", "en", {**COMMON, **VALUES["access_answer"]}).text
    alone = {**COMMON, "policy": {**COMMON["policy"], "recipients": ()}}
    assert (
        "Nobody: we did not pass your data on."
        in writer.write("erasure_done", "en", {**alone, **VALUES["erasure_done"]}).text
    )
    nothing_left = writer.write("erasure_done", "en", {**COMMON, **VALUES["erasure_done"], "erased": []})
    assert "Nothing could be deleted" in nothing_left.text


@pytest.mark.parametrize(
    ("right", "verb"), [("deletion", "delete"), ("correction", "correct"), ("restriction", "restrict")]
)
def test_nothing_held_is_an_answer_for_every_right(writer, right, verb):
    """A person whom no system knows is told so, where we looked, and what to do next."""
    assert "No, we hold no data about you" in write(writer, "nothing_held").text
    rendered = write(writer, "nothing_held", right=right)
    assert rendered.subject == f"There is nothing to {verb} (DPE-2026-0001)"
    assert f"there is nothing to {verb}." in words(rendered.text)
    assert "- our internal server" in rendered.text
    assert "write to us from that one" in words(rendered.text)


def test_the_code_letter_never_says_whose_data_it_is_about(writer):
    """Eight digits in groups, how long, how often; the one who did not ask is told to do nothing."""
    text = write(writer, "identity_code").text
    assert "\n    4071 9925\n" in text
    assert "do nothing" in text
    assert "somebody wrote to us by e-mail" in words(write(writer, "identity_code", rights=[]).text)
    assert "A person reads your mail" in write(writer, "acknowledgement", rights=[]).text
    assert "call us" not in write(writer, "identity_code", company={**COMMON["company"], "phone": ""}).text


# -- form --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", VALUES)
def test_text_and_html_say_the_same(writer, letter):
    """One source: the words of both are equal, in the same order."""
    rendered = write(writer, letter)
    only_words = re.compile(r"[^\w]+")
    text = rendered.text.replace(f":\n{LINK}", "")  # the button carries it
    body = rendered.html[rendered.html.index("</h1>") :]
    assert only_words.sub(" ", text).split() == only_words.sub(" ", get_text(body, STRICT)).split()


@pytest.mark.parametrize("letter", VALUES)
def test_the_html_stands_alone(writer, letter):
    """Under 100 kB, the right language, dark scheme, no script and nothing fetched from anywhere."""
    many = {"kept": KEPT * 30, "erased": ERASED * 30} if letter == "erasure_done" else {}
    html = write(writer, letter, **many).html
    assert len(html.encode()) < 100_000
    assert '<html lang="en">' in html
    assert "prefers-color-scheme: dark" in html
    assert not re.search(r"(?i)<script|<img|<link|<iframe|\bsrc=|url\(|@import|\bon\w+=", html)
    assert set(re.findall(r'href="(https?://[^/"]+|mailto:)', html)) <= {
        "https://privacy.muster-instruments.example", "https://www.edoeb.admin.ch", "https://www.edpb.europa.eu", "mailto:",
    }  # fmt: skip


@pytest.mark.parametrize("letter", VALUES)
def test_a_missing_value_is_an_error(writer, letter):
    """No letter leaves with a hole: each value but the optional ones is needed."""
    values = {**COMMON, **VALUES[letter]}
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (LETTERS / "en").glob("*.j2")
        if path.stem == letter or path.stem.startswith("_")
    )
    used = [name for name in values if re.search(rf"\b{name}\b", source)]
    assert set(VALUES[letter]) <= set(used)
    missed = []
    for name in VALUES[letter]:
        with pytest.raises(UndefinedError):
            writer.write(letter, "en", {key: value for key, value in values.items() if key != name})
        missed.append(name)
    with pytest.raises(UndefinedError):
        writer.write(letter, "en", {key: value for key, value in values.items() if key != "ref"})


@pytest.mark.parametrize(("why", "subject"), [
    ("overdue", "Overdue: data-protection enquiries (1)"),
    ("slack_away", "Data-protection enquiries, Slack cannot be reached (1)"),
])  # fmt: skip
def test_the_mail_to_the_team_names_nobody(writer, why, subject):
    """References, rights, the last day, what to do: all there is, in text and HTML alike; no hole in it."""
    ticket = {"ref": "DPE-2026-0001", "rights": ["access"], "due": date(2026, 12, 22), "todo": "Choose a right on the card."}
    values = {"company": COMMON["company"], "why": why, "count": 1, "tickets": [ticket]}
    rendered = writer.write("team_reminder", "en", values)
    assert rendered.subject == subject
    for word in ("DPE-2026-0001", "Asked for: access", "Last day: 22 December 2026", "What to do: Choose a right on the card."):
        assert word in rendered.text
        assert word in seen(rendered.html)
    for name in ("why", "count", "tickets", "company"):
        with pytest.raises(UndefinedError):
            writer.write("team_reminder", "en", {key: value for key, value in values.items() if key != name})


def test_a_value_of_the_wrong_kind_is_an_error(writer):
    """A date without words, nothing at all, or yes and no are never printed by accident."""
    for ref in (date(2026, 1, 1), None, True, 1.5):
        with pytest.raises(TypeError, match="a letter cannot print"):
            write(writer, "acknowledgement", ref=ref)


def test_a_language_without_letters_gets_the_default(writer):
    """The letter says which language it is in."""
    assert write(writer, "acknowledgement", language="rm").language == "en"


def test_every_language_has_the_same_letters():
    """A language is a folder: same letters, same parts, same words."""
    folders = [path for path in LETTERS.iterdir() if path.is_dir()]
    assert {path.name for path in folders} == {"en", "de", "fr", "it"}
    english = {path.name for path in (LETTERS / "en").iterdir() if not path.name.startswith("team_")}
    for folder in folders:
        assert {path.name for path in folder.iterdir() if not path.name.startswith("team_")} == english
        words, said = Source(folder).words, Source(LETTERS / "en").words
        assert words.keys() == said.keys()
        for name, each in said.items():
            if isinstance(each, dict):
                assert words[name].keys() == each.keys(), (folder.name, name)


def test_every_language_uses_the_same_values():
    """A letter says in German, French and Italian what it says in English: the same parts, the same values."""
    for source in (LETTERS / "en").glob("*.j2"):
        if source.name.startswith("team_"):
            continue
        for language in ("de", "fr", "it"):
            assert values(LETTERS / language / source.name) == values(source), (language, source.name)


def values(source):
    """Every value a template names, and how often each is looked at."""
    text = re.sub(r'"[^"]*"', '""', source.read_text(encoding="utf-8"))
    found = re.findall(r"{[{%](.*?)[%}]}", text, re.DOTALL)
    return Counter(word for each in found for word in re.findall(r"[a-z_]+(?:\.[a-z_]+)*", each) if word not in PLURAL)


PLURAL = {"if", "else", "line.count"}  # in some languages more words have a plural than in others


def test_the_light_markup_reads_as_written():
    """Every mark, and blocks that touch each other."""
    blocks = read(
        "## A\nb **c**\nd\n- e\n  f\n- g\n| h\n| i\n* j\n  k: l\n[m](https://n.example)\n`1234`\n---\no <javascript:x>\n"
    )
    assert [block.kind for block in blocks] == [
        "heading", "paragraph", "points", "lines", "records", "button", "code", "signature", "paragraph",
    ]  # fmt: skip
    assert plain(blocks) == (
        "A\n-\n\nb c d\n\n- e\n  f\n- g\n\nh\ni\n\n- j\n  k: l\n\nm:\nhttps://n.example\n\n    1234\n\n-- \no javascript:x\n"
    )
    assert blocks[-1].lines[0][1].link == ""


# -- T10: foreign text is a value, and a template only says things -----------------------------------------------------

PAYLOADS = [
    "{{ 7*7 }}", "{% raw %}x{% endraw %}", "{{ config }}", "{{ ''.__class__.__mro__ }}", "{# note #}",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>x</b>', "'-alert(1)-'", "&lt;b&gt;",
    "## heading", "- point", "* record", "| line", "---", "`code`", "**strong**", "<https://evil.example>",
    "[press](https://evil.example)", "a\n\n## b", "a\r\nBcc: eve@evil.example", "label: detail", "\ue0003c\ue001",
    "javascript:alert(1)", "https://evil.example", "\u202etxt.exe", "x" * 5000, "=?utf-8?q?x=0d=0aBcc:_v=40x?=",
    "${7*7}", "%(ref)s", "{0}", "\x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_foreign_text_comes_out_literally(writer, payload):
    """Whatever a value holds, the letter has the same blocks, no new tag and no new link."""
    company = {**COMMON["company"], "sender": payload}
    plain_one, hostile = (write(writer, "acknowledgement", company=each) for each in (COMMON["company"], company))
    shape = re.compile(r"<[^>]*>")
    assert shape.findall(
        hostile.html.replace('<span style="white-space:nowrap">', "").replace("</span>", "")
    ) == shape.findall(plain_one.html.replace('<span style="white-space:nowrap">', "").replace("</span>", ""))
    expected = words(re.sub("[\x00-\x08\x0e-\x1f\u202e\ue000\ue001]", "", payload))[:2000]
    assert expected in words(hostile.text)
    assert "49" not in hostile.text


HOSTILE = [
    "{{ 'a' * 10**9 }}", "{{ 2 ** 99999999 }}", "{% for a in 'xxxxxxxxxx' %}{% for b in 'xxxxxxxxxx' %}x{% endfor %}{% endfor %}",
    "{% for a in range(10**9) %}x{% endfor %}", "{{ 'x'.center(10**9) }}", "{{ 'x'|center(999999999) }}",
    "{{ '%999999999d'|format(1) }}", "{{ '%999999999d' % 1 }}", "{{ '{:>999999999}'.format(1) }}", "{{ lipsum(n=9999) }}",
    "{{ self.subject() }}", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% include name %}", "{% import 'x' as x %}",
    "{% from 'x' import y %}", "{% set x = [1] %}", "{% set x = [] %}", "{{ [1, 2] }}", "{{ {'a': 1} }}", "{{ (1, 2) }}",
    "{{ ref.__class__ }}", "{{ ''['__class__'] }}", "{{ cycler('a') }}", "{{ joiner() }}", "{{ namespace() }}",
    "{{ ref|attr('x') }}", "{{ ref|map('upper') }}", "{% call x() %}{% endcall %}", "{% filter upper %}x{% endfilter %}",
    "{{ 1 + 1 }}", "{{ -1 }}", "{{ ref[::2] }}", "{{ 'a' ~ 'b' }}", "{% extends 'letter.j2' %}", "{% for a in rights recursive %}{% endfor %}",
    "{% for a in rights %}{% for b in rights %}{% for c in rights %}{% for d in rights %}x{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
]  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_a_template_that_computes_is_refused(tmp_path, hostile):
    """As a template none of these runs: each raises, at once."""
    (tmp_path / "language.toml").write_text(
        (LETTERS / "en" / "language.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "letter.j2").write_text(hostile, encoding="utf-8")
    began = time.monotonic()
    with pytest.raises((TemplateError, UndefinedError, TypeError)):
        Source(tmp_path).get_template("letter.j2").render(ref="DPE-2026-0001", rights=["access"])
    assert time.monotonic() - began < 3


# -- T11: headers ------------------------------------------------------------------------------------------------------

NAMES = {
    "Content-Type",
    "MIME-Version",
    "Date",
    "From",
    "To",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Language",
}


def test_the_letter_on_the_wire(writer):
    """Few headers, plain ASCII, both parts as they were written; the postman's last look lets it pass."""
    rendered = write(writer, "access_answer")
    wire = post(writer, rendered)
    assert check_letter("info@muster-instruments.example", "ann@example.org", wire) == wire
    assert wire.isascii()
    mail = message_from_bytes(wire, policy=policy.default)
    assert set(mail.keys()) == NAMES
    assert mail["From"].addresses[0].display_name == "Müster Instruments, Data Protection"
    assert mail["References"] == "<older@example.org> <first@example.org>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    text, html = (part.get_content() for part in mail.iter_parts())
    assert (text.replace("\r\n", "\n"), html.replace("\r\n", "\n").rstrip()) == (rendered.text, rendered.html.rstrip())


def test_equal_letters_are_equal_bytes(writer):
    """A letter written again after a crash is the same to the last byte; another Message-ID is another boundary."""
    first, again = (post(writer, write(writer, "acknowledgement")) for _ in range(2))
    other = post(writer, write(writer, "acknowledgement"), message_id="<l2.0a1b@dpe.muster.example>")
    assert first == again
    assert message_from_bytes(first).get_boundary() != message_from_bytes(other).get_boundary()


def test_only_automatic_letters_say_so(writer):
    """RFC 3834: an answer of the machine is marked, so that no other machine answers it."""
    rendered = write(writer, "acknowledgement")
    assert message_from_bytes(post(writer, rendered, automatic=True))["Auto-Submitted"] == "auto-replied"
    assert "Auto-Submitted" not in message_from_bytes(post(writer, rendered))
    assert "Reply-To" not in message_from_bytes(post(writer, rendered, automatic=True))


def test_a_long_or_hostile_thread_makes_no_header(writer):
    """Foreign Message-IDs that no header may carry are left out; of a long thread the first and the newest stay."""
    rendered = write(writer, "acknowledgement")
    odd = ["<a b@x>", "a@x", "<a@x>\r\nBcc: eve@x", "<ä@x>", "<=?utf-8?q?x?=@x>", "<" + "a" * 300 + "@x>"]
    mail = message_from_bytes(post(writer, rendered, references=odd, in_reply_to="<a@x>\r\nBcc: eve@x"))
    assert "References" not in mail
    assert "In-Reply-To" not in mail
    many = [f"<{number}@{'long' * 20}.example>" for number in range(400)]
    wire = post(writer, rendered, references=many)
    kept = message_from_bytes(wire)["References"].split()
    assert (kept[0], kept[-2:], len(kept)) == (many[0], [many[-1], "<first@example.org>"], 20)
    assert max(map(len, wire.split(b"\r\n"))) < 998


@pytest.mark.parametrize("field", ["sender", "to", "message_id"])
@pytest.mark.parametrize(
    "hostile", ["", "a@b\r\nBcc: eve@x", "a b@c", "ä@b.example", "a@b, c@d", "=?utf-8?q?x?=@b.example"]
)
def test_an_address_no_header_may_carry_is_refused(writer, field, hostile):
    """Refused, in words that repeat nothing of it."""
    with pytest.raises(Refused) as caught:
        post(writer, write(writer, "acknowledgement"), **{field: hostile})
    assert "eve" not in str(caught.value)


def test_the_vector_of_the_forged_header():
    """`Re: =?utf-8?q?x=0d=0aBcc:_v=40x?=` is one harmless line; what decodes twice is refused."""
    assert safe_header("Re: =?utf-8?q?x=0d=0aBcc:_v=40x?=") == "Re: x Bcc: v@x"
    assert safe_header("=?nonsense?q?x?= and more"[2:]) == "nonsense?q?x?= and more"
    assert safe_header("a\u202e\u200bb\x00c") == "abc"
    assert len(safe_header("x" * 500)) == 200
    for twice in ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=", "=?no-such-charset?q?x?="):
        with pytest.raises(Refused):
            safe_header(twice)


@given(st.text(max_size=300))
@settings(max_examples=500, deadline=None)
def test_no_subject_ever_becomes_a_header(writer, text):
    """500 generated subjects: refused, or one line that reads back as it was, beside the same headers as always."""
    try:
        line = safe_header(text)
    except Refused:
        return
    wire = post(writer, Rendered(line, "text", "<p>text</p>", "en"))
    assert set(message_from_bytes(wire).keys()) == NAMES
    assert str(message_from_bytes(wire, policy=policy.default)["Subject"]).split() == line.split()


def test_a_letter_is_written_quickly(writer):
    """Far below what a mail server needs to take one."""
    write(writer, "erasure_done")
    began = time.perf_counter()
    for _ in range(20):
        post(writer, write(writer, "erasure_done"))
    assert (time.perf_counter() - began) / 20 < 0.1


def test_dates_are_those_of_the_zone(writer):
    """The code letter shows the moment it is given in that moment's own zone."""
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC).astimezone(ZURICH)
    assert "24 November 2026, 00:30" in write(writer, "identity_code", expires_at=late).text
    assert late - datetime(2026, 11, 23, 23, 30, tzinfo=UTC) == timedelta(0)


@pytest.mark.parametrize("language", ["de", "fr", "it"])
@pytest.mark.parametrize("letter", sorted(VALUES))
def test_a_letter_in_another_language_holds_every_value(writer, letter, language):
    """What the person needs from a letter (dates, codes, links, counts, addresses) stands in it in every language."""
    english, other = write(writer, letter), write(writer, letter, language=language)
    assert other.language == language
    assert other.subject != english.subject
    for number in re.findall(r"\b\d{1,4}\b", english.text):
        assert re.search(rf"(?<!\d){number}", other.text), number
    for link in re.findall(r"https?://\S+|\S+@\S+", english.text):
        assert link in other.text
    check_letter("info@muster-instruments.example", "ann@example.org", post(writer, other))


def test_what_the_company_wrote_is_said_in_the_persons_language():
    """The glossary has the configuration's own words; a value of the person's is never looked up in it."""
    words = {"de": {"our internal server": "unser interner Server", "Zürich": "anderswo", "Phone": "Rufnummer"}}
    writer = Writer(ROOT / "templates", glossary=words)
    change = {"system": "our internal server", "word": "phone", "field": "Phone", "old": "Zürich", "new": "our internal server"}
    values = {**COMMON, "done_on": date(2026, 11, 24), "changes": [change], "searched": ["our internal server"]}
    text = " ".join(writer.write("correction_done", "de", values).text.split())
    assert "Wo: unser interner Server" in text
    assert "Vorher: Zürich" in text
    assert "Jetzt: our internal server" in text
    assert "Wo: unser interner Server" not in writer.write("correction_done", "fr", values).text


def test_the_first_of_a_month_is_written_as_people_write_it(writer):
    """1er décembre, 1° dicembre."""
    for language, said in {"en": "1 December", "de": "1. Dezember", "fr": "1er décembre", "it": "1° dicembre"}.items():
        assert f"{said} 2026" in write(writer, "acknowledgement", language=language, due=date(2026, 12, 1)).text


WRITTEN = [LETTERS, LETTERS.parent / "notices", LETTERS.parent / "page", LETTERS.parent / "page" / "visit"]
ASKED = "[asks]"  # what a person says of themselves is read as a mail, and written as people type


@pytest.mark.parametrize(("language", "wrong"), [
    ("fr", r"[^\s{}|%#] ?[:;?!](?=[\s*\"]|$)|«(?!\u202f)|(?<!\u202f)»|\w'\w"),  # a narrow space no line breaks at
    ("it", r"\w'\w"),
    ("de", "ß|[„“”]"),
])  # fmt: skip
def test_signs_are_set_as_the_language_sets_them(language, wrong):
    """What a native reader would stumble over: spaces before French signs, straight apostrophes, a sharp s in Switzerland."""
    files = [each for folder in WRITTEN for each in [*folder.glob(f"{language}.toml"), *(folder / language).glob("*")]]
    assert len(files) > 30
    for each in files:
        text = each.read_text(encoding="utf-8").partition(ASKED)[0]
        found = [line for line in text.splitlines() if not line.startswith("#") and re.search(wrong, line.partition("  #")[0])]
        assert found == [], each.name
