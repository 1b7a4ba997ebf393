"""What services answer with: frozen values, the same for the API, its client, the pages and the command line."""
