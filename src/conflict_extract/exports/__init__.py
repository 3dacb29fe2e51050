"""Extractions in the formats of the tools that people already use, each written as a stream."""

from conflict_extract.exports.fatalities import LOWEST, UNDISPUTED, BestPolicy
from conflict_extract.exports.writing import FORMATS, Format, Written, write

__all__ = ["FORMATS", "LOWEST", "UNDISPUTED", "BestPolicy", "Format", "Written", "write"]
