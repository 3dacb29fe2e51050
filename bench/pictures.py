"""The pictures of the report in the docs, taken afresh from the recorded answers: python -m bench.pictures."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.browsing import browsing, click, open_page, resize
from tests.seeds import ROOT, SEEDS

from conflict_extract import Extraction, Extractor

IMAGES = ROOT / "docs" / "images"
ARTICLE = "at-least-180-troops"


def main() -> None:
    with Extractor.replaying(ROOT / "tests" / "cassettes") as extractor:
        found = [each for each in extractor.extract_many(SEEDS) if isinstance(each, Extraction)]
    whole = next(each for each in found if each.article_id == ARTICLE)
    denial = next(claim.id for claim in whole.claims if "such news" in claim.quote)
    with TemporaryDirectory() as folder, browsing(Path(folder) / "profile") as browser:
        for name, tab, scheme in (
            ("report", None, "light"),
            ("report-figures", "#tab-figures", "light"),
            ("report-dark", None, "dark"),
        ):
            resize(browser, 1280, 800, prefers_color_scheme=scheme)
            open_page(browser, Path(folder), found, f"#{ARTICLE}/{denial}" if tab is None else f"#{ARTICLE}")
            if tab is not None:
                click(browser, tab)
            time.sleep(1.0)  # it scrolls smoothly
            browser.save_screenshot(str(IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main()
