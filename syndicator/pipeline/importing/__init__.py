"""Articles that somebody wrote elsewhere: what their files mean, and what is odd about them."""
