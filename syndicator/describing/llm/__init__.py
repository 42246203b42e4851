"""A language model of the operator: what it is asked, what it answers, and what of that is believed."""
