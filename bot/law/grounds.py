"""On which grounds a right may be refused: a closed list, with the article of each law that knows the ground.

GDPR 11(2), 12(5), 15(4), 16-18, 20, 23; UK GDPR the same (exemptions: Data Protection Act 2018, schedules 2-4);
FADP 26, 28-29, 32, DPO 16(5); CCPA (Cal. Civ. Code) 1798.105(d), .140(ak), .145(a), (h), (k); LGPD 16, 18(4);
PIPEDA s. 9, sched. 1; APP 11-13. Every other ground is none: no reason given, a rude tone, much work (EDPB 01/2022
paras 167, 188-189). An objection to direct marketing cannot be refused at all (GDPR 21(3)).
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.law import Right
from bot.phrases import Phrases

EXCESSIVE = "excessive"  # the controller bears the burden of proof, and says why no fee is asked instead (GDPR 12(5))


@dataclass(frozen=True)
class Ground:
    """One ground, for one right, under the laws of one ticket."""

    key: str
    words: str  # for the list of the form, the card and the report; the letter has its own in each language
    article: str  # of each of these laws


_WORDS = Phrases({
    "not_met": "refusal_ground.not_met",
    "others": "refusal_ground.others",
    "unidentified": "refusal_ground.unidentified",
    "excessive": "refusal_ground.excessive",
    "kept_by_law": "refusal_ground.kept_by_law",
    "claims": "refusal_ground.claims",
    "expression": "refusal_ground.expression",
    "archive": "refusal_ground.archive",
    "own_interest": "refusal_ground.own_interest",
    "other_law": "refusal_ground.other_law",
})  # fmt: skip
_ALL = frozenset(Right) - {Right.OBJECTION}
_A, _C, _D, _R, _P = Right.ACCESS, Right.CORRECTION, Right.DELETION, Right.RESTRICTION, Right.PORTABILITY

# ground, rights, law, article. {art} of the GDPR's own article of the right.
_ROWS: tuple[tuple[str, Collection[Right], str, str], ...] = (
    ("not_met", {_C, _D, _R, _P}, "gdpr_eu", "art. {art}"),
    ("not_met", {_C}, "ch_fadp", "art. 32(1)"),
    ("not_met", {_D, _R}, "ch_fadp", "art. 32(2)"),
    ("not_met", {_P}, "ch_fadp", "art. 28"),
    ("not_met", {_C}, "ccpa", "§ 1798.106"),
    ("not_met", {_D}, "ccpa", "§ 1798.105"),
    ("not_met", {_C, _D, _R, _P}, "lgpd", "art. 18"),
    ("not_met", {_C}, "pipeda", "sched. 1, cl. 4.9.5"),
    ("not_met", {_C}, "au_app", "13"),
    ("others", {_A}, "gdpr_eu", "art. 15(4)"),
    ("others", {_P}, "gdpr_eu", "art. 20(4)"),
    ("others", {_A}, "ch_fadp", "art. 26(1)(b)"),
    ("others", {_P}, "ch_fadp", "art. 29(1)"),
    ("others", {_A, _P}, "ccpa", "§ 1798.145(k)"),
    ("others", {_A}, "pipeda", "s. 9(1)"),
    ("others", {_A}, "au_app", "12.3(b)"),
    ("others", {_A, _P}, "lgpd", "art. 18(4)"),
    ("unidentified", _ALL, "gdpr_eu", "art. 11(2), 12(2)"),
    ("unidentified", _ALL, "ch_fadp", "DPO art. 16(5)"),
    ("unidentified", _ALL, "ccpa", "§ 1798.140(ak)"),
    ("unidentified", _ALL, "lgpd", "art. 18(4)"),
    ("unidentified", {_A, _C}, "pipeda", "sched. 1, cl. 4.9.2"),
    ("unidentified", {_A, _C}, "au_app", "12.1, 13.1"),
    ("excessive", _ALL, "gdpr_eu", "art. 12(5)"),
    ("excessive", {_A}, "ch_fadp", "art. 26(1)(c)"),
    ("excessive", {_P}, "ch_fadp", "art. 29(1)"),
    ("excessive", {_A, _C, _D, _P}, "ccpa", "§ 1798.145(h)(3)"),
    ("excessive", {_A}, "au_app", "12.3(c)"),
    ("kept_by_law", {_D}, "gdpr_eu", "art. 17(3)(b)"),
    ("kept_by_law", {_D}, "ch_fadp", "art. 31(1)"),
    ("kept_by_law", {_D}, "ccpa", "§ 1798.105(d)"),
    ("kept_by_law", {_D}, "lgpd", "art. 16(I)"),
    ("claims", {_D}, "gdpr_eu", "art. 17(3)(e)"),
    ("claims", {_D}, "ch_fadp", "art. 31(1)"),
    ("expression", {_D}, "gdpr_eu", "art. 17(3)(a)"),
    ("archive", {_D}, "gdpr_eu", "art. 17(3)(d)"),
    ("archive", {_C}, "ch_fadp", "art. 32(1)(b)"),
    ("own_interest", {_A}, "ch_fadp", "art. 26(2)(a)"),
    ("other_law", _ALL, "gdpr_eu", "art. 23, with the law that is named below"),
    ("other_law", {_A}, "ch_fadp", "art. 26(1)(a)"),
    ("other_law", {_C}, "ch_fadp", "art. 32(1)(a)"),
    ("other_law", {_D, _R}, "ch_fadp", "art. 31(1)"),
    ("other_law", {_P}, "ch_fadp", "art. 29(1)"),
    ("other_law", {_A, _C, _D, _P}, "ccpa", "§ 1798.145(a)"),
    ("other_law", _ALL, "lgpd", "art. 18(4)"),
    ("other_law", {_A}, "pipeda", "s. 9"),
    ("other_law", {_A}, "au_app", "12.3(f), (g)"),
)
_OF = {_A: "15(1)", _C: "16", _D: "17(1)", _R: "18(1)", _P: "20(1)"}
_UK = {"art. 23, with the law that is named below": "Data Protection Act 2018, schedules 2 to 4"}
_SHORT = {
    "gdpr_eu": "GDPR", "uk_gdpr": "UK GDPR", "ch_fadp": "FADP", "ccpa": "Cal. Civ. Code", "lgpd": "LGPD",
    "pipeda": "PIPEDA", "au_app": "APP",
}  # fmt: skip


def grounds(right: Right, regimes: Collection[str]) -> dict[str, Ground]:
    """The grounds every one of these laws knows for this right, in the order of the list.

    Where several laws may apply, one that knows the ground does not help against one that does not.
    """
    found: dict[str, Ground] = {}
    for key, words in _WORDS.items():
        articles = [_article(key, right, regime) for regime in regimes]
        if articles and all(articles):
            found[key] = Ground(key, words, "; ".join(dict.fromkeys(articles)))
    return found


def _article(key: str, right: Right, regime: str) -> str:
    """As one writes it: `GDPR art. 12(5)`; empty where this law does not know the ground for this right."""
    law = "gdpr_eu" if regime == "uk_gdpr" else regime
    for ground, rights, of, article in _ROWS:
        if (ground, of) == (key, law) and right in rights:
            told = article.format(art=_OF.get(right, ""))
            if regime == "uk_gdpr":
                told = _UK.get(told, told)
            return told if told.startswith(("DPO", "Data")) else f"{_SHORT[regime]} {told}"
    return ""
