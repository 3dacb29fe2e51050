"""Alters sentences of the seed articles, harmlessly and not: the tables that grounding is held against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations
from typing import Final

from tests.seeds import SEEDS

ARTICLES: Final = {article.id: article.text for article in SEEDS}


def _listed(names: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in names.split("|"))


NAMES = _listed(
    "Abdullah|Afghanistan|Alexander|Ankara|Assad|Bashar|Damascus|Elizabeth|Ghab|Hama|Hass|Hezbollah|Idlib|Iran|Jalmeh|"
    "Kabani|Kafranbel|Karkat|Latakia|Lavrentiev|Moscow|Reuters|Russia|SANA|Syria|TASS|Tsurkov|Turkey|Aleppo|Maleh"
)
NOUN_PHRASES = _listed(
    "rebels|regime|Russia|Turkey|Assad|civilians|troops|forces|Syria|Idlib|Hama|Moscow|Damascus|activists|fighters|"
    "officers|militiamen|Hezbollah|Reuters|warplanes|helicopters|medical centers|rescuers|Ankara|Kafr Naboudeh|"
    "Tal Maleh|Latakia|Aleppo|Lavrentiev|TASS|Iran"
)
NUMBER_WORDS = {
    "five": "six",
    "two": "three",
    "three": "thirty",
    "four": "fourteen",
    "thirty": "thirteen",
    "several": "many",
    "hundreds": "dozens",
    "dozens": "scores",
    "scores": "hundreds",
    "tens": "hundreds",
    "thousands": "millions",
    "million": "billion",
    "second": "third",
    "almost": "over",
    "some": "all",
    "a": "ten",
    "more": "less",
    "least": "most",
    "about": "under",
    "estimated": "exact",
    "multiple": "two",
}
OTHER_MEANING = {
    "able": "unable",
    "unable": "able",
    "confirmed": "unconfirmed",
    "independent": "dependent",
    "continuing": "discontinuing",
    "with": "without",
    "without": "with",
    "captured": "lost",
    "killed": "injured",
    "injured": "killed",
    "wounded": "killed",
    "retook": "lost",
    "regained": "lost",
    "recapture": "surrender",
    "advance": "retreat",
    "pushing": "retreating",
    "damaged": "repaired",
    "destroyed": "rebuilt",
    "displaced": "returned",
    "launched": "halted",
    "claimed": "denied",
    "claims": "denies",
    "said": "denied",
    "denied": "confirmed",
    "reported": "denied",
    "attacked": "defended",
    "seized": "released",
    "suffered": "inflicted",
    "inflicted": "suffered",
    "held": "left",
    "declared": "ended",
    "backed": "opposed",
    "supported": "opposed",
    "defeated": "joined",
    "repelled": "launched",
    "northern": "southern",
    "northwest": "southeast",
    "before": "after",
    "after": "before",
    "since": "until",
    "and": "or",
    "but": "and",
    "by": "against",
    "from": "to",
    "to": "from",
    "in": "from",
    "against": "with",
    "civilians": "soldiers",
    "troops": "tanks",
    "months": "weeks",
    "weeks": "days",
    "thursday": "Friday",
    "may": "June",
    "april": "March",
    "july": "June",
    "september": "October",
    "has": "may have",
    "have": "had not",
    "was": "was not",
    "were": "weren't",
    "is": "isn't",
    "are": "were",
    "not": "",
    "no": "an",
    "never": "",
    "reportedly": "",
    "last": "next",
    "only": "",
    "pro-assad": "anti-Assad",
    "anti-assad": "pro-Assad",
}
GOVERNING = re.compile(
    r"\b(?:no|not|without|unable|fail\w*|denied|dismissed|said|say|says|claim(?:s|ed)?|report(?:ed|s)?|reportedly|told|"
    r"according|added|confirmed|acknowledged|asserted|affirmed|writes|headlines|summarized|attributed|tried|trying|"
    r"estimated?|declar(?:ed|ing)|attempts?|documented|criticized|alludes|repelled|check(?:ed)?|suspending|pretext|"
    r"mention|referred|shows?|denunciation|declaration|ensur(?:e|ing)|activate|efforts|soon|stalled|however)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.?!”])\s+(?=[A-Z“(])|\n+")


def sentences(text: str, shortest: int = 6) -> list[str]:
    """The sentences of an article that have some words, without the white space around them."""
    return [part.strip() for part in _SENTENCE_END.split(text) if len(part.split()) >= shortest]


def _words(sentence: str) -> list[re.Match[str]]:
    return list(re.finditer(r"\w(?:[\w-]*\w)?", sentence))


def _put(sentence: str, word: re.Match[str], other: str) -> str:
    changed = sentence[: word.start()] + other + sentence[word.end() :]
    return re.sub(r" {2,}", " ", changed).strip()


def changed_numbers(sentence: str) -> Iterator[str]:
    """The sentence with one number changed, in digits or in words, or a modifier of a number dropped or changed."""
    for number in re.finditer(r"\d[\d,]*", sentence):
        digits = number.group().rstrip(",")
        tail = number.group()[len(digits) :]
        plain = digits.replace(",", "")
        variants = {
            str(int(plain) + 1),
            f"{int(plain) * 10:,}",
            plain[::-1],
            digits + ",000",
            digits[:-1] + str((int(digits[-1]) + 5) % 10),
            plain[:-2] + plain[-1:] + plain[-2:-1],
            digits[:-1].rstrip(","),
            f"{digits}.5",
            f"{digits}-{int(plain) + 3}",
            f"-{digits}",
            "",
        }
        for variant in sorted(variants - {digits, plain}):
            if variant or number.start() > 0:
                yield _put(sentence, number, (variant + tail).strip())
    for word in _words(sentence):
        other = NUMBER_WORDS.get(word.group().lower())
        if other is not None:
            yield _put(sentence, word, other)
    for phrase in re.finditer(r"\b(?:more than|at least|almost|about|some|an estimated) (?=\d)", sentence):
        if phrase.start() > 0:
            yield sentence[: phrase.start()] + sentence[phrase.end() :]
    for digits_at in re.finditer(r"(?<= )(?=\d)", sentence):
        yield sentence[: digits_at.start()] + "nearly " + sentence[digits_at.start() :]


def changed_names(sentence: str) -> Iterator[str]:
    """The sentence with one name changed for another one, or in one letter."""
    for word in _words(sentence):
        name = word.group()
        if name not in NAMES:
            continue
        for other in NAMES:
            if other != name:
                yield _put(sentence, word, other)
        for at in range(len(name)):
            yield _put(sentence, word, name[:at] + name[at + 1 :])
            yield _put(sentence, word, name[:at] + "x" + name[at + 1 :])
            yield _put(sentence, word, name[: at + 1] + name[at:])
            if at and name[at - 1] != name[at]:
                yield _put(sentence, word, name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :])


def negated(sentence: str) -> Iterator[str]:
    """The sentence with one negation or hedge put in, anywhere."""
    for word in _words(sentence)[1:]:
        for extra in ("not", "no", "never", "without", "nearly", "allegedly", "may"):
            yield sentence[: word.start()] + extra + " " + sentence[word.start() :]


def other_meanings(sentence: str) -> Iterator[str]:
    """The sentence with one word changed for one that says something else, or a negation dropped."""
    for word in _words(sentence):
        other = OTHER_MEANING.get(word.group().lower())
        if other is not None and (other or word.start() > 0):
            yield _put(sentence, word, other)
        if word.group().lower() in ("were", "was", "been", "by", "be") and word.start() > 0:
            yield _put(sentence, word, "")
        if word.group().lower() in ("killed", "attacked", "captured", "supported", "destroyed", "taken", "shelled"):
            yield _put(sentence, word, f"were {word.group()}")
            yield _put(sentence, word, f"{word.group()} by")


def swapped_sides(sentence: str) -> Iterator[str]:
    """The sentence with two of its names or noun phrases exchanged."""
    found = [match for phrase in NOUN_PHRASES for match in re.finditer(rf"(?<![\w-]){phrase}(?![\w-])", sentence)]
    for one, two in permutations(found, 2):
        if one.end() < two.start() and one.group() != two.group():
            middle = sentence[one.end() : two.start()]
            yield sentence[: one.start()] + two.group() + middle + one.group() + sentence[two.end() :]


def function_word_dropped(sentence: str) -> Iterator[str]:
    """The sentence without one of its harmless function words, inside."""
    for word in _words(sentence)[1:-1]:
        if word.group() in ("the", "a", "an", "that", "of", "which", "who", "also"):
            yield _put(sentence, word, "")


def function_word_exchanged(sentence: str) -> Iterator[str]:
    """The sentence with one of its harmless function words exchanged, inside."""
    others = {"the": ("this", "that", "these"), "that": ("which", "who"), "which": ("that",), "who": ("that",)}
    for word in _words(sentence)[1:-1]:
        for other in others.get(word.group(), ()):
            yield _put(sentence, word, other)
    for word in _words(sentence)[1:-1]:
        if word.group() in ("a", "an"):
            yield _put(sentence, word, "the")
        if word.group() == "the":
            yield _put(sentence, word, "a")


def middle_left_out(sentence: str) -> Iterator[tuple[str, str]]:
    """The sentence with a stretch of two to six words left out, at any place, and that stretch."""
    words = list(re.finditer(r"\S+", sentence))
    for length in range(2, 7):
        for at in range(2, len(words) - length - 1):
            left_out = sentence[words[at].start() : words[at + length - 1].end()]
            yield sentence[: words[at - 1].end()] + " … " + sentence[words[at + length].start() :], left_out


_PHRASE_STARTS = frozenset(
    [
        "in",
        "on",
        "at",
        "across",
        "near",
        "with",
        "for",
        "since",
        "during",
        "after",
        "under",
        "over",
        "into",
        "through",
        "around",
        "—",
        "“",
    ]
)


def phrase_left_out(sentence: str) -> Iterator[tuple[str, str]]:
    """The sentence with one whole phrase left out, as an editor would, and that phrase.

    A phrase begins with a preposition or after a comma, has no colon, and what is kept after it begins so as well.
    """
    words = list(re.finditer(r"\S+", sentence))
    starts = [
        index
        for index in range(2, len(words) - 1)
        if words[index].group().lower() in _PHRASE_STARTS or words[index - 1].group().endswith((",", "—"))
    ]
    for begin in starts:
        for end in starts:
            left_out = sentence[words[begin].start() : words[end - 1].end()] if 2 <= end - begin <= 8 else ""
            if left_out and ":" not in left_out and not GOVERNING.search(left_out):
                yield sentence[: words[begin - 1].end()] + " … " + sentence[words[end].start() :], left_out
