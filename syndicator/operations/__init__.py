"""Describe every change that an operator can make once, as a value: an operation."""
