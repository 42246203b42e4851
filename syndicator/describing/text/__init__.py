"""Sentences, languages, word forms and vectors: what the rest of describing stands on."""
