"""What several test modules lean on: servers, factories and helpers that are no tests."""
