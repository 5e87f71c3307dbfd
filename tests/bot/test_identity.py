"""The ladder: what is enough for which right, the mildest next step, and what never is enough."""

from dataclasses import replace
from itertools import product

import pytest

from bot.identity import FACTS_TRIES, LADDER, Known, Rung, Vouched, bare, decide, gentle
from bot.law import Right
from bot.tickets import DISCLOSING, GENTLE, MILD, Identity

ON_FILE = Known(located=True, on_file=True)
SURE = replace(ON_FILE, vouched=Vouched.PASS)
ELSEWHERE = Known(located=True)  # the person was named; another address wrote
GRAVE = sorted(frozenset(Right) - GENTLE - MILD)
EVIDENCE = ("on_file", "answered", "code", "spent", "facts", "document", "agent", "authority", "seconded")


def everything():
    """Each combination of what can be known, of a person some system holds."""
    for bits in product((False, True), repeat=len(EVIDENCE)):
        for vouched in Vouched:
            yield Known(located=True, vouched=vouched, **dict(zip(EVIDENCE, bits, strict=True)))


@pytest.mark.parametrize("right", GRAVE)
def test_a_sender_alone_is_never_enough_to_disclose_or_delete(right: Right) -> None:
    """T01: whatever our mail server says, data are given out and deleted on an answer to us only."""
    for known in (ON_FILE, SURE):
        step = decide(right, known)
        assert (step.enough, step.next) == (False, Rung.CODE)
    assert decide(right, replace(SURE, answered=True)).identity == Identity.CONFIRMED
    assert not decide(right, replace(ON_FILE, answered=True)).enough  # our server does not vouch for the newest mail


@pytest.mark.parametrize("right", sorted(GENTLE))
def test_correction_and_restriction_need_less(right: Right) -> None:
    """A mail from the address on file our server vouches for is enough; nothing is disclosed by it, and nothing deleted."""
    step = decide(right, SURE)
    assert (step.enough, step.identity) == (True, Identity.VOUCHED)
    assert not decide(right, ON_FILE).enough
    assert not decide(right, replace(SURE, doubts=("Answers are wanted elsewhere.",))).enough


def test_a_new_address_of_mail_is_no_mild_correction() -> None:
    """It would hand the account to whoever writes: then a code goes to the address that is on file."""
    assert gentle(Right.CORRECTION, {"city"})
    step = decide(Right.CORRECTION, SURE, {"email", "city"})
    assert (step.enough, step.next) == (False, Rung.CODE)
    assert "another address of mail" in " ".join(step.why)


def test_advertising_stops_at_once() -> None:
    """The address on file is enough for what discloses and destroys nothing (GDPR 21(3)); another one is not."""
    assert decide(Right.OBJECTION, ON_FILE).enough
    assert not decide(Right.OBJECTION, ELSEWHERE).enough
    assert bare(Right.OBJECTION)
    assert not bare(Right.DELETION)


def test_the_mildest_means_left_comes_next() -> None:
    """A code; facts, once no code can come back; a document, once facts were wrong; then nothing a program could propose."""
    seen = []
    known = ON_FILE
    for change in ({}, {"spent": True}, {"wrong": FACTS_TRIES}, {"document": True, "on_file": False, "seconded": False}):
        known = replace(known, **change)
        seen.append(decide(Right.ACCESS, known).next)
    assert seen == [Rung.CODE, Rung.FACTS, Rung.DOCUMENT, Rung.SECOND]
    assert [each for each in LADDER if each in seen] == [Rung.CODE, Rung.FACTS, Rung.DOCUMENT]
    assert decide(Right.ACCESS, Known(located=True, reachable=False)).next == Rung.FACTS


def test_nobody_is_asked_for_a_document_while_something_milder_is_left() -> None:
    """EDPB 01/2022 paras 73-75: over everything that can be known."""
    for known in everything():
        for right in Right:
            step = decide(right, known)
            if step.next == Rung.DOCUMENT:
                assert known.spent
                assert known.wrong >= FACTS_TRIES


def test_facts_and_documents_open_no_new_address_by_one_person() -> None:
    """Where the answer would go to an address that is not on file, a second person has to agree (T01)."""
    for shown in ("facts", "document"):
        step = decide(Right.ACCESS, replace(ELSEWHERE, **{shown: True}))
        assert (step.enough, step.next) == (False, Rung.SECOND)
        assert decide(Right.ACCESS, replace(ELSEWHERE, **{shown: True, "seconded": True})).enough
        assert decide(Right.ACCESS, replace(ON_FILE, **{shown: True})).enough


def test_an_agent_shows_the_authority_first() -> None:
    """EDPB 01/2022 paras 80-81: not even a code is sent before; then whom they act for, then a second person."""
    agent = Known(agent=True)
    assert decide(Right.OBJECTION, replace(SURE, agent=True, code=True)).next == Rung.AUTHORITY
    assert decide(Right.ACCESS, agent).next == Rung.AUTHORITY
    shown = replace(agent, authority=True)
    assert (decide(Right.ACCESS, shown).enough, decide(Right.ACCESS, shown).next) == (False, None)
    assert decide(Right.ACCESS, replace(shown, located=True)).next == Rung.SECOND
    assert decide(Right.ACCESS, replace(shown, located=True, seconded=True)).enough


def test_nothing_grave_goes_on_without_a_proof_bound_to_what_was_on_file() -> None:
    """Over everything that can be known: a code, an answer, facts or a document with an address two people stand for."""
    for known in everything():
        for right in GRAVE:
            step = decide(right, known)
            if not step.enough:
                continue
            assert step.identity == Identity.CONFIRMED
            here = known.on_file or known.seconded
            trusted = known.on_file and known.answered and known.vouched == Vouched.PASS
            proved = known.code or trusted or ((known.facts or known.document) and here)
            assert (known.authority and known.seconded) if known.agent else proved


def test_more_that_is_shown_never_proves_less() -> None:
    """Adding a proof to anything that is enough leaves it enough."""
    for known in everything():
        for right in (Right.ACCESS, Right.DELETION, Right.CORRECTION):
            if decide(right, known).enough:
                for shown in ("code", "facts", "document", "authority", "seconded", "answered"):
                    assert decide(right, replace(known, **{shown: True})).enough


def test_where_nobody_is_held_nobody_is_asked() -> None:
    """Nothing to disclose and nothing to delete: data is not collected only to find out who somebody is (recital 64)."""
    for right in Right:
        step = decide(right, Known())
        assert (step.enough, step.identity) == (True, Identity.NOBODY)


def test_every_step_says_why() -> None:
    """GDPR 12(6) wants the doubt of this case; a handler reads it before anybody is asked anything."""
    for known in everything():
        for right in Right:
            assert all(each.strip().endswith((".", ")")) for each in decide(right, known).why)
            assert decide(right, known).why
    assert set(GRAVE) >= DISCLOSING
