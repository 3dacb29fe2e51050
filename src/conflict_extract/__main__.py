"""``python -m conflict_extract``: the command line, where its script is not on the path."""

from conflict_extract.cli import main

main()
