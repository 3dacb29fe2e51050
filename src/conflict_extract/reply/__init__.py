"""What the model is asked to return, and its reading back.

``schema`` derives the reply's shape from the domain models; ``parsing`` turns text into drafts; ``placing`` finds the
quotes in the article, and ``anchoring`` makes items of the drafts; ``linking`` decides what falls when a link has
nothing to hold; ``reading`` is the whole way.
"""
