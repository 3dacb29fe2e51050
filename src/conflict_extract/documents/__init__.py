"""Reading articles from files, and extractions back from JSON Lines; a bad one never loses the rest."""

from conflict_extract.documents.columns import Columns
from conflict_extract.documents.extractions import Stored, parse_stored, read_extractions, read_stored
from conflict_extract.documents.reading import read_articles, stream_articles
from conflict_extract.documents.sourced import Place, Sourced

__all__ = [
    "Columns",
    "Place",
    "Sourced",
    "Stored",
    "parse_stored",
    "read_articles",
    "read_extractions",
    "read_stored",
    "stream_articles",
]
