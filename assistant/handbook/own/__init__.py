"""A person's own documents: converted apart, kept in their data folder, searched beside the handbook."""
