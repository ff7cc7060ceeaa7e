"""Pages and forms over HTTP: it knows services and the domain, never tables or SQL."""
