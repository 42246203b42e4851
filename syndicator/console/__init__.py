"""Console, the operators' page: the commands as forms. Not imported if it is off."""
