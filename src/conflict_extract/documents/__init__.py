"""Reading articles from files, and extractions back from JSON Lines; a bad one never loses the rest."""

from conflict_extract.documents.extractions import Stored, read_extractions, read_stored
from conflict_extract.documents.reading import read_articles

__all__ = ["Stored", "read_articles", "read_extractions", "read_stored"]
