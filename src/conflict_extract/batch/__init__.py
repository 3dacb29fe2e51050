"""Many articles, left alone overnight: a run whose ledger keeps each result, each paid answer and each call."""
