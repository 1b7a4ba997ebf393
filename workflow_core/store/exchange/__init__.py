"""SQL of what comes in from elsewhere, and of what keeps it known: files, annotations, numbers of categories."""
