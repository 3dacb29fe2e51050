"""The commands ``gold …``: labels made by hand, from an empty file to frozen gold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from conflict_extract.evaluation.labels import LabelFile

gold = typer.Typer(
    name="gold",
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Label articles by hand, compare two labellings, decide between them, and freeze the result.",
)

_Folder = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where ID.txt lie; by default 'articles' beside or above the label file."),
]
_Force = Annotated[bool, typer.Option("--force", help="Overwrite what is there.")]


@gold.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Label files, and folders of them.")],
    articles: _Folder = None,
) -> None:
    """Check label files against their articles: form, words, offsets, links, figures, and the freeze.

    Of a folder: its gold, its annotations/, its manifest.json. Each problem is named with file and line.

    Exit codes: 0 all well; 1 there are problems; 2 wrong use.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.evaluation.checking import check_files
    from conflict_extract.evaluation.gold import label_files

    problems = check_files(paths, gold_files.given(articles))
    _end(problems)
    typer.echo(f"{_count(len(label_files(paths)), 'label file')}: all well", err=True)


@gold.command()
def place(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Label files.")], articles: _Folder = None
) -> None:
    """Write the offsets of the quotes into label files, each quote being the only such passage of its article.

    A quote that stands several times is named: quote a few words more, and place again. Offsets that fit are kept.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.errors import GoldError
    from conflict_extract.evaluation.gold import label_files, open_labels, write_labels
    from conflict_extract.evaluation.labelling import place

    problems: list[GoldError] = []
    for path in label_files(files):
        labels, lines, found = open_labels(path)
        problems += found
        if labels is None or lines is None:
            continue
        try:
            article = gold_files.articles_of(path, articles).get(labels.article)
        except GoldError as error:
            problems.append(GoldError(error.problem, path=error.path or path, line=error.line))
            continue
        if labels.sha256 != article.sha256:
            problem = f"these are labels of another text of {article.id} (SHA-256)"
            problems.append(GoldError(problem, path=path, line=lines.of(("sha256",))))
            continue
        placed, faults = place(labels, article)
        problems += [GoldError(fault.message, path=path, line=lines.of(fault.where)) for fault in faults]
        write_labels(placed, path)
    _end(problems)


@gold.command()
def new(
    article: Annotated[Path, typer.Argument(metavar="ARTICLE.txt", help="The article.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The label file.")],
    annotator: Annotated[str, typer.Option(metavar="NAME", help="Who is going to label.")],
    draft: Annotated[
        Path | None,
        typer.Option("--from", metavar="EXTRACTIONS.jsonl", help="Begin with a model's extraction; the file says so."),
    ] = None,
    force: _Force = False,
) -> None:
    """Begin to label an article: an empty label file, or a model's draft.

    Labels that began as a draft are kept out of agreement and cannot be frozen.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.evaluation.gold import write_labels
    from conflict_extract.evaluation.labelling import new_labels

    gold_files.refuse_overwriting(out, force=force)
    read = gold_files.article(article)
    write_labels(new_labels(read, annotator, gold_files.extraction(draft, read.id) if draft else None), out)
    typer.echo(f"written: {out}", err=True)


@gold.command()
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="A label file, a folder, or a pattern in quotes.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other labelling, in the same way.")],
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    articles: _Folder = None,
) -> None:
    """Show two labellings side by side: where aligned items differ, and what only one has.

    A pattern names one annotator's files in a folder: 'seeds/gold/annotations/*.anna.json'. Statements and summaries
    are the labellers' own words and not compared.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.cli.gold_view import as_lines, as_markdown
    from conflict_extract.cli.terminal import complain, console
    from conflict_extract.errors import ConfigError
    from conflict_extract.evaluation.difference import difference

    one, other = gold_files.labellings(a), gold_files.labellings(b)
    common = [id for id in one if id in other]
    if not common:
        raise ConfigError(f"{a} and {b} have no article in common")
    found = [
        difference(one[id][1], other[id][1], gold_files.articles_of(one[id][0], articles).get(id)) for id in common
    ]
    if markdown:
        typer.echo("\n".join(as_markdown(found)))
    else:
        screen = console(data=True)
        for line in as_lines(found):
            screen.print(line)
    for id in sorted(one.keys() ^ other.keys()):
        complain(f"{id} is only in {a if id in one else b}; it is left out")


@gold.command()
def agreement(
    a: Annotated[str, typer.Argument(metavar="A", help="A label file, a folder, or a pattern in quotes.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other labelling, in the same way.")],
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="RESULTS.jsonl", help="Extractions: do they agree with A as B does, and with B as A does?"
        ),
    ] = None,
    articles: _Folder = None,
) -> None:
    """Measure how far two labellings agree: F1 of B against A by the scorer, and Krippendorff's alpha on the fields.

    With --predictions, extractions take the place of either labeller: paired differences, by the article. Adjudicated
    gold is made from both labellings and flatters them; here the one labelling is the gold for the other and for the
    extractions. A pattern names one annotator's files in a folder: 'seeds/gold/annotations/*.anna.json'.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.cli.gold_agreement import alphas_table, beside_table, scores_table
    from conflict_extract.cli.terminal import complain, console
    from conflict_extract.errors import ConfigError
    from conflict_extract.evaluation.agreement import agreement as measure
    from conflict_extract.evaluation.agreement import in_place_of_a_labeller
    from conflict_extract.evaluation.document import Document

    one, other = gold_files.labellings(a), gold_files.labellings(b)
    common = [id for id in one if id in other]
    if not common:
        raise ConfigError(f"{a} and {b} have no article in common")
    pairs = []
    for id in common:
        article = gold_files.articles_of(one[id][0], articles).get(id)
        pairs.append((Document.of_labels(one[id][1], article), Document.of_labels(other[id][1], article)))
    found = measure(pairs)
    screen = console(data=True)
    screen.print(scores_table(found))
    screen.print(alphas_table(found))
    if predictions is not None:
        predicted = gold_files.predicted(predictions)
        for id in common:
            if id not in predicted:
                complain(f"{predictions}: there is no extraction of {id}; it counts as all missed")
        triples = [(*pair, predicted.get(id)) for id, pair in zip(common, pairs, strict=True)]
        for name, comparison in zip((a, b), in_place_of_a_labeller(triples), strict=True):
            screen.print(f"gold: {name}", markup=False, highlight=False)
            screen.print(beside_table(comparison))
    for id in sorted(one.keys() ^ other.keys()):
        complain(f"{id} is only in {a if id in one else b}; it is left out")


@gold.command()
def adjudicate(
    out: Annotated[Path, typer.Option(metavar="FILE", help="What is written: the worksheet; with --apply, the gold.")],
    a: Annotated[Path | None, typer.Argument(metavar="A", help="One labelling of an article.")] = None,
    b: Annotated[Path | None, typer.Argument(metavar="B", help="The other.")] = None,
    apply: Annotated[
        Path | None, typer.Option(metavar="WORKSHEET", help="Make gold of a worksheet that has been filled in.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="With --apply: the log that the decisions go into.")
    ] = None,
    articles: _Folder = None,
    force: _Force = False,
) -> None:
    """Decide between two labellings of an article.

    First, with A and B: writes a worksheet (NAME.worksheet.json) with what both agree on, and each item that they
    differ on or that only one has. Fill in each "decision": "a", "b", "both", "neither", or an object with the fields
    that are to replace those of a (of b, where only b has it); and the "rule" of the codebook that it rests on. All ids
    in it are the worksheet's own.

    Then, with --apply: writes the gold, ids numbered in the order of the text, and the log of the decisions. Nothing is
    written as long as something is open.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.errors import ConfigError

    gold_files.refuse_overwriting(out, force=force)
    if apply is None and a is not None and b is not None and decisions is None:
        _write_worksheet(a, b, out, articles)
    elif apply is not None and a is None and b is None:
        _write_gold(apply, out, decisions, articles)
    else:
        raise ConfigError("give A and B, or --apply WORKSHEET (with --decisions where there is a log)")


@gold.command()
def freeze(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the gold.")], articles: _Folder = None
) -> None:
    """Write manifest.json: the SHA-256 of each article's text and gold. gold check holds the files to it.

    Gold with problems is not frozen, nor what a model drafted.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.evaluation.checking import check_files
    from conflict_extract.evaluation.gold import MANIFEST
    from conflict_extract.evaluation.manifest import freeze

    manifest = folder / MANIFEST
    problems = check_files([folder], gold_files.given(articles))
    _end([each for each in problems if each.path != manifest])
    typer.echo(f"written: {freeze(folder)}", err=True)


@gold.command()
def export(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Label files with offsets.")],
    to: Annotated[Literal["labelstudio", "brat"], typer.Option("--to", help="The tool.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into.")],
    articles: _Folder = None,
) -> None:
    """Write label files for an annotation tool, with the tool's configuration.

    Label Studio: tasks.json and interface.xml. brat: ARTICLE.txt, ARTICLE.ann and annotation.conf, of one annotator.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.cli.gold_exchange import write_for
    from conflict_extract.evaluation.gold import label_files, read_labels

    labelled = []
    for path in label_files(files):
        labels = read_labels(path)
        labelled.append((path, labels, gold_files.articles_of(path, articles).get(labels.article)))
    write_for(to, labelled, out)
    typer.echo(f"{_count(len(labelled), 'label file')} written to {out}", err=True)


@gold.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="JSON exports of Label Studio, or .ann files.")],
    source: Annotated[Literal["labelstudio", "brat"], typer.Option("--from", help="The tool.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the label files: ARTICLE.ANNOTATOR.json.")],
    annotator: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who labelled, if the file is to say so.")
    ] = None,
    force: _Force = False,
) -> None:
    """Read label files back from an annotation tool.

    Every offset is held to the words that it marks; UTF-16 offsets are converted where all fit so. Nothing is written
    if anything is refused.
    """
    from conflict_extract.cli import gold_files
    from conflict_extract.cli.gold_exchange import label_path, read_from
    from conflict_extract.errors import ConfigError
    from conflict_extract.evaluation.gold import write_labels

    written: dict[Path, LabelFile] = {}
    for labels in read_from(source, files, annotator):
        path = label_path(out, labels)
        if path in written:
            raise ConfigError(f"{labels.article} is there twice by {labels.annotator}; import them apart")
        gold_files.refuse_overwriting(path, force=force)
        written[path] = labels
    for path, labels in written.items():
        write_labels(labels, path)
        typer.echo(path)


# -- what the commands share ------------------------------------------------------------------------------------


def _write_worksheet(a: Path, b: Path, out: Path, folder: Path | None) -> None:
    import json

    from conflict_extract.cli import gold_files
    from conflict_extract.evaluation.adjudication import worksheet
    from conflict_extract.evaluation.gold import read_labels, replace_text

    one, other = read_labels(a), read_labels(b)
    sheet = worksheet(one, other, gold_files.articles_of(a, folder).get(one.article))
    replace_text(out, json.dumps(sheet, indent=2, ensure_ascii=False) + "\n")
    agreed = sum(len(items) for items in sheet["agreed"].values())
    typer.echo(f"{out}: {agreed} agreed, {len(sheet['open'])} to decide", err=True)


def _write_gold(sheet: Path, out: Path, decisions: Path | None, folder: Path | None) -> None:
    from conflict_extract.cli import gold_files
    from conflict_extract.errors import GoldError
    from conflict_extract.evaluation.adjudication import conclude, with_section
    from conflict_extract.evaluation.gold import read_text, replace_text, write_labels
    from conflict_extract.evaluation.positions import read_object

    raw, lines = read_object(read_text(sheet), sheet)
    texts = gold_files.given(folder) or gold_files.articles_of(out, None)
    made, faults = conclude(raw, texts.get(str(raw.get("article"))))
    _end([GoldError(fault.message, path=sheet, line=lines.of(fault.where)) for fault in faults])
    assert made is not None
    log = with_section(read_text(decisions) if decisions and decisions.exists() else "", made.log)
    write_labels(made.labels, out)
    if decisions is not None:
        replace_text(decisions, log)
    typer.echo(f"written: {out}", err=True)


def _end(problems: Sequence[Any]) -> None:
    """Name all problems and end with 1, if there are any."""
    from conflict_extract.cli.terminal import complain

    for each in problems:
        complain(str(each))
    if problems:
        complain(f"{_count(len(problems), 'problem')}, named above")
        raise typer.Exit(1)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
