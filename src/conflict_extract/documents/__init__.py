"""Reading articles from files, and extractions back from JSON Lines; a bad one never loses the rest."""

from conflict_extract.documents.extractions import read_extractions
from conflict_extract.documents.reading import read_articles

__all__ = ["read_articles", "read_extractions"]
