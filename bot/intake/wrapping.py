"""How a mail is wrapped where that hides its words: encrypted, signed, a meeting, or Outlook's own format."""

from dataclasses import dataclass

from bot.intake import notes

_PGP = "-----BEGIN PGP MESSAGE-----"
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_SEALED = frozenset({"multipart/encrypted", "application/pgp-encrypted"})
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNATURES = frozenset({
    "multipart/signed", "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
})  # fmt: skip


@dataclass
class Wrapping:
    """What the types of the parts say, part by part."""

    encrypted: bool = False
    signed: bool = False
    opaque: bool = False  # signed in a form that holds the text inside
    meeting: bool = False
    outlook: bool = False  # winmail.dat
    called: bool = False  # by its name a file that holds the text, encrypted or signed, its type lost on the way

    def meet(self, kind: str, smime: str) -> None:
        """A part of this type is in the mail; `smime` is its parameter smime-type."""
        self.encrypted |= kind in _SEALED or (kind in _PKCS7 and smime not in {"signed-data", "certs-only"})
        self.opaque |= kind in _PKCS7 and smime == "signed-data"
        self.signed |= kind in _SIGNATURES or (kind in _PKCS7 and smime == "signed-data")
        self.meeting |= kind == "text/calendar"
        self.outlook |= kind in TNEF

    def meet_file(self, name: str) -> None:
        """A file of this name is in the mail. Gateways that lose the type keep the name (RFC 8551, 3.2.1)."""
        self.called |= name.casefold() == "smime.p7m"

    def read(self, text: str) -> None:
        """The text may be wrapped in itself."""
        self.encrypted |= _PGP in text
        self.signed |= _SIGNED in text

    def hides(self, text: str) -> str | None:
        """Why nobody can judge the words of this mail, or None."""
        if self.encrypted:
            return notes.ENCRYPTED
        if text.strip():
            return None
        if self.called and not self.opaque:
            return notes.ENCRYPTED
        if self.opaque:
            return notes.OPAQUE
        return notes.OUTLOOK if self.outlook else None

    def notes(self) -> list[str]:
        """What a person should know of a mail whose words could be read."""
        return [notes.SIGNED] if self.signed else []
