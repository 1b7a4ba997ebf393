"""What answers may be besides JSON: pictures, archives, streams, figures for Prometheus, the document itself."""
