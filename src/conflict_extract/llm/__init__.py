"""Asking a large language model: what is asked, what comes back, and the protocol between.

``base`` has the values and the protocol, and imports nothing heavy; ``client`` is the one that talks HTTP.
"""
