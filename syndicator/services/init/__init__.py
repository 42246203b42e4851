"""A first folder of one's own: configuration, a script that runs the program on it, files to deploy it with."""
