"""Which small differences between a quote and the text leave the meaning as it is: closed lists, and nothing else.

Three kinds of slip are forgiven. A function word may be missing, added or exchanged (`harmless_between`), a typing
slip inside a long word in lower case may be mended (`mended`), and a middle may be left out where "…" says so
(`may_leave_out`). Numbers, names, verbs, negations, modifiers of numbers ("at least"), prepositions that say who
did it to whom ("by", "against") and conjunctions are on no list: a quote that differs in one of them is another quote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from itertools import pairwise, takewhile

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
    ORDINALS,
    PAST_FORMS,
    PERSON_ENDINGS,
    PERSONS,
    PREPOSITIONS,
    RELATIVES,
    SHORTEST_MENDED,
    SIDES,
    STRETCHES,
    THINGS,
    TYING,
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
        right: The next words of that phrase in the text, the nearest first.

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
    if not following or (is_number(following) and following not in ORDINALS) or following in STRETCHES:
        return False
    phrase = list(takewhile(lambda word: word not in PREPOSITIONS | AUXILIARIES | JOINING | RELATIVES, right))
    nouns = list(takewhile(lambda word: not _verbal(word), phrase[1:]))
    noun = nouns[-1] if nouns else following
    return not any(word in PERSONS for word in phrase) and (noun in THINGS or not noun.endswith(PERSON_ENDINGS))


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


def may_leave_out(before: Sequence[str], left_out: Sequence[str], after: Sequence[str], *, aside: bool) -> bool:
    """Whether "…" may stand for these words of one sentence.

    Not where they hold a negation, a denial, a failure, an act of telling, a hedge or a condition: all of them
    govern what is kept. Not after a number or within one: it would come to count something else. And not where another
    doer or another victim would seem to be told of: the passive and its agent, and the verb of a further clause,
    stay with their words.

    Args:
        before: The words kept before, at least one.
        left_out: The words left out.
        after: The words kept after, at least one.
        aside: Whether commas, dashes or brackets set the words left out off from those kept.
    """
    if len(left_out) > LONGEST_LEFT_OUT or _governed(left_out, after[0]) or before[-1] in NEGATIONS:
        return False
    if not left_out:
        return True
    if not _keeps_numbers(before[-1], left_out, after, aside=aside):
        return False
    within = after[0] not in PREPOSITIONS | AUXILIARIES | JOINING and any(word in SIDES for word in left_out[-3:])
    if not aside and (left_out[-1] in TYING or within):
        return False
    if _verbal(after[0]) and not after[0].endswith("ing"):
        hidden = any(word in AUXILIARIES for word in left_out[-2:])
        return aside or not (hidden or any(word in CLAUSE_WORDS | RELATIVES for word in left_out))
    further = [index for index, word in enumerate(left_out) if word in CLAUSE_WORDS]
    return aside or not further or not any(map(_verbal, left_out[further[0] :]))


def _keeps_numbers(before: str, left_out: Sequence[str], after: Sequence[str], *, aside: bool) -> bool:
    """Whether each number that is kept still counts what it counted, with the modifiers that it had."""
    nearest = left_out[-1]
    if (is_number(nearest) or nearest in MODIFIERS) and is_number(after[0]):
        return False
    if before in MODIFIERS and any(map(is_number, after[:3])):
        return False
    if not is_number(before) or aside or after[0] in PREPOSITIONS | AUXILIARIES:
        return True
    other = CLAUSE_WORDS | PREPOSITIONS | RELATIVES
    return not any(word in other or is_number(word) or _verbal(word) for word in left_out)


def _governed(left_out: Sequence[str], following: str) -> bool:
    """Whether these words hold one that governs what comes after it; "May 6" is a month."""
    return any(
        word in GOVERNING or word.startswith(GOVERNING_STEMS)
        for word, after in pairwise([*left_out, following])
        if not (word == "may" and is_number(after)) and not word.startswith("reporter")
    )


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
