"""What the API and the pages share: sessions on the database, who is asking, errors, limits."""
