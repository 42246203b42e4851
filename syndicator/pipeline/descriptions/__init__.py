"""Filed articles described anew: learnt from, read again, taken from a language model, and which feeds that touches."""
