"""The app manifest: valid, minimal, and a reason for everything."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.slack.manifest import EVENTS, SCOPES, UNSCOPED, manifest, reasons

CALLED = {method for _, methods in SCOPES.values() for method in methods} | set(UNSCOPED)


@pytest.mark.shared
@pytest.mark.parametrize("url", ["", "https://privacy.example.org"])
def test_slack_takes_the_manifest(url: str, shared: Path) -> None:
    """Valid against Slack's own schema, for Socket Mode and for HTTP."""
    schema = json.loads((shared / "specs" / "slack" / "manifest" / "manifest.schema.1.0.0.json").read_text())
    assert list(Draft7Validator(schema).iter_errors(manifest(url=url))) == []


@pytest.mark.shared
def test_the_scopes_are_those_of_the_methods_called(shared: Path) -> None:
    """Each scope is needed by a method we call (or by the slash command), and each method finds one of its scopes."""
    for scope, (_, methods) in SCOPES.items():
        for method in methods:
            assert scope in contract(shared, method)["scope"]["bot"]
    for method in CALLED:
        needed = set(contract(shared, method).get("scope", {}).get("bot", ()))
        assert not needed or needed & SCOPES.keys(), method
    assert not any(contract(shared, method).get("scope") for method in UNSCOPED)


def test_every_method_called_is_in_the_manifest() -> None:
    """The code calls no method the manifest does not know."""
    root = Path(__file__).parents[3]
    code = "".join(path.read_text() for folder in ("bot/slack", "handlers") for path in (root / folder).glob("*.py"))
    used = set(re.findall(r"\.((?:chat|views|conversations|auth|users|files|pins|reactions|bots|team|usergroups)_[a-zA-Z_]+)", code))
    assert {name.replace("_", ".") for name in used} == CALLED


def test_http_names_its_address_and_socket_mode_none() -> None:
    """One of the two ways in, never both."""
    over_http = manifest(url="https://privacy.example.org/")
    assert over_http["settings"]["socket_mode_enabled"] is False
    assert over_http["settings"]["interactivity"]["request_url"] == "https://privacy.example.org/slack/events"
    assert over_http["features"]["slash_commands"][0]["url"] == "https://privacy.example.org/slack/events"
    assert "url" not in json.dumps(manifest())


def test_every_scope_has_its_reason() -> None:
    """Whoever installs the app can read what each permission is for."""
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) < reasons().keys()
    assert all(len(why) > 10 for why in [*reasons().values(), *EVENTS.values()])


def contract(shared: Path, method: str) -> dict:
    return json.loads((shared / "specs" / "slack" / "web-api" / f"{method}.json").read_text())
