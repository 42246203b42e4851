"""Sketches: small values by which texts are compared (copies; reports of one event). Pure."""
