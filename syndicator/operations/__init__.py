"""Operations: each change that an operator can make, as one value; `registry` lists them."""
