"""Operations: every change that an operator can make, each described once as a value."""
