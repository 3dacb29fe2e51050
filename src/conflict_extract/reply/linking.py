"""What falls when a link has nothing to hold, until all links hold.

- A claim falls with its attribution: without it, a party's words would pass for the article's own.
- A link to an event that is not there is cut; an event that no claim names any more falls.
- A relation to a claim that is not there is cut; was it ``part_of``, the part loses its figures, which would be
  counted twice.
- An id that two items bear names neither of them: links to it are links to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conflict_extract.models.attribution import Attribution
from conflict_extract.models.claim import Claim, Relation
from conflict_extract.models.event import Event
from conflict_extract.models.extraction import RejectionReason
from conflict_extract.reply.anchoring import Anchored
from conflict_extract.reply.parsing import Rejections
from conflict_extract.reply.verifying import verified


def settle(anchored: Sequence[Anchored], given: Sequence[tuple[str, Any]], rejections: Rejections) -> list[Anchored]:
    """The items that stand once every link has been followed; what falls is noted in ``rejections``.

    Args:
        anchored: The items that have their place in the article.
        given: Id and content of all items of the reply, also of those that fell before.
        rejections: Where to note what falls.
    """
    standing = _without_twins(anchored, _ambiguous(given), rejections)
    attributions = {each.item.id for each in standing if isinstance(each.item, Attribution)}
    standing = [each for each in standing if _has_its_voice(each, attributions, rejections)]
    events = {each.item.id for each in standing if isinstance(each.item, Event)}
    claims = {each.item.id for each in standing if isinstance(each.item, Claim)}
    standing = [_with_links_that_hold(each, events, claims, rejections) for each in standing]
    standing = _without_circles(standing, rejections)
    standing = _with_their_standing(standing)
    named = {id for each in standing if isinstance(each.item, Claim) for id in each.item.events}
    kept: list[Anchored] = []
    for each in standing:
        if isinstance(each.item, Event) and each.item.id not in named:
            _fall(each, "unlinked_event", "no claim that was kept names this event", rejections)
        else:
            kept.append(each)
    return kept


def _with_their_standing(standing: list[Anchored]) -> list[Anchored]:
    """The items, each claim with the verification that its relations tell."""
    told = verified([each.item for each in standing if isinstance(each.item, Claim)])
    return [
        Anchored(each.candidate, each.item.model_copy(update={"verification": told[each.item.id]}))
        if isinstance(each.item, Claim) and each.item.id in told
        else each
        for each in standing
    ]


def _fall(each: Anchored, reason: RejectionReason, message: str, rejections: Rejections) -> None:
    rejections.add(each.candidate.path, reason, message, each.candidate.raw, each.item.id)


def _without_twins(anchored: Sequence[Anchored], ambiguous: set[str], rejections: Rejections) -> list[Anchored]:
    """Items whose id is theirs alone. Of an item given again word for word, the first is kept."""
    kept: dict[str, Anchored] = {}
    for each in anchored:
        id = each.item.id
        if id in ambiguous:
            _fall(each, "duplicate_id", f"the id {id} is given to more than one item", rejections)
        elif id in kept:
            _fall(each, "repeated", f"{id} stands there already, word for word", rejections)
        else:
            kept[id] = each
    return list(kept.values())


def _ambiguous(given: Sequence[tuple[str, Any]]) -> set[str]:
    """Ids that were given to two items that are not the same."""
    first: dict[str, Any] = {}
    return {id for id, raw in given if first.setdefault(id, raw) != raw}


def _has_its_voice(each: Anchored, attributions: set[str], rejections: Rejections) -> bool:
    claim = each.item
    if not isinstance(claim, Claim) or claim.attribution is None or claim.attribution in attributions:
        return True
    _fall(each, "dangling_link", f"its attribution {claim.attribution} is not there or was left out", rejections)
    return False


def _with_links_that_hold(each: Anchored, events: set[str], claims: set[str], rejections: Rejections) -> Anchored:
    claim = each.item
    if not isinstance(claim, Claim):
        return each
    path = each.candidate.path
    changes: dict[str, Any] = {}
    held = tuple(dict.fromkeys(id for id in claim.events if id in events))
    for id in dict.fromkeys(claim.events):
        if id not in events:
            rejections.add(
                f"{path}.events", "dangling_link", f"the event {id} is not there or was left out", id, claim.id
            )
    if held != claim.events:
        changes["events"] = held
    relations: list[Relation] = []
    for link in claim.relations:
        if link.claim == claim.id or link.claim not in claims:
            if link.claim == claim.id:
                message = f"the claim says that it {_SAYS[link.kind]} itself"
            else:
                message = f"the claim {link.claim}, which it {_SAYS[link.kind]}, is not there or was left out"
            reason: RejectionReason = "self_link" if link.claim == claim.id else "dangling_link"
            rejections.add(f"{path}.relations", reason, message, link.model_dump(), claim.id)
            if link.kind == "part_of":
                for figure in claim.figures:
                    message = "it is part of a whole that is not there, and would be counted twice"
                    rejections.add(
                        f"{path}.figures", "unresolved_part", message, figure.model_dump(mode="json"), claim.id
                    )
                changes["figures"] = ()
        elif link not in relations:
            relations.append(link)
    if tuple(relations) != claim.relations:
        changes["relations"] = tuple(relations)
    return Anchored(each.candidate, claim.model_copy(update=changes)) if changes else each


_SAYS = {
    "denies": "denies",
    "confirms": "confirms",
    "part_of": "is part of",
    "updates": "updates",
    "differs": "differs from",
}


def _without_circles(standing: list[Anchored], rejections: Rejections) -> list[Anchored]:
    """Cut the relation that closes a circle ("c1 part of c2, c2 part of c1"): nothing tells which is the whole."""
    reached: dict[str, set[str]] = {}
    kept: list[Anchored] = []
    for each in standing:
        claim = each.item
        if not isinstance(claim, Claim):
            kept.append(each)
            continue
        holding: list[Relation] = []
        for link in claim.relations:
            if closes_circle(claim.id, link.claim, reached):
                message = f"{claim.id} and {link.claim} point at each other"
                rejections.add(f"{each.candidate.path}.relations", "self_link", message, link.model_dump(), claim.id)
            else:
                holding.append(link)
        changed = len(holding) < len(claim.relations)
        kept.append(
            Anchored(each.candidate, claim.model_copy(update={"relations": tuple(holding)})) if changed else each
        )
    return kept


def closes_circle(claim: str, target: str, reached: dict[str, set[str]]) -> bool:
    """Whether a relation from a claim to a target closes a circle with those noted before; else it is noted too.

    Args:
        claim: Id of the claim that relates.
        target: Id of the claim that it relates to.
        reached: For each claim, those that it relates to; grows.
    """
    seen, waiting = set[str](), [target]
    while waiting:
        id = waiting.pop()
        if id not in seen:
            seen.add(id)
            waiting += reached.get(id, ())
    if claim in seen:
        return True
    reached.setdefault(claim, set()).add(target)
    return False
