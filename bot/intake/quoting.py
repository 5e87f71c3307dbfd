"""What somebody wrote themselves in a reply, without what they quote and without signature. Pure.

Errs on keeping too much: what is kept in vain makes a person read it, what is lost may turn the meaning.
"""

import unicodedata

from bot.intake.patterns import pattern

READ = 20_000  # characters looked at

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u2019": "'", "\u2018": "'", "\u00a0": " "})
_QUOTES = pattern(
    r"^(?:on|am|le|il|em|op) .{4,200} (?:wrote|schrieb\b.{0,200}|a ecrit|ha scritto)\s*:?$|"
    r"^.{0,200}(?:wrote|schrieb|a ecrit|ha scritto)\s?:$"
)
_ORIGINAL = pattern(
    r"^[-_ ]{2,}\s*(?:original(?: message|nachricht)?|urspruengliche nachricht|message d'origine|message original|"
    r"messaggio originale|forwarded message|weitergeleitete nachricht)\b|^_{10,}$"
)
_FROM = pattern(r"^\W{0,3}(?:from|von|de|da|expediteur|mittente)\s?: ?\S")
_SENT = pattern(
    r"^\W{0,3}(?:sent|gesendet|envoye|inviato|date|datum|data|an|to|a|subject|betreff|objet|oggetto)\s?:"
)
_CLOSING = pattern(
    r"^(?:mit (?:freundliche|beste|herzliche|liebe)\w*|(?:freundliche|beste|viele|liebe|herzliche|"
    r"schoene)[nr]? gruess\w*|"
    r"gruss\b|gruesse\b|(?:lg|mfg|vg|fg|bg)\b|(?:with )?(?:kind|best|warm|kindest|warmest|many)(?: regards| wishes)|"
    r"regards\b|sincerely\b|yours\b|best[,.]?$|cheers\b|(?:bien |tres )?cordialement\b|(?:meilleures )?salutations\b|"
    r"veuillez agreer|bien a vous|(?:cordiali|distinti|cari|un cordiale) salut\w*|saluti\b|a presto\b)"
)
_DEVICE = pattern(
    r"^(?:sent from my|get outlook for|von meinem .{1,40} gesendet|gesendet (?:von|mit|ueber)|envoye (?:de|depuis)|"
    r"inviato da|telecharger outlook)\b"
)
_BEGINS = ("on ", "am ", "le ", "il ")
_AFTERWORD = pattern(r"^(?:p\.? ?s\.?|nb|n\.b\.)\W")


def plain(text: str) -> str:
    """Lower case, umlauts as two letters, no other accents; the lines stay."""
    text = text.lower().translate(_UMLAUTS)
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def own_lines(text: str) -> list[str]:
    """The lines of their own, as they wrote them; a line that was wrapped is one again."""
    lines = [line.strip() for line in _unquoted(text[:READ].splitlines())]
    return _unwrapped(_unsigned(lines))


def is_closing(line: str) -> bool:
    """Whether this plain line ends a letter."""
    return _CLOSING.search(line) is not None


def _unquoted(lines: list[str]) -> list[str]:
    """Without lines that begin with `>`, and without all that follows where a whole mail is repeated."""
    own: list[str] = []
    said = [plain(each.strip()) for each in lines]
    skip = 0
    for number, line in enumerate(lines):
        rest = said[number + 1 : number + 6]
        if skip or said[number].startswith(">"):
            skip = max(0, skip - 1)
            continue
        if _ORIGINAL.search(said[number]) or (_FROM.search(said[number]) and any(map(_SENT.search, rest))):
            break
        if length := _introduces(said[number], rest):
            if not any(each.startswith(">") for each in rest):
                break
            skip = length - 1  # what follows the quoted lines may be an answer
            continue
        own.append(line)
    return own


def _introduces(line: str, rest: list[str]) -> int:
    """How many lines the words take that come before a quotation (`On … wrote:`); 0: these are none."""
    if _QUOTES.search(line):
        return 1
    if line.startswith(_BEGINS):
        return next((count + 1 for count in (1, 2) if _QUOTES.search(" ".join([line, *rest[:count]]))), 0)
    return 0


def _unsigned(lines: list[str]) -> list[str]:
    """Up to the signature; a line after it that says PS belongs to the letter all the same."""
    for number, line in enumerate(lines):
        if line == "--" or _DEVICE.search(plain(line)) or is_closing(plain(line)):
            after = [at for at, each in enumerate(lines) if at > number and _AFTERWORD.search(plain(each))]
            return lines[:number] + (lines[after[0] :] if after else [])
    return lines


def _unwrapped(lines: list[str]) -> list[str]:
    whole: list[str] = []
    wrapped = False
    for line in lines:
        if wrapped and line:
            whole[-1] += f" {line}"
        elif line:
            whole.append(line)
        wrapped = len(line) >= 55 and not line.endswith((".", "!", "?", ":"))
    return whole
