"""Names of places without the words that only say what kind of place it is: "Idlib" of "Idlib Province" (rule 3.9)."""

from __future__ import annotations

import re

_BEFORE = re.compile(
    r"(?:the\s+)?(?:(?:small|nearby|neighbou?ring|northern|southern|eastern|western)\s+)?"
    r"(?:town|city|village|hamlet|township|settlement|province|governorate|district|region|state|county|municipality)"
    r"\s+of\s+(?=\S)"
)
_BEHIND = re.compile(
    r"\s+(?:[Pp]rovinces?|[Gg]overnorates?|[Dd]istricts?|[Oo]blast|[Pp]refecture|[Mm]unicipality|[Rr]egion|state|county"
    r"|town|city|village)\Z"
)
_NO_NAME = re.compile(
    r"(?:(?:north|south|east|west|central|upper|lower|inner|outer|capital|federal|autonomous|border|coastal"
    r"|(?:north|south)(?:-?\s?(?:east|west)))(?:ern)?|\S*(?:ish|ian|ese))\Z",
    re.IGNORECASE,
)


def bare_name(name: str) -> tuple[int, int]:
    """Where the name proper begins and ends inside a place's words.

    A word of kind stays where nothing but a direction, an adjective or a common noun would be left ("Northern
    Province", "Kurdish region", "border district"), in lists of names, and where it is written as part of the name
    ("Shan State").
    """
    opening = _BEFORE.match(name)
    start = opening.end() if opening else 0
    closing = _BEHIND.search(name, start)
    end = closing.start() if closing else len(name)
    rest = name[start:end]
    if end < len(name) and (_NO_NAME.match(rest) or not any(letter.isupper() for letter in rest) or _is_list(rest)):
        end = len(name)
    return start, end


def _is_list(words: str) -> bool:
    return re.search(r",|\band\b|\bor\b", words) is not None
