"""The seed articles, the challenge articles and the long reports, as the library reads them."""

from __future__ import annotations

from pathlib import Path

from conflict_extract.documents import read_articles
from conflict_extract.models import Article

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "seeds" / "articles"
SEEDS = tuple(article for article in read_articles([FOLDER]) if isinstance(article, Article))
CHALLENGE_FOLDER = ROOT / "seeds" / "challenge" / "articles"
CHALLENGE = tuple(article for article in read_articles([CHALLENGE_FOLDER]) if isinstance(article, Article))
LONG = tuple(
    article for article in read_articles([ROOT / "seeds" / "long" / "articles"]) if isinstance(article, Article)
)
