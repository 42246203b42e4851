"""What a source announces where that takes more than its one answer."""
