"""Which small differences between a quote and the text leave the meaning as it is: closed lists, and nothing else.

Three kinds of slip are forgiven. A function word may be missing, added or exchanged (`harmless_between`), a typing
slip inside a long word in lower case may be mended (`mended`), and a middle may be left out where "…" says so
(`may_leave_out`). Numbers, names, verbs, negations, modifiers of numbers ("at least"), prepositions that say who
did it to whom ("by", "against") and conjunctions are on no list: a quote that differs in one of them is another quote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from itertools import takewhile

from conflict_extract.text.word_lists import (
    ACTS,
    AMOUNTS,
    AUXILIARIES,
    CALENDAR,
    CLAUSE_WORDS,
    DETERMINERS,
    DOUBLING_ENDINGS,
    GOVERNING,
    GOVERNING_STEMS,
    JOINING,
    LONGEST_LEFT_OUT,
    MODIFIERS,
    NEGATIONS,
    NUMBER_WORDS,
    PAST_FORMS,
    PERSON_ENDINGS,
    PERSONS,
    PREPOSITIONS,
    RELATIVES,
    SHORTEST_MENDED,
    SIDES,
    STRETCHES,
    WORDS_BY_A_SLIP,
)


def is_number(word: str) -> bool:
    """Whether a word is a number, in digits or letters, or part of one."""
    return any(char.isnumeric() for char in word) or word in NUMBER_WORDS


def harmless_between(theirs: Sequence[str], ours: Sequence[str], left: str, right: Sequence[str]) -> int | None:
    """Compare the function words that a text and a quote have between the same two other words.

    Args:
        theirs: The text's function words there.
        ours: The quote's.
        left: The word before them ("" at the beginning).
        right: The next words after them in the text, the nearest first.

    Returns:
        How many slips that makes, or None where the difference may change what is said.
    """
    if list(theirs) == list(ours):
        return 0
    missing, added = Counter(theirs) - Counter(ours), Counter(ours) - Counter(theirs)
    following = right[0] if right else ""
    if not missing and not added:
        return None
    changed = set(missing) | set(added)
    if changed & DETERMINERS and not changed <= RELATIVES and not _bare_noun(changed, right):
        return None
    if "of" in changed and ((is_number(left) and is_number(following)) or left in ACTS):
        return None
    if "of" in added and left not in AMOUNTS:
        return None
    if changed & {"on", "in"} and (following not in CALENDAR or {"on", "in"} <= changed):
        return None
    return max(missing.total(), added.total())


def _bare_noun(changed: Container[str], right: Sequence[str]) -> bool:
    """Whether a determiner may go or come before these words without changing an amount."""
    following = right[0] if right else ""
    if following in AMOUNTS:
        return False
    if "a" not in changed and "an" not in changed:
        return True
    if is_number(following) or following in STRETCHES:
        return False
    phrase = list(takewhile(lambda word: word not in PREPOSITIONS | AUXILIARIES | JOINING, right))
    nouns = list(takewhile(lambda word: not _verbal(word), phrase[1:]))
    noun = nouns[-1] if nouns else following
    return not any(word in PERSONS for word in phrase) and not noun.endswith(PERSON_ENDINGS)


def mended(word: str, known: Callable[[str], bool]) -> str | None:
    """The one known word that a mistyped word must stand for.

    Two neighbours exchanged, or a letter doubled or not doubled, inside a word of six letters or more that is no
    word of the text; first and last letter stay. What a slip turns into another English word is left alone
    ("united", "scarred": a doubled letter before an ending tells words apart).

    Args:
        word: The mistyped word in lower case.
        known: Whether a word occurs in the text.
    """
    if len(word) < SHORTEST_MENDED or not word.isalpha() or word in NUMBER_WORDS or word in NEGATIONS:
        return None
    found = {each for each in _slipped(word) if known(each) and each not in NUMBER_WORDS and each not in NEGATIONS}
    if len(found) != 1:
        return None
    (only,) = found
    return only if len(only) >= SHORTEST_MENDED and frozenset((word, only)) not in WORDS_BY_A_SLIP else None


def _slipped(word: str) -> set[str]:
    variants: set[str] = set()
    for index in range(1, len(word) - 1):
        rest = word[index + 1 :]
        if index < len(word) - 2 and word[index] != word[index + 1]:
            variants.add(word[:index] + rest[0] + word[index] + rest[1:])
        if word[index] == word[index - 1] and rest not in DOUBLING_ENDINGS:
            variants.add(word[:index] + rest)
        elif rest not in DOUBLING_ENDINGS and word[index] != rest[0]:
            variants.add(word[: index + 1] + word[index] + rest)
    variants.discard(word)
    return variants


def may_leave_out(before: Sequence[str], left_out: Sequence[str], after: Sequence[str], *, comma: bool) -> bool:
    """Whether "…" may stand for these words of one sentence.

    Not where they hold a negation, a denial, a failure, an act of telling, a hedge or a condition (all of them
    govern what is kept), not where they tie on to the first word that is kept after them (its preposition, auxiliary,
    verb or number), not after a number, and not where a subject or an agent could get lost.

    Args:
        before: The words kept before, at least one.
        left_out: The words left out.
        after: The words kept after, at least one.
        comma: Whether a comma, a dash or a bracket stands between the left out words and those kept after them.
    """
    if len(left_out) > LONGEST_LEFT_OUT or any(map(_governs, left_out)):
        return False
    if is_number(before[-1]) or before[-1] in NEGATIONS | MODIFIERS:
        return False
    if not left_out:
        return True
    nearest = left_out[-1]
    tied = nearest in PREPOSITIONS | AUXILIARIES | RELATIVES or is_number(nearest) or _verbal(nearest)
    if not comma and (tied or any(word in SIDES for word in left_out[-3:])):
        return False
    if not _verbal(after[0]):
        return True
    # What is kept goes on with a verb: neither its subject nor its voice may be among what is left out.
    opening = left_out[0] in PREPOSITIONS | RELATIVES
    return opening and (comma or not any(word in AUXILIARIES | CLAUSE_WORDS for word in left_out))


def _governs(word: str) -> bool:
    return word in GOVERNING or word.startswith(GOVERNING_STEMS)


def _verbal(word: str) -> bool:
    return word in AUXILIARIES or word in PAST_FORMS or word.endswith(("ed", "ing"))


def comma_is_harmless(left: str, right: str, *, beside_function_word: bool) -> bool:
    """Whether a comma may come or go between two words.

    Only beside a conjunction or a function word, and never beside a negation ("No, troops …") or between numbers:
    between two other words a comma makes a list, or says who speaks.
    """
    if left in NEGATIONS or right in NEGATIONS or (is_number(left) and is_number(right)):
        return False
    return beside_function_word or right in JOINING or left in JOINING
