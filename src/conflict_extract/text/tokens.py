"""Cuts text into words with their places, in a form that does not depend on typography.

White space, quotation marks, dashes, ellipses, Unicode form, invisible characters and case are levelled; every
word keeps its code points in the original text. Where a word must not be cut off from its neighbour ("1" from
"1,000", "can" from "can't", "combatants" from "non-combatants") is said here too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# One stand-in each for combining marks and for characters that nobody sees, so that one pattern finds the words.
_MARK = "\u0300"
_UNSEEN = "\u200b"

_SINGLE_QUOTES = "‘’‚‛′‵ʼʻ´‹›"
_DOUBLE_QUOTES = "“”„‟«»″‶〝〞"
_SEEN_THROUGH = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x180F), 0x034F)))

# Compatibility forms that are the same letters in another shape. Raised digits and fractions are not among them:
# levelling "10²" to "102" would make another number.
_SAME_LETTERS = frozenset(
    {"<compat>", "<wide>", "<narrow>", "<font>", "<noBreak>", "<initial>", "<medial>", "<final>", "<isolated>"}
)

_WORD = rf"[\w{_MARK}]"
_TOKEN = re.compile(
    r"(?<!\w)(?:[^\W\d_]\.)+[^\W\d_](?!\w)\.?"  # an abbreviation: "U.S."
    rf"|(?:\w|(?<![\w.])\.(?=\d)){_WORD}*(?:(?:(?<=\d)[.,:/](?=\d)|{_UNSEEN}+(?={_WORD})){_WORD}+)*"
    r"|[%‰$€£¥₽₺₪~≈<>≤≥±+=°&]"
    r"|(?<![^\s(])-(?=\d)"  # a minus sign; a hyphen between two words is no token
)
_TOKEN_KEPT = re.compile(f"({_TOKEN.pattern})")
_TOKEN_KEPT_ASCII = re.compile(rf"([A-Za-z]{{2,}}+(?=[ ,\n])|{_TOKEN.pattern})", re.ASCII)
"""The same, and faster, where all is ASCII: most words are letters before a space."""
_ELLIPSIS = re.compile(r"\.(?:\s*\.){2,}")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r[^\S\n]*\r|\n\r")

_NO_BREAK_SPACES = "\u00a0\u2007\u2009\u202f"
"""Spaces that group the digits of one number: "15 000"."""

_PREFIXES = _set(
    "anti non un ex pro near pseudo quasi semi half mid pre post sub counter re de dis in mis ir im il no not never "
    "former would so"
)
"""What comes before a hyphen and makes another thing of what follows: "Assad forces" are not "anti-Assad forces"."""

_SUFFIXES = _set("free less like proof style type esque")
"""The same after a hyphen: "rebel" does not stand in "rebel-free"."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text, in their order. A number with its separators is one word; so is each %, $ or ~.

    Attributes:
        text: The text.
        outline: The text with each character levelled to one character of its kind: same length, same places.
        starts: First code point of each word.
        ends: Code point after the last of each.
        words: Each word in its levelled form.
        gaps: What stands between a word and the next, levelled; one fewer than there are words.
    """

    text: str
    outline: str
    starts: list[int]
    ends: list[int]
    words: list[str]
    gaps: list[str]

    def raw(self, index: int) -> str:
        """One word as it stands in the text."""
        return self.text[self.starts[index] : self.ends[index]]

    def between(self, index: int) -> str:
        """What stands between a word and the next, in the outline: one character for one of the text."""
        return self.outline[self.ends[index] : self.starts[index + 1]]


def tokenise(text: str) -> Tokens:
    """Cut a text into its words. Linear, and never fails: a text without words has none."""
    outline = _outline(text)
    token = _TOKEN_KEPT_ASCII if outline.isascii() else _TOKEN_KEPT
    pieces = token.split(outline)  # gap, word, gap, word … gap: one call in place of one for each word
    edges = list(accumulate(map(len, pieces)))
    starts, ends = edges[:-1:2], edges[1::2]
    known: dict[str, str] = {}
    words: list[str] = []
    for raw in pieces[1::2] if outline is text else [text[start:end] for start, end in zip(starts, ends, strict=True)]:
        word = known.get(raw)
        if word is None:
            word = known[raw] = _level_word(raw)
        words.append(word)
    gaps = [
        " " if gap == " " else _gap_between(left, gap, right)
        for gap, left, right in zip(pieces[2:-1:2], words, words[1:], strict=False)
    ]
    return Tokens(text, outline, starts, ends, words, gaps)


def seams(tokens: Tokens) -> tuple[bytearray, bytearray]:
    """Where a passage of the text may begin and where it may end.

    Returns:
        For each word, whether a passage may begin with it, and whether one may end with it.
    """
    words, count = tokens.words, len(tokens.words)
    begin, finish = bytearray(b"\x01") * count, bytearray(b"\x01") * count
    for index, (end, start) in enumerate(zip(tokens.ends, tokens.starts[1:], strict=False)):
        if start == end + 1 and tokens.text[end] == " ":  # nearly all gaps are one plain space
            continue
        gap = tokens.between(index)
        after, before = _cut(words[index], gap.replace(_UNSEEN, ""), words[index + 1])
        begin[index + 1], finish[index] = after, before
        space = tokens.text[end:start]
        if space in _NO_BREAK_SPACES and space and words[index].isdigit() and re.fullmatch(r"\d{3}", words[index + 1]):
            begin[index + 1] = finish[index] = False
    return begin, finish


def _cut(left: str, gap: str, right: str) -> tuple[bool, bool]:
    """Whether a passage may begin after the gap, and whether one may end before it."""
    digits = left[-1].isnumeric() or right[0].isnumeric()
    if not gap:  # a sign glued to its number: "20%", "$5", "~100"
        return False, False
    if gap == "-":
        if digits:  # "6-8", "9-year-old", "AK-47"
            return False, False
        return left not in _PREFIXES, right not in _SUFFIXES
    if gap == "'":  # "can't" and "O'Brien" stay whole; only the possessive s comes off
        return False, right == "s" and not digits
    return True, True


def _outline(text: str) -> str:
    if text.isascii():
        return text
    return text.translate({ord(char): _kind(char) for char in set(text) if not char.isascii()})


@lru_cache(maxsize=4096)
def _kind(char: str) -> str:
    """One character that stands for a character beyond ASCII in the outline."""
    if char in _SINGLE_QUOTES:
        return "'"
    if char in _DOUBLE_QUOTES:
        return '"'
    category = unicodedata.category(char)
    if category == "Cf" or char in _SEEN_THROUGH:
        return _UNSEEN
    if category[0] == "M":
        return _MARK
    if category == "Pd" or char == "−":
        return "-"
    if category == "Zs":
        return " "
    if category in ("Zl", "Zp"):
        return "\n"
    same = _same_letters(char)
    if len(same) == 1 and same.isascii():
        return same
    plain = unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 and plain.isalnum() and not char.isalnum() else char  # a letter shaped as a symbol


@lru_cache(maxsize=4096)
def _same_letters(char: str) -> str:
    """A character as ordinary letters; nothing for one that nobody sees."""
    if unicodedata.category(char) == "Cf" or char in _SEEN_THROUGH:
        return ""
    if char in _SINGLE_QUOTES:
        return "'"
    tag = unicodedata.decomposition(char).partition(" ")[0]
    if tag not in _SAME_LETTERS:
        return char
    letters = unicodedata.normalize("NFKC", char)
    return char if tag == "<compat>" and any(each.isnumeric() for each in letters) else letters


def _level_word(raw: str) -> str:
    if raw.isascii():
        return raw.lower().rstrip(".")
    letters = unicodedata.normalize("NFC", "".join([each if each.isascii() else _same_letters(each) for each in raw]))
    return unicodedata.normalize("NFC", letters.casefold()) or raw


def _gap_between(left: str, gap: str, right: str) -> str:
    level = level_gap(gap)
    if level == "-" and left[-1].isnumeric() and right[0].isnumeric():
        return re.sub(r"\s+", " ", gap)  # "5-6" is a range, "5 - 6" may be two counts
    return level


@lru_cache(maxsize=4096)
def level_gap(gap: str) -> str:
    """What stands between two words, levelled: a space, or the signs without the white space around them."""
    signs = _ELLIPSIS.sub("...", gap.replace(_UNSEEN, "").replace("…", "..."))
    signs = re.sub(r"\s+", "", signs)
    signs = re.sub(r"['\"`]+", '"', signs)
    return re.sub(r"-+", "-", signs) or " "


@lru_cache(maxsize=4096)
def parting_signs(gap: str) -> str:
    """The signs of a gap (in the outline) that part sentences or clauses, with ¶ for a blank line, in their order.

    Commas, hyphens, dashes, brackets and quotation marks are not among them.
    """
    signs = re.sub(r"[,\-()\[\]\"\s]+", "", level_gap(gap))
    return signs + "¶" if _BLANK_LINE.search(gap) else signs


_OTHER_IN_CAPITALS = _set("aids may march august said will mark turkey china polish bush pole bill hope grace")


def tell_apart(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether upper and lower case make other words of words that are the same when levelled.

    They do in short names in capitals ("US" and "us", "IS" and "is") and in a few others ("May" and "may").
    They do not where a longer stretch is in one case throughout, as headlines are.

    Args:
        ours: Words as they stand in a quote.
        theirs: The same words as they stand in a text.
    """
    if list(ours) == list(theirs):
        return False
    if len(ours) >= 3 and (_in_one_case(ours) or "".join(theirs).isupper()):
        return False
    for index, (our, their) in enumerate(zip(ours, theirs, strict=True)):
        if our == their:
            continue
        if 1 < len(our) <= 3 and our.isupper() != their.isupper():
            return True
        opens = index == 0 and len(ours) >= 3
        if our.lower() in _OTHER_IN_CAPITALS and our[0].isupper() != their[0].isupper() and not opens:
            return True
    return False


def _in_one_case(words: Sequence[str]) -> bool:
    joined = "".join(words)
    return joined.isupper() or joined.islower()


class Codes(dict[str, str]):
    """Gives each word one character, so that a row of words can be searched as a string."""

    _LAST = 0x10FFFF

    def __missing__(self, word: str) -> str:
        if len(self) >= self._LAST:  # more different words than characters: the rest is never found
            return chr(self._LAST)
        code = self[word] = chr(len(self))
        return code

    def row(self, words: Sequence[str]) -> str:
        """The row of words, as a string of one character each; new words get their characters."""
        return "".join([self[word] for word in words])

    def look_up(self, words: Sequence[str]) -> str | None:
        """The same for a row of which each word must be known; None where one is not."""
        codes = [self.get(word) for word in words]
        return None if None in codes else "".join(code for code in codes if code is not None)


def occurrences(row: str, wanted: str) -> Iterator[int]:
    """All places of one row in another, overlapping ones included."""
    at = row.find(wanted)
    while at >= 0:
        yield at
        at = row.find(wanted, at + 1)
