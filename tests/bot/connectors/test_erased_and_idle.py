"""Erased stays erased, and old accounts, over the real connector of a company's database under the real desk."""

from pathlib import Path

import pytest

from bot.law import Right
from bot.sandbox.company import COUPLE, JONAS
from bot.tickets import State, together
from bot.workflow import Act
from tests.bot.desk.office import HUGO, PAULA, Stage
from tests.fixtures.company import CompanyDatabase


@pytest.fixture
def stage(sqlite_store, clock, ids, company_file: CompanyDatabase) -> Stage:
    return Stage(
        sqlite_store, clock, ids, system=company_file.connect(),  # type: ignore[arg-type]
        house={"review": True, "review_years": 1, "review_batch": 4},
    )  # fmt: skip


def erased(stage: Stage, address: str) -> None:
    ticket_id = stage.open("Please delete my data.", sender=f"Somebody <{address}>")
    stage.choose(ticket_id, Right.DELETION)
    stage.reply("The code is 1234 5678.", sender=f"Somebody <{address}>")
    stage.work()
    request = stage.request(ticket_id, Right.DELETION)
    assert request.plan_id
    stage.desk.approve(PAULA, stage.ids(), request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket_id, Right.DELETION).state == State.DONE


def looked(stage: Stage) -> tuple[int, int]:
    stage.clock.forward(days=1)
    found = stage.desk.look_over("server")
    assert found.addresses
    return found.again, found.new


def test_invoices_that_are_kept_are_no_return_and_a_restored_backup_is(stage: Stage, company_file: CompanyDatabase) -> None:
    """After the erasure the watch is quiet, whatever the law keeps; the backup brings him back, and he is erased again."""
    file = Path(company_file.url.removeprefix("sqlite:///"))
    before = file.read_bytes()
    erased(stage, JONAS)
    assert looked(stage) == (0, 0)
    company_file.close()
    stage.system.close()  # type: ignore[attr-defined]
    file.write_bytes(before)
    again, new = looked(stage)
    assert again == new > 0
    stage.desk.sound()
    stage.work()
    (alarm,) = [key.partition(":")[2] for key in stage.channel.keys if key.startswith("alarm:")]
    letters = len(stage.postman.out)
    (ticket,) = stage.desk.erase_again(HUGO, "again", alarm)
    stage.work()
    request = stage.request(ticket.id, Right.DELETION)
    assert request.plan_id
    stage.desk.approve(PAULA, "yes", request.id, request.plan_id)
    stage.cooled()
    assert stage.request(ticket.id, Right.DELETION).state == State.DONE
    assert looked(stage) == (0, 0)
    assert len(stage.postman.out) == letters
    assert JONAS not in stage.channel.shown()


def test_a_couple_on_one_address_is_nobody_who_came_back(stage: Stage) -> None:
    """Their address in the ledger by some other system's erasure: both are told of, as one."""
    with stage.store.begin() as unit:
        unit.ledger.enter("elsewhere", "DPE-2026-0009", [COUPLE])
        unit.ledger.proved("elsewhere")
        for each in stage.system.find([COUPLE]):
            unit.sightings.note(unit.ledger.hash(COUPLE), "server", unit.sightings.who("server", each.key), known=True)
    assert looked(stage) == (0, 0)


def test_old_accounts_are_anonymised_and_what_the_law_keeps_stays(stage: Stage, company_file: CompanyDatabase) -> None:
    """A batch from the dates the data map names; approved together; every proof holds; the next one lists others."""
    some = "account_id IN (2, 3, 4, 5, 7, 8)"
    company_file.sql(f"DELETE FROM login_log WHERE {some}")
    for place in ("licence.bought_on", "invoice.issued_on", "support_ticket.opened_at"):
        table, column = place.split(".")
        company_file.sql(f"UPDATE {table} SET {column} = '2024-05-31' WHERE {some}")
    for _ in range(2):
        stage.desk.review()
        stage.work()
    (batch,) = [key.partition(":")[2] for key in stage.channel.keys if key.startswith("batch:")]
    accounts = stage.desk.accounts(HUGO, batch)
    assert 0 < len(accounts) <= 4
    ticket = stage.desk.decide(HUGO, "decide", batch, {each: "anonymise" for each, _, _ in accounts})
    assert ticket
    stage.work()
    with stage.store.read() as unit:
        waiting = unit.requests.of(ticket.id)
        lines = [line for each in waiting if each.plan_id for line in unit.plans.get(each.plan_id).lines]
    assert {each.state for each in waiting} == {State.APPROVING}
    assert Act.ANONYMISE in {line.act for line in lines}
    rounds = 0
    while waiting:  # a row two of them share is kept for the first and goes with the second: that plan is approved anew
        stage.desk.approve_all(PAULA, stage.ids(), ticket.id, together((each.id, each.plan_id) for each in waiting))
        stage.cooled()
        with stage.store.read() as unit:
            waiting = [each for each in unit.requests.of(ticket.id) if each.state == State.APPROVING]
        rounds += 1
    with stage.store.read() as unit:
        assert {each.state for each in unit.requests.of(ticket.id)} == {State.DONE}
    assert rounds == 2
    gone = {whose for _, whose, _ in accounts}
    for _ in range(2):
        stage.desk.review()
        stage.work()
    later = [key.partition(":")[2] for key in stage.channel.keys if key.startswith("batch:")][1:]
    assert not any(gone & {whose for _, whose, _ in stage.desk.accounts(HUGO, each)} for each in later)
