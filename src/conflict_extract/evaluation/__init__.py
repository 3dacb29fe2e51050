"""Scoring extractions against gold: files and models in, numbers with intervals out.

Nothing here imports the client, the prompt or the extractor: a score must not depend on how an extraction was made.
"""
