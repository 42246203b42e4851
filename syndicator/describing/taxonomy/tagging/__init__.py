"""Which tags an article gets: the operator's by their names, those learnt from the past, and the publisher's own."""
