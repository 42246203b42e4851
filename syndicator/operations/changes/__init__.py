"""Apply changes to named texts, and log them so that they can be taken back."""
