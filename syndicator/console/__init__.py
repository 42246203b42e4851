"""The operators' page: what the commands do, with a look. Nothing of it is imported where it is off."""
