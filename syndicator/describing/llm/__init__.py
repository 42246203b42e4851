"""The operator's language model: questions, answers, checks."""
