"""From headers, and the one address each of them names, or None: a person has to look (TRUST T03, T04).

The standard parser gives different answers to many of these in different patch releases.
"""

ALICE = "alice@example.org"

VECTORS: tuple[tuple[str, str | None], ...] = (
    # what people send
    ("alice@example.org", ALICE),
    ("<alice@example.org>", ALICE),
    ("Alice <alice@example.org>", ALICE),
    ("Alice Example <alice@example.org>", ALICE),
    ('"Example, Alice" <alice@example.org>', ALICE),
    ("Example, Alice <alice@example.org>", ALICE),
    ("Dr. A. Example <alice@example.org>", ALICE),
    ("alice@example.org (Alice)", ALICE),
    ("Alice (home) <alice@example.org>", ALICE),
    ("=?utf-8?q?Alic=C3=A9?= <alice@example.org>", ALICE),
    ("=?utf-8?q?bob=40evil=2Eexample?= <alice@example.org>", ALICE),
    ('"bob@evil.example" <alice@example.org>', ALICE),
    ('"alice@example.org" <alice@example.org>', ALICE),
    ("alice@example.org <alice@example.org>", ALICE),
    ("'alice@example.org' <alice@example.org>", ALICE),
    ("ALICE@EXAMPLE.ORG", ALICE),
    ("  Alice  <alice@example.org>  ", ALICE),
    ("Alice < alice@example.org >", ALICE),
    ("alice@example.org,", ALICE),
    ('"A \\"quoted\\" name" <alice@example.org>', ALICE),
    ('"A (comment) in quotes" <alice@example.org>', ALICE),
    ('"<bob@evil.example>" <alice@example.org>', ALICE),
    ("alice+news@example.org", "alice+news@example.org"),
    ("o'hara@example.org", "o'hara@example.org"),
    ("a.l.i.c.e@sub.example.org", "a.l.i.c.e@sub.example.org"),
    ("alice@bücher.example", "alice@xn--bcher-kva.example"),
    ("alice@BÜCHER.example", "alice@xn--bcher-kva.example"),
    ("alice@xn--bcher-kva.example", "alice@xn--bcher-kva.example"),
    ("zoë@example.org", "zoë@example.org"),
    ("alice@company.test", "alice@company.test"),
    # nobody, or more than one
    ("", None),
    ("Alice", None),
    ("<>", None),
    ("undisclosed-recipients:;", None),
    ("alice@example.org, bob@evil.example", None),
    ("Alice <alice@example.org>, Bob <bob@evil.example>", None),
    ("alice@example.org; bob@evil.example", None),
    ("Friends: alice@example.org, bob@evil.example;", None),
    ("Friends: alice@example.org;", None),
    ("alice@example.org bob@evil.example", None),
    # two programs, two senders
    ("alice@example.org)bob@evil.example", None),
    ("alice@example.org(<bob@evil.example>", None),
    ("alice@example.org <bob@evil.example>", None),
    ("<alice@example.org> <bob@evil.example>", None),
    ("<alice@example.org> bob@evil.example", None),
    ("<alice@example.org><bob@evil.example>", None),
    ('"alice@example.org" bob@evil.example', None),
    ("<alice@example.org@evil.example>", None),
    ("<@evil.example:alice@example.org>", None),
    ("alice(<bob@evil.example>)@example.org", None),
    ("alice@example.org\\<bob@evil.example>", None),
    ('"alice@example.org <bob@evil.example>', None),
    ("(((((((alice@example.org", None),
    ("((nested) comment) alice@example.org", None),
    ("=?utf-8?q?alice=40example=2Eorg?=", None),
    ("=?utf-8?q?alice?=@example.org", None),
    ('"alice smith"@example.org', None),
    # no address at all
    ("alice@", None),
    ("@example.org", None),
    ("alice@example", None),
    ("alice@[192.0.2.1]", None),
    ("alice@exam ple.org", None),
    ("alice..b@example.org", None),
    (".alice@example.org", None),
    ("alice@-example.org", None),
    ("alice@example..org", None),
    ("alice\x00@example.org", None),
    ("alice\u200b@example.org", None),
    ("alice@example\u200b.org", None),
    ("\u202ealice@example.org", None),
    ("a" * 65 + "@" + "b" * 250 + ".org", None),
)

# Each looks like `alice@example.org` and must never be taken for it.
CONFUSABLES: tuple[str, ...] = (
    "alice@ex\u0430mple.org",  # Cyrillic a
    "alice@\u0435xample.org",  # Cyrillic ie
    "alice@exam\u0440le.org",  # Cyrillic er
    "alice@e\u0445ample.org",  # Cyrillic ha
    "alice@examp\u04cfe.org",  # Cyrillic palochka
    "alice@example.\u043erg",  # Cyrillic o
    "\u0430lice@example.org",
    "al\u0456ce@example.org",  # Cyrillic byelorussian i
    "ali\u0441e@example.org",  # Cyrillic es
    "alic\u0435@example.org",
    "\u03b1lice@example.org",  # Greek alpha
    "alice@ex\u03b1mple.org",
    "alice@example.\u03bfrg",  # Greek omicron
    "a\u217cice@example.org",  # small Roman numeral fifty
    "alice@exa\u217fple.org",  # small Roman numeral thousand
    "\uff41lice@example.org",  # full width
    "alice@\uff45xample.org",
    "alice\uff20example.org",  # full-width at
    "alice@example\u3002org",  # ideographic full stop
    "alice@example\uff0eorg",  # full-width full stop
    "alice@example.or\u0261",  # Latin script g
    "a\u0142ice@example.org",  # l with stroke
    "al\u0131ce@example.org",  # dotless i
    "al\u0129ce@example.org",
    "alice@exampl\u0117.org",
    "alice@examp\u013ee.org",
    "alice\u200b@example.org",  # zero width space
    "alice@exam\u00adple.org",  # soft hyphen
    "alice@exam\u2060ple.org",  # word joiner
    "\u2066alice@example.org",  # bidi isolate
    "alice@xn--xample-9uf.org",
    "\U0001d41elice@example.org".replace("\U0001d41e", "\U0001d41a"),  # mathematical bold a
    "alice@exam\u2024ple.org".replace("exam\u2024ple.", "example\u2024"),  # one dot leader
    "alic\u212e@example.org",  # estimated sign
)
