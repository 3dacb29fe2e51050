"""Measures how fast quotes are placed. Run: python bench/grounding.py"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from conflict_extract.text.grounding import Grounder

_SUBJECTS = ("rebels", "government troops", "the army", "militia fighters", "coalition aircraft", "two convoys")
_VERBS = ("shelled", "captured", "left", "entered", "attacked", "held", "surrounded", "bombed")
_OBJECTS = ("a market", "the old bridge", "three villages", "the northern road", "an air base", "the hospital")
_PLACES = ("Ardan", "Belsa", "Corvin", "Dural", "Estep", "Farun", "Gelmin", "Hosk", "Ilmar", "Jorsa", "Kelvet", "Lomra")


def _sentence(chance: random.Random) -> str:
    number = chance.randrange(2, 900)
    return (
        f"At least {number} people were killed when {chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} "
        f"{chance.choice(_OBJECTS)} near {chance.choice(_PLACES)} on day {chance.randrange(1, 4000)} of the war, "
        f"according to {chance.choice(_SUBJECTS)} that also {chance.choice(_VERBS)} {chance.choice(_OBJECTS)} in "
        f"{chance.choice(_PLACES)}."
    )


def document(size: int, seed: int = 1) -> str:
    """A report of about `size` characters in paragraphs of five sentences."""
    chance = random.Random(seed)
    paragraphs: list[str] = []
    length = 0
    while length < size:
        paragraphs.append(" ".join(_sentence(chance) for _ in range(5)))
        length += len(paragraphs[-1]) + 2
    return "\n\n".join(paragraphs)[:size]


def quotes(text: str, count: int, seed: int = 2) -> list[str]:
    """Quotes of 20 words, two thirds as they stand, a sixth with a harmless slip, a sixth with another meaning."""
    chance = random.Random(seed)
    words = text.split(" ")
    made: list[str] = []
    for number in range(count):
        at = chance.randrange(len(words) - 20)
        quote = words[at : at + 20]
        if number % 3 == 0:
            _alter(quote, harmless=number % 2 == 0)
        made.append(" ".join(quote))
    return made


def _alter(quote: list[str], *, harmless: bool) -> None:
    if not harmless:
        quote.insert(10, "not")
        return
    for index in range(1, 19):
        if quote[index] in ("the", "that", "also"):
            del quote[index]
            return
    quote[9:12] = ["…"]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _ground_all(text: str, wanted: list[str]) -> int:
    grounder = Grounder(text)
    return sum(bool(grounder.find(quote)) for quote in wanted)


def _report(label: str, seconds: float, note: str = "") -> None:
    print(f"  {label:<52}{seconds:8.3f}  {note}".rstrip())


def main() -> None:
    text, large, huge = document(200_000), document(1_000_000), document(5_000_000)
    wanted = quotes(text, 1_000)
    print("Grounding: CPU seconds on one core, index included")
    placed = _ground_all(text, wanted)
    seconds = _seconds(lambda: _ground_all(text, wanted))
    _report("200 kB, 1,000 quotes of 20 words, a third altered", seconds, f"{placed} placed")
    _report("the index of 200 kB alone", _seconds(lambda: Grounder(text)))
    _report("the same quotes in 1 MB", _seconds(lambda: _ground_all(large, wanted)))
    _report("one altered quote in 5 MB", _seconds(lambda: _ground_all(huge, wanted[:1])))
    sentence = "The army said that rebels left the town of Belsa on Friday, and five civilians were killed."
    hard = {
        "as it stands": sentence,
        "a word dropped": sentence.replace("that ", ""),
        "a middle left out": sentence.replace("the town of Belsa on", "the town … on"),
    }
    repeated, common = Grounder(" ".join([sentence] * 5_000)), Grounder(text)
    for name, quote in hard.items():
        _report(f"one of 5,000 equal sentences, {name}", *_places(repeated, quote))
    _report("one very common word in 200 kB", *_places(common, "the"))


def _places(grounder: Grounder, quote: str) -> tuple[float, str]:
    seconds = _seconds(lambda: grounder.find(quote))
    return seconds, f"{len(grounder.find(quote))} places"


if __name__ == "__main__":
    main()
