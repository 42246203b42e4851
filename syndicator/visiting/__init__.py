"""Visiting: fetches feeds and pages politely and safely, and decides when to come back."""
