"""Read and edit the operator's files: settings, sources and rules, with faults by line."""
