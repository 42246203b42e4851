"""Descriptions of filed articles: learnt from, made anew, taken from a language model, and which feeds that touches."""
