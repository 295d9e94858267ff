"""The command line: options from the signatures of the public functions, their results as tables, files and figures."""
