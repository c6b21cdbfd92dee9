"""The rules of scripts/tidy, one subject a file."""
