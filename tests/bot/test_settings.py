"""The configuration: one good example, and many bad ones that are each told in one clear sentence."""

import base64
import random
import re
from pathlib import Path

import pytest

from bot import settings
from bot.errors import Misconfigured
from bot.settings import environment, faults
from bot.tickets import Role

EXAMPLE = Path(__file__).parents[2] / "deploy" / "subjectline.toml"
KEY = base64.b64encode(random.Random(7).randbytes(32)).decode()  # the same in every run

GOOD = {
    "SUBJECTLINE_KEY": KEY,
    "IMAP_URL": "imaps://info:apple-pie@mail.company.example/INBOX",
    "SMTP_URL": "smtps://info:apple-pie@mail.company.example",
    "SLACK_BOT_TOKEN": "xoxb-pear-tree",
    "SLACK_APP_TOKEN": "xapp-plum-cake",
    "SLACK_CHANNEL": "C0DATAPROT",
    "PUBLIC_URL": "https://privacy.company.example/",
}


@pytest.fixture
def load(tmp_path):
    """Loads the example with one piece of text replaced and some names of the environment changed (None: unset)."""

    def _load(old: str = "", new: str = "", needs=settings.RUN, **environ: str | None):
        text = EXAMPLE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "subjectline.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        names = {**GOOD, "SUBJECTLINE_CONFIG": str(path), **environ}
        return settings.load({name: value for name, value in names.items() if value is not None}, needs)

    return _load


def test_the_example_is_a_good_configuration(load):
    """The example that ships loads, with the defaults the documents name."""
    found = load()
    assert found.company.zone == "Europe/Zurich"
    assert found.clock.regimes == ("gdpr_eu", "ch_fadp")
    assert (found.safety.cooling_hours, found.safety.code_tries, found.safety.package_days) == (48, 5, 14)
    assert found.env.database_url == "sqlite:///subjectline.sqlite"
    assert found.env.public_url == "https://privacy.company.example"
    assert found.env.slack_api_url == "https://slack.com/api/"
    assert len(found.env.key) == 32
    assert (found.env.host, found.env.port) == ("127.0.0.1", 8080)
    assert found.roles.by_user()["U0HANDLER01"] == {Role.HANDLER}


def test_no_secret_shows_in_a_repr(load):
    """Whoever prints the settings prints no password, no token and no key."""
    shown = repr(load()) + str(load()) + repr(load().env)
    for secret in ("apple-pie", "pear-tree", "plum-cake", KEY, repr(load().env.key)):
        assert secret not in shown


def test_settings_cannot_be_changed(load):
    """What was loaded stays as it was."""
    with pytest.raises(ValueError, match="frozen"):
        load().company.name = "Another"


def test_several_mailboxes_are_named_one_after_the_other(load):
    """All are watched; our own letters lie in the first. Each is checked."""
    first, second = "imaps://info:fig@mail.company.example/INBOX", "imaps://info:fig@mail.company.example/Support"
    env = load(IMAP_URL=f"{first}  {second}").env
    assert (env.imap_urls, env.imap_url) == ((first, second), first)
    with pytest.raises(Misconfigured, match="IMAP_URL names no user"):
        load(IMAP_URL=f"{first} imaps://mail.company.example/Support")


def test_a_secret_may_come_from_a_file(load, tmp_path):
    """NAME_FILE holds the value; a line end is not part of it. A connector's own secret is found the same way."""
    secret = tmp_path / "imap"
    secret.write_text("imaps://info:cherry@mail.company.example/INBOX\n", encoding="utf-8")
    secret.chmod(0o600)
    found = load(IMAP_URL=None, IMAP_URL_FILE=str(secret), CRM_URL_FILE=str(secret), CRM_PASSWORD="fig")
    assert found.env.imap_url == found.secret("CRM_URL") == "imaps://info:cherry@mail.company.example/INBOX"
    assert found.secret("CRM_PASSWORD") == "fig"
    assert found.secret("NOT_SET") == ""


def test_the_database_gets_the_driver_of_the_house(load):
    """Whatever a platform calls it, PostgreSQL is spoken to by psycopg 3."""
    for url in ("postgres://a@b/c", "postgresql://a@b/c", "postgresql+psycopg://a@b/c"):
        assert load(DATABASE_URL=url).env.database_url == "postgresql+psycopg://a@b/c"


def test_a_command_needs_only_what_it_uses(load):
    """A dry run over the connectors starts without mail, Slack, key or people."""
    found = load("approvers = [", "viewers = [", needs=(), **dict.fromkeys(GOOD))
    assert found.env.key == b""


def test_a_contested_point_is_passed_on_by_name(load):
    """Only what is set is a choice; the regime's own file says the rest."""
    found = load("[safety]", '[clock.contested.gdpr_eu]\nidentity = "restart"\n\n[safety]')
    assert found.clock.choices() == {"gdpr_eu": {"identity": "restart"}}


CONNECTORS = (
    "[policy]\n",
    '[[connectors]]\nkind = "database"\nname = "{}"\n[[connectors]]\nkind = "database"\nname = "{}"\n[policy]\n',
)
TOML = [
    ("[company]", "[company", "subjectline.toml is not valid TOML"),
    ('name = "Muster Instruments AG"', "", "[company] name is missing."),
    ('country = "Switzerland"', 'country = ""', "[company] country is empty."),
    ('email = "info@muster-instruments.example"', 'email = "info"', "[company] email is not an e-mail address."),
    ("[intake]", 'zone = "Zürich"\n[intake]', "[company] zone is not a time zone such as Europe/Zurich."),
    ("four_eyes", "four_eye", "[safety] four_eye is not a setting; four_eyes is."),
    ("[safety]", "[saftey]", "saftey is not a setting; safety is."),
    ("[company]", 'SLACK_BOT_TOKEN = "xoxb-1"\n[company]', "SLACK_BOT_TOKEN does not belong in this file: set it in the environment."),
    ("cooling_hours = 48", "cooling_hours = -1", "[safety] cooling_hours must be greater than or equal to 0."),
    ("cooling_hours = 48", "code_hours = 72", "[safety] code_hours must be less than or equal to 24."),
    ("four_eyes = true", 'four_eyes = "perhaps"', "[safety] four_eyes must be a valid boolean, unable to interpret input."),
    ('["U0HANDLER01"]', '["ann"]', "[roles] handlers, entry 1 is not a Slack user id such as U0123456789 (profile, Copy member ID)."),
    ('["U0HANDLER01"]', "[]", "[roles] names no handler: nobody could answer an enquiry."),
    ('["U0APPROVER1"]', "[]", "[roles] names no approver: nobody could approve a deletion."),
    ('["U0APPROVER1"]', '["U0HANDLER01"]', "[roles] names one person only: with [safety] four_eyes a second one has to approve deletions."),
    ('"gdpr_eu", "ch_fadp"', '"gdpr"', "[clock] regimes, entry 1 is not one of the known regimes: "),
    ('"gdpr_eu", "ch_fadp"', "", "[clock] regimes is empty: at least one is needed."),
    ("CH-ZH", "CH-XX", "[clock] holidays_region is no region with known holidays, such as CH-ZH, DE-BY, or none."),
    ("[safety]", 'extra_holidays = ["2027-02-30"]\n[safety]', "[clock] extra_holidays, entry 1 is not a day such as 2027-01-02, or 01-02 for every year."),
    ("[safety]", '[reminders]\nworking_hours = "8-17"\n[safety]', "[reminders] working_hours is not a span such as 08:00-17:00."),
    ("[safety]", '[reminders]\nworking_hours = "17:00-08:00"\n[safety]', "[reminders] working_hours must end later than it begins, on the same day."),
    ('"answer_reminder"', '"answer"', "[letters] release_at_once, entry 3 is no letter; the letters are: acknowledgement,"),
    ("[safety]", '[watch]\nat = "2 o clock"\n[safety]', "[watch] at is not a time of day such as 02:00."),
    ("[review]\n", '[review]\nsystems = ["attic"]\n', "[review] systems names 'attic', and no [[connectors]] has this name."),
    ("[safety]", '[reminders]\nworking_days = ["monday"]\n[safety]', "[reminders] working_days, entry 1 must be 'mon', 'tue'"),
    ("[safety]", '[reminders]\nemail = ["team"]\n[safety]', "[reminders] email, entry 1 is not an e-mail address."),
    ("[safety]", '[reminders]\nsecond_person = "bob"\n[safety]', "[reminders] second_person is not a Slack user id"),
    ("[safety]", '[reminders]\nsecond_person = "U0NOBODY01"\n[safety]', "[reminders] second_person is in no list of [roles]"),
    ("[safety]", '[[connectors]]\nkind = "manual"\nname = "folder"\nperson = "U0NOBODY01"\n[safety]',
     "[[connectors]] 'folder' names a person who is no handler"),
    ('name = "Zoho Corporation"', 'name = "Mailchimp (Intuit, Inc.)"', "[[policy.recipients]] 'mailchimp-intuit-inc' is there twice: names must differ."),
    ('country = "USA"\ntell = false ', 'country = "USA"\nkin = "x"\ntell = false ', "[[policy.recipients]] number 1, kin is not a setting; kind is."),
    ('name = "Zoho Corporation"\nkind = "processor"', 'name = "Zoho"\nkind = "friend"', "[[policy.recipients]] number 2, kind must be 'recipient', 'processor'"),
    ('name = "Zoho Corporation"', 'name = "Zoho"\nemail = "privacy"', "[[policy.recipients]] number 2, email is not an e-mail address."),
    ('name = "Zoho Corporation"', 'name = "Zoho"\nlanguage = "es"', "[[policy.recipients]] number 2, language must be 'en', 'de'"),
    ('name = "Zoho Corporation"', 'name = "Zoho"\nemail = "Info@muster-instruments.example"', "[[policy.recipients]] 'Zoho' has an e-mail address of our own."),
    ('tell = false\nbecause = "we delete there ourselves"', "tell = false", "[[policy.recipients]] 'Zoho Corporation' is not told, and because does not say why"),
    ("tell = false\nbecause", "because", "[[policy.recipients]] 'Zoho Corporation' says why it is not told, but it is: set tell = false."),
    (CONNECTORS[0], '[[recipients]]\nname = "Zoho"\n[policy]\n', "recipients is not a table: the register of recipients stands in [[policy.recipients]]."),
    ('["Newsletter"]', '["Newspaper"]', "[[policy.recipients]] 'Mailchimp (Intuit Inc.)' names the category 'Newspaper', which the policy does not have."),
    ('purposes = ["to send you news you asked for"]', "", "[[policy.categories]] number 6, purposes is missing."),
    ('"Correspondence"', '"Contact data"', "[[policy.categories]] 'Contact data' is there twice."),
    (CONNECTORS[0], CONNECTORS[1].format("server", "server"), "[[connectors]] 'server' is there twice: names must differ."),
    (CONNECTORS[0], CONNECTORS[1].format("server", "My server"), "[[connectors]] number 2 needs a name: small letters, digits, - and _."),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), TOML, ids=[sentence[:40] for _, _, sentence in TOML])
def test_a_bad_file_is_told_in_one_sentence(load, old, new, sentence):
    """One thing is wrong in the file; one sentence says which, and no value is repeated."""
    with pytest.raises(Misconfigured) as caught:
        load(old, new)
    assert len(caught.value.faults) == 1
    assert sentence in caught.value.faults[0]


def _key(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


ENVIRONMENT = [
    ("SUBJECTLINE_KEY", None, "SUBJECTLINE_KEY is not set: make one with"),
    ("SUBJECTLINE_KEY", "not base64!", "SUBJECTLINE_KEY is not base64: make one with"),
    ("SUBJECTLINE_KEY", _key(b"short"), "SUBJECTLINE_KEY holds 5 bytes, 32 are needed"),
    ("SUBJECTLINE_KEY", _key(bytes(32)), "SUBJECTLINE_KEY is not a key made by chance"),
    ("SUBJECTLINE_KEY", _key(bytes(range(32))), "SUBJECTLINE_KEY is not a key made by chance"),
    ("SUBJECTLINE_KEY", _key(b"correct horse battery staple 123"), "SUBJECTLINE_KEY is not a key made by chance"),
    ("SUBJECTLINE_KEY", "YD3rEBXKcb4rc67whX13gR81LAc7YQjXLZgQowkU3/Q=", "SUBJECTLINE_KEY is not a key made by chance"),
    ("IMAP_URL", None, "IMAP_URL is not set: imaps://user:password@host/INBOX."),
    ("IMAP_URL", "mail.company.example", "IMAP_URL is not an address such as imaps://user:password@host:port."),
    ("IMAP_URL", "imap://a:apple-pie@mail.company.example", "IMAP_URL would send the password readable for anybody"),
    ("IMAP_URL", "imaps://mail.company.example/INBOX", "IMAP_URL names no user and password"),
    ("SMTP_URL", "smtps://a:b@mail.company.example:99999", "SMTP_URL is not an address such as smtps://"),
    ("SLACK_BOT_TOKEN", "xapp-plum-cake", "SLACK_BOT_TOKEN is not a bot token: those begin with xoxb-."),
    ("SLACK_APP_TOKEN", "xoxb-pear-tree", "SLACK_APP_TOKEN is not an app token: those begin with xapp-."),
    ("SLACK_APP_TOKEN", None, "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set"),
    ("SLACK_CHANNEL", "#data-protection", "SLACK_CHANNEL is not a channel id such as C0123456789"),
    ("SLACK_API_URL", "http://slack.company.example/api/", "SLACK_API_URL is not https"),
    ("PUBLIC_URL", "http://privacy.company.example", "PUBLIC_URL is not https"),
    ("DATABASE_URL", "mysql://a:b@c/d", "DATABASE_URL is neither a sqlite:/// nor a postgresql:// address."),
    ("SUBJECTLINE_DATA", __file__, "SUBJECTLINE_DATA names a file, a folder is needed."),
    ("HOST", "everywhere", "HOST is not an address to listen on"),
    ("PORT", "http", "PORT is not a port number from 1 to 65535."),
    ("SUBJECTLINE_CONFIG", "nowhere.toml", "nowhere.toml is not there"),
    ("SMTP_URL_FILE", "nowhere", "SMTP_URL and SMTP_URL_FILE are both set: keep one."),
    ("SLACK_SIGNING_SECRET_FILE", "nowhere", "SLACK_SIGNING_SECRET_FILE names a file that cannot be read"),
]


@pytest.mark.parametrize(
    ("name", "value", "sentence"), ENVIRONMENT, ids=[sentence[:40] for *_, sentence in ENVIRONMENT]
)
def test_a_bad_environment_is_told_in_one_sentence(load, name, value, sentence):
    """One name of the environment is wrong; one sentence says which, and no value is repeated."""
    with pytest.raises(Misconfigured) as caught:
        load(**{name: value})
    assert len(caught.value.faults) == 1
    assert caught.value.faults[0].startswith(sentence)
    assert "apple-pie" not in str(caught.value)


def test_a_secret_everybody_may_read_is_refused(load, tmp_path):
    """A world-readable or empty secret file is a fault."""
    secret = tmp_path / "key"
    secret.write_text(KEY, encoding="utf-8")
    secret.chmod(0o644)
    with pytest.raises(Misconfigured, match="everybody on this machine may read: chmod 600"):
        load(SUBJECTLINE_KEY=None, SUBJECTLINE_KEY_FILE=str(secret))
    secret.write_text("", encoding="utf-8")
    secret.chmod(0o600)
    with pytest.raises(Misconfigured, match="SUBJECTLINE_KEY_FILE names an empty file"):
        load(SUBJECTLINE_KEY=None, SUBJECTLINE_KEY_FILE=str(secret))


def test_all_faults_are_told_at_once(load):
    """Three mistakes in the file and two in the environment are five sentences, not five attempts."""
    with pytest.raises(Misconfigured) as caught:
        load('name = "Muster Instruments AG"', 'nam = "Muster"\nzone = "Mars/Base"', IMAP_URL="?", SLACK_CHANNEL=None)
    assert len(caught.value.faults) == 5
    assert str(caught.value).count("\n") == 4


def test_a_connectors_unreadable_secret_is_misconfigured(load):
    """A secret file of a connector that cannot be read stops with a sentence, not with an empty password."""
    with pytest.raises(Misconfigured, match="CRM_PASSWORD_FILE names a file that cannot be read"):
        load(CRM_PASSWORD_FILE="nowhere").secret("CRM_PASSWORD")


def test_the_team_is_spoken_to_in_a_language_we_have(tmp_path):
    """One language for all of Slack, English unless the file says otherwise; another one is a fault like any other."""
    for language, right in (("de", True), ("fr", False)):
        path = tmp_path / "subjectline.toml"
        path.write_text(f"{EXAMPLE.read_text(encoding='utf-8')}\n[slack]\nlanguage = \"{language}\"\n", encoding="utf-8")
        if right:
            assert settings.load({**GOOD, "SUBJECTLINE_CONFIG": str(path)}).slack.language == language
            continue
        with pytest.raises(Misconfigured) as wrong:
            settings.load({**GOOD, "SUBJECTLINE_CONFIG": str(path)})
        assert wrong.value.faults == ["subjectline.toml: [slack] language is none of the languages the team is spoken to in: en, de."]


def test_every_setting_is_documented():
    """docs/configuration.md names each setting of the file and each name of the environment."""
    text = (EXAMPLE.parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([A-Za-z_]+)`", text))

    def names(model):
        for name, field in model.model_fields.items():
            inner = faults._model(field.annotation)
            yield from names(inner) if inner else ()
            yield name

    tables = {
        "company", "policy", "intake", "roles", "letters", "clock", "reminders", "calendar", "safety", "engine", "connectors", "watch",
        "review", "slack",
    }  # fmt: skip
    assert set(names(settings.File)) - tables <= named
    source = Path(environment.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'reader\.(?:checked|text)\("([A-Z_]+)"', source)) <= named
