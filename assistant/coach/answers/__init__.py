"""From a question to a cited answer, or to an honest "the handbook does not say"."""
