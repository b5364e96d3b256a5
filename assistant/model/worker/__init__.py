"""The process that runs the models: llama.cpp lives here and nowhere else."""
