"""Whether a sentence in a model's words says a number or a name that the article does not have.

Statements and summaries are paraphrases, so their verbs are free; their numbers and names are not (``Support``). This
sees what is new, not what is swapped: whether an article's names stand in their true roles is for the quotes to show.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import pairwise

from conflict_extract.text.common_words import FUNCTION_WORDS, bases, is_ordinary
from conflict_extract.text.counted import ORDINALS, Counted, Key, counted_in, keys_beside, vague_in
from conflict_extract.text.peoples import EXPANSIONS, SAME

_LETTERS = r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*"
_WORD = re.compile(rf"[A-Z](?:\.[A-Z])+(?![^\W\d_])|{_LETTERS}(?:['’ʼ‘`]{_LETTERS})*")
_ASCII_WORD = re.compile(_WORD.pattern, re.ASCII)  # the same, and faster, where all is ASCII
_PARTLY_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "Ł": "L", "Ø": "O"}
)
_APOSTROPHES = str.maketrans("", "", "'’ʼ‘`ʿʾ.")
_MODAL_MONTHS = frozenset({"may", "march"})
_NO_NAME = frozenset({"I", "I'm", "I've", "I'd", "I'll", "Al", "El"})
_SINGLE = re.compile(r"\b(?:an?|another)((?:[\s-]+[^\W\d_]+){1,4})", re.IGNORECASE)
_ONE_AND = re.compile(r"[\s-]+((?:[^\W\d_]+[\s-]*){1,3})")


def unsupported(sentence: str, text: str) -> tuple[str, ...]:
    """The numbers and names of a sentence that a text does not have; see ``Support.unsupported``."""
    return Support(text).unsupported(sentence)


class Support:
    """The numbers and names of one article, made ready once to look many sentences up in.

    Names match without regard to case, accents, apostrophes, hyphens and possessives. "Syrian" and "Syria" support
    each other by a closed table, singular and plural too; an acronym must stand there itself.
    """

    def __init__(self, text: str) -> None:
        self._text = text = unicodedata.normalize("NFC", text)
        self._in_order = (_ASCII_WORD if text.isascii() else _WORD).findall(text)
        words = set(self._in_order)
        capitals = {word for word in words if not word[0].islower()}
        self._small = {_key(word) for word in words - capitals}
        self._capital = {_key(word) for word in capitals}
        self._acronyms = {_key(word) for word in capitals if _is_acronym(word)}
        self._words = self._small | self._capital
        self._add_what_says_the_same(text.lower())

    # What follows is made when a sentence first asks for it: most ask for a part of it.

    @cached_property
    def _pairs(self) -> set[str]:
        keys = [_key(word) for word in self._in_order]
        return {a + b for a, b in pairwise(keys) if b in self._capital and len(a) > 1}

    @cached_property
    def _stems(self) -> set[str]:
        return {base for word in self._small if len(word) > 4 for base in bases(word) if len(base) > 3}

    @cached_property
    def _numbers(self) -> set[Key]:
        return set().union(*(counted.supports for counted in counted_in(self._text)))

    @cached_property
    def _beside_numbers(self) -> set[Key]:
        return keys_beside(self._text)

    @cached_property
    def _vague(self) -> set[str]:
        return {phrase for phrase, _, _ in vague_in(self._text)}

    @cached_property
    def _singles(self) -> set[str]:
        lower = self._text.lower()
        return {word for match in _SINGLE.finditer(lower) for word in re.split(r"[\s-]+", match.group(1))}

    def unsupported(self, sentence: str) -> tuple[str, ...]:
        """The numbers and names of a sentence that the article does not have.

        Numbers are compared by value ("five", "5"; "1.5 million", "1,500,000"), percentages and durations with their
        like, days with their month; vague words ("hundreds of thousands") by their words. A first word
        that is no name by a list of ordinary English words passes.

        Returns:
            The words at fault as the sentence has them, in order; () where it is supported.
        """
        sentence = unicodedata.normalize("NFC", sentence)
        faults: list[tuple[int, str]] = []
        taken: set[int] = set()
        for counted in counted_in(sentence):
            taken.update(range(counted.start, counted.end))
            if not self._has_number(counted, sentence):
                faults.append((counted.start, sentence[counted.start : counted.end]))
        for phrase, start, end in vague_in(sentence):
            taken.update(range(start, end))
            if phrase not in self._vague:
                faults.append((start, sentence[start:end]))
        faults += ((start, word) for start, word in self._unknown_names(sentence) if start not in taken)
        return tuple(word for _, word in sorted(faults))

    def _add_what_says_the_same(self, lower: str) -> None:
        for acronym, words in EXPANSIONS.items():
            if acronym in self._acronyms:
                self._capital.update(words)
            elif (phrase := " ".join(words)) in lower and re.search(rf"\b{phrase}\b", lower):
                self._acronyms.add(acronym)
        for key in (self._capital | self._acronyms) & SAME.keys():
            if key != "us" or key in self._acronyms:
                self._capital.update(SAME[key])
                self._acronyms.update(SAME[key] & {"us", "usa", "uk"})

    def _has_number(self, counted: Counted, sentence: str) -> bool:
        if any(need in self._numbers or need in self._beside_numbers for need in counted.needs):
            return True
        if sentence[counted.start : counted.end].lower() not in {"one", "1"}:
            return False
        following = _ONE_AND.match(sentence, counted.end)
        if following is None:
            return False
        words = re.split(r"[\s-]+", following.group(1).lower().strip())
        return words[0] in {"of", "another"} or not self._singles.isdisjoint(set(words) - FUNCTION_WORDS)

    def _unknown_names(self, sentence: str) -> Iterator[tuple[int, str]]:
        for match in (_ASCII_WORD if sentence.isascii() else _WORD).finditer(sentence):
            word = match.group()
            if not word[0].isupper():
                continue
            word = word.replace("’", "'")
            if word in _NO_NAME or len(_key(word)) < 2:
                continue
            if not (self._has_name(word) or self._has_joined(sentence, match)):
                key = _key(word)
                if not _is_initial(sentence, match.start()) or _is_acronym(word) or not self._is_no_name(key):
                    yield match.start(), re.sub(r"['’ʼ‘`]s$", "", match.group())

    def _has_name(self, word: str) -> bool:
        key = _key(word)
        if _is_acronym(word):
            return key in self._acronyms or (key in self._capital and key not in self._small)
        ordinal = ORDINALS.get(key)
        if ordinal is not None and (
            ("ordinal", ordinal) in self._numbers or ("ordinal", ordinal) in self._beside_numbers
        ):
            return True
        if key in _MODAL_MONTHS:
            return key in self._capital
        return key in self._words or key in self._capital or any(each in self._words for each in _other_number(key))

    def _has_joined(self, sentence: str, match: re.Match[str]) -> bool:
        """Whether the article has it in one word with its neighbour, or in two ("al-Sham", "Deir Ezzor")."""
        key = _key(match.group())
        if key in self._pairs:
            return True
        before = re.search(r"([^\W\d_]+)[\s-]$", sentence[max(0, match.start() - 40) : match.start()])
        after = re.match(r"[\s-]([^\W\d_]+)", sentence[match.end() :])
        return (before is not None and _key(before.group(1)) + key in self._capital) or (
            after is not None and after.group(1)[0].isupper() and key + _key(after.group(1)) in self._capital
        )

    def _is_no_name(self, key: str) -> bool:
        return is_ordinary(key) or any(
            len(base) > 3 and (base in self._small or base in self._stems) for base in bases(key)
        )


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text.translate(_PARTLY_LETTERS))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache(maxsize=32_768)  # the words of the news are mostly the same words
def _key(word: str) -> str:
    """A word as it is compared: lower case, no accents, no apostrophes, no possessive."""
    word = _without_accents(word)
    if word[-2:].lower() in {"'s", "’s", "ʼs", "‘s", "`s"}:
        word = word[:-2]
    elif len(word) > 2 and word[-1] == "s" and word[:-1].isupper():
        word = word[:-1]  # IEDs
    return word.translate(_APOSTROPHES).lower()


@lru_cache(maxsize=32_768)
def _is_acronym(word: str) -> bool:
    letters = re.sub(r"['’ʼ‘`]s$|(?<=[A-Z]{2})s$", "", word).replace(".", "")
    return len(letters) > 1 and letters.isupper()


def _other_number(key: str) -> Iterator[str]:
    """The plural of a singular and the reverse; "Hamas" is no plural of "Hama"."""
    singular = key[:-1] if key.endswith("s") else key
    if len(singular) >= 6 or (len(singular) >= 4 and singular[-1] not in "aeous"):
        yield singular if key.endswith("s") else key + "s"


def _is_initial(sentence: str, position: int) -> bool:
    """Whether a word begins a sentence or a quotation, so that its capital says nothing."""
    before = sentence[:position].rstrip()
    opened = before.rstrip("\"'“‘«([")
    return not opened or opened[-1] in ".!?:;…" or opened != before
