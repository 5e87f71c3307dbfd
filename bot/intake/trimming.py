"""What somebody wrote themselves in a reply, for people's eyes: without the mail it repeats, without signature. Pure.

For showing only. The whole text is kept and stands behind it: no heuristic knows every mail program, so nothing is
decided by what is left here (`quoting` does that, and errs on keeping).
"""

from collections.abc import Sequence

from bot.intake.patterns import pattern

READ = 20_000  # characters looked at
LINES = 1000
_JOINED = 5  # lines the words before a quotation may take
_LONG = 320  # characters of them


def _any(*words: str) -> str:
    """One of these words, which are parted by bars."""
    return f"(?:{'|'.join(words)})"


_COLON = "[:\uff1a]"
_WROTE = _any(
    "wrote|writes|schrieb|schreibt|a écrit|ha scritto|escribió|escreveu|schreef|skrev|napisał(?:a|\\(a\\))?",
    "написал\\S{0,3}|пишет|kirjoitti|yazd\u0131|写道",
)
_SAID = _any("schrieb|schreef|skrev|napisał|написал")  # who wrote may stand behind it
_WHEN = "(?:[0-9]:[0-9]{2}|@)"  # what stands beside such a verb where more than a colon comes after it
# `On Monday Ann wrote:`, `Am 3.5. schrieb Ann:`, `---- On 3 May Ann wrote ----`; a date, an address and no verb.
_INTRODUCES = pattern("(?i)" + "|".join([
    rf"^.{{0,300}}\s{_WROTE}\s?{_COLON}[*_]{{0,2}}$",
    rf"^.{{0,200}}{_WHEN}.{{0,200}}\s{_SAID}\s[^!?]{{0,120}}{_COLON}[*_ ]{{0,3}}$",
    rf"^.{{0,120}}\s{_SAID}\s[^!?]{{0,120}}{_WHEN}[^!?]{{0,120}}{_COLON}[*_ ]{{0,3}}$",
    rf"^(?:-{{2,}} ?)?.{{0,200}}{_WHEN}.{{0,200}}{_WROTE}\s?(?:{_COLON}|-{{2,}})$",
    r"^[(\[]?[0-9]{1,4}[-./ ].{6,200}<\s?[^<>@\s]+@[^<>\s]+\s?>\s?:?$",
]))  # fmt: skip
_OPENS = pattern(
    r"(?i)^(?:[-*_ ]{2,}\s*)?" + _any("on|am|le|il|el|em|op|den|på|w dniu|dnia") + r"\s\S|^[0-9]{1,4}[-./ ]|"
    r"^\p{L}{3,15}, [0-9]{1,2}"
)
_ORIGINAL = pattern(
    r"(?i)^[-_*= ]{2,}\s?"
    + _any(
        "original(?:nachricht| message| appointment)?|ursprüngliche nachricht|weitergeleitete nachricht",
        "forwarded message|message (?:d'origine|original|transféré)|messaggio (?:originale|inoltrato)",
        "mensaje original|mensagem original|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse",
        "opprinnelig melding|wiadomość oryginalna|исходное сообщение|原始邮件",
    )
    + r"[^.!?]{0,40}$"
)
_LABEL = r"\s?[*_]{0,2}\s?" + _COLON
_FROM = pattern(
    r"(?i)^[*_ ]{0,4}" + _any("from|von|de|da|van|från|fra|od|от|发件人|expéditeur|mittente") + _LABEL + r"[*_ ]{0,4}\S"
)
_OTHER = pattern(
    r"(?i)^[*_ ]{0,4}"
    + _any(
        "sent|date|to|cc|subject|gesendet|datum|an|betreff|envoyé|à|objet|inviato|data|a|oggetto|enviad[oa](?: el)?",
        "para|asunto|assunto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat",
        "отправлено|кому|тема|发送时间|收件人|主题",
    )
    + _LABEL
)
_DEVICE = pattern(
    r"(?i)^[*_\[ ]{0,3}"
    + _any(
        "sent (?:from|via|with) |get outlook for |von meinem .{1,40} gesendet|gesendet (?:von|mit|über|aus) ",
        "diese nachricht wurde von meinem|envoyé (?:de|depuis|à partir) |télécharger outlook|inviato da ",
        "enviado (?:desde|de) |skickat från|verstuurd vanaf",
    )
)
_QUOTED = pattern(r"^\s{0,3}(?:[A-Z]{0,3}>|\|)")
_RULE = frozenset("-_*#~=+.·ᐧ—\u2013 \t")


def trimmed(text: str) -> str:
    """The text as somebody would show it who wants to see the answer only. Never empty where the text is not.

    Quoted lines between their own words stay: they say what is answered.
    """
    whole = text[:READ].encode("utf-8", "ignore").decode()  # half characters are none, and RE2 takes none
    lines = [line.rstrip() for line in whole.replace("\u00a0", " ").splitlines()[:LINES]]
    kept = _without_end(_without_repeated(_without_signature(lines)))
    return "\n".join(kept).strip("\n") or text.strip()


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Up to two dashes, or a line of underscores, alone on their line."""
    said = False
    for number, line in enumerate(lines):
        rule = line.strip()
        if said and (rule == "--" or (len(rule) >= 5 and set(rule) == {"_"})):
            return list(lines[:number])
        said = said or _own(line)
    return list(lines)


def _without_repeated(lines: Sequence[str]) -> list[str]:
    """Without a mail that is repeated whole, and without the words before each quotation."""
    own = [_own(line) for line in lines]
    last = max((number for number, each in enumerate(own) if each), default=-1)
    kept: list[str] = []
    number, said = 0, False
    while number < len(lines):
        if said and (_ORIGINAL.search(lines[number].strip()) or _heads(lines[number : number + 8])):
            break
        length = _introduces(lines[number : number + _JOINED])
        after = number + length
        if not length:
            kept.append(lines[number])
            said = said or own[number]
        elif said and not (_quotes(lines[after:]) and last >= after):
            break
        elif not said:  # it begins with what it answers
            after += next((at for at, each in enumerate(own[after:]) if each), 0)
        number = max(number + 1, after)
    return kept


def _introduces(lines: Sequence[str]) -> int:
    """How many of these lines are the words before a quotation; 0: none."""
    first = lines[0].strip()
    if not first or _is_quoted(first):
        return 0
    if _INTRODUCES.search(first):
        return 1
    if not _OPENS.search(first):
        return 0
    for count in range(2, len(lines) + 1):
        joined = " ".join(" ".join(lines[:count]).split())
        if len(joined) < _LONG and _INTRODUCES.search(joined):
            return count
        if _is_quoted(lines[count - 1]) or (not lines[count - 1].strip() and "<" not in lines[count : count + 1]):
            break  # an empty line, but for a program that puts the brackets of an address on lines of their own
    return 0


def _quotes(rest: Sequence[str]) -> bool:
    """Whether a quotation follows."""
    return _is_quoted(next((line for line in rest if line.strip()), ""))


def _heads(lines: Sequence[str]) -> bool:
    """Whether these lines begin with the headers of a mail: who, and two more of when, to whom, about what."""
    if not _FROM.search(lines[0].strip()):
        return False
    return sum(_OTHER.search(line.strip()) is not None for line in lines[1:]) >= 2


def _without_end(lines: list[str]) -> list[str]:
    """Without quotations, rules, empty lines and words of a device at the end."""
    end = len(lines)
    while end and not _own(lines[end - 1]):
        end -= 1
    return lines[:end]


def _own(line: str) -> bool:
    return not (set(line) <= _RULE or _is_quoted(line) or _DEVICE.search(line.strip()))


def _is_quoted(line: str) -> bool:
    return _QUOTED.search(line) is not None
