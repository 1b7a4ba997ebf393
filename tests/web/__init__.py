"""Pages in a real browser, which stays open for all of them."""
