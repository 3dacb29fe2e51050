"""Where a quote ends by the codebook, whatever the model copied along or cut off.

Models lose quotation marks at a quote's ends (their reply is full of marks of its own) and quote an act with its toll.
What the codebook decides (rules 1.16, 1.17, 2.13, 3.12) code can decide, and then it is decided the same way each time.
"""

from __future__ import annotations

import re

from conflict_extract.text.word_lists import NEGATIONS

_PAIRS = {"“": "”", "„": "“", "«": "»", "‘": "’", "(": ")", "[": "]", '"': '"'}
_ANY_MARK = re.compile(f"[{re.escape(''.join({*_PAIRS, *_PAIRS.values()}))}]")
_LAST_STOP = re.compile(r"[.,!?…]?")

_HURT = r"(?:killed|wounded|injured|hurt|died|dead|slain|martyred)"
_ACT = r"(?:attack|ambush|assault|raid|shelling|bombardment|bombing|air\s?strike|strike|blast|explosion|clash|fighting)"
_TOLL_BEHIND = re.compile(
    r"(?:,?\s(?:killing|wounding|injuring|martyring|leaving)\b|,\swhich\s(?:killed|wounded|injured)\b|:\s[^:]*\b(?:killed|wounded|injured|dead|missing)\b).*\Z",
    re.DOTALL,
)
_TOLL_BEFORE = re.compile(
    rf".*?\b{_HURT}\b[^.]*?\s(?:(?:when|as)\s+(?=\S+\s)|(?:by|in)\s+(?=(?:an?\s|the\s)?(?:[\w-]+\s){{0,2}}{_ACT}))",
    re.DOTALL,
)
_SHORTEST = 12
"""Code points that must be left of an act."""

_FAR = 80
"""Code points before a relative clause in which the noun that it belongs to is looked for."""
_ARTICLE_BEFORE = re.compile(r"\b(?:the|an?)\s+\Z", re.IGNORECASE)
_TOLD = re.compile(r"\b(?:told|tells)\Z")
_HEARER = re.compile(
    r"\s+(?!that\b)(?:(?!on\b|in\b|by\b|over\b|at\b|from\b|here\b|late\b|early\b|after\b|during\b)[\w’'-]+\s?){1,5}"
    r"(?<!\s)(?=\s|[,.;:]|\Z)"
)
_QUOTATION = re.compile(r"“[^“”]*”|«[^«»]*»|(?<!\w)‘[^‘\n]*?’(?!\w)|(?<!\w)\"[^\"]*\"")
_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s+(?=[\"“‘(]*[A-Z])|\n\s*\n")
_RESUMED = re.compile(r",?\s+(?:“[^“”]*?(?:[.!?]”|[.!?](?=\s)|”)|\"[^\"]*?(?:[.!?]\"|[.!?](?=\s)|\"))")
"""A quotation that goes on behind its cue, to the end of its sentence."""
_JOINING = re.compile(
    r"(?:(?:and|but|that|(?:\S+\s){0,2}\S+,\swhere|where|(?:after|in|of|for|from|to|by)\s+which)\s+)+(?!not\b|no\b|none\b|never\b)"
)
_PRONOUN = re.compile(r"(?:(?:it|he|she|they|who|which|also|has|have|had)\s+)+", re.IGNORECASE)
_PUT = re.compile(r"(?:(?:has|have|had|also)\s+)*puts?\s")
_TO_CONTENT = re.compile(r",?\s+(?:that\s+)?(?=\S)")
_TURNING = NEGATIONS | {"if", "unless", "whether"}
_TURNING_STEMS = ("deni", "deny", "refus", "reject", "dismiss", "doubt", "fail", "declin")
_SHORTEST_TOLD = 4
"""Code points that must be left of a proposition: "nine"."""
_RELATIVE = re.compile(r"(?:which|who)\b")
_QUOTED_WORDS = 3
"""Words that a quotation inside indirect speech must have (rule 1.16)."""


def with_its_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch of a text with the quotation mark or bracket whose partner it holds, where that stands right beside it.

    `Not one is missing," said X` takes the mark before it, `he was "in good hands` the one behind it, with the stop
    that the mark encloses.
    """
    if _ANY_MARK.search(text, start, end) is None:  # nearly all quotes
        return start, end
    for opening, close in _PAIRS.items():
        balance = _balance(text[start:end], opening, close)
        if balance < 0 and text[start - 1 : start] == opening and start:
            start -= 1
        elif balance > 0:
            stop = _LAST_STOP.match(text, end)
            behind = stop.end() if stop else end
            if text[behind : behind + 1] == close:
                end = behind + 1
    return start, end


def _balance(words: str, opening: str, close: str) -> int:
    """Above 0 where a mark is opened and not closed, below where one is closed that was not opened."""
    if opening == close:  # a straight mark: the side tells, a word stands right behind an opening one
        if words.count(opening) % 2 == 0:
            return 0
        last = words.rfind(opening)
        opens = last + 1 < len(words) and not words[last + 1].isspace() and (last == 0 or words[last - 1] in " \n(—–-")
        return 1 if opens else -1
    if opening == "‘":  # its partner is an apostrophe, too
        return 1 if words.count("‘") > len(re.findall(r"’(?!\w)", words)) else 0
    return words.count(opening) - words.count(close)


def with_its_article(text: str, start: int) -> int:
    """The start of a stretch that begins behind "the" or "a", with that word: a noun is not cut off from it."""
    before = _ARTICLE_BEFORE.search(text, max(0, start - 5), start)
    return before.start() if before else start


def with_its_source(text: str, start: int, name: str) -> int:
    """The start of a telling in a relative clause, at its source before that: "the ministry, which denied it"."""
    if _RELATIVE.match(text, start) is None:
        return start
    before = text.rfind(name, max(0, start - _FAR), start)
    between = text[before + len(name) : start]
    if before < 0 or any(stop in between for stop in ".!?;:\n"):
        return start
    return with_its_article(text, before)


def with_its_hearer(text: str, start: int, end: int) -> int:
    """The end of a telling that breaks off at "told", with the hearer, which the verb needs: "residents told AFP"."""
    hearer = _HEARER.match(text, end) if _TOLD.search(text, start, end) else None
    return hearer.end() if hearer else end


def with_its_quotation(text: str, start: int, end: int, mode: str) -> int:
    """The end of a telling with the quoted words that make it direct or mixed, if they stand in the same sentence.

    A direct quotation that was cut off runs to its closing mark, and one that goes on behind its cue to the end of its
    sentence; a mixed telling runs to the end of its first quotation of three words or more.
    """
    if mode == "direct" and text[end - 1 : end].isalnum() and (resumed := _RESUMED.match(text, end)):
        return resumed.end()
    over = _SENTENCE_END.search(text, max(start, end - 1))
    limit = over.end() if over else len(text)
    for found in _QUOTATION.finditer(text, start, limit):
        is_cut = found.start() < end < found.end()
        if is_cut and (mode == "direct" or (mode == "mixed" and len(found[0].split()) >= _QUOTED_WORDS)):
            return found.end()
        if mode == "mixed" and len(found[0].split()) >= _QUOTED_WORDS:
            return max(end, found.end())
    return end


def without_outer_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the quotation marks around the whole of it: they belong to the telling, not to what is told."""
    opening, close = text[start : start + 1], text[end - 1 : end]
    inner = text[start + 1 : end - 1]
    is_quoted = end - start > 2 and opening not in "([" and _PAIRS.get(opening) == close
    if is_quoted and opening not in inner and close not in inner:
        return start + 1, end - 2 if inner[1:] and inner[-1] in ",." else end - 1
    return start, end


def without_its_telling(text: str, start: int, end: int, cue: str | None) -> int:
    """The start of a proposition behind the words that join it to the sentence, or tell it.

    Rule 2.13: the words of the proposition, the shortest, without the attribution where that can be left out. "where 40
    families live" begins behind "where", and so does "Lodha, where 40 families live"; "announced 12 dead" begins behind
    the cue; of "put the dead at nine" the verb goes and the noun stays. Nothing is cut off that denies, whatever class
    the cue was given: "did not say that it fell".

    Args:
        text: The text.
        start: First code point of the proposition.
        end: The one behind its last.
        cue: The cue of its telling, if that is no part of what is asserted, as a demand or a denial is.
    """
    joined = _JOINING.match(text, start, end)
    first = joined.end() if joined else start
    if cue:
        verb = _PUT.match(cue)
        words = verb[0].rstrip() if verb else cue
        teller = _PRONOUN.match(text, first, end)
        for told in (first, *([teller.end()] if teller else [])):
            behind = _TO_CONTENT.match(text, told + len(words)) if text.startswith(words, told) else None
            if behind:
                first = behind.end()
                break
    return first if end - first >= _SHORTEST_TOLD and not _turns(text[start:first]) else start


def _turns(words: str) -> bool:
    """Whether words turn what comes after them into its opposite, or into something that was not said."""
    found = set(re.findall(r"\w+", words.lower()))  # "didn't" comes to "didn" and "t"
    return not found.isdisjoint(_TURNING) or any(word.startswith(_TURNING_STEMS) for word in found)


def act_alone(text: str, start: int, end: int) -> tuple[int, int]:
    """The act of a stretch that tells an act with its toll: without ", killing 24", without "24 were killed when"."""
    words = text[start:end]
    behind = _TOLL_BEHIND.search(words)
    if behind and behind.start() >= _SHORTEST:
        words = words[: behind.start()]
    before = _TOLL_BEFORE.match(words)
    first = before.end() if before and len(words) - before.end() >= _SHORTEST else 0
    return start + first, start + len(words)
