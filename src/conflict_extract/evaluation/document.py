"""One article's items, from labels or from an extraction, in the form in which they are compared."""

from __future__ import annotations

from dataclasses import dataclass

from conflict_extract.errors import InputError
from conflict_extract.evaluation.item_reading import ItemReader
from conflict_extract.evaluation.items import LINKS, LISTS, Item, ListName
from conflict_extract.evaluation.labels import LabelFile
from conflict_extract.models import Article, Extraction


@dataclass(frozen=True, slots=True)
class Document:
    """The items of one article, each list in the order of the text, whatever order it was given in.

    Attributes:
        article_id: Id of the article.
        sha256: SHA-256 of its text.
        attributions: Tellings.
        events: Events.
        claims: Claims.

    Raises:
        InputError: An id stands twice in a list, or a link points to nothing.
    """

    article_id: str
    sha256: str
    attributions: tuple[Item, ...] = ()
    events: tuple[Item, ...] = ()
    claims: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        ids: dict[ListName, set[str]] = {}
        for name in LISTS:
            items = sorted(self.items(name), key=lambda item: (item.spans[0], item.id))
            object.__setattr__(self, name, tuple(items))
            ids[name] = {item.id for item in items}
            if len(ids[name]) < len(items):
                raise InputError(f"an id stands twice among the {name}", article=self.article_id)
        for claim in self.claims:
            for link_field, accepted in claim.links.items():
                known = ids[LINKS[link_field]]
                for links in accepted:
                    for _, target in links:
                        if target not in known:
                            problem = f"{claim.id}.{link_field} names {target}, which is not there"
                            raise InputError(problem, article=self.article_id)

    def items(self, name: ListName) -> tuple[Item, ...]:
        """One of the three lists, by its name."""
        items: tuple[Item, ...] = getattr(self, name)
        return items

    def first_values(self) -> Document:
        """The same without alternatives: labels as if they were a prediction, which has one value for each field."""
        lists = {name: tuple(item.first_values() for item in self.items(name)) for name in LISTS}
        return Document(self.article_id, self.sha256, **lists)

    @classmethod
    def of_extraction(cls, extraction: Extraction) -> Document:
        """The form of what was extracted, with the numbers and days that the extraction itself gives."""
        return cls(
            extraction.article_id,
            extraction.provenance.article_sha256,
            **{
                name: tuple(
                    ItemReader(name, item.model_dump(), extraction.article).item(verbatim=item.grounding != "fuzzy")
                    for item in getattr(extraction, name)
                )
                for name in LISTS
            },
        )

    @classmethod
    def of_labels(cls, labels: LabelFile, article: Article) -> Document:
        """The form of labels made by hand.

        Numbers are read by ACLED's policy for vague words, times are resolved against the article's publication day
        (those of planned events only where the date is full), as in an extraction.

        Raises:
            InputError: The labels are for another text, an item has no place, or an alternative cannot be used.
        """
        if labels.article != article.id or labels.sha256 != article.sha256:
            raise InputError(f"the labels of {labels.article} are for another text (SHA-256)", article=article.id)
        return cls(
            article.id,
            article.sha256,
            **{
                name: tuple(ItemReader(name, item.model_dump(), article).item() for item in getattr(labels, name))
                for name in LISTS
            },
        )
