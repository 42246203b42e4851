"""Workers on one or many machines that share a database; one of them dispatches hosts and builds."""
