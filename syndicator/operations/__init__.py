"""Operations: each change that an operator can make, described once as a value."""
