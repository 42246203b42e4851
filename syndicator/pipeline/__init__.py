"""One source's visit: the one trip that cron, the daemon and every other caller take."""
