"""From a free reply to commands of a closed list."""
