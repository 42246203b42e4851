"""Files that the operator writes: settings, sources, rules, and the faults in them."""
