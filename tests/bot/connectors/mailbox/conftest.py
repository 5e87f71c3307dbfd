"""A mailbox of each test's own, once on the sandbox's server and once on Dovecot."""

import pytest

from bot.sandbox.mail import ImapServer
from tests.bot.connectors.mailbox.box import Box
from tests.fixtures.dovecot import HOST, Mailbox


@pytest.fixture
def box(mailbox_server: Mailbox) -> Box:
    return Box(mailbox_server).fill()


@pytest.fixture
def sandbox_box(imap_server: ImapServer) -> Box:
    """On the sandbox's server alone."""
    server = imap_server
    return Box(Mailbox(server.url, HOST, server.port, server.user, server.password, rb"\Flagged")).fill()
