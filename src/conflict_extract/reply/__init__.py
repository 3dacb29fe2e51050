"""What the model is asked to return, and its reading back.

``schema`` derives the reply's shape from the domain models; ``parsing`` turns text into drafts; ``anchoring`` ties
drafts to the article; ``linking`` decides what falls when a link has nothing to hold; ``reading`` is the whole way.
"""
