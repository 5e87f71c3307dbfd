"""Every fault of the block against the live organisation, one sentence each."""

from collections.abc import Callable, Iterator
from typing import Any

from bot.connectors.masks import unfit
from bot.connectors.zoho.api import Api
from bot.connectors.zoho.register import Module, Register
from bot.connectors.zoho.rules import Block, Rule
from bot.errors import Refused

NOBODY = "nobody@subjectline.invalid"
NONE = "999999999999999999"


def faults_of(api: Api, register: Register, block: Block) -> list[str]:
    """Scopes first: without them the rest cannot be read. Temporary when the organisation cannot be reached."""
    try:
        modules = register.modules(fresh=True)
        people = register.people()
    except Refused as error:
        return [str(error)]
    faults = [fault for name, rule in block.modules.items() for fault in _of_rule(name, rule, modules.get(name))]
    if not people:
        return [*faults, "Zoho CRM shows no module with a field for e-mail or telephone."]
    return [*faults, *_of_words(block, people), *_refused(api, next(iter(people.values())))]


def _of_rule(name: str, rule: Rule, module: Module | None) -> Iterator[str]:
    if module is None:
        yield f"modules.{name}: Zoho CRM has no such module, or the API does not reach it."
        return
    wanted = [*rule.named, *rule.provided, *rule.masks, *([rule.keep.column] if rule.keep else ())]
    yield from (f"modules.{name}: there is no field {each}." for each in wanted if each not in module.fields)
    for each, mask in rule.masks.items():
        known = module.fields.get(each)
        if known is None:
            continue
        why = unfit(mask, known.sort)
        if why:
            yield f"modules.{name}.masks.{each}: {why}."
        if known.read_only or known.hidden:
            yield f"modules.{name}.masks.{each}: Zoho CRM does not let this field be changed by a call."
        if known.kind == "email" and mask.kind not in {"null", "keyed"}:
            yield f"modules.{name}.masks.{each}: an e-mail field takes “null” or “keyed” only."
        if known.choices and mask.kind == "fixed" and mask.argument not in known.choices:
            yield f"modules.{name}.masks.{each}: {mask.argument!r} is none of the field's choices."
    if rule.masking:
        yield from (
            f"modules.{name}: {each} holds an address and has no mask." for each in module.emails
            if each not in rule.masks
        )  # fmt: skip


def _of_words(block: Block, people: dict[str, Module]) -> Iterator[str]:
    known = {field for module in people.values() for field in module.fields}
    for word, fields in block.words.items():
        yield from (f"words.{word}: no module has a field {each}." for each in fields if each not in known)


def _refused(api: Api, module: Module) -> Iterator[str]:
    """What the refresh token may not do, of what can be tried without doing anything."""
    path = {"module": module.name}
    query = f"select id from {module.name} where id = {NONE} limit 1"  # noqa: S608 - no SQL
    tried: list[Callable[[], Any]] = [
        lambda: api.rows("GET", "/{module}/search", path, query={"email": NOBODY}, nothing=("NOT_SUPPORTED",)),
        lambda: api.rows("POST", "/coql", body={"select_query": query}, safe=True),
        lambda: api.ask("GET", "/settings/recycle_bin/{record}", {"record": NONE}, expect=(400, 404)),
        lambda: api.ask("GET", "/{module}/{record}/Emails", {**path, "record": NONE}, expect=(400, 404)),
    ]
    for each in tried:
        try:
            each()
        except Refused as error:
            yield str(error)
