"""How a claim stands in its article: confirmed, admitted, disputed, unconfirmed, or told by one source alone."""

from __future__ import annotations

from typing import Literal

from conflict_extract.models import Claim, Extraction

Standing = Literal["confirmed", "admitted", "disputed", "unconfirmed", "single", "own"]

_BOTH_WAYS = ("confirms", "differs")


def standing_of(claim: Claim, extraction: Extraction) -> Standing:
    """How a claim stands, from what the extraction has and from nothing else.

    The codebook (section 2) gives a claim its ``verification`` as far as the article shows who is on which side, and
    that is what counts here. The first that holds:

    - confirmed: an independent or opposing source in the article bears it out;
    - admitted: it is told by the side that it harms (admission against interest), its own losses included;
    - disputed: another source in the article denies it or gives a rival account or figure;
    - unconfirmed: the article says that it could not be confirmed.

    Where ``verification`` is none, a link to or from a claim of **another source** says the same: ``confirms`` (either
    way) makes it confirmed; being denied, or ``differs`` (either way), makes it disputed. Links within one source and
    links with the article's own voice do not: neither is a second source. A denial is not disputed by being one.

    What is left has one source (single), or is said by the article itself with no source given (own). That a cue is
    "admitted" or "confirmed" does not change the standing: cue classes go by the words alone, and are shown as such.
    """
    if claim.verification != "none":
        return claim.verification
    linked = {kind for kind, other in _links(claim, extraction) if _other_source(claim, other, extraction)}
    if "confirms" in linked:
        return "confirmed"
    if linked & {"denies", "differs"}:
        return "disputed"
    return "single" if claim.attribution is not None else "own"


def _links(claim: Claim, extraction: Extraction) -> list[tuple[str, Claim]]:
    """Links that bear on a claim's standing, each with the claim at its other end."""
    later = [(kind, other) for kind in ("denies", *_BOTH_WAYS) for other in extraction.relating(claim, kind)]
    return later + [(kind, other) for kind in _BOTH_WAYS for other in extraction.related(claim, kind)]


def _other_source(claim: Claim, other: Claim, extraction: Extraction) -> bool:
    mine, theirs = extraction.attribution_of(claim), extraction.attribution_of(other)
    if theirs is None:
        return False
    return mine is None or mine.origin.name.casefold() != theirs.origin.name.casefold()
