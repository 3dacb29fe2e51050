"""Web Annotations: valid by the vocabulary, found again by their selectors, with the chain of telling as PROV."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from rdflib import Graph, URIRef
from rdflib.namespace import FOAF, PROV, RDF

from conflict_extract.exports import write
from conflict_extract.exports.webannotation import CONTEXT, annotate
from conflict_extract.models import Article, Extraction
from tests import making
from tests.extractions import extractions, kept, recorded

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # pyshacl's own imports
    from pyshacl import validate

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:pyshacl")
OA = "http://www.w3.org/ns/oa#"
SHAPES = Path(__file__).parent / "data" / "web_annotation.ttl"
ANNO = {
    "oa": OA,
    "as": "http://www.w3.org/ns/activitystreams#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": str(RDF),
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "foaf": str(FOAF),
    "id": "@id",
    "type": "@type",
    "Annotation": "oa:Annotation",
    "AnnotationCollection": "as:OrderedCollection",
    "AnnotationPage": "as:OrderedCollectionPage",
    "SpecificResource": "oa:SpecificResource",
    "Software": "as:Application",
    "Text": "http://purl.org/dc/dcmitype/Text",
    **{name: f"oa:{name}" for name in ("TextualBody", "TextQuoteSelector", "TextPositionSelector")},
    **{name: f"oa:{name}" for name in ("classifying", "describing", "identifying", "tagging")},
    "body": {"@id": "oa:hasBody", "@type": "@id"},
    "target": {"@id": "oa:hasTarget", "@type": "@id"},
    "source": {"@id": "oa:hasSource", "@type": "@id"},
    "selector": {"@id": "oa:hasSelector", "@type": "@id"},
    "via": {"@id": "oa:via", "@type": "@id"},
    "motivation": {"@id": "oa:motivatedBy", "@type": "@vocab"},
    "purpose": {"@id": "oa:hasPurpose", "@type": "@vocab"},
    "creator": {"@id": "dcterms:creator", "@type": "@id"},
    "generator": {"@id": "as:generator", "@type": "@id"},
    "first": {"@id": "as:first", "@type": "@id"},
    "partOf": {"@id": "as:partOf", "@type": "@id"},
    "items": {"@id": "as:items", "@type": "@id", "@container": "@list"},
    "created": {"@id": "dcterms:created", "@type": "xsd:dateTime"},
    "start": {"@id": "oa:start", "@type": "xsd:nonNegativeInteger"},
    "end": {"@id": "oa:end", "@type": "xsd:nonNegativeInteger"},
    "total": {"@id": "as:totalItems", "@type": "xsd:nonNegativeInteger"},
    "startIndex": {"@id": "as:startIndex", "@type": "xsd:nonNegativeInteger"},
    "exact": "oa:exact",
    "prefix": "oa:prefix",
    "suffix": "oa:suffix",
    "value": "rdf:value",
    "format": "dc:format",
    "language": "dc:language",
    "name": "foaf:name",
    "label": "rdfs:label",
}
"""The terms of http://www.w3.org/ns/anno.jsonld that are used, since it cannot be fetched in a test."""


def export(found: list[Extraction], folder: Path) -> dict[str, Any]:
    """The collection of some extractions."""
    write(found, "webannotation", folder / "x.jsonld", force=True)
    collection: dict[str, Any] = json.loads((folder / "x.jsonld").read_text(encoding="utf-8"))
    return collection


def graph(collection: dict[str, Any]) -> Graph:
    """A collection as RDF, read with the contexts it names."""
    first, *ours = collection["@context"]
    assert first == "http://www.w3.org/ns/anno.jsonld"
    data = Graph().parse(data=json.dumps({**collection, "@context": [ANNO, *ours]}), format="json-ld")
    iris = {str(term) for triple in data for term in triple if isinstance(term, URIRef)}
    assert [iri for iri in iris if re.search(r"[\x00-\x20<>\"{}|\\^`]", iri)] == [], "an IRI that is none"
    return data


def faults(data: Graph) -> str:
    """What SHACL finds against the recommendations, empty where nothing."""
    conforms, _, text = validate(data, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    return "" if conforms else str(text)


def select(text: str, selectors: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The passages that each selector finds in a text, as a client of annotations would."""
    quoted, position = selectors
    whole = quoted["prefix"] + quoted["exact"] + quoted["suffix"]
    found = text.index(whole)
    assert whole not in text[found + 1 :], "the quote selector matches once"
    start = found + len(quoted["prefix"])
    return [(start, start + len(quoted["exact"])), (position["start"], position["end"])]


def test_recorded_annotations_find_their_words() -> None:
    """Both selectors of every annotation of every recorded article find the same one passage, which is the quote."""
    count = 0
    for extraction in recorded().values():
        assert extraction.article is not None
        for annotation in annotate(extraction):
            quoted, position = select(extraction.article.text, annotation["target"]["selector"])
            assert quoted == position
            assert extraction.article.text[slice(*position)] == annotation["target"]["selector"][0]["exact"]
            count += 1
    assert count > 500


@settings(max_examples=25, deadline=None)
@given(extractions(with_text=True))
def test_random_annotations_find_their_words(extraction: Extraction) -> None:
    """Repeated words, astral letters, accents apart, line ends: the one passage is found all the same."""
    assert extraction.article is not None
    for annotation in annotate(extraction):
        quoted, position = select(extraction.article.text, annotation["target"]["selector"])
        assert quoted == position


def test_positions_are_code_points() -> None:
    """A letter outside the basic plane counts one, and a repeated word is told apart by its surroundings."""
    text = "𐍈𐍈 dead, " + "x" * 80 + " dead, " + "x" * 80
    start = text.rindex("dead")
    claim = making.extraction().claims[0].model_dump() | {
        "quote": "dead", "start": start, "end": start + 4, "figures": [], "attribution": None, "events": []
    }  # fmt: skip
    article = Article(id="x", text=text)
    changes = {"article_id": "x", "provenance": making.provenance(article)}
    found = making.extraction(article=article, attributions=[], events=[], claims=[claim], **changes)
    (annotation,) = annotate(found)
    quoted, position = annotation["target"]["selector"]
    assert (position["start"], len("𐍈𐍈".encode("utf-16-le"))) == (start, 8)
    assert quoted["prefix"].endswith("x ")
    assert len(quoted["prefix"]) == 32


@pytest.mark.parametrize("article", ["at-least-180-troops", "market-day-in-kasheli"])
def test_recorded_annotations_are_valid(tmp_path: Path, article: str) -> None:
    """Read as RDF, they hold what the recommendations say MUST hold, and every term is of a vocabulary."""
    data = graph(export([kept()[article]], tmp_path))
    assert faults(data) == ""
    known = (OA, str(RDF), str(FOAF), str(PROV), "http://purl.org/", "http://www.w3.org/", "urn:conflict-extract:")
    assert [str(term) for term in data.predicates() if not str(term).startswith(known)] == []
    expected = kept()[article]
    figures = sum(len(claim.figures) for claim in expected.claims)
    count = len(expected.attributions) + len(expected.claims) + len(expected.events) + figures
    assert len(set(data.subjects(RDF.type, URIRef(f"{OA}Annotation")))) == count


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(extractions())
def test_random_annotations_are_valid(tmp_path: Path, extraction: Extraction) -> None:
    """Whatever stands in names, ids and addresses, the identifiers are IRIs and nothing that MUST be is missing."""
    assert faults(graph(export([extraction], tmp_path))) == ""


@pytest.mark.parametrize(
    ("where", "key"), [("target", "source"), ("selector", "exact"), ("selector", "type"), ("body", "value")]
)
def test_the_validation_finds_what_is_missing(tmp_path: Path, where: str, key: str) -> None:
    """Taking out what MUST be there is a fault: the shapes can fail."""
    collection = export([making.extraction()], tmp_path)
    item = collection["first"]["items"][1]
    part = {"target": item["target"], "selector": item["target"]["selector"][0], "body": item["body"][0]}[where]
    del part[key]
    assert faults(graph(collection)) != ""


def test_the_chain_is_prov(tmp_path: Path) -> None:
    """A claim derives from Reuters' telling, that from the military source's, each attributed to its own source."""
    data = graph(export([kept()["at-least-180-troops"]], tmp_path))
    claim = next(claim for claim in kept()["at-least-180-troops"].claims if "denies" in str(claim.relations))
    (annotation,) = {subject for subject in data.subjects() if str(subject).endswith(f":{claim.id}")}
    (content,) = set(data.objects(URIRef(str(annotation) + ":content"), PROV.wasDerivedFrom))
    (origin,) = data.objects(content, PROV.wasDerivedFrom)
    names = [
        str(name)
        for telling in (content, origin)
        for agent in data.objects(telling, PROV.wasAttributedTo)
        for name in data.objects(agent, FOAF.name)
    ]
    assert names == ["Reuters", "military source"]
    denied = [
        str(each).rsplit(":", 1)[1]
        for each in data.objects(annotation, URIRef("urn:conflict-extract:vocabulary:denies"))
    ]
    assert sorted(denied) == sorted(relation.claim for relation in claim.relations)


def test_unnamed_sources_are_not_made_one() -> None:
    """Two of "an official" may be two people; a named source is the same one."""
    base = making.extraction().model_dump()
    (telling,) = base["attributions"]
    for identification, agents in (("unnamed", 2), ("named", 1)):
        chain = [{**telling["chain"][0], "identification": identification}]
        both = [{**telling, "chain": chain}, {**telling, "chain": chain, "id": "a2"}]
        made = list(annotate(making.extraction(attributions=both)))[:2]
        found = [each["body"][0]["wasAttributedTo"]["id"] for each in made]
        assert len(set(found)) == agents


def test_without_text_there_is_no_context(tmp_path: Path) -> None:
    """Results without the article keep quote and position, leave prefix and suffix out, and say so."""
    written = write([making.extraction().without_text()], "webannotation", tmp_path / "x.jsonld")
    assert written.notes[0].endswith("so that quotes have no prefix and suffix: 1")
    collection = json.loads((tmp_path / "x.jsonld").read_text(encoding="utf-8"))
    for item in collection["first"]["items"]:
        assert set(item["target"]["selector"][0]) == {"type", "exact"}
    assert faults(graph(collection)) == ""


def test_addresses(tmp_path: Path) -> None:
    """An article's address is where the text was found; what is no address is left out. Times end in Z."""
    for url, via in (
        ("https://example.org/a b|c", "https://example.org/a%20b%7Cc"),
        ("at home", None),
        ("http://[x", None),
    ):
        article = making.article(url=url, title="A title")
        source = next(annotate(making.extraction(article=article)))["target"]["source"]
        assert source.get("via") == via
        assert source["label"] == "A title"
        assert next(annotate(making.extraction(article=article)))["created"] == "2026-01-01T00:00:00Z"
        assert faults(graph(export([making.extraction(article=article)], tmp_path))) == ""


def test_an_empty_collection_is_valid(tmp_path: Path) -> None:
    """No extraction makes a collection of none."""
    collection = export([], tmp_path)
    assert (collection["total"], collection["first"]["items"]) == (0, [])
    assert collection["@context"] == json.loads(json.dumps(CONTEXT))
    assert faults(graph(collection)) == ""
